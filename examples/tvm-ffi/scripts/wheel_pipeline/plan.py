"""The plan: all that is declared, with every default filled in. It is read from plan.json, and from nowhere else.

Its shape is plan.schema.json, which is written together with it. What only the image, the workflows and the pages are
made from is in the file as well and not here. A key that stands in the file as `projectDir` is the field `project_dir`.
"""

# Annotations are not deferred here: up to 3.12.3, Python does not find a class's type parameter in those.
import functools
import json
import re
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import Any, Literal

import cattrs
from cattrs.gen import make_dict_structure_fn, override
from packaging.utils import canonicalize_name

from .errors import Failure, UsageError, nearest

System = Literal["linux", "windows"]


@dataclass(frozen=True)
class BySystem[T]:
    """One value for each operating system."""

    linux: T
    windows: T

    def on(self, system: System) -> T:
        return self.linux if system == "linux" else self.windows


@dataclass(frozen=True)
class Submodule:
    path: str
    """From the source's root."""
    parent: str | None
    """The submodule that it is one of; none for one of the source's own."""


@dataclass(frozen=True)
class GitSource:
    repository: str
    commit: str
    tag: str | None
    submodules: tuple[Submodule, ...]


@dataclass(frozen=True)
class SdistSource:
    distribution: str
    version: str
    sha256: str


@dataclass(frozen=True)
class Source:
    """Exactly one of git, sdist and folder (a path from the checkout's root)."""

    git: GitSource | None
    sdist: SdistSource | None
    folder: str | None
    overlay: tuple[str, ...]
    """Paths of the files in scripts/overlay that are laid over the source."""
    base_version: str
    """What a build is a development version of, where no version is given."""

    def facts(self) -> dict[str, Any]:
        """What a build record says of it."""
        overlay = {"overlay": list(self.overlay)} if self.overlay else {}
        if self.git:
            git = {"repository": self.git.repository, "commit": self.git.commit, "tag": self.git.tag}
            return {"kind": "git", **git, **overlay}
        if self.sdist:
            sdist = {"name": self.sdist.distribution, "version": self.sdist.version, "sha256": self.sdist.sha256}
            return {"kind": "sdist", **sdist, **overlay}
        return {"kind": "folder", "path": self.folder, **overlay}

    @property
    def commit(self) -> str:
        """The pinned commit; empty where the source is no repository."""
        return self.git.commit if self.git else ""

    def commit_url(self, commit: str) -> str:
        """Where a commit of it can be read; empty where that is not known."""
        repository = self.git.repository.removesuffix("/").removesuffix(".git") if self.git else ""
        return f"{repository}/commit/{commit}" if repository and commit else ""

    def compare_url(self, old: str, new: str) -> str:
        """Where the changes between two commits can be read; empty where that is not known."""
        url = self.commit_url(new)
        return url.replace(f"/commit/{new}", f"/compare/{old}...{new}") if url.startswith("https://github.com/") else ""


@dataclass(frozen=True)
class Platform:
    id: str
    """What its folders and artifacts are called, such as linux-x86_64-cuda-13.0."""
    system: System
    machine: str
    """What platform.machine() says there."""
    platform_tag: str
    title: str


@dataclass(frozen=True)
class Tool:
    command: str
    minimum: str | None
    optional: bool
    system: System | None


@dataclass(frozen=True)
class VulkanSdk:
    """LunarG's SDK for Windows."""

    version: str
    url: str
    sha256: str


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
    """What must hold for an installed wheel; which of the last four counts is said by the kind."""

    name: str
    kind: Literal["imports", "command", "python"]
    system: System | None
    timeout: float
    """Seconds."""
    expect: str | None
    modules: tuple[str, ...]
    exclude: tuple[str, ...]
    args: tuple[str, ...]
    code: tuple[str, ...]


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
    aliases: tuple[Alias, ...]
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


@dataclass(frozen=True)
class Hook:
    """A command of the declaration, before or after a step of build or test."""

    step: str
    when: Literal["before", "after"]
    name: str
    command: tuple[str, ...]
    system: System | None


@dataclass(frozen=True)
class Build:
    """One build of the source: the pipeline's own (variant: none), or a variant's."""

    name: str
    variant: str | None
    image: str
    platforms: tuple[Platform, ...]
    tools: tuple[Tool, ...]
    rust: bool
    vulkan_sdk: VulkanSdk | None
    environment: BySystem[dict[str, str]]
    """Variables of every wheel's build."""
    wheels: tuple[Wheel, ...]
    hooks: tuple[Hook, ...]
    image_files: tuple[str, ...]
    """What the toolchain image is made from; a lock file need not be there."""

    def wheel(self, distribution: str) -> Wheel:
        for wheel in self.wheels:
            if wheel.key == canonicalize_name(distribution):
                return wheel
        names = [wheel.distribution for wheel in self.wheels]
        raise UsageError(
            f"there is no wheel {distribution!r}: name one of {', '.join(names)}{nearest(distribution, names)}"
        )

    def platform(self, name: str) -> Platform:
        for platform in self.platforms:
            if platform.id == name:
                return platform
        names = [platform.id for platform in self.platforms]
        raise UsageError(f"there is no platform {name!r}: name one of {', '.join(names)}{nearest(name, names)}")


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
    test_requirements: str
    build_requirements: str
    runtime_requirements: str
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


@dataclass(frozen=True)
class Release:
    """How a tag becomes a release."""

    on_default_branch: bool
    attest: bool
    sbom: bool


@dataclass(frozen=True)
class Place:
    """Where a pipeline lies in its repository."""

    id: str
    """What the names of its workflows begin with; empty for nothing."""


@dataclass(frozen=True)
class Plan:
    schema: int
    name: str
    repository: str
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


def camel_case(name: str) -> str:
    return re.sub(r"_(\w)", lambda match: match[1].upper(), name)


def converter() -> cattrs.Converter:
    """From JSON to the classes above; a missing key or a value of another type is an error."""
    made = cattrs.Converter()

    def structure(cls: type[Any]) -> Any:
        of = getattr(cls, "__origin__", cls)
        names: dict[str, Any] = {field.name: override(rename=camel_case(field.name)) for field in fields(of)}
        return make_dict_structure_fn(cls, made, **names)

    made.register_structure_hook_factory(lambda cls: is_dataclass(getattr(cls, "__origin__", cls)), structure)
    return made


@functools.cache
def load(path: Path) -> Plan:
    """Read a plan."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        return converter().structure(data, Plan)
    except OSError as error:
        raise Failure(f"cannot read the plan {path} ({error.strerror}): run npx projen", 2) from error
    except (ValueError, cattrs.BaseValidationError) as error:
        told = cattrs.transform_error(error)[:3] if isinstance(error, cattrs.BaseValidationError) else [str(error)]
        raise Failure(f"{path} is not a plan ({'; '.join(told)}): run npx projen", 2) from error
