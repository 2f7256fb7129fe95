"""This program as files: a package of sources, or the single file that repositories get."""

from __future__ import annotations

import zipimport
from importlib.resources import files
from pathlib import Path


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
