"""Where the code comes from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


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
