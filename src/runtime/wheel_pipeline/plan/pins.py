"""Every version that may be raised, as it is in effect, and how that goes on."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class FilePin:
    """A file of a version, by its hash."""

    version: str
    sha256: str


@dataclass(frozen=True)
class WheelsPin:
    """Wheels of a version, each by its hash."""

    version: str
    sha256: tuple[str, ...]


@dataclass(frozen=True)
class SourcePin:
    replaces: str
    """The declared commit."""
    commit: str
    tag: str | None


@dataclass(frozen=True)
class Pins:
    file: str
    """Where the raised ones are written, from the pipeline's folder."""
    channels: tuple[str, ...]
    """Of Conda, first one first."""
    actions: dict[str, str]
    """Commit and version, as <commit> # <version>."""
    micromamba: str
    micromamba_exe: FilePin | None
    """For Windows."""
    buildkit: str
    dockerfile_frontend: str
    sbom_scanner: str
    base_image: str | None
    aarch64_base_image: str | None
    vulkan_sdk: FilePin | None
    packages: dict[str, str]
    """Conda packages without a version of their own."""
    python_packages: dict[str, WheelsPin]
    """Packages of the toolchain from the Python package index without a version of their own."""
    test_requirements: dict[str, str]
    """The declared requirement, and the version in effect."""
    zizmor: FilePin
    uv: FilePin
    source: SourcePin | None


@dataclass(frozen=True)
class Upkeep:
    cooldown_days: int
    """How long a version has to be public before it is proposed."""
    hold: tuple[str, ...]
    """Names of what is never raised."""
    keep_images_days: int
    """How long an image is kept that no release names."""
