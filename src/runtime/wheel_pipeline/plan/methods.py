"""Methods of the plan's generated types. Each class declares the fields that it uses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from packaging.utils import canonicalize_name

from ..core.errors import UsageError, nearest
from .system import BySystem, System

if TYPE_CHECKING:
    from .model import Alias, Build, GitSource, Place, Platform, SdistSource, Wheel

LIBRARY_ENDING = {"linux": ".so", "windows": ".dll"}

FROM_PYTHON = {"linux": (), "windows": ("vcruntime140.dll", "vcruntime140_1.dll")}
"""Libraries that every CPython brings; delvewheel excludes them for a CPython tag only, not for py3-none-win_amd64."""


class SourceMethods:
    git: GitSource | None
    sdist: SdistSource | None
    folder: str | None
    overlay: tuple[str, ...]

    def facts(self) -> dict[str, Any]:
        """Return the source's part of a build record."""
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
        """The pinned commit; empty if the source is no repository."""
        return self.git.commit if self.git else ""

    def commit_url(self, commit: str) -> str:
        """Return the page of a commit; empty if it is unknown."""
        repository = self.git.repository.removesuffix("/").removesuffix(".git") if self.git else ""
        return f"{repository}/commit/{commit}" if repository and commit else ""

    def compare_url(self, old: str, new: str) -> str:
        """Return the page of the changes between two commits; empty if it is unknown."""
        url = self.commit_url(new)
        return url.replace(f"/commit/{new}", f"/compare/{old}...{new}") if url.startswith("https://github.com/") else ""


class WheelMethods:
    distribution: str
    built_as: str
    aliases: tuple[Alias, ...]
    excludes: BySystem[tuple[str, ...]]

    @property
    def key(self) -> str:
        """Its name in PEP 503's normal form."""
        return canonicalize_name(self.distribution)

    @property
    def built_key(self) -> str:
        return canonicalize_name(self.built_as)

    def aliases_on(self, system: System) -> tuple[Alias, ...]:
        """Return the aliases whose file extension is the system's."""
        return tuple(each for each in self.aliases if each.alias.endswith(LIBRARY_ENDING[system]))

    def excluded_on(self, system: System) -> tuple[str, ...]:
        """Return the libraries that the repair does not bundle."""
        return (*self.excludes.on(system), *FROM_PYTHON[system])


class BuildMethods:
    wheels: tuple[Wheel, ...]
    platforms: tuple[Platform, ...]

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


class PlanMethods:
    builds: tuple[Build, ...]
    place: Place

    def workflow(self, name: str) -> str:
        """Return the file name of one of its workflows."""
        return "-".join(filter(None, [self.place.id, f"{name}.yml"]))

    def build(self, variant: str = "") -> Build:
        """Return the build of a variant; without a name, the pipeline's own."""
        for build in self.builds:
            if (build.variant or "") == variant:
                return build
        names = [build.variant for build in self.builds if build.variant]
        known = f"name one of {', '.join(names)}{nearest(variant, names)}" if names else "none is declared"
        raise UsageError(f"there is no variant {variant!r}: {known}")
