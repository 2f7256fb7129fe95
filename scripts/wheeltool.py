#!/usr/bin/env python3
# Synthesized by projen from .projenrc.ts (mlc-llm-pipeline: src/scripts/wheeltool.py). Do not edit it here:
# change the declaration and run `npx projen`.
"""Amends, inspects, records, verifies and compares the wheels of a build.

  amend WHEEL --distribution NAME --output-dir DIR   set version and requirements; same input, same bytes
  inspect DIR --platform P                           is each wheel fit to publish? tells every finding
  record DIR --platform P                            write SHA256SUMS and build-record.json
  compare-records EARLIER RECORD                     does a build reproduce an earlier one? a report only
  verify-sums DIR                                    do those two agree with the files that are there?
  compare DIR_A DIR_B                                are the wheels of two builds the same, byte by byte?

What to expect of each wheel is read from the plan, plan.json beside this file. Exit status: 0 when all is
well, 1 for a finding, 2 for bad usage. Timestamps inside a wheel come from SOURCE_DATE_EPOCH (default 1980).
"""

from __future__ import annotations

import argparse
import csv
import io
import os
import re
import sys
import time
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from packaging.tags import parse_tag
from packaging.utils import canonicalize_name
from packaging.version import Version
from wheelfiles import (
    COMMIT_URL,
    RECORD,
    SCHEME,
    SUMS,
    Declared,
    Failure,
    Metadata,
    Plan,
    Wheel,
    add_entries,
    add_summary,
    collect,
    default_plan,
    exit_status,
    git_commit,
    matches,
    megabytes,
    pep440,
    read_json,
    read_text,
    record_hash,
    report_problems,
    requirement,
    same_library,
    sha256,
    the_wheel,
    use_utf8,
    wheel_files,
    write_json,
    write_text,
)

OLDEST, NEWEST = 315532800, 4354819198  # what a zip entry can say: 1980 to 2107
LEVEL = 6  # zlib's default: level 9 takes four times as long for one percent


# amend


def amended_requirements(declared: Declared, present: list[str], pins: dict[str, str]) -> tuple[list[str], list[str]]:
    """The requirements to remove and to add, for what the plan says: drop, then pin, then add."""
    gone = {canonicalize_name(name) for name in declared.drop} | set(pins)
    wanted = list(dict.fromkeys(requirement(text) for text in [*pins.values(), *declared.add]))
    had = {text: requirement(text) for text in present}
    removed = [text for text, each in had.items() if canonicalize_name(each.name) in gone and each not in wanted]
    return removed, [str(each) for each in wanted if each not in had.values()]


def sibling_pins(declared: Declared, plan: Plan, folder: Path | None) -> dict[str, str]:
    pins = {}
    for sibling in map(plan.wheel, declared.pin):
        if folder is None:
            raise Failure(f"{declared.distribution} pins {sibling.distribution}: say with --siblings where it is", 2)
        pins[str(sibling.key)] = f"{sibling.distribution}=={the_wheel(folder, sibling).version}"
    return pins


def zip_timestamp() -> tuple[int, int, int, int, int, int]:
    text = os.environ.get("SOURCE_DATE_EPOCH") or str(OLDEST)
    if not text.isascii() or not text.isdigit() or int(text) > NEWEST:
        raise Failure(f"SOURCE_DATE_EPOCH is {text!r}: set it to seconds since 1970, at most {NEWEST}", 2)
    return time.gmtime(max(int(text), OLDEST))[:6]


