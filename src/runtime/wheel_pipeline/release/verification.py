"""Whether what was built is fit to be released: every platform and wheel is there, and all of them agree."""

from __future__ import annotations

import contextlib
import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from ..core.console import add_summary, console, megabytes, set_outputs
from ..core.errors import Failure, UsageError
from ..gate.report import REPORT
from ..plan import Build, Plan
from ..wheels.files import sha256, write_text
from ..wheels.inspection import name_problems
from ..wheels.members import member_problems
from ..wheels.record import read_record, verify_sums
from ..wheels.wheel import RECORD, SUMS, Wheel, collect, pep440
from .testing import gate_problems

MOST = 2 * 1024**3  # bytes: GitHub takes files that are smaller, docs.github.com, "About releases"
ASSET_NAME = re.compile(r"[\w+@-]+(\.[\w+@-]+)*", re.ASCII)  # GitHub writes a dot for whatever else is in a file's name


@dataclass(frozen=True)
class Expected:
    """What is to be released, and what it must be like."""

    dist: Path
    """Holds a folder for each platform, as the build left it."""
    version: str
    """What versioned wheels must have, with or without a leading v."""
    commit: str = ""
    """What was built, where that is not the plan's."""
    allow_source_dir: bool = False
    """Accept wheels of another tree than the plan's source."""
    platform_tags: tuple[str, ...] = ()
    """PLATFORM=TAG, where a tag is not the plan's."""
    expect_digest: str = ""
    """The sums-digest that an earlier verification told."""
    require_tests: bool = False
    """Refuse wheels without the report of their test."""
    sums: tuple[str, ...] = ()
    """PLATFORM=DIGEST: the SHA-256 of the SHA256SUMS that the build of a platform made."""


@dataclass(frozen=True)
class File:
    """A wheel to release."""

    platform: str
    name: str
    wheel: Wheel
    size: int
    digest: str


def told(found: Iterator[str]) -> Iterator[str]:
    """Findings, with what stops the search for more as the last."""
    try:
        yield from found
    except Failure as failure:
        yield str(failure)
    except (OSError, zipfile.BadZipFile) as error:
        yield f"{error}: copy the folder again, as the build left it"


