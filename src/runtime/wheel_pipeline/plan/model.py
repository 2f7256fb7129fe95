# The plan as `plan.json` has it.
#
# Synthesized by projen from .projenrc.ts (mlc-llm-pipeline: src/plan/plan.ts). Do not edit it here:
# change the declaration and run `npx projen`.

"""The plan: a declaration with every default filled in. A key such as `projectDir` is the field `project_dir`."""

# Annotations are not deferred: up to 3.12.3, Python does not find the type parameter of a class in them.
from dataclasses import dataclass
from typing import Literal

from .methods import BuildMethods, PlanMethods, SourceMethods, WheelMethods
from .system import BySystem, System


@dataclass(frozen=True)
class Submodule:
    path: str
    """Relative to the source's root."""
    parent: str | None = None
    """The submodule that contains it, if any."""


@dataclass(frozen=True)
class GitSource:
    repository: str
    commit: str
    submodules: tuple[Submodule, ...]
    tag: str | None = None


@dataclass(frozen=True)
class SdistSource:
    distribution: str
    version: str
    sha256: str


@dataclass(frozen=True)
class Source(SourceMethods):
    """Exactly one of git, sdist and folder."""

    overlay: tuple[str, ...]
    """Paths of the files in scripts/overlay that are copied over the source."""
    base_version: str
    """The release that a development version is based on."""
    git: GitSource | None = None
    sdist: SdistSource | None = None
    folder: str | None = None
    """Relative to the checkout's root."""


@dataclass(frozen=True)
class Limits:
    attempts: int
    """Tries of what reaches over a network."""
    pause: float
    """Seconds between tries: this, then twice this, …"""
    command: float
    """Seconds for a question to a tool, such as its version."""
    download: float
    """Seconds for a source, or for what a test requires."""
    build: float
    """Seconds for the build of one wheel by its backend, and for its repair."""
    upload: float
    """Seconds for one file of a release."""
    check: float
    """Seconds for a check of the gate that every wheel goes through."""
    kept_wheels: int
    """Generations of a reused wheel."""


@dataclass(frozen=True)
class Platform:
    id: str
    """Name of its folders, jobs and artifacts, such as linux-x86_64-cuda-13.0."""
    system: System
    machine: str
    """Python's platform.machine()."""
    platform_tag: str
    """Platform tag of a repaired wheel."""
    title: str
    """Name of the platform in text."""


@dataclass(frozen=True)
class Tool:
    command: str
    optional: bool
    minimum: str | None = None
    system: System | None = None


@dataclass(frozen=True)
class PythonPackage:
    name: str
    version: str
    prefix: str | None = None
    system: System | None = None


@dataclass(frozen=True)
class VulkanSdk:
    version: str
    url: str
    sha256: str


@dataclass(frozen=True)
class Alias:
    alias: str
    target: str


@dataclass(frozen=True)
class Requirements:
    add: tuple[str, ...]
    pin: tuple[str, ...]
    drop: tuple[str, ...]


@dataclass(frozen=True)
class Check:
    name: str
    timeout: float
    imports: tuple[str, ...] | None = None
    exclude: tuple[str, ...] | None = None
    command: tuple[str, ...] | None = None
    python: tuple[str, ...] | None = None
    expect: str | None = None
    system: System | None = None


@dataclass(frozen=True)
class Wheel(WheelMethods):
    distribution: str
    project_dir: str
    use_source_version: bool
    reuse: bool
    excludes: BySystem[tuple[str, ...]]
    system_libraries: BySystem[tuple[str, ...]]
    library_folders: tuple[str, ...]
    program_folders: tuple[str, ...]
    aliases: tuple[Alias, ...]
    requires: Requirements
    forbidden: tuple[str, ...]
    max_bytes: BySystem[float | None]
    checks: tuple[Check, ...]
    built_as: str
    """Name of the distribution in its source."""
    settings: BySystem[tuple[str, ...]]
    """PEP 517 config settings, each as key=value."""
    environment: dict[str, str]
    """Environment variables of this wheel's build only."""


@dataclass(frozen=True)
class Preflight:
    folder: str
    """Its source: a folder of the project, or builtin:… of the program."""
    wheel: Wheel
    steps: BySystem[tuple[str, ...]]
    """The steps of its build."""
    system: System | None = None
    """The only system; both if null."""


@dataclass(frozen=True)
class Hook:
    """A command of the declaration, before or after a step of build or test."""

    step: str
    """A step of `steps`."""
    when: Literal["before", "after"]
    name: str
    command: tuple[str, ...]
    system: System | None = None
    """The only system; both if null."""


@dataclass(frozen=True)
class DiskFigures:
    """Disk space in gigabytes (10⁹ bytes), as measured; null where not measured."""

    linux: float | None = None
    """BUILD_DIR with its caches, and the wheels, at their largest."""
    windows: float | None = None


