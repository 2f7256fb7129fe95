"""Waits for whoever holds a file for a moment on Windows: a virus scanner or an indexer reads what was just written."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

SECONDS = 20.0  # in which they have read it
PAUSE = 0.1


def patiently(act: Callable[[], object]) -> None:
    """Do what Windows refuses for as long as somebody else has the file open."""
    end = time.monotonic() + SECONDS
    while True:
        try:
            act()
            return
        except PermissionError:
            if os.name != "nt" or time.monotonic() > end:
                raise
        time.sleep(PAUSE)


def replace(source: Path, target: Path) -> None:
    """Give a file or a folder the target's name, in one step; a file that has the name goes."""
    patiently(lambda: os.replace(source, target))
