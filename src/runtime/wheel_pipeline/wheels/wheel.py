"""A wheel that is there, its metadata, and the wheels of a folder."""

from __future__ import annotations

import csv
import fnmatch
import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import InvalidWheelFilename, parse_wheel_filename
from packaging.version import InvalidVersion, Version

from ..core.errors import Failure, UsageError
from ..plan import Build
from ..plan import Wheel as Declared
from .files import sha256

SUMS, RECORD = "SHA256SUMS", "build-record.json"
COMMIT_URL = "Source commit"  # the label of a wheel's Project-URL that says what it was built from
LIBRARY = re.compile(r"(?P<stem>.+?)(?:-[0-9a-f]{6,64})?\.(?:so|dll|dylib)\b.*", re.IGNORECASE)
SCHEME = re.compile(r"[^/]+\.data/(?:purelib|platlib|headers|scripts|data)/")
UNREADABLE = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError)  # RuntimeError: encrypted, or packed otherwise


class Metadata:
    """A wheel's METADATA, edited line by line so that what is not amended stays as it was."""

    def __init__(self, data: bytes) -> None:
        text = data.decode("utf-8", "surrogateescape").replace("\r\n", "\n")
        head, self.gap, self.body = text.partition("\n\n")
        self.lines = re.split(r"\n(?![ \t])", head.rstrip("\n"))  # a line that starts with a blank continues the last

    @staticmethod
    def split(line: str) -> tuple[str, str]:
        name, _, value = line.partition(":")
        return name.lower(), " ".join(value.split())

    def get(self, field: str) -> list[str]:
        return [value for name, value in map(self.split, self.lines) if name == field.lower()]

    def set(self, field: str, value: str) -> None:
        """Give a field that is there once another value."""
        self.lines = [f"{field}: {value}" if self.split(line)[0] == field.lower() else line for line in self.lines]

    def set_url(self, label: str, url: str) -> None:
        """Set one of the project's addresses; without an address, take it out."""
        old = [("project-url", text) for text in self.get("Project-URL") if text.startswith(f"{label},")]
        self.lines = [line for line in self.lines if self.split(line) not in old]
        self.lines += [f"Project-URL: {label}, {url}"] if url else []

    def change_requirements(self, removed: list[str], added: list[str]) -> None:
        gone = [("requires-dist", text) for text in removed]
        self.lines = [line for line in self.lines if self.split(line) not in gone]
        ours = [i for i, line in enumerate(self.lines, 1) if self.split(line)[0] == "requires-dist"]
        at = max(ours, default=len(self.lines))
        self.lines[at:at] = [f"Requires-Dist: {text}" for text in added]

    def to_bytes(self) -> bytes:
        return ("\n".join(self.lines) + (self.gap or "\n") + self.body).encode("utf-8", "surrogateescape")


