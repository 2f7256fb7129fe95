"""Publishes a release: fills a draft, downloads it again, compares, and only then makes it public; all or nothing."""

from __future__ import annotations

import secrets
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from ..core.console import console, megabytes
from ..core.errors import Failure, Passing, UsageError
from ..core.retry import retry
from ..plan import Plan
from ..wheels.files import read_text, sha256, write_text
from ..wheels.wheel import RECORD, SUMS
from .assets import further_assets
from .github import SIGNATURE, GitHub, Release, differences
from .notes import check_release
from .since import is_highest
from .tag import see_same_commit
from .verification import Built, Expected


@dataclass(frozen=True)
class Options:
    """Where and how to publish."""

    tag: str
    repository: str
    """owner/name"""
    notes: Path
    """The file of what `notes` returned."""
    prerelease: bool = False
    """Mark it as one, whatever its version is."""
    commit: str = ""
    """The commit that the tag named when the wheels were built, which it must name still; empty not to ask."""
    signature: Path | None = None
    """What GitHub signed of the wheels, to be released with them."""


def publish(plan: Plan, expected: Expected, options: Options) -> list[str]:
    """What is wrong; where nothing is, the release is public."""
    check_release(options.tag, expected.version, options.repository)
    if not options.notes.is_file():
        raise UsageError(f"there is no file {options.notes}: write it with the notes command")
    if options.signature and not options.signature.is_file():
        raise UsageError(f"there is no file {options.signature}: give what the attest job signed")
    built = Built(plan, expected)
    if built.problems:
        return built.problems
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        return Publishing(built, options, Path(folder)).run()


class NotSeen(Passing):
    """A draft that is gone, or that GitHub does not show yet."""


class Publishing:
    """One run. It claims the draft by a line in its notes, so that a second run, or a person's draft, is noticed."""

    def __init__(self, built: Built, options: Options, scratch: Path) -> None:
        self.tag, self.prerelease = options.tag, options.prerelease or built.version.is_prerelease
        self.title = f"{built.plan.name} {built.version}"
        self.limits = built.plan.limits
        self.github = GitHub(options.tag, options.repository, self.limits)
        self.releases = f"https://github.com/{options.repository}/releases"
        self.ours = f"<!-- mlc-llm-pipeline release {self.tag} "  # what every run begins its line with
        self.repository, self.commit, self.version = options.repository, options.commit, built.version
        self.claim = f"{self.ours}{secrets.token_hex(8)} -->"
        self.notes, self.assets, self.scratch = scratch / "notes.md", scratch / "assets", scratch
        write_text(self.notes, f"{read_text(options.notes).rstrip()}\n\n{self.claim}\n")
        self.copy(built, options)

    def copy(self, built: Built, options: Options) -> None:
        """The files to release, side by side."""
        self.assets.mkdir()
        for file in built.assets:
            target = self.assets / file.name
            shutil.copyfile(file.wheel.path, target)
            if sha256(target.read_bytes()) != file.digest:
                raise Failure(f"{file.wheel.path} changed while it was read: keep it as it is, and run this again")
        for platform in built.records:
            record = self.assets / f"{Path(RECORD).stem}-{platform}.json"
            shutil.copyfile(built.expected.dist / platform / RECORD, record)
        for name, data in further_assets(built, options.tag, options.repository):
            (self.assets / name).write_bytes(data)
        if options.signature:
            shutil.copyfile(options.signature, self.assets / f"{built.plan.name}-{built.version}{SIGNATURE}")
        write_text(self.assets / SUMS, built.sums)

    def run(self) -> list[str]:
        if moved := self.moved():
            return moved
        release = self.github.view()
        if release and not release.draft:
            return self.compare_published(release)
        if release and self.ours not in release.body:
            found = f"a draft of {self.tag} exists that this pipeline did not make"
            return [f"{found}: publish or delete it ({release.url})"]
        try:
            self.fill(release)
            if self.still_ours().assets != {path.name: path.stat().st_size for path in self.assets.iterdir()}:
                raise Failure(f"the files of the draft of {self.tag} changed after they were compared")
            if moved := self.moved():
                raise Failure(moved[0])
            latest = not self.prerelease and is_highest(self.version, self.github.published())
        except Failure as failure:
            advice = f"{self.tag} is not published by this run: run it again"
            raise Failure(f"{failure}; {advice}", failure.status) from failure
        console.say(f"published {self.tag}: {self.make_public(latest)}")
        return []

    def moved(self) -> list[str]:
        """Whether the tag names another commit than the one that was built."""
        return see_same_commit(self.github.program, self.repository, self.tag, self.commit) if self.commit else []

    def compare_published(self, release: Release) -> list[str]:
        """What is public is never changed: either it is what we have, or that is an error."""
        try:
            changed = self.differences(rebuilt=True)
        except Failure as failure:
            return [f"{self.tag} is already published ({release.url}), and cannot be compared: {failure}"]
        if not changed:
            console.say(f"{self.tag} is already published, the same files: {release.url}")
            return []
        advice = "nothing is changed; release these under another version"
        return [f"{self.tag} is already published ({release.url}) with other files: {'; '.join(changed)}: {advice}"]

    def fill(self, draft: Release | None) -> None:
        """Make or reuse the draft, so that it has our files and no others."""
        files = sorted(self.assets.iterdir())
        if draft is None:
            self.github.create_draft(self.title, self.notes, self.prerelease)
        else:
            console.say(f"a draft of {self.tag} is left from a try that failed: using it")
            self.github.edit_draft(self.title, self.notes, self.prerelease)
            for name in sorted(set(draft.assets) - {path.name for path in files}):
                self.still_ours()
                self.github.delete(name)
        for path in files:
            self.still_ours()
            console.say(f"uploading {path.name} ({megabytes(path.stat().st_size)})")
            self.github.upload(path)
        if changed := self.differences():
            raise Failure(f"the files downloaded again are not those uploaded: {'; '.join(changed)}")

    def still_ours(self) -> Release:
        """The draft; fail where another run has claimed the draft, or somebody has published or deleted it."""
        # A new draft can take a moment to be found, https://github.com/cli/cli/issues/6599.
        # What fails in another way has been tried again already.
        release = retry(self.seen, self.limits, lambda failure: isinstance(failure, NotSeen))
        if not release.draft:
            raise Failure(f"{self.tag} was published by somebody else meanwhile ({release.url})")
        if self.claim not in release.body:
            raise Failure(f"another run publishes {self.tag} at the same time, or its notes were edited: let it end")
        return release

    def seen(self) -> Release:
        release = self.github.view()
        if release is None:
            raise NotSeen(f"the draft of {self.tag} is gone")
        return release

    def differences(self, rebuilt: bool = False) -> list[str]:
        with tempfile.TemporaryDirectory(dir=self.scratch) as folder:
            self.github.download(Path(folder))
            return list(differences(self.assets, Path(folder), rebuilt))

    def make_public(self, latest: bool) -> str:
        """The last step; where it fails, say whether it was done all the same."""
        try:
            return self.github.publish(self.prerelease, latest)
        except Failure as failure:
            try:
                release = self.github.view()
            except Failure:
                told = f"whether {self.tag} is public could not be asked: look at {self.releases}, then run this again"
                raise Failure(f"{failure}; {told}") from failure
            if release is None or release.draft:
                raise Failure(f"{failure}; {self.tag} is not public, its draft is whole: run this again") from failure
            if self.claim not in release.body:
                raise Failure(f"{failure}; {self.tag} is public, but not by this run ({release.url})") from failure
            console.warning(f"{failure}; {self.tag} is public all the same")
            return release.url
