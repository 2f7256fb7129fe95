"""The interpreter under test, and what is installed there."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name

from .. import program
from ..core.errors import Failure, UsageError
from ..wheels.files import write_text
from .runner import Attempt

LIBRARY = re.compile(r".*\.(?:so(?:\.\d+)*|pyd|dll)", re.IGNORECASE)


@dataclass(frozen=True)
class InstalledFile:
    name: str
    """As RECORD writes it."""
    path: Path
    hash: str
    """As RECORD writes it; empty where it has none."""

    @property
    def is_library(self) -> bool:
        return bool(LIBRARY.fullmatch(self.name)) and self.path.is_file()


@dataclass(frozen=True)
class Installed:
    """A distribution that is installed."""

    version: str
    files: tuple[InstalledFile, ...]
    urls: tuple[str, ...]
    """Its Project-URLs."""
    shared: tuple[tuple[str, str], ...] = ()
    """A file that another distribution brings, too, and that one's name."""


class Environment:
    """What an interpreter says of itself and of the distributions that are named."""

    def __init__(self, python: Path, names: Iterable[str], attempt: Attempt) -> None:
        self.python = os.path.abspath(python)  # not resolved: a link is what makes it a virtual environment's
        if not os.path.isfile(self.python):
            raise UsageError(f"there is no interpreter {python}: name the one of the environment to test")
        facts = attempt.private / "facts.json"
        ran = attempt.run(self.script(attempt, "probe.py", str(facts), *names))
        if ran.how or not facts.exists():
            raise Failure(f"{python} {ran.how or 'says nothing'} when asked what is installed: see {ran.stderr_log}")
        found: dict[str, Any] = json.loads(facts.read_text(encoding="utf-8"))
        if not found["asserts"]:
            raise Failure(f"{python} runs without its asserts (-O), so that no check could fail: run it without")
        self.version: str = found["python"]
        self.folders = [Path(folder) for folder in found["folders"]]
        """Where Windows looks for DLLs."""
        self.versions: dict[str, str] = {
            canonicalize_name(name): version for name, version in found["versions"] if name
        }
        self.libraries = {
            name.lower()
            for site in found["site"]
            for _, _, names in os.walk(site)
            for name in names
            if LIBRARY.fullmatch(name)
        }
        self.distributions = {name: installed(each) for name, each in found["distributions"].items() if each}

    def script(self, attempt: Attempt, name: str, *args: str) -> list[str]:
        """Return a command that runs one of the gate's files there; the file removes its own folder from sys.path."""
        path = attempt.private / name
        write_text(path, program.source(f"gate/{name}"))
        return [self.python, str(path), *args]


def installed(facts: dict[str, Any]) -> Installed:
    files = tuple(InstalledFile(name, Path(path), hash) for name, path, hash in facts["files"])
    shared = tuple((file, other) for file, other in facts["shared"])
    return Installed(facts["version"], files, tuple(facts["urls"]), shared)
