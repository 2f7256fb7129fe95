"""The Python that the wheels are tested with: a user's, as far as there is one."""

from __future__ import annotations

import os
import sys
import sysconfig
from collections.abc import Iterator, Mapping
from pathlib import Path

from ..core.console import console
from ..core.errors import Failure, UsageError
from ..core.processes import ask

TELLS = """
import os, sys, sysconfig
print(sys.implementation.cache_tag, sysconfig.get_platform(), 'conda-meta' in os.listdir(sys.base_prefix))
"""
SECONDS = 60


def users_python(given: Path | None, environ: Mapping[str, str] = os.environ) -> Path:
    """An interpreter of the version that the wheels are built for, that is not Conda's.

    It is of their platform too: a Windows may have one for 32 bits, or for another processor, of the very same version.
    Conda's looks for libraries in its own environment first, where it finds what a user's machine may lack.
    """
    wanted = f"{sys.implementation.cache_tag} {sysconfig.get_platform()}"
    if given:
        found = about(given)
        if not found or found[0] != wanted:
            told = f"is {found[0]}" if found else "does not answer"
            raise UsageError(f"TEST_PYTHON: {given} {told}: name an interpreter of the wheels' version, {wanted}")
        return given
    own = Path(sys.executable)
    if about(own) == (wanted, False):
        return own
    for candidate in on_windows(environ) if sys.platform == "win32" else on_linux(environ):
        if is_program(candidate) and about(candidate) == (wanted, False):
            console.say(f"testing with {candidate}, as {own} is Conda's")
            return candidate
    console.warning(
        f"testing with {own}, which is Conda's: it finds libraries that a user's Python may not find."
        f" Set TEST_PYTHON to another interpreter of its version"
    )
    return own


def on_linux(environ: Mapping[str, str]) -> Iterator[Path]:
    """Where another one may be: the manylinux images have every version, elsewhere it may be on the PATH."""
    major, minor = sys.version_info[:2]
    tag = f"cp{major}{minor}"
    yield Path(f"/opt/python/{tag}-{tag}/bin/python")
    for folder in filter(None, environ.get("PATH", "").split(os.pathsep)):
        yield Path(folder, f"python{major}.{minor}")


def on_windows(environ: Mapping[str, str]) -> Iterator[Path]:
    """Where another one may be: on the PATH, among those of GitHub's runner, or where Python's installers put it."""
    major, minor = sys.version_info[:2]
    for folder in filter(None, environ.get("PATH", "").split(os.pathsep)):
        yield Path(folder, "python.exe")
    if tools := environ.get("RUNNER_TOOL_CACHE"):
        yield from sorted(Path(tools, "Python").glob(f"{major}.{minor}.*/x64/python.exe"))
    for variable, folder in (
        ("LOCALAPPDATA", f"Programs/Python/Python{major}{minor}"),
        ("LOCALAPPDATA", f"Python/pythoncore-{major}.{minor}-64"),
        ("PROGRAMFILES", f"Python{major}{minor}"),
    ):
        if root := environ.get(variable):
            yield Path(root, folder, "python.exe")


def is_program(path: Path) -> bool:
    """Not so the Microsoft Store's python.exe in a folder of the PATH, an alias of no bytes that opens the Store."""
    try:
        return path.is_file() and path.stat().st_size > 0
    except OSError:
        return False


def about(python: Path) -> tuple[str, bool] | None:
    """The version and platform of an interpreter, and whether it is Conda's; nothing where it does not answer."""
    try:
        answer = ask([str(python), "-I", "-c", TELLS], timeout=SECONDS)
    except Failure:
        return None
    words = answer.stdout.split()
    return (" ".join(words[:2]), words[2] == "True") if answer.status == 0 and len(words) == 3 else None
