#!/usr/bin/env python3
"""What the Python modules beside the scripts share: errors in one line, text files, the plan, and reading a wheel.

It is imported, not run.
"""

from __future__ import annotations

import base64
import csv
import fnmatch
import hashlib
import io
import json
import os
import re
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import (
    InvalidWheelFilename,
    canonicalize_name,
    parse_wheel_filename,
)
from packaging.version import InvalidVersion, Version

SUMS, RECORD = "SHA256SUMS", "build-record.json"
COMMIT_URL = "Source commit"  # the label of a wheel's Project-URL that says what it was built from
LIBRARY = re.compile(r"(?P<stem>.+?)(?:-[0-9a-f]{6,64})?\.(?:so|dll|dylib)\b.*", re.IGNORECASE)
SCHEME = re.compile(r"[^/]+\.data/(?:purelib|platlib|headers|scripts|data)/")


class Failure(Exception):
    """What stops a command, told in one line."""

    def __init__(self, message: str, code: int = 1) -> None:
        super().__init__(message)
        self.code = code


def annotate(title: str, message: str) -> None:
    """Show an error on the page of a GitHub Actions run; elsewhere do nothing."""
    if os.environ.get("GITHUB_ACTIONS") == "true":
        escapes: dict[str, str | int | None] = {"%": "%25", "\r": "%0D", "\n": "%0A"}
        title = title.translate(str.maketrans({**escapes, ":": "%3A", ",": "%2C"}))
        print(f"::error title={title}::{message.translate(str.maketrans(escapes))}", flush=True)


def report_error(title: str, message: str) -> None:
    sys.stdout.flush()
    print(f"error: {message}", file=sys.stderr, flush=True)
    annotate(title, message)


def exit_status(title: str, act: Callable[[], int], advice: str = "") -> int:
    """Ends a tool: what stops it is told in one line, never as a traceback; its exit status."""
    try:
        return act()
    except Failure as failure:
        report_error(title, str(failure))
        return failure.code
    except (OSError, subprocess.TimeoutExpired, zipfile.BadZipFile) as error:
        report_error(title, f"{error}{advice}")
        return 1


def report_problems(title: str, problems: Sequence[str]) -> int:
    for problem in problems:
        report_error(title, problem)
    return 1 if problems else 0


def use_utf8() -> None:
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise Failure(f"{path} is not UTF-8 ({error.reason} at byte {error.start}): write it again") from error


def write_text(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")


def read_json(path: Path) -> Any:
    try:
        return json.loads(read_text(path))
    except json.JSONDecodeError as error:
        raise Failure(f"{path} is not JSON (line {error.lineno}: {error.msg}): write it again") from error


def write_json(path: Path, value: Any) -> None:
    write_text(path, json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False) + "\n")


def add_entries(path: Path, *entries: dict[str, Any]) -> None:
    """Append to a JSON list what is not in it yet; the file need not be there."""
    listed = read_json(path) if path.exists() else []
    write_json(path, [*listed, *(entry for entry in entries if entry not in listed)])


def set_outputs(**values: str) -> str:
    """Pass answers on to the next steps of a GitHub Actions job, if in one; returns the lines that say them."""
    lines = "".join(f"{name.replace('_', '-')}={value}\n" for name, value in values.items())
    if target := os.environ.get("GITHUB_OUTPUT"):
        with open(target, "a", encoding="utf-8", newline="\n") as file:
            file.write(lines)
    return lines


def add_summary(title: str, *tables: Sequence[Sequence[str]]) -> None:
    """Append Markdown tables, first row the header, to the summary of a GitHub Actions job, if in one."""
    if target := os.environ.get("GITHUB_STEP_SUMMARY"):
        text = f"### {title}\n"
        for header, *rows in tables:
            lines = [header, ["---"] * len(header), *rows]
            cells = [[re.sub(r"\s+", " ", cell).replace("|", "\\|") for cell in line] for line in lines]
            text += "\n" + "".join(f"| {' | '.join(line)} |\n" for line in cells)
        with open(target, "a", encoding="utf-8", newline="\n") as file:
            file.write(text + "\n")


def megabytes(size: int) -> str:
    return f"{size / 1e6:.2f} MB"


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def record_hash(data: bytes, algorithm: str = "sha256") -> str:
    """A hash the way a wheel's RECORD writes it."""
    digest = hashlib.new(algorithm, data).digest()
    return f"{algorithm}={base64.urlsafe_b64encode(digest).rstrip(b'=').decode()}"


def matches(pattern: str, name: str) -> bool:
    """Whether a glob matches a path with forward slashes; `**` stands for any number of folders."""
    known = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    parts = re.split(r"(\*\*/|\*\*|\*|\?)", pattern)
    return re.fullmatch("".join(known.get(part, re.escape(part)) for part in parts), name) is not None


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
        raise Failure(f"{text!r} is not a version by PEP 440: write it like 1.2.3 or 1.2.3.dev4", 2) from error


def default_plan() -> Path:
    """The plan beside this file; $WHEEL_PLAN names another one, such as a variant's."""
    return Path(os.environ.get("WHEEL_PLAN") or Path(__file__).with_name("plan.json"))


def git_commit(folder: Path, root: Path) -> str:
    """The commit of the repository that a folder belongs to; empty where that is none at or below the root."""
    git = ["git", "-C", str(folder), "rev-parse", "--show-toplevel", "HEAD"]
    ran = subprocess.run(git, capture_output=True, text=True, check=False)
    lines = ran.stdout.splitlines()
    if ran.returncode != 0 or len(lines) != 2:
        return ""
    top = Path(lines[0]).resolve()
    # A tree inside somebody else's checkout is not that checkout's commit.
    return lines[1] if root.resolve() in (top, *top.parents) else ""