def amend(args: argparse.Namespace) -> list[str]:
    plan = Plan(args.plan)
    declared = plan.wheel(args.distribution)
    wheel = the_wheel(args.wheel, declared) if args.wheel.is_dir() else Wheel(args.wheel)
    if wheel.key not in (declared.key, declared.built_key):
        raise Failure(
            f"{wheel.path.name} is no wheel of {declared.distribution}: give that, or --distribution {wheel.key}"
        )
    if args.version and not declared.versioned:
        raise Failure(f"{declared.distribution} keeps its source's version (versioned: false): leave --version out", 2)
    version = pep440(args.version) if args.version else wheel.version
    before = wheel.metadata.to_bytes()
    pins = sibling_pins(declared, plan, args.siblings)
    removed, added = amended_requirements(declared, wheel.metadata.get("Requires-Dist"), pins)
    wheel.metadata.change_requirements(removed, added)
    wheel.metadata.set("Version", str(version))
    if args.commit is not None:
        wheel.metadata.set_url(COMMIT_URL, plan.commit_url(args.commit))
    if wheel.key != declared.key:
        wheel.metadata.set("Name", declared.distribution)
    stem = f"{declared.key.replace('-', '_')}-{version}"
    target = Path(args.output_dir, "-".join([stem, *wheel.path.name.split("-")[2:]]))
    write_wheel(wheel, stem, target)

    changed = wheel.metadata.to_bytes() != before
    change = {"distribution": declared.distribution, "from": wheel.path.name, "to": target.name}
    if args.changes:
        entry = {**change, "requirementsRemoved": removed, "requirementsAdded": added, "commit": args.commit or None}
        add_entries(args.changes, *([entry] if changed else []))
    print(f"{wheel.path.name} → {target.name}" + ("" if changed else " (nothing to amend)"))
    for line in [f"- {text}" for text in removed] + [f"+ {text}" for text in added]:
        print(f"  {line}")
    return []


def write_wheel(wheel: Wheel, stem: str, target: Path, replaced: Mapping[str, bytes] | None = None) -> None:
    """Write a wheel again under another stem, in a form that depends on nothing but its contents."""
    old = wheel.dist_info.removesuffix(".dist-info")
    folders = {f"{old}{suffix}": f"{stem}{suffix}" for suffix in (".dist-info", ".data")}
    dist_info, stamp, rows, hashes = f"{stem}.dist-info", zip_timestamp(), io.StringIO(), dict[str, str]()
    record = csv.writer(rows, lineterminator="\n")
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(target.name + ".part")

    def write(name: str, data: bytes, mode: int) -> None:
        entry = zipfile.ZipInfo(name, stamp)
        entry.create_system = 3  # Unix, on Windows too: the modes are Unix modes
        entry.external_attr = (mode or 0o100644) << 16
        archive.writestr(entry, data, zipfile.ZIP_DEFLATED, LEVEL)

    with zipfile.ZipFile(part, "w") as archive:
        for last in (False, True):  # .dist-info comes last in a wheel, and RECORD last in it
            for info, data in wheel.members():
                top, slash, rest = info.filename.partition("/")
                name = folders.get(top, top) + slash + rest
                if (top == wheel.dist_info) != last or name == f"{dist_info}/RECORD":
                    continue
                data = wheel.metadata.to_bytes() if name == f"{dist_info}/METADATA" else data
                data = (replaced or {}).get(info.filename, data)
                if name.rpartition("/")[2].startswith(".load-order-"):  # delvewheel writes it from a set
                    data = b"".join(sorted(data.splitlines(keepends=True)))
                hashes[name] = record_hash(data)
                record.writerow([name, hashes[name], len(data)])
                write(name, data, info.external_attr >> 16)
        record.writerow([f"{dist_info}/RECORD", "", ""])
        write(f"{dist_info}/RECORD", rows.getvalue().encode("utf-8"), 0)
    with zipfile.ZipFile(part) as archive:
        for name, expected in hashes.items():
            if record_hash(archive.read(name)) != expected:
                raise Failure(f"{part}: {name} is not what was written: check the disk, then amend again")
    os.replace(part, target)


# inspect


def inspect(args: argparse.Namespace) -> list[str]:
    plan = Plan(args.plan)
    tag = args.platform_tag or plan.platform_tag(args.platform)
    plan.platform_tag(args.platform)
    version = pep440(args.version) if args.version else None
    wheels, problems = collect(plan, args.dir)
    rows = [["wheel", "size", "files", "tag"]]
    for key, wheel in wheels.items():
        declared = plan.wheel(key)
        platforms = ".".join(sorted({each.platform for each in wheel.tags}))
        rows.append([wheel.path.name, megabytes(wheel.path.stat().st_size), str(len(wheel.infos)), platforms])
        for found in (
            name_problems(wheel, declared, tag, version, wheels),
            content_problems(wheel, declared, args.platform.split("-")[0], args.build_path),
        ):
            try:
                problems += (f"{wheel.path.name}: {problem}" for problem in found)
            except Failure as failure:
                problems.append(f"{wheel.path.name}: {failure}")
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    return problems


