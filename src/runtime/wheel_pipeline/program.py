"""This program as files: a package of sources, or the single file that repositories get."""

from __future__ import annotations

import zipfile
import zipimport
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

BUILTIN = "builtin:"
"""What the name of a file of this library begins with in a plan, such as builtin:mlc-llm/checks/generate.py."""


def path() -> Path:
    """The folder or file that `python PATH COMMAND` runs."""
    loader = __spec__.loader if __spec__ else None
    if isinstance(loader, zipimport.zipimporter):
        return Path(loader.archive).resolve()
    return Path(__file__).resolve().parent


def scripts() -> Path:
    """The folder of plan.json: where the packed program is, or `scripts` of the checkout that has its sources."""
    program = path()
    return program.parent if program.is_file() else program.parents[2] / "scripts"


def source(name: str) -> str:
    """The text of one of the program's files, by its path in the package."""
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


def declared(name: str, root: Path) -> Traversable:
    """A file or folder that the plan names: of the pipeline's folder, or one that this program brings."""
    if not name.startswith(BUILTIN):
        return root / name
    program = path()
    library = zipfile.Path(program) if program.is_file() else program.parents[1]
    return library.joinpath(*name.removeprefix(BUILTIN).split("/"))
