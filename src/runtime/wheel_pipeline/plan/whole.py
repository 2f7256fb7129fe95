"""The plan as a whole, and what of it belongs to no build."""

# Annotations are not deferred here: up to 3.12.3, Python does not find a class's type parameter in those.
from dataclasses import dataclass
from typing import Literal

from ..errors import UsageError, nearest
from .build import Build
from .pins import Pins, Upkeep
from .source import Source
from .system import System


@dataclass(frozen=True)
class Input:
    """What a caller can set, as an option or as an environment variable."""

    name: str
    """The option without its dashes, such as source-dir."""
    variable: str | None
    type: Literal[
        "text", "path", "count", "epoch", "version", "platform-tag", "flag", "variant", "distributions", "step"
    ]
    commands: tuple[str, ...]
    system: System | None
    help: str
    default: str | None
    """A template of {root}, {platform}, {build-dir} and {processors}; none where it stays empty."""
    default_help: str
    """The default in words."""


@dataclass(frozen=True)
class Files:
    """Paths from the checkout's root."""

    output: str
    build: str
    overlay: str
    build_requirements: str
    locks: str
    environment: str
    """The Conda environment file, which a message may name."""
    dockerfile: str


@dataclass(frozen=True)
class Limits:
    """How often and how long; seconds, unless they say otherwise."""

    attempts: int
    """Tries of what reaches over a network."""
    pause: float
    """Between tries: this, then twice this, …"""
    command: float
    """A question to a tool, such as its version."""
    download: float
    """A source, or what a test requires."""
    build: float
    """One wheel's build by its backend, and its repair."""
    upload: float
    """One file of a release."""
    check: float
    """A check of the gate that every wheel goes through."""
    kept_wheels: int
    """Generations of a reused wheel."""


@dataclass(frozen=True)
class Images:
    name: str
    """Where the toolchain images are published, without tag."""
    branches: tuple[str, ...]
    """Branches whose pushes publish them, beside the default branch."""
    label: str
    """The label that has the env-<hash> of the files that an image was built from."""


@dataclass(frozen=True)
class Release:
    """How a tag becomes a release."""

    on_default_branch: bool
    attest: Literal["public", "always", "never"]
    """The repositories in which GitHub attests wheels and images."""
    sbom: bool


@dataclass(frozen=True)
class Place:
    """Where a pipeline lies in its repository."""

    id: str
    """What the names of its workflows begin with; empty for nothing."""


@dataclass(frozen=True)
class Plan:
    schema: Literal[2]
    """A plan of another version has other fields, or fields of other meanings."""
    name: str
    repository: str
    python: str
    """The version that wheels are built for, such as 3.13."""
    source: Source
    files: Files
    limits: Limits
    inputs: tuple[Input, ...]
    builds: tuple[Build, ...]
    image: Images
    workflows: tuple[str, ...]
    default_branch: str
    release: Release
    place: Place
    pins: Pins
    upkeep: Upkeep

    def workflow(self, name: str) -> str:
        """The file name of one of its workflows."""
        return "-".join(filter(None, [self.place.id, f"{name}.yml"]))

    def build(self, variant: str = "") -> Build:
        """The build of a variant; without a name, the pipeline's own."""
        for build in self.builds:
            if (build.variant or "") == variant:
                return build
        names = [build.variant for build in self.builds if build.variant]
        known = f"name one of {', '.join(names)}{nearest(variant, names)}" if names else "none is declared"
        raise UsageError(f"there is no variant {variant!r}: {known}")
