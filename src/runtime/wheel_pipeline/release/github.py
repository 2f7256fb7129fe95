"""A release on GitHub, by gh, which takes its token from GH_TOKEN."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ..core.errors import Failure
from ..gh import Gh
from ..plan import Limits
from ..wheels.record import MEASURED
from ..wheels.wheel import RECORD


@dataclass(frozen=True)
class Release:
    """What GitHub knows of a release."""

    draft: bool
    assets: dict[str, int]
    """Name and size of each file."""
    body: str
    url: str


@dataclass(frozen=True)
class Published:
    """A release that is public."""

    tag: str
    prerelease: bool


class GitHub:
    """The release of one tag."""

    def __init__(self, tag: str, repository: str, limits: Limits) -> None:
        self.program, self.tag, self.repository = Gh(limits), tag, repository

    def gh(self, verb: str, *rest: str, once: bool = False, transfer: bool = False, cwd: Path | None = None) -> str:
        """What gh answers; "" to a view of a release that is not there. What can be done twice is tried again."""
        words = ["release", verb, self.tag, *rest, "--repo", self.repository]
        absent = "^release not found$" if verb == "view" else ""
        about = f"release {verb} {self.tag}"
        return self.program.ask(words, about, absent=absent, once=once, transfer=transfer, cwd=cwd)

    def published(self) -> list[Published]:
        """The releases that are public, drafts left out."""
        words = ["release", "list", "--exclude-drafts", "--limit", "1000", "--repo", self.repository]
        found = self.program.listed(words, ("tagName", "isPrerelease"), "release list")
        return [Published(str(each["tagName"]), bool(each["isPrerelease"])) for each in found]

    def view(self) -> Release | None:
        """The release; none where there is none."""
        answer = self.gh("view", "--json", "isDraft,assets,body,url")
        try:
            said = json.loads(answer or "null")
            assets = {each["name"]: each["size"] for each in said["assets"]} if said else {}
            return Release(said["isDraft"], assets, said["body"], said["url"]) if said else None
        except (ValueError, KeyError, TypeError) as error:
            raise Failure(f"gh does not say what it knows of {self.tag} ({answer[:80]!r}): update gh") from error

    def create_draft(self, title: str, notes: Path, prerelease: bool) -> None:
        options = ["--prerelease"] if prerelease else []
        self.gh("create", "--draft", "--verify-tag", "--title", title, "--notes-file", str(notes), *options, once=True)

    def edit_draft(self, title: str, notes: Path, prerelease: bool) -> None:
        about = ["--title", title, "--notes-file", str(notes), f"--prerelease={str(prerelease).lower()}"]
        self.gh("edit", "--tag", self.tag, "--verify-tag", *about)

    def delete(self, asset: str) -> None:
        self.gh("delete-asset", asset, "--yes", once=True)

    def upload(self, path: Path) -> None:
        # By name alone: gh reads a # in a path as a label.
        self.gh("upload", path.name, "--clobber", transfer=True, cwd=path.parent)

    def download(self, folder: Path) -> None:
        self.gh("download", "--dir", str(folder), "--clobber", transfer=True)

    def publish(self, prerelease: bool, latest: bool) -> str:
        """Make the draft public; where it is then. `latest`: whether it is the one that GitHub shows first."""
        marks = ["--prerelease"] if prerelease else []
        return self.gh("edit", "--draft=false", f"--latest={str(latest).lower()}", *marks).strip()


SIGNATURE = ".sigstore.json"
"""What a file ends in that is signed."""


def differences(ours: Path, theirs: Path, rebuilt: bool = False) -> Iterator[str]:
    """How the files of a release, downloaded, differ from ours; `rebuilt`: if ours are of a repeated run."""
    left, right = ({path.name: path.read_bytes() for path in each.iterdir()} for each in (ours, theirs))
    yield from (f"{name} is not there" for name in sorted(left.keys() - right))
    yield from (f"{name} is not of this build" for name in sorted(right.keys() - left))
    for name in sorted(left.keys() & right):
        if left[name] != right[name] and not (rebuilt and differs_by_run(name, left[name], right[name])):
            yield f"{name} has other bytes"


def differs_by_run(name: str, one: bytes, other: bytes) -> bool:
    """Whether two files of a name differ in no more than two runs do: each signs anew, and takes another time."""
    if name.endswith(SIGNATURE):
        return True
    if not name.startswith(f"{Path(RECORD).stem}-"):
        return False
    try:
        records = [{**json.loads(data), MEASURED: None} for data in (one, other)]
    except (ValueError, TypeError):
        return False
    return records[0] == records[1]
