"""A wheel as it is declared."""

# Annotations are not deferred here: up to 3.12.3, Python does not find a class's type parameter in those.
from dataclasses import dataclass
from typing import Literal

from packaging.utils import canonicalize_name

from .system import BySystem, System


@dataclass(frozen=True)
class Requirements:
    """What is put right in a wheel's requirements."""

    add: tuple[str, ...]
    pin: tuple[str, ...]
    """Distributions built beside it, each required in exactly that version."""
    drop: tuple[str, ...]


@dataclass(frozen=True)
class Alias:
    """A shared library whose code another one of the same folder repeats."""

    alias: str
    of: str


@dataclass(frozen=True)
class Check:
    """A requirement of an installed wheel; the kind decides which of the last four fields counts."""

    name: str
    kind: Literal["imports", "command", "python"]
    system: System | None
    timeout: float
    """Seconds."""
    expect: str | None
    modules: tuple[str, ...]
    exclude: tuple[str, ...]
    args: tuple[str, ...]
    python: tuple[str, ...]
    """A file and its arguments; the file is in the pipeline's folder, or builtin:… of this program."""


@dataclass(frozen=True)
class Wheel:
    distribution: str
    built_as: str
    """The name that its source gives it."""
    project_dir: str
    settings: BySystem[tuple[str, ...]]
    """PEP 517's config settings, each as key=value."""
    environment: BySystem[dict[str, str]]
    """Variables of its own build and of no other."""
    versioned: bool
    """Whether it takes the release's version; else it keeps its source's."""
    reuse: bool
    requires: Requirements
    excludes: BySystem[tuple[str, ...]]
    system_libraries: BySystem[tuple[str, ...]]
    library_folders: tuple[str, ...]
    """Folders of other wheels, from site-packages, where its libraries look for what it leaves out (Linux)."""
    program_folders: tuple[str, ...]
    """Folders of other wheels, from site-packages, with programs that its package starts (Linux)."""
    aliases: BySystem[tuple[Alias, ...]]
    forbidden: BySystem[tuple[str, ...]]
    max_bytes: BySystem[int | None]
    checks: tuple[Check, ...]

    @property
    def key(self) -> str:
        """Its name in PEP 503's normal form."""
        return canonicalize_name(self.distribution)

    @property
    def built_key(self) -> str:
        return canonicalize_name(self.built_as)
