"""What the gate has found: on the terminal, as JSON, and on the page of a job."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from ..core.console import add_summary, console
from ..wheels.files import write_json

SCHEMA = 2
REPORT = "test-report.json"  # what a report is called beside the wheels that it is about

type Outcome = Literal["passed", "skipped", "failed"]


def brief(problems: Sequence[str]) -> str:
    """The first problems, as one line."""
    return "; ".join(problems[:3]) + (f"; and {len(problems) - 3} more" if len(problems) > 3 else "")


@dataclass(frozen=True)
class Result:
    """How one check of one wheel went."""

    distribution: str
    name: str
    problems: tuple[str, ...]
    skipped: str
    """Why the check had nothing to do on this machine; empty where it ran to its end."""
    notes: tuple[str, ...]
    seconds: float
    logs: tuple[str, ...]
    """From the report's folder."""

    @property
    def outcome(self) -> Outcome:
        return "failed" if self.problems else "skipped" if self.skipped else "passed"

    def facts(self) -> dict[str, Any]:
        return {
            "distribution": self.distribution,
            "name": self.name,
            "outcome": self.outcome,
            "problems": list(self.problems),
            "skipped": self.skipped or None,
            "notes": list(self.notes),
            "seconds": self.seconds,
            "logs": list(self.logs),
        }

    def row(self) -> list[str]:
        said = {"failed": f"**failed**: {brief(self.problems)}", "skipped": f"skipped: {self.skipped}"}
        outcome = "; ".join([said.get(self.outcome, "passed"), *self.notes])
        return [self.distribution, self.name, outcome, f"{self.seconds} s"]


@dataclass(frozen=True)
class Identity:
    """Which file was tested, so that a release can tell it from another build of the same name."""

    distribution: str
    file: str
    sha256: str


@dataclass(frozen=True)
class Report:
    name: str
    platform: str
    python: str
    wheels: tuple[Identity, ...]
    results: tuple[Result, ...]
    left_out: int
    """Checks that were not run, since an earlier one failed."""

    def count(self, outcome: Outcome) -> int:
        return sum(result.outcome == outcome for result in self.results)

    @property
    def passed(self) -> bool:
        return bool(self.count("passed")) and not self.count("failed") and not self.left_out

    def facts(self) -> dict[str, Any]:
        counts = {outcome: self.count(outcome) for outcome in ("passed", "skipped", "failed")}
        about = {"schema": SCHEMA, "name": self.name, "platform": self.platform, "python": self.python}
        wheels = [vars(wheel) for wheel in self.wheels]
        checks = [result.facts() for result in self.results]
        return {**about, **counts, "leftOut": self.left_out, "wheels": wheels, "checks": checks}

    def finish(self, path: Path) -> None:
        """Write it, and say how many checks passed."""
        write_json(path, self.facts())
        rows = [["wheel", "check", "outcome", "duration"], *(result.row() for result in self.results)]
        add_summary(f"Tests of {self.name} ({self.platform}, Python {self.python})", rows)
        skipped = f", {self.count('skipped')} skipped" if self.count("skipped") else ""
        left_out = f"; {self.left_out} not run after the failure" if self.left_out else ""
        console.say(f"{self.count('passed')} passed{skipped}, {self.count('failed')} failed{left_out}")