class Declared:
    """One wheel of the plan, with a default for whatever a plan may leave out."""

    def __init__(self, data: dict[str, Any]) -> None:
        requires = data.get("requires", {})
        self.distribution: str = data["distribution"]
        self.key = canonicalize_name(self.distribution)
        # The name that its source gives it, where the wheel of a variant goes by another.
        self.built_key = canonicalize_name(data.get("builtAs", self.distribution))
        self.add: list[str] = requires.get("add", [])
        self.pin: list[str] = requires.get("pin", [])
        self.drop: list[str] = requires.get("drop", [])
        self.project_dir: str = data.get("projectDir", ".")
        self.build: dict[str, Any] = data.get("build", {})
        self.versioned: bool = data.get("versioned", True)
        self.forbidden: list[str] = data.get("forbidden", [])
        self.excludes: dict[str, list[str]] = data.get("excludes", {})
        self.system_libraries: dict[str, list[str]] = data.get("systemLibraries", {})
        self.aliases: list[dict[str, str]] = data.get("aliases", [])
        self.max_bytes: dict[str, int] = data.get("maxBytes", {})
        self.checks: list[dict[str, Any]] = data.get("checks", [])


class Plan:
    """What this pipeline builds: plan.json."""

    def __init__(self, path: Path) -> None:
        try:
            data = read_json(path)
            if data["schema"] != 1:
                raise Failure(f"{path} has schema {data['schema']!r}, this tool reads 1: synthesize it again", 2)
            self.name: str = data["name"]
            self.source: dict[str, Any] = data["source"]
            self.wheels = [Declared(wheel) for wheel in data["wheels"]]
            self.tags: dict[str, str] = {name: each["platformTag"] for name, each in data["platforms"].items()}
            self.systems: dict[str, str] = {name: each.get("system", "") for name, each in data["platforms"].items()}
            self.environment: dict[str, str] = data.get("environment", {})
            self.variants: list[Path] = [path.with_name(name) for name in data.get("variants", [])]
            self.tools: list[dict[str, Any]] = data.get("tools", [])
            self.base_version: str = data.get("baseVersion", "0.0.0")
        except OSError as error:
            raise Failure(f"cannot read the plan {path} ({error.strerror}): name it with --plan", 2) from error
        except (AttributeError, KeyError, TypeError) as error:
            raise Failure(f"{path} is not a plan ({type(error).__name__}: {error}): synthesize it again", 2) from error

    def commit_url(self, commit: str) -> str:
        """Where a commit of the source can be read; empty where that is not known."""
        repository = str(self.source.get("repository") or "").removesuffix("/").removesuffix(".git")
        return f"{repository}/commit/{commit}" if repository and commit else ""

    def wheel(self, distribution: str) -> Declared:
        for wheel in self.wheels:
            if wheel.key == canonicalize_name(distribution):
                return wheel
        known = ", ".join(wheel.distribution for wheel in self.wheels)
        raise Failure(f"the plan has no distribution {distribution!r}: name one of {known}", 2)

    def platform_tag(self, platform: str) -> str:
        if platform not in self.tags:
            raise Failure(f"the plan has no platform {platform!r}: name one of {', '.join(sorted(self.tags))}", 2)
        return self.tags[platform]


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
                infos = [info for info in archive.infolist() if not info.is_dir()]
        except InvalidWheelFilename as error:
            raise Failure(f"{path.name} is not named like a wheel ({error}): build it again, or remove it") from error
        except zipfile.BadZipFile as error:
            raise Failure(f"{path.name} is not a zip file ({error}): build it again, or remove it") from error
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
                except (zipfile.BadZipFile, zlib.error, EOFError) as error:
                    raise Failure(f"{info.filename} is damaged ({error}): build the wheel again") from error

    def read(self, name: str) -> bytes:
        """A file of the .dist-info folder; empty if it is not there."""
        with zipfile.ZipFile(self.path) as archive:
            path = f"{self.dist_info}/{name}"
            return archive.read(path) if path in archive.namelist() else b""

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


def wheel_files(folder: Path) -> dict[str, Path]:
    if not folder.is_dir():
        raise Failure(f"there is no folder {folder}: name the one that holds the wheels", 2)
    return {path.name: path for path in sorted(folder.iterdir()) if path.name.endswith(".whl")}


def the_wheel(folder: Path, declared: Declared) -> Wheel:
    keys = (declared.key, declared.built_key)
    wheels = [wheel for wheel in map(Wheel, wheel_files(folder).values()) if wheel.key in keys]
    if len(wheels) != 1:
        raise Failure(f"{folder} has {len(wheels)} wheels of {declared.distribution}: put exactly one there")
    return wheels[0]


def collect(plan: Plan, folder: Path) -> tuple[dict[str, Wheel], list[str]]:
    """The declared wheels in a folder, in the plan's order, and what is wrong with the set."""
    found: dict[str, list[Wheel]] = {declared.key: [] for declared in plan.wheels}
    problems = []
    for path in wheel_files(folder).values():
        try:
            wheel = Wheel(path)
            found[wheel.key].append(wheel)
        except Failure as failure:
            problems.append(str(failure))
        except KeyError:
            problems.append(f"{path.name} is no distribution of the plan: remove it, or declare {wheel.key}")
    for declared in plan.wheels:
        names = ", ".join(wheel.path.name for wheel in found[declared.key])
        if not names:
            problems.append(f"no wheel of {declared.distribution} in {folder}: build it first")
        elif len(found[declared.key]) > 1:
            problems.append(f"several wheels of {declared.distribution} ({names}): keep the one to publish")
    return {key: wheels[0] for key, wheels in found.items() if wheels}, problems
