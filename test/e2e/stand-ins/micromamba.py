"""Stands for /bin/micromamba in the tests: the commands that a Dockerfile uses, as micromamba 2 behaves, on py-rattler.

It solves against the channel that CONDA_CHANNEL_ALIAS leads to, whichever channels the environment file names: it tests
how the image is put together, not what conda-forge would have answered.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sys
from pathlib import Path
from typing import NoReturn

import yaml
from rattler import (
    Channel,
    ChannelConfig,
    Gateway,
    MatchSpec,
    PrefixRecord,
    RepoDataRecord,
    Subdir,
    VirtualPackage,
    install,
    solve,
)

VERSION = "@VERSION@"
FLAGS = {"-y": "yes", "-q": "quiet", "-a": "all", "-v": "verbose"}
SWITCHES = """
yes quiet all verbose json explicit override-channels strict-channel-priority no-rc no-env no-pyc
offline md5 index-cache packages tarballs locks trash force-pkgs-dirs export no-capture-output
"""
FLAGS |= {f"--{name}": name.replace("-", "_") for name in SWITCHES.split()}
VALUES = {"-n": "name", "--name": "name", "-p": "prefix", "--prefix": "prefix", "-f": "file", "--file": "file"}
VALUES |= {"-c": "channel", "--channel": "channel", "-r": "root_prefix", "--root-prefix": "root_prefix"}
VALUES |= {"--platform": "platform", "--channel-priority": "channel_priority", "--rc-file": "rc_file", "--cwd": "cwd"}


def fail(message: str) -> NoReturn:
    """Ends as micromamba does when it gives up."""
    sys.exit(f"error    libmamba {message}")


class Arguments:
    """The command line: flags, options with values, and the rest; `run` keeps all that follows its own options."""

    def __init__(self, argv: list[str]) -> None:
        self.flags: set[str] = set()
        self.values: dict[str, list[str]] = {}
        self.rest: list[str] = []
        words = list(argv)
        while words:
            word = words.pop(0)
            option, equals, value = word.partition("=")
            if option in VALUES:
                if not equals and not words:
                    fail(f"{option} needs a value")
                self.values.setdefault(VALUES[option], []).append(value if equals else words.pop(0))
            elif word in FLAGS:
                self.flags.add(FLAGS[word])
            elif word[:1] == "-" != word[1:2] and all(f"-{letter}" in FLAGS for letter in word[1:]) and word[1:]:
                self.flags |= {FLAGS[f"-{letter}"] for letter in word[1:]}
            elif word.startswith("-") and word != "--":
                fail(f"The stand-in for micromamba does not know the option {word}")
            else:
                self.rest += [word] if word != "--" else []
                # The command to run starts with the second word (`run` itself is the first).
                if word == "--" or (self.rest[0] == "run" and len(self.rest) > 1):
                    self.rest += words
                    break

    def value(self, name: str) -> str | None:
        """The last value given to an option."""
        return self.values.get(name, [None])[-1]


class Environment:
    """Where a command works, found as micromamba finds it."""

    def __init__(self, arguments: Arguments, file_name: str | None = None, fallback: bool = True) -> None:
        root = arguments.value("root_prefix") or os.environ.get("MAMBA_ROOT_PREFIX")
        self.root = Path(root or Path.home() / ".local/share/mamba")
        prefix, name = arguments.value("prefix"), arguments.value("name")
        if prefix and name:
            fail("Cannot set both prefix and env name")
        name = name or (None if prefix else file_name)
        if name:
            self.prefix = self.root if name == "base" else self.root / "envs" / name
        elif prefix or fallback:
            self.prefix = Path(prefix or os.environ.get("CONDA_PREFIX") or self.root)
        else:
            fail("No target prefix specified")

    def records(self) -> list[PrefixRecord]:
        """What is installed."""
        return [PrefixRecord.from_path(path) for path in sorted((self.prefix / "conda-meta").glob("*.json"))]

    def require(self) -> None:
        """Gives up unless there is an environment."""
        if not (self.prefix / "conda-meta").is_dir():
            fail(f"Expected environment not found at prefix: {self.prefix}")


def channel() -> Channel:
    """The channel that stands for all others."""
    alias = os.environ.get("CONDA_CHANNEL_ALIAS")
    if not alias:
        fail("CONDA_CHANNEL_ALIAS is not set: the stand-in for micromamba works in the stand-in base image only")
    return Channel("conda-forge", ChannelConfig(channel_alias=alias))


def read_file(path: Path) -> tuple[str | None, list[str], list[str]]:
    """An environment file's name and specs, or an explicit lock file's URLs."""
    if not path.is_file():
        fail(f"File not found: {path}")
    text = path.read_text(encoding="utf-8")
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    if "@EXPLICIT" in lines:
        return None, [], lines[lines.index("@EXPLICIT") + 1 :]
    if path.suffix not in (".yml", ".yaml"):
        return None, lines, []
    document = yaml.safe_load(text)
    specs = []
    for entry in document["dependencies"]:
        if isinstance(entry, dict):
            ((key, entry),) = entry.items()
            # Exactly these four, and never a trailing `# [linux]` comment, which is conda-build's.
            known = {"sel(linux)": True, "sel(unix)": True, "sel(win)": False, "sel(osx)": False}
            if key not in known:
                fail(f"The stand-in for micromamba does not know `{key}:` in {path}")
            if not known[key]:
                continue
        specs.append(entry)
    return document.get("name"), specs, []


async def put(arguments: Arguments, create: bool) -> None:
    """`create` and `install`."""
    files = [read_file(Path(file)) for file in arguments.values.get("file", [])]
    names = [name for name, _, _ in files if name]
    environment = Environment(arguments, names[0] if names else None, fallback=not create)
    prefix = environment.prefix
    if create and prefix.exists():
        if prefix == environment.root:
            fail("Overwriting root prefix is not permitted - aborting.")
        if (prefix / "conda-meta").exists() and "yes" in arguments.flags:
            shutil.rmtree(prefix)
        elif any(prefix.iterdir()):
            fail("Non-conda folder exists at prefix - aborting.")
    if not create:
        if prefix == environment.root:
            (prefix / "conda-meta").mkdir(parents=True, exist_ok=True)
        environment.require()
    specs = [spec for _, found, _ in files for spec in found] + arguments.rest[1:]
    urls = [url for _, _, found in files for url in found]
    (prefix / "conda-meta").mkdir(parents=True, exist_ok=True)
    installed = environment.records()
    subdir = Subdir.current()
    packages = Path(os.environ.get("CONDA_PKGS_DIRS", "").split(",")[0] or environment.root / "pkgs")
    packages.mkdir(parents=True, exist_ok=True)
    gateway = Gateway(cache_dir=packages / "cache")
    if urls:
        records = await locked_records(gateway, urls, subdir)
    else:
        records = await solve(
            [channel()],
            [MatchSpec(spec) for spec in specs],
            gateway=gateway,
            platforms=[subdir, Subdir("noarch")],
            locked_packages=installed,
            virtual_packages=VirtualPackage.detect(),
        )
    await install(records, prefix, cache_dir=packages, installed_packages=installed, show_progress=False)
    with (prefix / "conda-meta" / "history").open("a", encoding="utf-8") as history:
        history.write(f"==> stand-in <==\n# cmd: micromamba {' '.join(sys.argv[1:])}\n")
    # py-rattler keeps these to their owner; micromamba leaves them readable, so that any user can list what is there.
    for record_file in (prefix / "conda-meta").glob("*.json"):
        record_file.chmod(0o644)
    for record in sorted(records, key=lambda record: record.name.normalized):
        print(f"  + {record.name.normalized:<24} {record.version} {record.build}")


async def locked_records(gateway: Gateway, urls: list[str], subdir: Subdir) -> list[RepoDataRecord]:
    """The channel's packages of the file names that a lock file's URLs have; a hash, where there is one, must agree."""
    names = [url.partition("#")[0].rsplit("/", 1)[-1].rsplit("-", 2)[0] for url in urls]
    found = await gateway.query([channel()], [subdir, Subdir("noarch")], names, recursive=False)
    by_file = {record.file_name: record for records in found for record in records}
    wanted = []
    for url in urls:
        address, _, checksum = url.partition("#")
        record = by_file.get(address.rsplit("/", 1)[-1])
        if record is None:
            fail(f"The stand-in channel has no {address.rsplit('/', 1)[-1]}")
        actual = {record.sha256.hex() if record.sha256 else "", record.md5.hex() if record.md5 else ""}
        if checksum and checksum.removeprefix("sha256:") not in actual:
            fail(f"Wrong checksum for {address}")
        wanted.append(record)
    return wanted


def show(arguments: Arguments) -> None:
    """`list` and `env export`."""
    environment = Environment(arguments)
    environment.require()
    records = sorted(environment.records(), key=lambda record: record.name.normalized)
    if "explicit" in arguments.flags:
        print("# platform: " + str(Subdir.current()) + "\n@EXPLICIT")
        for record in records:
            md5 = record.md5.hex() if record.md5 else ""
            print(f"{record.url}#{md5}" if md5 else record.url)
    elif arguments.rest[0] == "env":
        pins = [f"  - {record.name.normalized}={record.version}={record.build}" for record in records]
        print("\n".join(["name: base", "channels:", "  - conda-forge", "dependencies:", *pins]))
    elif "json" in arguments.flags:
        rows = [
            {
                "name": r.name.normalized,
                "version": str(r.version),
                "build_string": str(r.build),
                "channel": "conda-forge",
            }
            for r in records
        ]
        print(json.dumps(rows, indent=4))
    else:
        print(f'List of packages in environment: "{environment.prefix}"\n')
        for record in records:
            print(f"  {record.name.normalized:<24} {record.version!s:<12} {record.build!s:<12} conda-forge")


def execute(arguments: Arguments) -> NoReturn:
    """`run`: takes the place of this process, with the environment's variables."""
    environment = Environment(arguments)
    environment.require()
    if len(arguments.rest) < 2:
        fail("run needs a command")
    os.environ["CONDA_PREFIX"] = str(environment.prefix)
    os.environ["PATH"] = f"{environment.prefix / 'bin'}:{os.environ.get('PATH', '')}"
    # PyInstaller points these at its own libraries; the program must not see that.
    original = os.environ.pop("LD_LIBRARY_PATH_ORIG", None)
    os.environ.pop("LD_LIBRARY_PATH", None)
    if original is not None:
        os.environ["LD_LIBRARY_PATH"] = original
    sys.stdout.flush()
    try:
        os.execvp(arguments.rest[1], arguments.rest[1:])
    except OSError as error:
        fail(f"{arguments.rest[1]}: {error.strerror}")