def name_problems(
    wheel: Wheel, declared: Declared, tag: str, version: Version | None, wheels: dict[str, Wheel]
) -> Iterator[str]:
    """What is wrong with the name, the tags and the metadata."""
    platforms = sorted({each.platform for each in wheel.tags})
    if unrepaired := [each for each in platforms if each.startswith("linux_") and each != tag]:
        yield f"is not repaired (tag {unrepaired[0]}): repair it, and keep the output only"
    elif tag not in platforms:
        yield f"is for {', '.join(platforms)}, not for {tag}: repair it for that platform tag"
    inner = Metadata(wheel.read("WHEEL")).get("Tag")
    if {each for text in inner for each in parse_tag(text)} != wheel.tags:
        yield f"its WHEEL file has the tags {', '.join(inner) or 'none'}, not the file name's: repair it again"
    name, own = ("".join(wheel.metadata.get(field)[:1]) for field in ("Name", "Version"))
    if canonicalize_name(name) != wheel.key:
        yield f"its metadata has the name {name!r}, not {wheel.key}: build it again"
    if str(wheel.version) != own and (not own or wheel.version != pep440(own)):
        yield f"its metadata has the version {own!r}, not {wheel.version}: amend it again"
    if version and declared.versioned and wheel.version != version:
        yield f"has version {wheel.version}, not {version}: amend it with --version {version}"
    siblings = [wheels[key] for key in map(canonicalize_name, declared.pin) if key in wheels]
    pins = {str(sibling.key): f"{sibling.key}=={sibling.version}" for sibling in siblings}
    removed, added = amended_requirements(declared, wheel.metadata.get("Requires-Dist"), pins)
    for text in removed:
        yield f"requires {text!r}, against the plan: amend it"
    for text in added:
        yield f"does not require {text!r}, as the plan says: amend it"


def content_problems(wheel: Wheel, declared: Declared, system: str, build_paths: list[str]) -> Iterator[str]:
    """What is wrong with the files."""
    size, limit = wheel.path.stat().st_size, declared.max_bytes.get(system)
    if limit is not None and size > limit:
        yield f"has {size} bytes, maxBytes is {limit}: find what grew, or raise maxBytes"
    names = [info.filename for info in wheel.infos]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"has {name} twice: build it again"
    record, record_name, seen = wheel.record(), f"{wheel.dist_info}/RECORD", dict[str, str]()
    for missing in sorted(record.keys() - set(names)):
        yield f"RECORD lists {missing}, which is not there: build it again"
    paths = [path.rstrip("\\/") for path in build_paths if path.rstrip("\\/")]
    needles = [(path, build_path_forms(path)) for path in paths]
    for info, data in wheel.members():
        name, installed = info.filename, SCHEME.sub("", info.filename, count=1)
        if name != record_name and name not in record:
            yield f"RECORD does not list {name}: build it again"
        elif name != record_name and not holds(record[name], data):
            yield f"{name} is not the file that RECORD tells of ({' '.join(record[name])}): amend it again"
        for pattern in declared.forbidden:
            if matches(pattern, installed):
                yield f"holds {name}, which {pattern!r} forbids: leave it out of the wheel"
        for library in declared.excludes.get(system, []):
            if same_library(library, name.split("/")[-1]):
                yield f"bundles {name}, which is the excluded {library}: exclude it from the repair"
        if len(data) >= 1_000_000:
            first = seen.setdefault(sha256(data), name)
            if first != name:
                yield f"holds the same {megabytes(len(data))} twice, {first} and {name}: leave one out"
        for path, forms in needles:
            if times := sum(data.count(form.encode("utf-8")) for form in forms):
                yield f"{name} holds the build path {path} ({times} times): map it with -ffile-prefix-map or its like"


