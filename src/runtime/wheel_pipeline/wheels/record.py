"""The record of a build, build-record.json, and the hashes of its wheels, SHA256SUMS."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..core.console import console
from ..core.errors import Failure, UsageError
from ..core.git import commit_of
from ..plan import Build, Plan, Platform, System
from ..workspace import is_mount_point
from .change import Change
from .files import hash_of, read_json, read_text, sha256, write_json, write_text
from .wheel import RECORD, SUMS, Wheel, collect, wheel_files

RECORD_SCHEMA = 2
MEASURED = "measured"  # what each run has of its own, however much it builds the same
HOST_PATHS = ("basedirs", "cache_location")  # in the compiler cache's statistics


@dataclass(frozen=True)
class Made:
    """How the wheels of a build came about; no path of this machine is part of it."""

    commit: str = ""
    source_dir: bool = False
    """Whether somebody gave the tree, in place of the plan's source."""
    dirty: bool | None = None
    """Whether that tree had changes that are not committed; none where that cannot be known."""
    image: str = ""
    tools: Mapping[str, str] = field(default_factory=dict)
    changes: Sequence[Change] = ()
    durations: Sequence[tuple[str, float]] = ()
    compiler_cache: Mapping[str, Any] | None = None
    project_commits: Mapping[str, str] = field(default_factory=dict)
    """By distribution; one that is missing cannot be known."""


def project_commits(build: Build, tree: Path, env: Mapping[str, str], timeout: float) -> dict[str, str]:
    """The commit that each wheel's project is of: a submodule has its own."""
    found = {
        wheel.distribution: commit_of(tree / wheel.project_dir, tree, env, timeout)
        for wheel in build.wheels
        if (tree / wheel.project_dir).is_dir()
    }
    return {name: commit for name, commit in found.items() if commit}


def write_record(plan: Plan, build: Build, platform: Platform, folder: Path, made: Made) -> list[str]:
    """Write both files beside the wheels; what is wrong with the wheels, in which case nothing is written."""
    pinned = plan.source.commit
    if made.commit and pinned and made.commit != pinned and not made.source_dir:
        raise Failure(f"built from {made.commit}, the plan pins {pinned}: build that, or set SOURCE_DIR")
    wheels, problems = collect(build, folder)
    if problems:
        return problems
    entries = [wheel_entry(build, wheel, made) for wheel in wheels.values()]
    versions = {str(wheel.version) for key, wheel in wheels.items() if not build.wheel(key).use_source_version}
    about = {"builtCommit": made.commit or None, "sourceDir": made.source_dir, "dirty": made.dirty}
    cache = made.compiler_cache
    durations = [{"title": title, "seconds": seconds} for title, seconds in made.durations]
    content = {
        "schema": RECORD_SCHEMA,
        "name": build.name,
        "platform": platform.id,
        "source": {**plan.source.facts(), **about},
        "version": versions.pop() if len(versions) == 1 else None,
        "image": made.image or None,
        "tools": dict(made.tools),
        "inputs": declared_environment(build, platform.system),
        "amendments": amendments(made.changes),
        "wheels": entries,
        MEASURED: {
            "durations": durations,
            "compilerCache": cache and {key: value for key, value in cache.items() if key not in HOST_PATHS},
        },
    }
    write_json(folder / RECORD, content)
    sums = "".join(f"{entry['sha256']}  {entry['file']}\n" for entry in sorted(entries, key=lambda each: each["file"]))
    write_text(folder / SUMS, sums)
    console.say(sums.rstrip("\n"))
    return []


def wheel_entry(build: Build, wheel: Wheel, made: Made) -> dict[str, Any]:
    data, declared = wheel.path.read_bytes(), build.wheel(wheel.key)
    return {
        "distribution": declared.distribution,
        "version": str(wheel.version),
        "file": wheel.path.name,
        "bytes": len(data),
        "sha256": sha256(data),
        "payload": wheel.payload(),
        "commit": made.project_commits.get(declared.distribution),
        "tags": sorted(map(str, wheel.tags)),
    }


def amendments(changes: Sequence[Change]) -> list[dict[str, Any]]:
    """Each change once, in order, without those that changed nothing."""
    entries: list[dict[str, Any]] = []
    for change in changes:
        if change.facts and (entry := change.entry()) not in entries:
            entries.append(entry)
    return entries


def declared_environment(build: Build, system: System) -> str:
    """One hash of the variables that the declaration gives to the builds."""
    wheels = {wheel.distribution: wheel.environment for wheel in build.wheels}
    return hash_of({"build": build.environment.on(system), "wheels": wheels})


def read_record(path: Path) -> dict[str, Any]:
    """A record, known to be one of this schema."""
    record = read_json(path)
    try:
        if record["schema"] != RECORD_SCHEMA:
            raise Failure(
                f"{path} is a build record of schema {record['schema']!r}, not {RECORD_SCHEMA}:"
                " build again, with this program"
            )
        _ = record["name"], record["platform"], dict(record["source"])
        _ = [(each["distribution"], each["file"], each["sha256"], each["bytes"]) for each in record["wheels"]]
    except (KeyError, TypeError, ValueError) as error:
        raise Failure(f"{path} is not a build record ({type(error).__name__}: {error}): build again") from error
    return dict(record)


