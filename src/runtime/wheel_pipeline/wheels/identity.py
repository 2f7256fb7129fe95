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

from ..core.compilers import NAMES, compiler
from ..core.git import commit_of
from ..core.processes import ask, which
from ..plan import Build, Platform
from ..plan import Wheel as Declared
from .files import read_bytes, sha256

SCHEMA = 4
# The caller's variables that change what a compiler writes.
COUNTED = re.compile(
    r"(AR|CC|CXX|LD|NM|RANLIB|STRIP|OBJCOPY)|(C|CXX|CPP|LD|AR|AS|RUST|CUDA|HIP)FLAGS|(CUDA|HIP)(CXX|HOSTCXX|ARCHS)"
    r"|RUSTC|RUSTUP_TOOLCHAIN|CARGO_(ENCODED_RUSTFLAGS|BUILD_RUSTFLAGS|BUILD_TARGET|PROFILE_.*|TARGET_.*)"
    r"|(SKBUILD|CMAKE|NVCC)_.*|_?(CL|LINK)_?|C_INCLUDE_PATH|CPLUS_INCLUDE_PATH|CPATH|LIBRARY_PATH|COMPILER_PATH"
    r"|LD_RUN_PATH|PKG_CONFIG_(PATH|LIBDIR|SYSROOT_DIR)|(CUDA|ROCM|HIP)_(PATH|HOME)|VULKAN_SDK|SOURCE_DATE_EPOCH"
)
# Those by which CMake finds a package, as far as their folders have one; the program's own inputs are called alike.
PACKAGE = re.compile(r"(?!(SOURCE|BUILD|OUTPUT|SCCACHE|WHEEL_CACHE|CONDA)_)[A-Za-z]\w*_(ROOT|DIR)")
INSTALLED = ("include", "lib", "lib64", "share", "cmake", "*-config.cmake", "*Config.cmake")
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
    build_dir: Path,
) -> dict[str, Any]:
    """What a wheel of this source tree is made of.

    The environment is without the path maps that we add ourselves; `files` is the hash of the wheel's files. What lies
    in BUILD_DIR is the same in any other one.
    """
    project, system = source / declared.project_dir, platform.system
    variables = {name: value.replace(str(build_dir), "BUILD_DIR") for name, value in counted(environment).items()}
    sdk = build.vulkan_sdk if system == "windows" else None
    hooks = [[hook.when, hook.step, *hook.command] for hook in build.hooks if hook.system in (None, system)]
    return {
        "schema": SCHEMA,
        "distribution": declared.distribution,
        "platform": platform.id,
        "project": {"files": files, "commit": commit_of(project, source, environment, timeout)},
        "settings": list(declared.settings.on(system)),
        "hooks": hooks,
        "environment": {**variables, **build.environment.on(system), **declared.environment},
        "toolchain": {
            "tools": dict(tools),
            "compilers": compilers(environment, timeout),
            "packages": packages(environment),
            "unusedLibraries": list(build.unused_libraries) if system == "linux" else [],
            "vulkanSdk": sdk.version if sdk else "",
            "python": str(sys.implementation.cache_tag),
            "libc": " ".join(machine.libc_ver()),
        },
    }


def counted(environment: Mapping[str, str]) -> dict[str, str]:
    """The variables that change what a compiler writes."""
    found = {name: value for name, value in environment.items() if is_counted(name, value)}
    if sdk := found.get("VULKAN_SDK"):
        found["VULKAN_SDK"] = headers_of(Path(sdk)) or sdk
    return found


def is_counted(name: str, value: str) -> bool:
    if FAST.fullmatch(name):
        return False
    return bool(COUNTED.fullmatch(name)) or bool(PACKAGE.fullmatch(name) and has_package(value))


def has_package(folders: str) -> bool:
    """Whether CMake would find something there: what other programs call alike is a folder of another kind."""
    paths = [Path(folder) for folder in folders.split(os.pathsep) if folder]
    return any(next(path.glob(name), None) for path in paths for name in INSTALLED)


def headers_of(sdk: Path) -> str:
    """The hash of what a Vulkan SDK's version stands in, since it can lie anywhere; empty where that is not there."""
    for folder in ("include", "Include"):
        header = sdk / folder / "vulkan" / "vulkan_core.h"
        if header.is_file():
            return sha256(read_bytes(header))
    return ""


def compilers(environment: Mapping[str, str], timeout: float) -> dict[str, str]:
    """What the compilers say they are: the first line of it."""
    found = {name: [*command, "--version"] for name in NAMES if (command := compiler(name, environment))}
    if os.name == "nt" and which("cl", environment):
        found["MSVC"] = ["cl"]  # without a file it only says what it is
    said = {}
    for name, argv in found.items():
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
