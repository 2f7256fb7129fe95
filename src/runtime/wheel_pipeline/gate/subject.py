"""A wheel under test: as it is declared, as a file, and as it is installed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from ..core.errors import Failure
from ..plan import System
from ..plan import Wheel as Declared
from ..wheels.files import sha256
from ..wheels.wheel import Wheel, the_wheel
from .environment import Environment, Installed
from .report import Identity


@dataclass(frozen=True)
class Subject:
    declared: Declared
    folder: Path
    """Where its file is."""
    environment: Environment
    system: System
    root: Path
    """The pipeline's folder, which contains the files of checks."""

    @property
    def name(self) -> str:
        return self.declared.distribution

    @cached_property
    def file(self) -> Wheel:
        return the_wheel(self.folder, self.declared)

    @property
    def installed(self) -> Installed:
        if found := self.environment.distributions.get(self.declared.key):
            return found
        raise Failure(f"{self.name} is not installed in the environment: install its wheel")

    def identity(self) -> Identity:
        return Identity(self.name, self.file.path.name, sha256(self.file.path.read_bytes()))


def identities(subjects: Sequence[Subject]) -> tuple[Identity, ...]:
    """The files that are tested; one that cannot be read is a finding of its first check."""
    found = []
    for subject in subjects:
        try:
            found.append(subject.identity())
        except (Failure, OSError):
            continue
    return tuple(found)
