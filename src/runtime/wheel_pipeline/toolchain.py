"""What the toolchain has beside the Conda environment: packages that pip added, and empty libraries."""

from __future__ import annotations

import sysconfig
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path

from .core.errors import Failure
from .environment import add, with_first
from .plan import Build, PythonPackage, System

EMPTY_ARCHIVE = b"!<arch>\n"
"""A static library without members: https://man.freebsd.org/cgi/man.cgi?ar(5)"""


def packages_on(build: Build, system: System) -> list[PythonPackage]:
    return [package for package in build.python_packages if package.system in (None, system)]


def with_python_packages(env: Mapping[str, str], build: Build, system: System) -> dict[str, str]:
    """Let builds find what is in a folder that is laid out like /usr: programs by PATH, all else by CMake."""
    found = dict(env)
    site = Path(sysconfig.get_path("purelib"))
    prefixes = dict.fromkeys(package.prefix for package in packages_on(build, system) if package.prefix)
    for folder in [site / prefix for prefix in reversed(list(prefixes))]:
        if folder.is_dir():
            found = with_first(with_first(found, "CMAKE_PREFIX_PATH", folder), "PATH", folder / "bin")
    return found


def check_python_packages(build: Build, system: System) -> dict[str, str]:
    """Their versions; fails where one is missing or another one than the declared."""
    problems, versions = [], {}
    for package in packages_on(build, system):
        try:
            version = metadata.version(package.name)
        except metadata.PackageNotFoundError:
            problems.append(f"the Python package {package.name} is missing")
            continue
        versions[package.name] = version
        if version != package.version:
            problems.append(f"the Python package {package.name} is {version}, {package.version} is declared")
    if problems:
        command = f"python -m pip install --no-deps --require-hashes --requirement {build.python_packages_file}"
        raise Failure(f"{'; '.join(problems)}: use the toolchain image, or run {command}")
    return versions


def with_unused_libraries(env: Mapping[str, str], names: tuple[str, ...], folder: Path) -> dict[str, str]:
    """Let the linker find an empty library of each name first.

    No folder with more in it will do: the Conda environment's has a C++ library that wheels must not need.
    """
    if not names:
        return dict(env)
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        (folder / f"lib{name}.a").write_bytes(EMPTY_ARCHIVE)
    return add(env, {"LDFLAGS": f"-L{folder}"})
