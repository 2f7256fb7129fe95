"""Looks for everything that is newer, writes it into the file of pins, and says why."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from ..core.console import add_summary, console, set_outputs
from ..core.errors import Failure
from ..plan import Plan
from ..wheels.files import read_json, write_text
from . import conda, micromamba, python_index, registries, releases, vulkan
from .look import Look, Raised
from .web import Web

REASONS = "reasons.md"

SOURCES: Mapping[str, Callable[[Look], Iterator[Raised]]] = {
    "actions": releases.actions,
    "the source": releases.source,
    "images": registries.images,
    "Conda packages": conda.packages,
    "Python packages of the toolchain": python_index.toolchain,
    "test requirements": python_index.test_requirements,
    "the programs of jobs": python_index.programs,
    "the Vulkan SDK": vulkan.vulkan_sdk,
    "micromamba for Windows": micromamba.micromamba,
}


def search(plan: Plan, root: Path, output: Path, web: Web, now: datetime | None = None) -> list[str]:
    """The output found; what could not be asked is told and stands in the reasons, and the rest goes on."""
    look = Look(plan, web, (now or datetime.now(UTC)) - timedelta(days=plan.upkeep.cooldown_days))
    found: list[Raised] = []
    unasked: list[str] = []
    for what, source in SOURCES.items():
        try:
            found += list(source(look))
        except Failure as failure:
            unasked.append(f"{what}: {failure}")
        except (KeyError, TypeError, ValueError, IndexError) as error:
            told = f"{type(error).__name__}: {error}"
            unasked.append(f"{what}: the answer is not what it was when this was written ({told}): report it")
    rows = table(found)
    if found:
        write_pins(root / plan.pins.file, plan, found)
        write_text(output / REASONS, reasons(plan, rows, locks_of(plan, root), unasked))
        console.table(rows)
        add_summary("Newer versions", rows)
    else:
        console.say(f"everything is as new as what has been public for {plan.upkeep.cooldown_days} days")
    for each in unasked:
        console.warning(each, "Not asked")
    set_outputs(found=str(bool(found)).lower())
    # A single one that does not answer must not stop the others; none at all is no good news.
    return ["nobody could be asked: see the warnings above"] if len(unasked) == len(SOURCES) else []


def table(found: list[Raised]) -> list[list[str]]:
    """A row for each, in the order in which they are looked for."""
    header = ["what", "from", "to", "public since", "see"]
    return [
        header,
        *([f"{each.kind} {each.name}", each.old, each.new, f"{each.released:%Y-%m-%d}", each.url] for each in found),
    ]


def reasons(plan: Plan, rows: list[list[str]], locks: list[str], unasked: list[str]) -> str:
    """In Markdown, for whoever has to decide."""
    lines = [rows[0], ["---"] * len(rows[0]), *rows[1:]]
    text = "".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |\n" for line in lines)
    days = plan.upkeep.cooldown_days
    told = f"Each of these is newer than what is pinned, and has been public for {days} days at least.\n\n{text}"
    if locks:
        told += f"\nNot in effect before they are made anew, since they are what gets installed: {', '.join(locks)}.\n"
    if unasked:
        told += "\nNot looked at this time:\n\n" + "".join(f"- {each}\n" for each in unasked)
    return told


def locks_of(plan: Plan, root: Path) -> list[str]:
    """The lock files of Conda's environments that are committed."""
    names = {name for build in plan.builds for name in build.image_files if name.endswith(".lock")}
    return sorted(name for name in names if (root / name).is_file())


def write_pins(path: Path, plan: Plan, found: list[Raised]) -> None:
    """What the file says already stays, but for what has no effect any more."""
    pins: dict[str, Any] = read_json(path) if path.is_file() else {}
    source, declared = pins.get("source"), plan.pins.source
    if source and not (declared and source.get("replaces") == declared.replaces):
        del pins["source"]
    ours = plan.pins
    for name, known in (
        ("testRequirements", ours.test_requirements.keys()),
        ("packages", ours.packages.keys()),
        ("pythonPackages", ours.python_packages.keys()),
    ):
        kept = {key: value for key, value in pins.pop(name, {}).items() if key in known}
        pins |= {name: kept} if kept else {}
    for each in found:
        place = pins
        for key in each.key[:-1]:
            place = place.setdefault(key, {})
        place[each.key[-1]] = each.value
    write_text(path, json.dumps(pins, indent=2, sort_keys=True) + "\n")
