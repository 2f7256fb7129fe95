"""What a caller can set: each input from its option, its environment variable or its default, checked before any work.

src/contract/inputs.json declares them; a text becomes a value here, by the input's type.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.version import InvalidVersion, Version

from .core.errors import UsageError
from .plan import FOLDERS, IN_BUILD, INPUTS, Build, Input, Platform

LONGEST = 120  # characters of BUILD_DIR: of the 260 that most programs of Windows can read, a build needs the rest
APART = r"""[\s"'\\;(){}<>&|]"""  # characters of a path that end a word for a compiler, for CMake or for Ninja
NEWEST = 4354819198  # what a zip entry can say at most: the end of 2107


@dataclass(frozen=True)
class Inputs:
    """The values, by the inputs' names. One that a command does not take, or that has no default, is empty."""

    source_dir: Path | None = None
    version: str = ""
    output_dir: Path = Path()
    build_dir: Path = Path()
    jobs: int = 0
    platform_tag: str = ""
    test_python: Path | None = None
    compiler_cache_dir: Path = Path()
    wheel_cache_dir: Path = Path()
    source_date_epoch: int = 0
    toolchain_image: str = ""
    variant: str = ""
    only: tuple[str, ...] = ()
    from_step: str = ""
    keep_going: bool = False
    verbose: bool = False
    plain: bool = False


def inputs_of(command: str, system: str) -> list[Input]:
    """Return the inputs of a command on a system."""
    return [each for each in INPUTS if command in each.commands and each.system in (None, system)]


def resolve(
    declared: list[Input],
    given: Mapping[str, Any],
    build: Build,
    platform: Platform,
    root: Path,
    environ: Mapping[str, str],
) -> Inputs:
    """The value of each input: what the option says, else the variable, else the default."""
    values: dict[str, Any] = {}
    places = FOLDERS | IN_BUILD | {"root": str(root), "platform": platform.id, "processors": str(processors())}
    for each in declared:
        field = each.name.replace("-", "_")
        told, text = option_or_variable(each, given, environ)
        if not text and each.default is not None:
            text = each.default.format(**places)
        if each.type == "flag":
            values[field] = bool(text)
        elif text:
            values[field] = CHECKS[each.type](told, text, build, platform)
        if each.type == "path" and text:
            places[each.name] = str(values[field])
    return Inputs(**values)


def option_or_variable(each: Input, given: Mapping[str, Any], environ: Mapping[str, str]) -> tuple[str, Any]:
    """What the caller said, and how a message names where."""
    value = given.get(each.name)
    if value:
        return f"--{each.name}", ",".join(value) if isinstance(value, list) else value
    variable = each.variable or ""
    return variable or f"--{each.name}", environ.get(variable, "").strip()


def processors() -> int:
    """Those that this process may use, which in a container can be fewer than the machine has."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def text(told: str, value: str, *_: object) -> str:
    if re.search(r"[\x00-\x1f]", value):
        raise UsageError(f"{told}: {value!r} must be one line of text")
    return value


def path(told: str, value: str, *_: object) -> Path:
    return Path(os.path.abspath(Path(text(told, value)).expanduser()))


def count(told: str, value: str, *_: object) -> int:
    if not re.fullmatch(r"[1-9][0-9]{0,8}", value):
        raise UsageError(f"{told}: {value!r} must be a whole number above 0")
    return int(value)


def epoch(told: str, value: str, *_: object) -> int:
    if not re.fullmatch(r"[0-9]{1,10}", value) or int(value) > NEWEST:
        raise UsageError(f"{told}: {value!r} must be seconds since 1970, a whole number up to {NEWEST}")
    return int(value)


def version(told: str, value: str, *_: object) -> str:
    try:
        return str(Version(value))
    except InvalidVersion:
        raise UsageError(f"{told}: {value!r} must be a version by PEP 440, such as 1.2.3 or 1.2.3.dev4") from None


def platform_tag(told: str, value: str, _: Build, platform: Platform) -> str:
    machine = re.escape(platform.machine)
    if not re.fullmatch(rf"(manylinux(1|2010|2014|_\d+_\d+)|musllinux_\d+_\d+)_{machine}", value):
        raise UsageError(f"{told}: {value!r} must be a platform tag of this machine, such as {platform.platform_tag}")
    return value


def distributions(told: str, value: str, build: Build, _: Platform) -> tuple[str, ...]:
    """Names as they are declared; the order is the plan's."""
    wanted = {build.wheel(name).key for name in re.split(r"[,\s]+", value) if name}
    return tuple(wheel.distribution for wheel in build.wheels if wheel.key in wanted)


CHECKS: dict[str, Callable[..., Any]] = {
    "text": text,
    "path": path,
    "count": count,
    "epoch": epoch,
    "version": version,
    "platform-tag": platform_tag,
    "variant": text,
    "distributions": distributions,
    "step": text,
}


def check_source(build: Build, tree: Path, told: str) -> None:
    """A tree that somebody gives must have what is built from it."""
    if not tree.is_dir():
        raise UsageError(f"{told}: {tree} is not a folder: name the tree to build")
    for wheel in build.wheels:
        project = tree / wheel.project_dir
        if not any((project / name).is_file() for name in ("pyproject.toml", "setup.py")):
            raise UsageError(
                f"{told}: {tree} has no {Path(wheel.project_dir, 'pyproject.toml').as_posix()}, from which"
                f" {wheel.distribution} is built: are its submodules there?"
            )


def check_folders(inputs: Inputs, source: Path | None, told: str = "SOURCE_DIR") -> None:
    """Folders that are emptied or replaced must not hold, or lie in, what they are made from; `told`: what names it."""
    build, output = inputs.build_dir.resolve(), inputs.output_dir.resolve()
    if os.name == "nt" and len(str(build)) > LONGEST:
        raise UsageError(
            f"BUILD_DIR {build} has {len(str(build))} characters, but Windows compilers fail with more than {LONGEST}:"
            " set BUILD_DIR to a shorter path"
        )
    if inputs.build_dir.drive.startswith(r"\\"):
        # Not the resolved one: that of a drive whose letter stands for a share names the share.
        raise UsageError(
            f"BUILD_DIR {inputs.build_dir} has no drive letter, and cmd.exe, which builds call, cannot run there:"
            " set BUILD_DIR to a folder of a local drive"
        )
    if os.name != "nt" and (found := re.search(APART, str(build))):
        raise UsageError(
            f"BUILD_DIR {build} has the character {found[0]!r}, which compilers or CMake take apart:"
            " set BUILD_DIR to a path without it"
        )
    if source and (source.resolve() == build or build in source.resolve().parents):
        raise UsageError(
            f"{told} {source} lies in BUILD_DIR {build}, which is emptied: set BUILD_DIR to another folder"
        )
    if output == build or output in build.parents:
        raise UsageError(f"BUILD_DIR {build} lies in OUTPUT_DIR {output}, which is replaced: set one to another folder")
    if source and (output == source.resolve() or output in source.resolve().parents):
        raise UsageError(
            f"{told} {source} lies in OUTPUT_DIR {output}, which is replaced: set OUTPUT_DIR to another folder"
        )
    if build in output.parents and output.relative_to(build).parts[0] in EMPTIED:
        raise UsageError(f"OUTPUT_DIR {output} lies in a folder that the build empties: set it to another folder")


STAGES = ("aliases", "amended", "cmake", "connected", "finished", "raw", "records", "repaired", "shared")
"""Folders of BUILD_DIR that wheels go through."""

ENVIRONMENT = IN_BUILD["testEnvironment"]
"""The folder of BUILD_DIR that wheels are tested in."""

EMPTIED = (*STAGES, "sdist", "source", "unused-libraries")
"""Folders of BUILD_DIR that a build makes anew each time."""
