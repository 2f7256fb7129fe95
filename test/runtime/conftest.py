"""What the tests of the runtime share: plans from a few keywords, tiny real wheels, and what the program said.

A test imports what it needs: `from conftest import make_plan, make_wheel_file`.
"""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import os
import shutil
import subprocess
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from wheel_pipeline import plan as plans
from wheel_pipeline.core.console import Console, console

TAG = "manylinux_2_28_x86_64"
LINUX = plans.Platform("linux-x86_64", "linux", "x86_64", TAG, "Linux x86-64")
WINDOWS = plans.Platform("windows-amd64", "windows", "AMD64", "win_amd64", "Windows x64")
COMMIT = "a" * 40
EPOCH = 315532800
GIT = plans.GitSource("https://example.com/demo", COMMIT, (), "v1.0")
SOURCE = plans.Source((), "1.0", GIT)
PINS = plans.Pins(
    file="pins.json",
    channels=("conda-forge",),
    actions={},
    micromamba="",
    micromamba_exe=None,
    buildkit="",
    dockerfile_frontend="",
    sbom_scanner="",
    base_image=None,
    aarch64_base_image=None,
    vulkan_sdk=None,
    packages={},
    python_packages={},
    test_requirements={},
    zizmor=plans.FilePin("1.0.0", "a" * 64),
    uv=plans.FilePin("1.0.0", "b" * 64),
    source=None,
)
LIMITS = plans.Limits(attempts=2, pause=0.01, command=60, download=60, build=60, upload=60, check=60, kept_wheels=3)

needs_git = pytest.mark.skipif(not shutil.which("git"), reason="git is not installed")
needs_compiler = pytest.mark.skipif(not shutil.which("cc"), reason="cc is not installed, which builds ELF files")


# Plans


def both[T](value: T) -> plans.BySystem[T]:
    return plans.BySystem(value, value)


def by_system[T](defaults: Mapping[str, T], overrides: dict[str, Any]) -> dict[str, Any]:
    """Fields that can differ by system; a value that is no BySystem is for both."""
    given = {name: overrides.pop(name, default) for name, default in defaults.items()}
    return {name: value if isinstance(value, plans.BySystem) else both(value) for name, value in given.items()}


def make_wheel(distribution: str = "demo", **overrides: Any) -> plans.Wheel:
    """A declared wheel. Requirements are given as `add`, `pin` and `drop`, aliases as a mapping of alias to library."""
    requires = plans.Requirements(*(tuple(overrides.pop(name, ())) for name in ("add", "pin", "drop")))
    if "aliases" in overrides:
        overrides["aliases"] = tuple(plans.Alias(alias, target) for alias, target in overrides["aliases"].items())
    defaults: dict[str, Any] = {
        "settings": (),
        "excludes": (),
        "system_libraries": (),
        "max_bytes": None,
    }
    systems = by_system(defaults, overrides)
    common = {"built_as": distribution, "project_dir": ".", "use_source_version": False, "reuse": False, "checks": ()}
    common |= {"library_folders": (), "program_folders": (), "aliases": (), "forbidden": (), "environment": {}}
    return plans.Wheel(distribution, **{**common, "requires": requires, **systems, **overrides})


def steps_of(wheels: Sequence[plans.Wheel]) -> tuple[str, ...]:
    """The steps of a build of some wheels, without those that only some builds have."""
    kinds = ("build", "metadata", "repair")
    own = [f"{kind}:{wheel.distribution}" for wheel in wheels for kind in kinds]
    return ("tools", "source", "environment", *own, "inspect", "record", "deliver")


def make_build(*wheels: plans.Wheel, **overrides: Any) -> plans.Build:
    """A build of the wheels, by default of one that is called demo, for Linux and Windows."""
    given = wheels or (make_wheel(),)
    systems = by_system({"environment": dict[str, str](), "steps": steps_of(given)}, overrides)
    defaults: dict[str, Any] = {
        "name": "demo",
        "variant": None,
        "image": "ghcr.io/owner/name:latest",
        "image_digest": None,
        "platforms": (LINUX, WINDOWS),
        "tools": (),
        "python_packages": (),
        "python_packages_file": None,
        "test_requirements_file": "scripts/test-requirements.txt",
        "unused_libraries": (),
        "rust": False,
        "vulkan_sdk": None,
        "wheels": given,
        "disk_gigabytes": plans.DiskFigures(),
        "preflight": None,
        "hooks": (),
        "image_files": ("docker/Dockerfile", "docker/environment.yml", "docker/conda-linux-64.lock"),
    }
    return plans.Build(**{**defaults, **systems, **overrides})


def make_plan(*builds: plans.Build | plans.Wheel, **overrides: Any) -> plans.Plan:
    """A plan of the builds, or of one build of the wheels; keywords are the fields of Plan."""
    wheels = tuple(each for each in builds if isinstance(each, plans.Wheel))
    given = tuple(each for each in builds if isinstance(each, plans.Build)) or (make_build(*wheels),)
    defaults: dict[str, Any] = {
        "schema": 3,
        "name": "demo",
        "repository": "https://example.com/pipeline",
        "python": "3.13",
        "source": SOURCE,
        "limits": LIMITS,
        "builds": given,
        "image": plans.Images("ghcr.io/owner/name", ("main", "dev"), "io.github.owner.name.environment"),
        "workflows": ("docker", "linux", "windows", "release"),
        "default_branch": "main",
        "release": plans.Release(on_default_branch=True, attest="public", sbom=True),
        "place": plans.Place(""),
        "pins": PINS,
        "upkeep": plans.Upkeep(cooldown_days=7, hold=(), keep_images_days=90),
    }
    return plans.Plan(**{**defaults, **overrides})


