"""The files of this program: a source package, or the packed file of a generated repository."""

from __future__ import annotations

import zipfile
import zipimport
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

BUILTIN = "builtin:"
"""Prefix of this library's own files in a plan, such as builtin:mlc-llm/checks/generate.py."""


def path() -> Path:
    """Return the folder or file that `python PATH COMMAND` runs."""
    loader = __spec__.loader if __spec__ else None
    if isinstance(loader, zipimport.zipimporter):
        return Path(loader.archive).resolve()
    return Path(__file__).resolve().parent


def scripts() -> Path:
    """Return the folder of plan.json: that of the packed program, or `scripts` of the source checkout."""
    program = path()
    return program.parent if program.is_file() else program.parents[2] / "scripts"


def source(name: str) -> str:
    """Read one of the program's files, by its path in the package."""
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


def declared(name: str, root: Path) -> Traversable:
    """Locate a file or folder of the plan: in the pipeline's folder, or among this program's own files."""
    if not name.startswith(BUILTIN):
        return root / name
    program = path()
    library = zipfile.Path(program) if program.is_file() else program.parents[1]
    return library.joinpath(*name.removeprefix(BUILTIN).split("/"))
