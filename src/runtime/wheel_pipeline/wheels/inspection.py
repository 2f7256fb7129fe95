"""Is each wheel fit to publish? Every finding is told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from packaging.tags import parse_tag
from packaging.utils import canonicalize_name
from packaging.version import Version

from ..core.console import console, megabytes
from ..core.errors import Failure
from ..plan import Build, Platform, System
from ..plan import Wheel as Declared
from .files import matches, record_hash, sha256
from .members import member_problems, owner_problem, shared_packages
from .metadata import amended_requirements
from .wheel import Metadata, Wheel, collect, installed_name, pep440, same_library

LARGE = 1_000_000  # bytes from which on a file is worth having once only


def inspect(
    build: Build,
    platform: Platform,
    folder: Path,
    *,
    platform_tag: str,
    version: str,
    build_paths: Sequence[str] = (),
    secrets: Mapping[str, str] = MappingProxyType({}),
) -> list[str]:
    """What is wrong with the wheels in a folder; a table of them is shown. Without a version, any is right.

    Of the secrets, given by name, no wheel may have a value.
    """
    expected = pep440(version) if version else None
    wheels, problems = collect(build, folder)
    rows = [["wheel", "size", "files", "tag"]]
    for key, wheel in wheels.items():
        declared = build.wheel(key)
        tags = ".".join(sorted({each.platform for each in wheel.tags}))
        rows.append([wheel.path.name, megabytes(wheel.path.stat().st_size), str(len(wheel.infos)), tags])
        for found in (
            name_problems(wheel, declared, platform_tag, expected, wheels),
            member_problems(wheel),
            content_problems(wheel, declared, platform.system),
            leaks(wheel, build_paths, secrets),
        ):
            problems += told(wheel, found)
    problems += [f"{wheel.path.name}: {problem}" for wheel, problem in shared_packages(wheels)]
    console.table(rows)
    return problems


def told(wheel: Wheel, found: Iterator[str]) -> Iterator[str]:
    """Problems with the wheel's name; a wheel that cannot be read further is one more."""
    try:
        for problem in found:
            yield f"{wheel.path.name}: {problem}"
    except Failure as failure:
        yield f"{wheel.path.name}: {failure}"


def name_problems(
    wheel: Wheel, declared: Declared, tag: str, version: Version | None, wheels: Mapping[str, Wheel]
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
    yield from owner_problem(wheel)
    name, own = ("".join(wheel.metadata.get(field)[:1]) for field in ("Name", "Version"))
    if canonicalize_name(name) != wheel.key:
        yield f"its metadata has the name {name!r}, not {wheel.key}: build it again"
    if str(wheel.version) != own and (not own or wheel.version != pep440(own)):
        yield f"its metadata has the version {own!r}, not {wheel.version}: amend it again"
    if version and not declared.use_source_version and wheel.version != version:
        yield f"has version {wheel.version}, not {version}: amend it with version {version}"
    siblings = [wheels[key] for key in map(canonicalize_name, declared.requires.pin) if key in wheels]
    pins = {str(sibling.key): f"{sibling.key}=={sibling.version}" for sibling in siblings}
    removed, added = amended_requirements(declared, wheel.metadata.get("Requires-Dist"), pins)
    for text in removed:
        yield f"requires {text!r}, against the plan: amend it"
    for text in added:
        yield f"does not require {text!r}, as the plan says: amend it"


def content_problems(wheel: Wheel, declared: Declared, system: System) -> Iterator[str]:
    """What is wrong with the files."""
    size, limit = wheel.path.stat().st_size, declared.max_bytes.on(system)
    if limit is not None and size > limit:
        yield f"has {size} bytes, maxBytes is {limit}: find what grew, or raise maxBytes"
    names = Counter(info.filename for info in wheel.infos)
    for name in sorted(name for name, times in names.items() if times > 1):
        yield f"has {name} twice: build it again"
    record, record_name, seen = wheel.record(), f"{wheel.dist_info}/RECORD", dict[str, str]()
    for missing in sorted(record.keys() - names):
        yield f"RECORD lists {missing}, which is not there: build it again"
    for info, data in wheel.members():
        name, installed = info.filename, installed_name(info.filename)
        if name != record_name and name not in record:
            yield f"RECORD does not list {name}: build it again"
        elif name != record_name and not holds(record[name], data):
            yield f"{name} is not the file that RECORD tells of ({' '.join(record[name])}): amend it again"
        for pattern in declared.forbidden:
            if matches(pattern, installed):
                yield f"holds {name}, which {pattern!r} forbids: leave it out of the wheel"
        for library in declared.excluded_on(system):
            if same_library(library, name.split("/")[-1]):
                yield f"bundles {name}, which is the excluded {library}: exclude it from the repair"
        if len(data) >= LARGE:
            first = seen.setdefault(sha256(data), name)
            if first != name:
                yield f"holds the same {megabytes(len(data))} twice, {first} and {name}: leave one out"


def leaks(wheel: Wheel, build_paths: Sequence[str], secrets: Mapping[str, str]) -> Iterator[str]:
    """What the files tell of this machine and its user: of the run that builds, which another run does not know."""
    paths = [path.rstrip("\\/") for path in build_paths if path.rstrip("\\/")]
    needles = [(path, build_path_forms(path)) for path in paths]
    for info, data in wheel.members():
        file = info.filename
        for path, forms in needles:
            if times := sum(data.count(form.encode("utf-8")) for form in forms):
                yield f"{file} holds the build path {path} ({times} times): map it with -ffile-prefix-map or its like"
        for name in [name for name, value in secrets.items() if value.encode("utf-8") in data]:
            yield f"{file} holds the value of {name}, a secret: leave it out of the wheel"


def build_path_forms(path: str) -> set[str]:
    """A path as compilers write it: with either slash, or with escaped backslashes."""
    slashed = path.replace("\\", "/")
    return {slashed, slashed.replace("/", "\\"), slashed.replace("/", "\\\\")}


def holds(entry: tuple[str, str], data: bytes) -> bool:
    """Whether an entry of RECORD tells of these bytes."""
    algorithm = entry[0].partition("=")[0]
    return algorithm in ("sha256", "sha384", "sha512") and entry == (record_hash(data, algorithm), str(len(data)))