def build_path_forms(path: str) -> set[str]:
    """A path as compilers write it: with either slash, or with escaped backslashes."""
    slashed = path.replace("\\", "/")
    return {slashed, slashed.replace("/", "\\"), slashed.replace("/", "\\\\")}


def holds(entry: tuple[str, str], data: bytes) -> bool:
    """Whether an entry of RECORD tells of these bytes."""
    algorithm = entry[0].partition("=")[0]
    return algorithm in ("sha256", "sha384", "sha512") and entry == (record_hash(data, algorithm), str(len(data)))


# record and verify-sums


def read_table(path: Path | None) -> list[tuple[str, str]]:
    """Pairs from a file of lines with one tab each."""
    lines = read_text(path).splitlines() if path else []
    for number, line in enumerate(lines, 1):
        if line and line.count("\t") != 1:
            raise Failure(f"{path}, line {number}: {line!r} is not a name, a tab and a value: write it so")
    return [(line.split("\t")[0], line.split("\t")[1]) for line in lines if line]


def record(args: argparse.Namespace) -> list[str]:
    plan = Plan(args.plan)
    plan.platform_tag(args.platform)
    pinned = plan.source.get("commit")
    if args.commit and pinned and args.commit != pinned and not args.source_dir:
        raise Failure(f"built from {args.commit}, the plan pins {pinned}: build that, or say --source-dir")
    wheels, problems = collect(plan, args.dir)
    if problems:
        return problems
    try:
        durations = [{"title": title, "seconds": float(seconds)} for title, seconds in read_table(args.steps)]
    except ValueError as error:
        raise Failure(f"{args.steps}: {error}: write seconds as a number") from error
    cache = read_json(args.cache_stats) if args.cache_stats and args.cache_stats.exists() else None
    if isinstance(cache, dict):
        cache = {key: value for key, value in cache.items() if key not in ("basedirs", "cache_location")}  # host paths
    entries: list[dict[str, Any]] = []
    for key, wheel in wheels.items():
        data = wheel.path.read_bytes()
        declared = plan.wheel(key)
        commit = git_commit(args.tree / declared.project_dir, args.tree) if args.tree else ""
        facts = {"distribution": declared.distribution, "version": str(wheel.version), "file": wheel.path.name}
        hashes = {"sha256": sha256(data), "payload": wheel.payload()}
        about = {"bytes": len(data), "commit": commit or None, "tags": sorted(map(str, wheel.tags))}
        entries.append({**facts, **hashes, **about})
    versions = {str(wheel.version) for key, wheel in wheels.items() if plan.wheel(key).versioned}
    content = {
        "schema": 1,
        "name": plan.name,
        "platform": args.platform,
        "source": {**plan.source, "builtCommit": args.commit or None, "sourceDir": bool(args.source_dir)},
        "version": versions.pop() if len(versions) == 1 else None,
        "image": args.image or None,
        "tools": dict(read_table(args.tools)),
        "amendments": read_json(args.changes) if args.changes and args.changes.exists() else [],
        "wheels": entries,
        "measured": {"durations": durations, "compilerCache": cache},
    }
    folder = args.output or args.dir
    write_json(folder / RECORD, content)
    by_name = sorted(entries, key=lambda entry: entry["file"])
    sums = "".join(f"{entry['sha256']}  {entry['file']}\n" for entry in by_name)
    write_text(folder / SUMS, sums)
    print(sums, end="")
    table = [["wheel", "size", "SHA-256"]]
    table += ([entry["file"], megabytes(entry["bytes"]), entry["sha256"]] for entry in entries)
    steps = [["step", "duration"]] + [[str(step["title"]), f"{step['seconds']:.1f} s"] for step in durations]
    add_summary(f"{plan.name} for {args.platform}", table, steps)
    return []


def compare_records(args: argparse.Namespace) -> list[str]:
    """Tells whether a build reproduces an earlier one of the same source; a report, not a finding."""
    if not args.earlier.exists():
        print(f"there is no earlier build to compare with ({args.earlier})")
        return []
    earlier = {each["distribution"]: each["payload"] for each in read_json(args.earlier)["wheels"]}
    for each in read_json(args.record)["wheels"]:
        name, same = each["distribution"], earlier.get(each["distribution"]) == each["payload"]
        message = f"{name}: {'the same contents as' if same else 'other contents than'} an earlier build of this commit"
        print(message)
        if not same and os.environ.get("GITHUB_ACTIONS") == "true":
            print(f"::warning title=Not reproducible::{message}")
    return []


