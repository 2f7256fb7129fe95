"""Checks of every wheel: is it installed as it was built, whole, and together with what it was built with?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from packaging.utils import canonicalize_name

from ..wheels.files import matches, read_json, record_hash
from ..wheels.wheel import COMMIT_URL, RECORD, SCHEME, pep440, requirement
from .subject import Subject


def installed_version(subject: Subject) -> Iterator[str]:
    wheel, version = subject.file, subject.installed.version
    if pep440(version) != wheel.version:
        yield f"version {version} is installed, not {wheel.version}: install {wheel.path.name}"


def recorded_commit(folder: Path) -> str:
    """The commit that the record of the wheels tells of; empty where no wheel could tell of one."""
    source = read_json(folder / RECORD)["source"] if (folder / RECORD).is_file() else {}
    return (source.get("repository") and source.get("builtCommit")) or ""


def source_commit(subject: Subject) -> Iterator[str]:
    """Whether it is of the commit that the build's record tells of: two wheels of one version can be of two commits."""
    urls, recorded = subject.installed.urls, recorded_commit(subject.folder)
    commits = [url.rpartition("/")[2] for url in urls if url.startswith(f"{COMMIT_URL},")]
    if commits != ([recorded] if recorded else []):
        found, told = ", ".join(commits) or "no commit", recorded or "no commit"
        yield f"it is of {found}, the record tells of {told}: install what was built together"


def pinned_requirements(subject: Subject) -> Iterator[str]:
    """What a wheel wants in one version only, above all the wheel built beside it, is there in that version."""
    for text in subject.file.metadata.get("Requires-Dist"):
        wanted = requirement(text)
        exact = any(each.operator in ("==", "===") for each in wanted.specifier)
        if not exact or (wanted.marker and not wanted.marker.evaluate({"extra": ""})):
            continue
        version = subject.environment.versions.get(canonicalize_name(wanted.name))
        if version is None or not wanted.specifier.contains(version, prereleases=True):
            found = f"{wanted.name} {version} is installed" if version else f"{wanted.name} is not installed"
            yield f"{found}, {subject.name} requires {wanted.specifier}: install what it was built with"


def installed_files(subject: Subject) -> Iterator[str]:
    wheel, hashes = subject.file, dict[str, str]()
    for name, other in subject.installed.shared:
        yield f"{name} is a file of {other}, too: leave it out of the wheel"
    for file in subject.installed.files:
        hashes[file.name] = file.hash
        if not file.path.is_file():
            yield f"{file.name} is missing: install the wheel again"
        elif file.hash and record_hash(file.path.read_bytes(), file.hash.partition("=")[0]) != file.hash:
            yield f"{file.name} is not the file that RECORD tells of: install the wheel again"
        for pattern in subject.declared.forbidden:
            if matches(pattern, file.name):
                yield f"{file.name} is installed, which {pattern!r} forbids: leave it out of the wheel"
    for name, (expected, _) in wheel.record().items():
        if expected and not SCHEME.match(name) and hashes.get(name) != expected:
            yield f"{name} is not the one of {wheel.path.name}: install that wheel"