def plan_data(value: Any) -> Any:
    """A plan, or a part of it, the way plan.json holds it."""
    if dataclasses.is_dataclass(value):
        fields = ((field.name, getattr(value, field.name)) for field in dataclasses.fields(value))
        return {plans.camel_case(name): plan_data(each) for name, each in fields}
    if isinstance(value, Mapping):
        return {name: plan_data(each) for name, each in value.items()}
    return [plan_data(each) for each in value] if isinstance(value, tuple | list) else value


# GitHub


def stand_in_for_gh(folder: Path, repository: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put a stand-in for gh on the PATH that reads a git repository; return the folder of its state."""
    stand_ins, programs, kept = Path(__file__).parents[1] / "e2e" / "stand-ins", folder / "bin", folder / "hub"
    programs.mkdir()
    shutil.copy(stand_ins / "gh.py", programs / "gh")
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    for name, value in {
        "GH_TOKEN": "x",
        "GH_STANDIN_API": stand_ins / "gh_api.py",
        "GH_STANDIN_FOLDER": kept,
        "GH_STANDIN_REPOSITORY": repository,
    }.items():
        monkeypatch.setenv(name, str(value))
    return kept


# Wheels


def hashed(data: bytes) -> str:
    """A hash as RECORD writes it."""
    return "sha256=" + base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()


def make_wheel_file(
    folder: Path,
    name: str = "demo",
    version: str = "1.0",
    *,
    files: Mapping[str, bytes] | None = None,
    requires: Sequence[str] = (),
    metadata: str | None = None,
    platform: str = TAG,
    wheel_tags: Sequence[str] | None = None,
    record: str | None = None,
    date: tuple[int, int, int, int, int, int] = (2020, 2, 2, 2, 2, 2),
    modes: Mapping[str, int] | None = None,
    backwards: bool = False,
) -> Path:
    """A wheel as a build backend would write it; each argument is one way for it to be wrong."""
    package = name.replace("-", "_")
    stem = f"{package}-{version}"
    info = f"{stem}.dist-info"
    lines = "".join(f"Requires-Dist: {text}\n" for text in requires)
    told = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{lines}\n# Read me\n\nVersion: of the text\n"
    tags = "".join(f"Tag: {tag}\n" for tag in wheel_tags or [f"py3-none-{each}" for each in platform.split(".")])
    code = {f"{package}/__init__.py": f"__version__ = {version!r}\n".encode()}
    members = {
        **(code if files is None else files),
        f"{info}/METADATA": (metadata or told).encode(),
        f"{info}/WHEEL": f"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: false\n{tags}".encode(),
    }
    rows = "".join(f"{path},{hashed(data)},{len(data)}\n" for path, data in members.items())
    members[f"{info}/RECORD"] = (record if record is not None else f"{rows}{info}/RECORD,,\n").encode()
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{stem}-py3-none-{platform}.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for member in sorted(members, reverse=backwards):
            entry = zipfile.ZipInfo(member, date)
            entry.filename = member  # ZipInfo would turn the backslashes round on Windows
            entry.create_system = 3
            entry.external_attr = (modes or {}).get(member, 0o100644) << 16
            archive.writestr(entry, members[member], zipfile.ZIP_DEFLATED)
    return path


def members_of(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def metadata_of(path: Path) -> str:
    return next(data for name, data in members_of(path).items() if name.endswith(".dist-info/METADATA")).decode()


def compile_library(folder: Path, name: str, code: str = "int f(void) { return 1; }", *options: str) -> bytes:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "x.c").write_text(code + "\n", encoding="utf-8")
    argv = ["cc", "-shared", "-fPIC", "-nostdlib", "-o", str(folder / name), str(folder / "x.c"), *options]
    subprocess.run(argv, check=True)
    return (folder / name).read_bytes()


def make_repository(folder: Path) -> str:
    """Commit all that is in the folder, to a repository of its own; the commit."""
    folder.mkdir(parents=True, exist_ok=True)
    git = ["git", "-C", str(folder), "-c", "user.name=x", "-c", "user.email=x@example.com"]
    for argv in (["init", "-q"], ["add", "."], ["commit", "-q", "--allow-empty", "-m", "x"]):
        subprocess.run([*git, *argv], check=True)
    return subprocess.check_output([*git, "rev-parse", "HEAD"], text=True).strip()


# The program


@pytest.fixture(autouse=True)
def quiet_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT", "SOURCE_DATE_EPOCH", "PYTHONPATH", "CI"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(autouse=True)
def plain_console() -> Iterator[Console]:
    """The console as it is before anything is configured."""
    console.configure(plain=True)
    yield console
    console.close_log()
    console.configure(plain=True)


@pytest.fixture
def summary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file that a job's summary goes to."""
    path = tmp_path / "summary.md"
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(path))
    return path