@dataclass(frozen=True)
class Build(BuildMethods):
    """One build of the source: the pipeline's own (variant: null), or a variant's."""

    name: str
    image: str
    """The toolchain image, by tag."""
    platforms: tuple[Platform, ...]
    tools: tuple[Tool, ...]
    python_packages: tuple[PythonPackage, ...]
    """Packages that pip adds to the Conda environment, by hash."""
    test_requirements_file: str
    """Requirements of the checks; a variant with its own has its own file."""
    unused_libraries: tuple[str, ...]
    """Libraries that a tool passes to the linker and no code uses; empty ones replace them."""
    rust: bool
    environment: BySystem[dict[str, str]]
    """Environment variables of every wheel's build."""
    wheels: tuple[Wheel, ...]
    steps: BySystem[tuple[str, ...]]
    """The steps of a build in their order; `repair:tvm` is a step of one wheel."""
    hooks: tuple[Hook, ...]
    image_files: tuple[str, ...]
    """The files of the toolchain image, whose digest is its tag env-<digest>; a lock file is optional."""
    disk_gigabytes: DiskFigures
    """Disk space in gigabytes (10⁹ bytes), as measured; null where not measured."""
    variant: str | None = None
    image_digest: str | None = None
    """The declared digest; null where docker.yml publishes the image."""
    python_packages_file: str | None = None
    """The requirements file of those packages, if any."""
    vulkan_sdk: VulkanSdk | None = None
    """LunarG's SDK for Windows."""
    preflight: Preflight | None = None
    """The small library that tests the toolchain."""


@dataclass(frozen=True)
class Images:
    name: str
    """Name of the published toolchain images, without a tag."""
    branches: tuple[str, ...]
    """Branches whose pushes publish them."""
    label: str
    """The label with the env-<digest> of the files of an image."""


@dataclass(frozen=True)
class Release:
    on_default_branch: bool
    """A tag must be on the default branch."""
    attest: Literal["public", "always", "never"]
    """The repositories in which GitHub attests wheels and images."""
    sbom: bool
    """Each wheel has a software bill of materials."""


@dataclass(frozen=True)
class FilePin:
    """A file of a version, by its digest."""

    version: str
    sha256: str


@dataclass(frozen=True)
class WheelsPin:
    version: str
    sha256: tuple[str, ...]


@dataclass(frozen=True)
class SourcePin:
    replaces: str
    """The declared commit."""
    commit: str
    tag: str | None = None


@dataclass(frozen=True)
class Pins:
    """Every version that upgrade.yml may raise, as it is in effect."""

    file: str
    """The file for raised versions, in the shape of this object."""
    channels: tuple[str, ...]
    """Conda channels, the first one first."""
    actions: dict[str, str]
    """Commit and version, as <commit> # <version>."""
    micromamba: str
    buildkit: str
    dockerfile_frontend: str
    """The image that parses Dockerfiles."""
    sbom_scanner: str
    packages: dict[str, str]
    """Conda packages without a declared version."""
    python_packages: dict[str, WheelsPin]
    """Packages from the Python package index without a declared version, each wheel by its digest."""
    test_requirements: dict[str, str]
    """The declared requirement, and the version in effect."""
    zizmor: FilePin
    """A file of a version, by its digest."""
    uv: FilePin
    """A file of a version, by its digest."""
    micromamba_exe: FilePin | None = None
    """Null without Windows."""
    base_image: str | None = None
    """Null where the declaration names one, or has no such platform."""
    aarch64_base_image: str | None = None
    vulkan_sdk: FilePin | None = None
    source: SourcePin | None = None


@dataclass(frozen=True)
class Upkeep:
    cooldown_days: int
    """Days that a version must be public before it is proposed."""
    hold: tuple[str, ...]
    """Names of versions that are never raised."""
    keep_images_days: int
    """Days that an image is kept that no release names."""


@dataclass(frozen=True)
class Place:
    id: str
    """Prefix of the names of its workflows; may be empty."""


@dataclass(frozen=True)
class Plan(PlanMethods):
    schema: Literal[3]
    name: str
    repository: str
    """On GitHub, as owner/name."""
    python: str
    """The Python version of the wheels, such as 3.13."""
    source: Source
    """Exactly one of git, sdist and folder."""
    limits: Limits
    builds: tuple[Build, ...]
    """The pipeline's own build first."""
    image: Images
    workflows: tuple[Literal["docker", "linux", "windows", "release", "upgrade", "cleanup"], ...]
    default_branch: str
    """Its builds fill the caches of other runs; releases use its images."""
    release: Release
    pins: Pins
    """Every version that upgrade.yml may raise, as it is in effect."""
    upkeep: Upkeep
    place: Place
