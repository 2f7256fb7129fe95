"""One build of the source: its platforms, its tools, its wheels."""

# Annotations are not deferred here: up to 3.12.3, Python does not find a class's type parameter in those.
from dataclasses import dataclass
from typing import Literal

from packaging.utils import canonicalize_name

from ..errors import UsageError, nearest
from .system import BySystem, System
from .wheel import Wheel


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
class PythonPackage:
    """A distribution that pip adds to the Conda environment, by hash."""

    name: str
    version: str
    prefix: str | None
    """A folder of it that is laid out like /usr, from site-packages."""
    system: System | None


@dataclass(frozen=True)
class VulkanSdk:
    """LunarG's SDK for Windows."""

    version: str
    url: str
    sha256: str


@dataclass(frozen=True)
class Preflight:
    """The small library that the toolchain is tried on."""

    folder: str
    """Its source: a folder of the pipeline's folder, or builtin:… of this program."""
    wheel: Wheel
    system: System | None


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
    """The toolchain image, by tag."""
    image_digest: str | None
    """The digest that the declaration names, where docker.yml does not publish the image."""
    platforms: tuple[Platform, ...]
    tools: tuple[Tool, ...]
    python_packages: tuple[PythonPackage, ...]
    python_packages_file: str | None
    test_requirements_file: str
    """What its wheels' checks need."""
    unused_libraries: tuple[str, ...]
    """What a tool asks the linker for and no code uses."""
    rust: bool
    vulkan_sdk: VulkanSdk | None
    environment: BySystem[dict[str, str]]
    """Variables of every wheel's build."""
    wheels: tuple[Wheel, ...]
    preflight: Preflight | None
    hooks: tuple[Hook, ...]
    image_files: tuple[str, ...]
    """What the toolchain image is made from; a lock file need not be there."""
    disk_gigabytes: BySystem[float | None]
    """Disk space of BUILD_DIR and the wheels in gigabytes, as measured."""

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