class Wheel:
    """A wheel that is there: what its name says, and what is in it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self.key, self.version, _, self.tags = parse_wheel_filename(path.name)
            with zipfile.ZipFile(path) as archive:
                self.entries = archive.infolist()
        except InvalidWheelFilename as error:
            raise Failure(f"{path.name} is not named like a wheel ({error}): build it again, or remove it") from error
        except UNREADABLE as error:
            raise Failure(f"{path.name} is not a zip file ({error}): build it again, or remove it") from error
        except OSError as error:
            raise Failure(f"cannot read {path} ({error.strerror}): see that it is there, whole and readable") from error
        infos = [info for info in self.entries if not info.is_dir()]
        self.infos = sorted(infos, key=lambda info: info.filename)
        folders = {info.filename.split("/")[0] for info in infos if re.match(r"[^/]+\.dist-info/", info.filename)}
        if len(folders) != 1:
            names = ", ".join(sorted(folders)) or "none"
            raise Failure(f"{path.name} has {len(folders)} .dist-info folders ({names}): a wheel has one")
        self.dist_info = folders.pop()
        self.metadata = Metadata(self.read("METADATA"))

    def members(self) -> Iterator[tuple[zipfile.ZipInfo, bytes]]:
        with zipfile.ZipFile(self.path) as archive:
            for info in self.infos:
                try:
                    yield info, archive.read(info)
                except UNREADABLE as error:
                    raise Failure(f"{info.filename} is damaged ({error}): build the wheel again") from error

    def read(self, name: str) -> bytes:
        """A file of the .dist-info folder; empty if it is not there."""
        path = f"{self.dist_info}/{name}"
        with zipfile.ZipFile(self.path) as archive:
            try:
                return archive.read(path) if path in archive.namelist() else b""
            except UNREADABLE as error:
                raise Failure(f"{self.path.name}: {path} is damaged ({error}): build the wheel again") from error

    def payload(self) -> str:
        """One hash of all that is installed but the metadata: the same for two builds that differ in version only."""
        hashes = (
            f"{sha256(data)}  {info.filename}\n" for info, data in self.members() if self.dist_info not in info.filename
        )
        return sha256("".join(hashes).encode("utf-8"))

    def record(self) -> dict[str, tuple[str, str]]:
        """RECORD: path → hash and size, both as written there."""
        rows = csv.reader(self.read("RECORD").decode("utf-8", "replace").splitlines())
        return {row[0]: (row[1], row[2]) if len(row) == 3 else ("", "") for row in rows if row}


def installed_name(name: str) -> str:
    """Where a member goes: its path without the part that says to which of a Python's folders."""
    return SCHEME.sub("", name, count=1)


def same_library(pattern: str, name: str) -> bool:
    """Whether a file is that library, whatever version or repair tool's hash is in its name."""
    stems = [found["stem"] if (found := LIBRARY.fullmatch(text)) else text for text in (name, pattern)]
    return fnmatch.fnmatchcase(stems[0].lower(), stems[1].lower())


def requirement(text: str) -> Requirement:
    try:
        return Requirement(text)
    except InvalidRequirement as error:
        reason = str(error).splitlines()[0]
        raise Failure(f"{text!r} is not a requirement ({reason}): write it like 'name>=1.0'") from error


def pep440(text: str) -> Version:
    try:
        return Version(text)
    except InvalidVersion as error:
        raise UsageError(f"{text!r} is not a version by PEP 440: write it like 1.2.3 or 1.2.3.dev4") from error


def wheel_files(folder: Path) -> dict[str, Path]:
    if not folder.is_dir():
        raise UsageError(f"there is no folder {folder}: name the one that holds the wheels")
    return {path.name: path for path in sorted(folder.iterdir()) if path.name.endswith(".whl")}


def the_wheel(folder: Path, declared: Declared) -> Wheel:
    """The one wheel of a distribution that a folder holds, under its name or the one that its source gives it."""
    keys = (declared.key, declared.built_key)
    wheels = [wheel for wheel in map(Wheel, wheel_files(folder).values()) if wheel.key in keys]
    if len(wheels) != 1:
        raise Failure(f"{folder} has {len(wheels)} wheels of {declared.distribution}: put exactly one there")
    return wheels[0]


def collect(build: Build, folder: Path) -> tuple[dict[str, Wheel], list[str]]:
    """The declared wheels in a folder, in the plan's order, and what is wrong with the set."""
    found: dict[str, list[Wheel]] = {declared.key: [] for declared in build.wheels}
    problems = []
    for path in wheel_files(folder).values():
        try:
            wheel = Wheel(path)
        except Failure as failure:
            problems.append(str(failure))
            continue
        if wheel.key in found:
            found[wheel.key].append(wheel)
        else:
            problems.append(f"{path.name} is no distribution of the plan: remove it, or declare {wheel.key}")
    for declared in build.wheels:
        names = ", ".join(wheel.path.name for wheel in found[declared.key])
        if not names:
            problems.append(f"no wheel of {declared.distribution} in {folder}: build it first")
        elif len(found[declared.key]) > 1:
            problems.append(f"several wheels of {declared.distribution} ({names}): keep the one to publish")
    return {key: wheels[0] for key, wheels in found.items() if wheels}, problems
