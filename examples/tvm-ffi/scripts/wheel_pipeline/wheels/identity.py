"""All that a wheel is made of: a kept one is taken again while none of it has changed."""

from __future__ import annotations

import os
import platform as machine
import re
import sys
from collections.abc import Iterator, Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

from ..git import commit_of
from ..plan import Build, Platform
from ..plan import Wheel as Declared
from ..processes import ask, which

SCHEMA = 3
# The caller's variables that change what a compiler writes.
COUNTED = re.compile(
    r"(AR|CC|CXX|LD|NM|RANLIB|STRIP|OBJCOPY)|(C|CXX|CPP|LD|AR|AS|RUST|CUDA)FLAGS|CUDA(CXX|HOSTCXX|ARCHS)|RUSTC"
    r"|CARGO_(ENCODED_RUSTFLAGS|BUILD_RUSTFLAGS|BUILD_TARGET|PROFILE_.*|TARGET_.*)|(SKBUILD|CMAKE|NVCC)_.*"
    r"|_?(CL|LINK)_?|C_INCLUDE_PATH|CPLUS_INCLUDE_PATH|CPATH|LIBRARY_PATH|COMPILER_PATH|SOURCE_DATE_EPOCH"
)
# Of those, the ones that change only how fast it comes.
FAST = re.compile(r"CMAKE_BUILD_PARALLEL_LEVEL|CMAKE_.*_COMPILER_LAUNCHER|CMAKE_COLOR_DIAGNOSTICS|CARGO_TARGET_DIR")


def identity(
    build: Build,
    declared: Declared,
    platform: Platform,
    source: Path,
    tools: Mapping[str, str],
    environment: Mapping[str, str],
    timeout: float,
    *,
    files: str,
) -> dict[str, Any]:
    """What a wheel of this source tree is made of.

    The environment is without the path maps that we add ourselves; `files` is the hash of the wheel's files.
    """
    project, system = source / declared.project_dir, platform.system
    hooks = [[hook.when, hook.step, *hook.command] for hook in build.hooks if hook.system in (None, system)]
    return {
        "schema": SCHEMA,
        "distribution": declared.distribution,
        "platform": platform.id,
        "project": {"files": files, "commit": commit_of(project, source, environment, timeout)},
        "settings": list(declared.settings.on(system)),
        "hooks": hooks,
        "environment": {**counted(environment), **build.environment.on(system), **declared.environment.on(system)},
        "toolchain": {
            "tools": dict(tools),
            "compilers": compilers(environment, timeout),
            "packages": packages(environment),
            "python": str(sys.implementation.cache_tag),
            "libc": " ".join(machine.libc_ver()),
        },
    }


def counted(environment: Mapping[str, str]) -> dict[str, str]:
    """The variables that change what a compiler writes."""
    return {name: value for name, value in environment.items() if COUNTED.fullmatch(name) and not FAST.fullmatch(name)}


def compilers(environment: Mapping[str, str], timeout: float) -> dict[str, str]:
    """What the compilers say they are: the first line of it."""
    named = {"CC": environment.get("CC") or "cc", "CXX": environment.get("CXX") or "c++"}
    found = {name: [*command.split(), "--version"] for name, command in named.items()}
    if os.name == "nt":
        found["MSVC"] = ["cl"]  # without a file it only says what it is
    said = {}
    for name, argv in found.items():
        if which(argv[0], environment):
            answer = ask(argv, timeout=timeout, env=environment)
            said[name] = next(iter((answer.stdout + answer.stderr).splitlines()), "")
    return said


def packages(environment: Mapping[str, str]) -> list[str]:
    """What is installed: the Conda environment's packages with their builds, or else this Python's."""
    prefix = environment.get("CONDA_PREFIX")
    if prefix and (records := sorted(path.stem for path in Path(prefix, "conda-meta").glob("*.json"))):
        return records
    return sorted({f"{found.name}=={found.version}" for found in metadata.distributions() if found.name})


def different(facts: Any, kept: Any, at: str = "") -> Iterator[str]:
    """The names of the values that differ."""
    if isinstance(facts, dict) and isinstance(kept, dict):
        for name in sorted(facts.keys() | kept.keys()):
            yield from different(facts.get(name), kept.get(name), f"{at}.{name}" if at else name)
    elif facts != kept:
        yield at
