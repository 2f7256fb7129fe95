"""What nobody but the caller may read: the values of variables that are secrets by their name."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

NAMES = re.compile(r"(?i)(^|_)(TOKEN|PASSWORD|PASSWD|PASSPHRASE|SECRET|CREDENTIALS?|(API|ACCESS|PRIVATE|SECRET)_?KEY)$")
IN_ADDRESS = re.compile(r"://[^/@\s:]*:([^/@\s]+)@")
SHORTEST = 6  # characters: a shorter one would be found in many a word


def secrets(environ: Mapping[str, str]) -> dict[str, str]:
    """Name and value of each secret; a password in an address, such as that of a package index, is one too."""
    found = {name: value for name, value in environ.items() if NAMES.search(name)}
    found |= {name: match[1] for name, value in environ.items() if (match := IN_ADDRESS.search(value))}
    return {name: value for name, value in found.items() if len(value) >= SHORTEST and "\n" not in value}


def masked(text: str) -> str:
    """The text without any of them."""
    for value in secrets(os.environ).values():
        text = text.replace(value, "***")
    return text


def mask_file(path: Path) -> None:
    """Take them out of what a process has written by itself."""
    data = path.read_bytes()
    clean = data
    for value in secrets(os.environ).values():
        clean = clean.replace(value.encode(), b"***")
    if clean != data:
        path.write_bytes(clean)
