"""Tables that synthesis reads too: the files of src/contract, which the packed program contains."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .. import program
from .reading import converter
from .system import System


@dataclass(frozen=True)
class Input:
    """An option of the program, with the environment variable that sets it too."""

    name: str
    """The option without its dashes, such as source-dir."""
    type: str
    commands: tuple[str, ...]
    help: str
    default_help: str
    """The default as a person reads it."""
    variable: str | None = None
    system: System | None = None
    """The only system that has it."""
    default: str | None = None
    """The default, with placeholders such as {build-dir}."""


def table(name: str) -> Any:
    return json.loads(program.declared(f"{program.BUILTIN}contract/{name}.json", Path()).read_text(encoding="utf-8"))


_FOLDERS = table("folders")

IN_BUILD: dict[str, str] = _FOLDERS.pop("inBuild")
"""Folders of BUILD_DIR."""

FOLDERS: dict[str, str] = _FOLDERS
"""Paths relative to the pipeline's folder."""

INPUTS: tuple[Input, ...] = converter().structure(table("inputs"), tuple[Input, ...])