class Built:
    """The wheels and records of every platform, and what is wrong with them."""

    def __init__(self, plan: Plan, expected: Expected) -> None:
        self.plan, self.expected, self.version = plan, expected, pep440(expected.version)
        # A variant's platforms are its own.
        self.builds = {platform.id: build for build in plan.builds for platform in build.platforms}
        self.files: list[File] = []
        self.records: dict[str, dict[str, Any]] = {}
        if not expected.dist.is_dir():
            raise UsageError(f"there is no folder {expected.dist}: name the one that holds the platforms' folders")
        tags, self.built_sums = self.platform_tags(), self.by_platform("--expect-sums", expected.sums, "DIGEST")
        self.problems = list(self.folder_problems())
        for platform, build in self.builds.items():
            folder = expected.dist / platform
            checks = (
                self.sum_problems(folder),
                self.wheel_problems(build, folder, tags[platform]),
                self.record_problems(build, folder),
                self.test_problems(build, folder),
            )
            for check in checks if folder.is_dir() else ():
                self.problems += [f"{platform}: {problem}" for problem in told(check)]
        self.problems += self.common_problems()
        if expected.expect_digest and expected.expect_digest != self.digest:
            differing = f"the sums' digest is {self.digest}, not {expected.expect_digest}"
            self.problems.append(
                f"a wheel changed since it was verified ({differing}): verify again, from the build on"
            )

    def platform_tags(self) -> dict[str, str]:
        tags = {platform.id: platform.platform_tag for build in self.plan.builds for platform in build.platforms}
        return tags | self.by_platform("--platform-tag", self.expected.platform_tags, "TAG")

    def by_platform(self, option: str, texts: tuple[str, ...], kind: str) -> dict[str, str]:
        """What an option that is given for platforms says of them."""
        found: dict[str, str] = {}
        for text in texts:
            platform, equals, value = text.partition("=")
            if not (equals and value):
                raise UsageError(f"{option} {text!r} is not PLATFORM={kind}: write it so")
            if platform not in self.builds:
                raise UsageError(f"there is no platform {platform!r}: name one of {', '.join(self.builds)}")
            found[platform] = value
        return found

    @cached_property
    def assets(self) -> list[File]:
        """Each file once: a wheel that a variant does not change is built with every one of them."""
        return sorted({file.name: file for file in self.files}.values(), key=lambda file: file.name)

    @property
    def sums(self) -> str:
        return "".join(f"{file.digest}  {file.name}\n" for file in self.assets)

    @property
    def digest(self) -> str:
        """The one hash that stands for all wheels."""
        return sha256(self.sums.encode("utf-8"))

    def folder_problems(self) -> Iterator[str]:
        dist = self.expected.dist
        for platform in self.builds:
            if not (dist / platform).is_dir():
                yield f"there is no folder {dist / platform}: build {platform}, or declare it no more"
        others = {path.parent for name in ("*.whl", "*/*.whl", f"*/{RECORD}") for path in dist.glob(name)}
        for folder in sorted(others - {dist / platform for platform in self.builds}):
            yield f"{folder} holds wheels, but is no platform of the plan: remove them, or declare {folder.name}"

    def sum_problems(self, folder: Path) -> Iterator[str]:
        with contextlib.redirect_stdout(io.StringIO()):  # notes may be what is printed
            problems = verify_sums(folder, [REPORT])
        yield from problems
        wanted = self.built_sums.get(folder.name)
        if self.built_sums and not wanted:
            yield "the build told no hash of its wheels: build it again"
        elif wanted and sha256((folder / SUMS).read_bytes()) != wanted:
            yield f"{SUMS} is not the file that the build made ({wanted}): take the wheels of that build"

    def wheel_problems(self, build: Build, folder: Path, tag: str) -> Iterator[str]:
        wheels, problems = collect(build, folder)
        yield from problems
        for key, wheel in wheels.items():
            data = wheel.path.read_bytes()
            self.files.append(File(folder.name, wheel.path.name, wheel, len(data), sha256(data)))
            for found in (name_problems(wheel, build.wheel(key), tag, self.version, wheels), member_problems(wheel)):
                yield from (f"{wheel.path.name}: {problem}" for problem in told(found))

    def record_problems(self, build: Build, folder: Path) -> Iterator[str]:
        record = read_record(folder / RECORD)
        try:
            _ = record["source"]["builtCommit"], record["source"]["sourceDir"], record["version"]
            _ = record["image"], dict(record["tools"])  # what notes need is there
        except (KeyError, TypeError, ValueError) as error:
            raise Failure(f"{RECORD} is not a build record ({type(error).__name__}: {error}): build again") from error
        self.records[folder.name] = record
        for key, wanted in (("name", build.name), ("platform", folder.name)):
            if record[key] != wanted:
                yield f"{RECORD} has the {key} {record[key]!r}, not {wanted!r}: put this platform's own build there"
        for reused in (each["distribution"] for each in record.get("amendments", []) if "reused" in each):
            yield f"the wheel of {reused} was kept from an earlier build: build it anew, with an empty WHEEL_CACHE_DIR"
        yield from self.source_problems(dict(record["source"]))
        version = str(record["version"])
        if any(not wheel.use_source_version for wheel in build.wheels) and pep440(version) != self.version:
            yield f"{RECORD} has the version {version}, not {self.version}: build it with WHEEL_VERSION={self.version}"

    def source_problems(self, source: dict[str, Any]) -> Iterator[str]:
        commit, from_folder, dirty = source.pop("builtCommit"), source.pop("sourceDir"), source.pop("dirty", None)
        pinned, allowed = self.plan.source.facts(), self.expected.allow_source_dir
        if source != pinned:
            yield f"was built for the source {source}, the plan has {pinned}: build it again"
        if from_folder and not allowed:
            yield "was built from another tree than the plan's source: build it without SOURCE_DIR"
        if dirty:
            yield "was built from a tree with changes that are not committed: commit them, and build that"
        wanted_commits = {self.expected.commit, "" if allowed else self.plan.source.commit}
        for wanted in sorted(filter(None, wanted_commits)):
            if commit != wanted:
                yield f"was built from commit {commit}, not from {wanted}: build that one"

    def test_problems(self, build: Build, folder: Path) -> Iterator[str]:
        files = {file.name: file.digest for file in self.files if file.platform == folder.name}
        yield from gate_problems(folder, build, files, required=self.expected.require_tests)

    def common_problems(self) -> Iterator[str]:
        """What is wrong between the platforms."""
        commits = {platform: record["source"]["builtCommit"] for platform, record in self.records.items()}
        if len(set(commits.values())) > 1:
            each = ", ".join(f"{platform} from {commit}" for platform, commit in commits.items())
            yield f"the platforms were built from different commits ({each}): build them from one"
        for declared in {wheel.key: wheel for build in self.plan.builds for wheel in build.wheels}.values():
            versions = {file.platform: str(file.wheel.version) for file in self.files if file.wheel.key == declared.key}
            if declared.use_source_version and len(set(versions.values())) > 1:
                each = ", ".join(f"{version} for {platform}" for platform, version in versions.items())
                yield f"{declared.distribution} has different versions ({each}): build them from one source"
        for name in dict.fromkeys(file.name for file in self.files):
            same = [file for file in self.files if file.name == name]
            if len({file.digest for file in same}) > 1:
                each = " and ".join(file.platform for file in same)
                yield f"{name} is there for {each}, and differs: a release holds one file of a name, so tag it apart"
            if not ASSET_NAME.fullmatch(name):
                yield f"GitHub would rename {name}: give it a version of letters, digits, dots and + only"
            if (size := max(file.size for file in same)) >= MOST:
                yield f"{name} has {megabytes(size)}: GitHub takes files of less than {megabytes(MOST)}"


def verify(plan: Plan, expected: Expected, sums: Path | None = None) -> list[str]:
    """What is wrong; where nothing is, tell the output sums-digest, and write the hashes of all wheels."""
    built = Built(plan, expected)
    rows = [["platform", "wheel", "version", "size", "SHA-256"]]
    for file in built.files:
        rows.append([file.platform, file.name, str(file.wheel.version), megabytes(file.size), file.digest])
    console.table(rows)
    if not built.problems:
        add_summary(f"{plan.name} {built.version}: every wheel is there, and all agree", rows)
        if sums:
            write_text(sums, built.sums)
        set_outputs(sums_digest=built.digest)
    return built.problems
