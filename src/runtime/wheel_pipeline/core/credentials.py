"""What nobody but the caller may read: the values of variables that are secrets by their name."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

NAMES = re.compile(r"(?i)(^|_)(TOKEN|PASSWORD|PASSWD|PASSPHRASE|SECRET|CREDENTIALS?|(API|ACCESS|PRIVATE|SECRET)_?KEY)$")
TOKEN = re.compile(r"\b(gh[a-z]_|github_pat_)[A-Za-z0-9_]{16,}")  # one of GitHub's, whatever variable it comes from
IN_ADDRESS = re.compile(r"://[^/@\s:]*:([^/@\s]+)@")
SHORTEST = 6  # characters: a shorter one would be found in many a word


def secrets(environ: Mapping[str, str]) -> dict[str, str]:
    """Name and value of each secret; a password in an address, such as that of a package index, is one too."""
    found = {name: value for name, value in environ.items() if NAMES.search(name)}
    found |= {name: match[1] for name, value in environ.items() if (match := IN_ADDRESS.search(value))}
    return {name: value for name, value in found.items() if len(value) >= SHORTEST and "\n" not in value}


def values(environ: Mapping[str, str]) -> list[str]:
    """What to mask, the longest first: one may be the beginning of another."""
    return sorted(secrets(environ).values(), key=len, reverse=True)


def masked(text: str, found: Iterable[str] | None = None) -> str:
    """The text without any of them, by default those of this process, and without any of GitHub's tokens."""
    for value in values(os.environ) if found is None else found:
        text = text.replace(value, "***")
    return TOKEN.sub("***", text)


def mask_file(path: Path) -> None:
    """Take the caller's secrets out of what a process has written by itself; its other bytes stay as they are."""
    data = path.read_bytes()
    clean = masked(data.decode(errors="surrogateescape")).encode(errors="surrogateescape")
    if clean != data:
        path.write_bytes(clean)
