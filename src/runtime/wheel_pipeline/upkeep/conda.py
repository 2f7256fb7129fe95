"""Conda packages, by what anaconda.org knows of their files."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from packaging.version import Version

from ..core.errors import Failure
from .look import Look, Raised, moment, version_of
from .web import NotFound

SERIES = re.compile(r"(\d+(?:\.\d+)*)\.\*")
SUBDIRS = {"x86_64": "linux-64", "aarch64": "linux-aarch64", "AMD64": "win-64"}


def packages(look: Look) -> Iterator[Raised]:
    """Every package with a series: a newer one of the same major version, unless the series is nothing but that.

    What has a lower bound only, such as `>=0.10`, is as new as the lock is.
    """
    wanted = {SUBDIRS[platform.machine] for build in look.plan.builds for platform in build.platforms}
    for name, pin in look.plan.pins.packages.items():
        series = SERIES.fullmatch(pin)
        if series is None or look.holds(name):
            continue
        current = tuple(map(int, series[1].split(".")))
        channel, found = versions(look, name)
        # A package may be for one system only: it has to be where it is today.
        today = {subdir for version, places in found.items() if start(version, current) for subdir in places}
        needed = wanted & today or {"noarch"}
        old_enough = {
            version: max(places[subdir] for subdir in needed)
            for version, places in found.items()
            if needed <= places.keys() and all(look.is_old_enough(places[subdir]) for subdir in needed)
        }
        newest = max((v for v in old_enough if len(current) == 1 or v.release[0] == current[0]), default=None)
        if newest is None or series_of(newest, len(current)) <= current:
            continue
        new = ".".join(map(str, series_of(newest, len(current)))) + ".*"
        url = f"https://anaconda.org/{channel}/{name}/files"
        told = f"{new} ({newest})"
        yield Raised("Conda package", name, ("packages", name), new, pin, told, old_enough[newest], url)


def series_of(version: Version, length: int) -> tuple[int, ...]:
    return (*version.release, *([0] * length))[:length]


def start(version: Version, series: tuple[int, ...]) -> bool:
    return series_of(version, len(series)) == series


def versions(look: Look, name: str) -> tuple[str, Mapping[Version, Mapping[str, datetime]]]:
    """Of each final version, when it came to each subdirectory; of the first channel that has the package."""
    channel, files = files_of(look, name)
    found: dict[Version, dict[str, datetime]] = {}
    for each in files:
        version = version_of(str(each["version"]))
        labels = each.get("labels", ["main"])
        # What is marked broken keeps the label main, and is in no index.
        if version is None or "main" not in labels or "broken" in labels:
            continue
        places, subdir, came = found.setdefault(version, {}), each["attrs"]["subdir"], moment(each["upload_time"])
        places[subdir] = min(came, places.get(subdir, came))
    return channel, found


def files_of(look: Look, name: str) -> tuple[str, list[Any]]:
    missing: NotFound | None = None
    for channel in look.plan.pins.channels:
        try:
            return channel, look.web.json(f"{look.web.at.conda}/package/{channel}/{name}/files")
        except NotFound as failure:
            missing = failure
    raise missing or Failure(f"no channel is declared that could have {name}: declare toolchain.channels")
