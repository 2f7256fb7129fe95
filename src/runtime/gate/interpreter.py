"""The Python that the wheels are tested with: a user's, as far as there is one."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from ..console import console
from ..errors import Failure, UsageError
from ..processes import ask

TELLS = "import os, sys; print(sys.implementation.cache_tag, 'conda-meta' in os.listdir(sys.base_prefix))"
SECONDS = 60


def users_python(given: Path | None, environ: Mapping[str, str] = os.environ) -> Path:
    """An interpreter of the version that the wheels are built for, that is not Conda's.

    Conda's looks for libraries in its own environment first, where it finds what a user's machine may lack.
    """
    wanted = str(sys.implementation.cache_tag)
    if given:
        found = about(given)
        if not found or found[0] != wanted:
            told = f"is {found[0]}" if found else "does not answer"
            raise UsageError(f"TEST_PYTHON: {given} {told}: name an interpreter of the wheels' version, {wanted}")
        return given
    own = Path(sys.executable)
    if about(own) == (wanted, False):
        return own
    for candidate in candidates(environ):
        if candidate.is_file() and about(candidate) == (wanted, False):
            console.say(f"testing with {candidate}, as {own} is Conda's")
            return candidate
    console.warning(
        f"testing with {own}, which is Conda's: it finds libraries that a user's Python may not find."
        f" Set TEST_PYTHON to another interpreter of its version"
    )
    return own


def candidates(environ: Mapping[str, str]) -> Iterator[Path]:
    """Where another one may be: the manylinux images have every version, elsewhere it may be on the PATH."""
    major, minor = sys.version_info[:2]
    tag = f"cp{major}{minor}"
    yield Path(f"/opt/python/{tag}-{tag}/bin/python")
    for folder in environ.get("PATH", "").split(os.pathsep):
        yield Path(folder, f"python{major}.{minor}")


def about(python: Path) -> tuple[str, bool] | None:
    """The version of an interpreter, and whether it is Conda's; nothing where it does not answer."""
    try:
        answer = ask([str(python), "-I", "-c", TELLS], timeout=SECONDS)
    except Failure:
        return None
    words = answer.stdout.split()
    return (words[0], words[1] == "True") if answer.status == 0 and len(words) == 2 else None