def verify_sums(args: argparse.Namespace) -> list[str]:
    wheels = {name: path.read_bytes() for name, path in wheel_files(args.dir).items()}
    sums, problems = {}, []
    for number, line in enumerate(read_text(args.dir / SUMS).splitlines(), 1):
        if entry := re.fullmatch(r"([0-9a-f]{64}) [ *](.+)", line):
            sums[entry[2]] = entry[1]
        else:
            problems.append(f"{SUMS}, line {number}: {line!r} is not a SHA-256, two blanks and a name: record again")
    try:
        entries = read_json(args.dir / RECORD)["wheels"]
        recorded = {entry["file"]: f"{entry['sha256']} and {entry['bytes']} bytes" for entry in entries}
    except (KeyError, TypeError) as error:
        raise Failure(f"{RECORD} is not a build record ({type(error).__name__}: {error}): record again") from error
    for source, listed in ((SUMS, sums), (RECORD, recorded)):
        for name in sorted(listed.keys() | wheels.keys()):
            actual = sha256(wheels[name]) if name in wheels else ""
            actual += f" and {len(wheels[name])} bytes" if actual and source == RECORD else ""
            if name not in wheels:
                problems.append(f"{source} lists {name}, which is not there: copy it, or record again")
            elif name not in listed:
                problems.append(f"{source} does not list {name}: remove it, or record again")
            elif listed[name] != actual:
                problems.append(f"{name} has {actual}, {source} says {listed[name]}: copy it again")
    for path in sorted(args.dir.iterdir()):
        if path.name not in (SUMS, RECORD, *wheels):
            problems.append(f"{path.name} is neither a wheel nor a record: remove it")
    if not wheels:
        problems.append(f"there are no wheels in {args.dir}: build them first")
    if not problems:
        print(f"{len(wheels)} wheels agree with {SUMS} and {RECORD}")
    return problems


# compare


def difference(a: bytes, b: bytes) -> str:
    """How many bytes differ, and where the first are."""
    count, offsets = abs(len(a) - len(b)), list[int]()
    shorter = min(len(a), len(b))
    for start in range(0, shorter, 65536):
        x, y = a[start : min(start + 65536, shorter)], b[start : min(start + 65536, shorter)]
        if x != y:
            unequal = (int.from_bytes(x, "big") ^ int.from_bytes(y, "big")).to_bytes(len(x), "big")
            count += len(unequal) - unequal.count(0)
            offsets += [start + i for i, value in enumerate(unequal) if value and len(offsets) < 4]
    offsets = offsets[:4] or [shorter]
    sizes = f", {len(a)} and {len(b)} bytes long" if len(a) != len(b) else ""
    return f"{count} bytes differ, first at {', '.join(map(str, offsets))}{sizes}"


def wheel_differences(a: Path, b: Path) -> list[str]:
    """What differs between two wheels of one name whose bytes differ."""
    left, right = ({info.filename: (info, data) for info, data in Wheel(path).members()} for path in (a, b))
    found = [f"{name} is only in {a}" for name in sorted(left.keys() - right)]
    found += [f"{name} is only in {b}" for name in sorted(right.keys() - left)]
    both = [(name, *left[name], *right[name]) for name in sorted(left.keys() & right)]
    found += [f"{name}: {difference(data_a, data_b)}" for name, _, data_a, _, data_b in both if data_a != data_b]
    if not found:
        fields = ("date_time", "external_attr", "create_system", "compress_type", "flag_bits", "extra", "comment")
        for name, info_a, _, info_b, _ in both:
            pairs = [(field, getattr(info_a, field), getattr(info_b, field)) for field in fields]
            if unequal := [f"{field} is {x!r} and {y!r}" for field, x, y in pairs if x != y]:
                found.append(f"{name}: same content, other zip metadata: {'; '.join(unequal)}")
    whole = difference(a.read_bytes(), b.read_bytes())
    return found or [f"same members, other order of entries or other zlib: {whole}"]


