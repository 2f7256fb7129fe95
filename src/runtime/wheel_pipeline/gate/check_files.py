"""The files of a Python check."""

from __future__ import annotations

import re
from pathlib import Path

from .. import program
from ..core.errors import Failure

HELPER = re.compile(r"_(?!_).*\.py")


def check_files(name: str, root: Path) -> dict[str, bytes]:
    """Read a check's file and its helpers, by file name. Helpers are modules next to it that start with "_"."""
    file = program.declared(name, root)
    if not file.is_file():
        raise Failure(f"file {name} not found: restore it, or correct the check's python in .projenrc.ts")
    folder = program.declared(name.rpartition("/")[0], root)
    helpers = [each for each in folder.iterdir() if HELPER.fullmatch(each.name) and each.is_file()]
    return {each.name: each.read_bytes() for each in [file, *helpers]}