def main() -> None:
    """Does what the command line says."""
    if sys.argv[1:] in (["--version"], ["-V"]):
        print(VERSION)
        return
    arguments = Arguments(sys.argv[1:])
    match arguments.rest[:1]:
        case ["create"]:
            asyncio.run(put(arguments, create=True))
        case ["install"]:
            asyncio.run(put(arguments, create=False))
        case ["list"] | ["env"]:
            show(arguments)
        case ["run"]:
            execute(arguments)
        case ["clean"]:
            root = Environment(arguments).root
            shutil.rmtree(
                Path(os.environ.get("CONDA_PKGS_DIRS", "").split(",")[0] or root / "pkgs"), ignore_errors=True
            )
        case words:
            fail(f"The stand-in for micromamba does not know the command {' '.join(words) or '(none)'}")


if __name__ == "__main__":
    status: str | int | None = 0
    try:
        main()
    except SystemExit as exit_:
        status = exit_.code
        if isinstance(status, str):
            print(status, file=sys.stderr)
            status = 1
    except Exception as error:
        print(f"critical libmamba {type(error).__name__}: {error}", file=sys.stderr)
        status = 1
    sys.stdout.flush()
    sys.stderr.flush()
    # Past the interpreter's own ending, which waits for the threads of the library for ever when it is frozen.
    os._exit(int(status or 0))
