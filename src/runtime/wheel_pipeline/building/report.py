"""What a person sees at the end of a build, on the terminal and on the page of the job."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ..core.console import add_summary, console, duration, megabytes
from ..wheels.files import sha256
from ..wheels.wheel import Wheel, wheel_files
from .compiler_cache import hits_and_misses


def report_build(
    title: str, output: Path, durations: Sequence[tuple[str, float]], statistics: Mapping[str, Any]
) -> None:
    """The wheels with their size, hash and tag; the time of each step; what the compiler cache saved."""
    wheels = [["wheel", "size", "tag", "SHA-256"]]
    for path in wheel_files(output).values():
        tag = ".".join(sorted({each.platform for each in Wheel(path).tags}))
        wheels.append([path.name, megabytes(path.stat().st_size), tag, sha256(path.read_bytes())])
    steps = [["step", "time"], *([step, duration(seconds)] for step, seconds in durations)]
    tables = [wheels, steps]
    if statistics:
        hits, misses = hits_and_misses(statistics)
        share = f"{hits / (hits + misses):.0%}" if hits + misses else "none"
        tables.append([["compiler cache", "hits", "misses"], [share, str(hits), str(misses)]])
    for table in tables:
        console.say()
        console.table(table)
    console.say(f"\nThe wheels are in {output}", "bold")
    add_summary(title, *tables)
