"""Distributions of the Python package index: a whole closure at a time, since each of it may require others of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from ..core.errors import Failure
from ..plan import FilePin
from .look import Look, Raised, moment, version_of

FOR_RUNNER = re.compile(r"-manylinux\w*_x86_64(\.\w+)*\.whl$")
FLOOR = "3.12"
"""The lowest Python that this program runs on."""


@dataclass(frozen=True)
class Candidate:
    version: Version
    released: datetime
    sha256: str = ""
    """The checksum of its wheel, if a single file is pinned."""


class Closure:
    """Distributions that only require each other, each in one version."""

    def __init__(self, look: Look, current: Mapping[str, str], python: str) -> None:
        self.look, self.python = look, python
        self.current = {name: Version(version) for name, version in current.items()}
        self.allowed = {name: self.candidates(name) for name in self.current}
        self.asked: dict[tuple[str, Version], list[Requirement]] = {}

    def candidates(self, name: str) -> list[Candidate]:
        """Old enough, for this Python, and not older than today's; the newest first, and today's in any case."""
        current = self.current[name]
        found = [Candidate(current, self.look.before)]
        if self.look.holds(name):
            return found
        listed = self.look.web.json(f"{self.look.web.at.python}/pypi/{name}/json")["releases"]
        for text, files in listed.items():
            version = version_of(text)
            fit = [each for each in files if not each["yanked"] and supports(each["requires_python"], self.python)]
            if version is None or version <= current or not fit:
                continue
            released = min(moment(each["upload_time_iso_8601"]) for each in files)
            if self.look.is_old_enough(released):
                found.append(Candidate(version, released))
        return sorted(found, key=lambda each: each.version, reverse=True)

    def settled(self) -> dict[str, Candidate]:
        """The newest of each that fit together: where two do not, one of them gives way, down to today's."""
        chosen = {name: found[0] for name, found in self.allowed.items()}
        while any(self.gives_way(name, chosen) for name in sorted(chosen)):
            pass
        return chosen

    def gives_way(self, name: str, chosen: dict[str, Candidate]) -> bool:
        """Whether something had to go back for what a distribution requires."""
        for requirement in self.requires(name, chosen[name].version):
            other = canonicalize_name(requirement.name)
            if other in chosen and requirement.specifier.contains(chosen[other].version, prereleases=True):
                continue
            for place in (other, name):
                older = [each for each in self.allowed.get(place, []) if each.version < chosen[place].version]
                if place == other:
                    older = [each for each in older if requirement.specifier.contains(each.version, prereleases=True)]
                if older:
                    chosen[place] = older[0]
                    return True
            # Today's versions do not fit either: that is not of this change's making.
        return False

    def requires(self, name: str, version: Version) -> Sequence[Requirement]:
        """What a version requires on any of our systems."""
        if (name, version) not in self.asked:
            told = self.look.web.json(f"{self.look.web.at.python}/pypi/{name}/{version}/json")["info"]["requires_dist"]
            try:
                all_of_them = [Requirement(text) for text in told or ()]
            except InvalidRequirement as error:
                raise Failure(f"{name} {version} requires what cannot be read ({error}): hold {name}") from error
            self.asked[name, version] = [each for each in all_of_them if self.counts(each)]
        return self.asked[name, version]

    def counts(self, requirement: Requirement) -> bool:
        systems = (("linux", "posix", "Linux"), ("win32", "nt", "Windows"))
        return requirement.marker is None or any(
            requirement.marker.evaluate(
                {
                    "sys_platform": sys_platform,
                    "os_name": os_name,
                    "platform_system": platform_system,
                    "python_version": self.python,
                    "python_full_version": f"{self.python}.0",
                    "extra": "",
                }
            )
            for sys_platform, os_name, platform_system in systems
        )


def supports(requires_python: str | None, python: str) -> bool:
    try:
        return SpecifierSet(requires_python or "").contains(f"{python}.99")
    except InvalidSpecifier:
        return False


def name_in(requirement: str) -> str:
    """The distribution's name of a requirement of one version, in PEP 503's normal form."""
    return canonicalize_name(requirement.partition("==")[0])


def test_requirements(look: Look) -> Iterator[Raised]:
    """What the checks need, for the Python that the wheels are tested with."""
    declared = {name_in(key): key for key in look.plan.pins.test_requirements}
    current = {name: look.plan.pins.test_requirements[key] for name, key in declared.items()}
    found = re.match(r"\D*(3\.\d+)", look.plan.pins.packages.get("python", ""))
    for name, new in Closure(look, current, found[1] if found else FLOOR).settled().items():
        if new.version > Version(current[name]):
            key = ("testRequirements", declared[name])
            yield raised("test requirement", name, key, str(new.version), current[name], new)


def toolchain(look: Look) -> Iterator[Raised]:
    """What pip adds to the toolchain: a newer version that has a wheel of the same kind for each that is pinned."""
    for name, pin in look.plan.pins.python_packages.items():
        if look.holds(name):
            continue
        releases = look.web.json(f"{look.web.at.python}/pypi/{name}/json")["releases"]
        kinds = [kind_of(each) for each in releases[pin.version] if each["digests"]["sha256"] in pin.sha256]
        if len(kinds) < len(pin.sha256):
            raise Failure(f"the index does not have the pinned wheels of {name} {pin.version}: see who removed them")
        found = list[tuple[Version, datetime, list[str]]]()
        for text, files in releases.items():
            version, wheels = version_of(text), {kind_of(each): each for each in files if not each["yanked"]}
            if version is not None and version > Version(pin.version) and wheels.keys() >= set(kinds):
                released = max(moment(wheels[kind]["upload_time_iso_8601"]) for kind in kinds)
                if look.is_old_enough(released):
                    found.append((version, released, [wheels[kind]["digests"]["sha256"] for kind in kinds]))
        if found:
            version, released, hashes = max(found)
            new, value = Candidate(version, released), {"version": str(version), "sha256": hashes}
            yield raised("toolchain package", name, ("pythonPackages", name), value, pin.version, new)


def kind_of(file: Mapping[str, Any]) -> str:
    """What a wheel is for, without its version: Python, ABI and platform, as its name ends."""
    return "-".join(str(file["filename"]).rsplit("-", 3)[1:])


def programs(look: Look) -> Iterator[Raised]:
    """What jobs run beside this program: each one's wheel for the runner."""
    pins = look.plan.pins
    for name, pin in (("zizmor", pins.zizmor), ("uv", pins.uv)):
        if not look.holds(name):
            yield from newer_program(look, name, pin)


def newer_program(look: Look, name: str, pin: FilePin) -> Iterator[Raised]:
    found = []
    for text, files in look.web.json(f"{look.web.at.python}/pypi/{name}/json")["releases"].items():
        version = version_of(text)
        wheel = next((each for each in files if FOR_RUNNER.search(each["filename"]) and not each["yanked"]), None)
        if version is not None and wheel and version > Version(pin.version):
            released = moment(wheel["upload_time_iso_8601"])
            if look.is_old_enough(released):
                found.append(Candidate(version, released, wheel["digests"]["sha256"]))
    if found:
        new = max(found, key=lambda each: each.version)
        value = {"version": str(new.version), "sha256": new.sha256}
        yield raised("program", name, (name,), value, pin.version, new)


def raised(kind: str, name: str, key: tuple[str, ...], value: Any, old: str, new: Candidate) -> Raised:
    url = f"https://pypi.org/project/{name}/{new.version}/"
    return Raised(kind, name, key, value, old, str(new.version), new.released, url)