def compare(args: argparse.Namespace) -> list[str]:
    left, right = wheel_files(args.dir_a), wheel_files(args.dir_b)
    problems = [f"{name} is only in {args.dir_a}" for name in sorted(left.keys() - right)]
    problems += [f"{name} is only in {args.dir_b}" for name in sorted(right.keys() - left)]
    for name in sorted(left.keys() & right):
        if left[name].read_bytes() == right[name].read_bytes():
            print(f"{name}: the same {left[name].stat().st_size} bytes")
        else:
            problems += [f"{name}: {text}" for text in wheel_differences(left[name], right[name])]
    return problems if left or right else [f"there are no wheels in {args.dir_a} and {args.dir_b}: build them first"]


def arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=raw, allow_abbrev=False)
    commands = parser.add_subparsers(required=True, dest="command", metavar="COMMAND")
    planned = argparse.ArgumentParser(add_help=False)
    planned.add_argument("--plan", type=Path, default=default_plan(), help="default: %(default)s")
    folder = argparse.ArgumentParser(add_help=False)
    folder.add_argument("dir", type=Path, metavar="DIR", help="the folder that holds the wheels")
    built = argparse.ArgumentParser(add_help=False, parents=[planned, folder])
    built.add_argument("--platform", required=True, help="a platform of the plan, such as linux-x86_64")

    add = commands.add_parser("amend", parents=[planned]).add_argument
    add("wheel", type=Path, metavar="WHEEL", help="the file, or a folder with one wheel of the distribution")
    add("--distribution", required=True, metavar="NAME", help="which wheel of the plan it is")
    add("--output-dir", type=Path, required=True, metavar="DIR", help="may be the folder it is in")
    add("--version", help="its new version (default, also when empty: the one it has)")
    add("--commit", help="the commit that was built, which the wheel is to tell of (default: as it is)")
    add("--siblings", type=Path, metavar="DIR", help="where the wheels are that it pins")
    add("--changes", type=Path, metavar="FILE", help="JSON list to append what changed to")

    add = commands.add_parser("inspect", parents=[built]).add_argument
    add("--platform-tag", metavar="TAG", help="expect this tag, not the plan's")
    add("--version", help="what versioned wheels must have (default, also when empty: anything)")
    add("--build-path", action="append", default=[], metavar="PATH", help="must occur in no file; repeatable")

    add = commands.add_parser("record", parents=[built]).add_argument
    add("--output", type=Path, metavar="DIR", help="where to write both files (default: beside the wheels)")
    add("--commit", help="the commit that was built")
    add("--tree", type=Path, metavar="DIR", help="the tree that was built, which knows each project's commit")
    add("--source-dir", metavar="DIR", help="the tree it was built from, where that is not the plan's source")
    add("--image", metavar="DIGEST", help="the image it was built in")
    add("--tools", type=Path, metavar="FILE", help="lines of name, tab, version")
    add("--steps", type=Path, metavar="FILE", help="lines of title, tab, seconds")
    add("--changes", type=Path, metavar="FILE", help="what amend wrote")
    add("--cache-stats", type=Path, metavar="FILE", help="the compiler cache's statistics, JSON")

    commands.add_parser("verify-sums", parents=[folder])
    add = commands.add_parser("compare-records").add_argument
    add("earlier", type=Path, metavar="EARLIER", help="an earlier build-record.json, which need not exist")
    add("record", type=Path, metavar="RECORD")
    add = commands.add_parser("compare").add_argument
    add("dir_a", type=Path, metavar="DIR_A")
    add("dir_b", type=Path, metavar="DIR_B")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> int:
    use_utf8()
    args = arguments(argv)
    title = f"wheeltool {args.command}"
    runs = {
        "amend": amend,
        "inspect": inspect,
        "record": record,
        "verify-sums": verify_sums,
        "compare": compare,
        "compare-records": compare_records,
    }
    advice = ": check that the file is there, whole and readable"
    return exit_status(title, lambda: report_problems(title, runs[args.command](args)), advice)


if __name__ == "__main__":
    sys.exit(main())