def record_problems(folder: Path, build: Build, platform: Platform) -> list[str]:
    """Whether the record in a folder is of another build."""
    record = read_record(folder / RECORD)
    return [
        f"{RECORD} has the {key} {record[key]!r}, not {wanted!r}: give the folder with that build's wheels"
        for key, wanted in (("name", build.name), ("platform", platform.id))
        if record[key] != wanted
    ]


def compare_records(earlier: Path, later: Path) -> None:
    """Tell whether a build reproduces an earlier one of the same source; a report, not a finding."""
    if not earlier.exists():
        console.say(f"there is no earlier build to compare with ({earlier})")
        return
    try:
        before = {each["distribution"]: each.get("payload") for each in read_record(earlier)["wheels"]}
    except Failure as failure:
        console.say(f"there is no earlier build to compare with ({failure})")
        return
    for each in read_record(later)["wheels"]:
        name, payload = each["distribution"], each.get("payload")
        if payload and before.get(name) == payload:
            console.say(f"{name}: the same contents as an earlier build of this commit")
        else:
            console.warning(f"{name}: other contents than an earlier build of this commit", "Not reproducible")


def listed_sums(folder: Path) -> tuple[dict[str, str], list[str]]:
    """SHA256SUMS: the hash of each file, and the lines that are none."""
    sums, problems = {}, []
    for number, line in enumerate(read_text(folder / SUMS).splitlines(), 1):
        if entry := re.fullmatch(r"([0-9a-f]{64}) [ *](.+)", line):
            sums[entry[2]] = entry[1]
        else:
            problems.append(f"{SUMS}, line {number}: {line!r} is not a SHA-256, two blanks and a name: build again")
    return sums, problems


def verify_sums(folder: Path, others: Collection[str] = ()) -> list[str]:
    """What does not agree between the wheels of a folder and both files; other files may be there by name only."""
    wheels = {name: path.read_bytes() for name, path in wheel_files(folder).items()}
    sums, problems = listed_sums(folder)
    entries = read_record(folder / RECORD)["wheels"]
    recorded = {entry["file"]: f"{entry['sha256']} and {entry['bytes']} bytes" for entry in entries}
    for source, listed in ((SUMS, sums), (RECORD, recorded)):
        for name in sorted(listed.keys() | wheels.keys()):
            actual = sha256(wheels[name]) if name in wheels else ""
            actual += f" and {len(wheels[name])} bytes" if actual and source == RECORD else ""
            if name not in wheels:
                problems.append(f"{source} lists {name}, which is not there: copy it, or build again")
            elif name not in listed:
                problems.append(f"{source} does not list {name}: remove it, or build again")
            elif listed[name] != actual:
                problems.append(f"{name} has {actual}, {source} says {listed[name]}: copy it again")
    for path in sorted(folder.iterdir()):
        if path.name not in (SUMS, RECORD, *wheels, *others):
            problems.append(f"{path.name} is neither a wheel nor a record: remove it")
    if not wheels:
        problems.append(f"there are no wheels in {folder}: build them first")
    if not problems:
        console.say(f"{len(wheels)} wheels agree with {SUMS} and {RECORD}")
    return problems


def check_output(folder: Path, others: Collection[str] = ()) -> None:
    """Fail, before any work, where a delivery to the folder would take somebody else's files away.

    Ours are both files and the wheels that they list; the record marks a folder as ours.
    """
    for each in (folder, *folder.parents):
        if each.exists() and not each.is_dir():
            raise UsageError(f"{each} is no folder: remove it, or set OUTPUT_DIR to a folder")
    if not folder.exists():
        return
    if is_mount_point(folder.resolve()):
        raise UsageError(
            f"OUTPUT_DIR {folder} is a mount point, which a build cannot replace:"
            f" set it to a folder below, such as {folder / 'wheels'}"
        )
    ours = {RECORD, SUMS, *others}
    if (folder / RECORD).is_file():
        ours |= delivered_wheels(folder)
    there = sorted(path.name for path in folder.iterdir())
    if foreign := [name for name in there if name not in ours]:
        told = ", ".join(foreign[:4]) + (f" and {len(foreign) - 4} more" if len(foreign) > 4 else "")
        raise UsageError(
            f"{folder} contains other files ({told}), which a build would delete:"
            " move them, or set OUTPUT_DIR to another folder"
        )


def delivered_wheels(folder: Path) -> set[str]:
    """The wheels that either file lists, as far as they can be read."""
    names: set[str] = set()
    try:
        names |= {str(each["file"]) for each in read_record(folder / RECORD)["wheels"]}
    except Failure:
        # A record of an earlier schema, or a damaged one: the other file lists the same.
        if (folder / SUMS).is_file():
            names |= listed_sums(folder)[0].keys()
    return {name for name in names if name.endswith(".whl")}
