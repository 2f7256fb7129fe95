"""Runs checks one by one, tells of each, and keeps what to report."""

from __future__ import annotations

import re
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from ..core.console import TAIL, console
from ..core.errors import Failure
from .process import Ended, execute, read_log
from .report import Result, brief


class Attempt:
    """One check under way: an empty folder for its processes, its logs, and what it notes."""

    def __init__(self, log: Path, scratch: Path, timeout: float, variables: Mapping[str, str] | None = None) -> None:
        self.log, self.timeout = log, timeout
        self.variables = variables or {}
        """Beside the caller's."""
        self.folder, self.home = scratch / "work", scratch / "home"
        self.private = scratch / "private"  # for what the check's own code need not see
        for each in (self.folder, self.home, self.private):
            each.mkdir()
        self.notes: list[str] = []
        self.skipped = ""

    def run(self, argv: Sequence[str], timeout: float | None = None) -> Ended:
        """Run a process for the check."""
        return execute(argv, timeout or self.timeout, self.log, self.folder, self.home, self.variables)

    def note(self, text: str) -> None:
        """Something that a person may want to know, and that is no problem."""
        self.notes.append(text)


type Check = Callable[[Attempt], Iterator[str]]
"""A check: yields what is wrong."""


class Runner:
    def __init__(self, report: Path, timeout: float) -> None:
        self.report, self.timeout = report, timeout
        self.logs = report.with_name(f"{report.stem}-logs")
        self.results: list[Result] = []
        self.variables: Mapping[str, str] = {}
        """For the processes of all checks."""
        for path in self.logs.glob("[0-9]*-*.std*.log"):  # an earlier run's
            path.unlink()

    def log(self, title: str) -> Path:
        """What the logs of the next check begin with."""
        slug = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")
        return self.logs / f"{len(self.results) + 1:02d}-{slug}"

    def run(self, distribution: str, name: str, check: Check) -> Result:
        log, start, problems = self.log(f"{distribution} {name}"), time.monotonic(), list[str]()
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as scratch:
            attempt = Attempt(log, Path(scratch), self.timeout, self.variables)
            try:
                problems.extend(check(attempt))
            except Failure as failure:
                problems.append(str(failure))
            except (OSError, ValueError, zipfile.BadZipFile) as error:
                problems.append(f"could not be checked ({type(error).__name__}: {error}): see its logs")
        paths = sorted(self.logs.glob(f"{log.name}.*.log"), reverse=True)  # stderr last
        result = Result(
            distribution,
            name,
            tuple(problems),
            attempt.skipped,
            tuple(attempt.notes),
            round(time.monotonic() - start, 1),
            tuple(path.relative_to(self.report.parent).as_posix() for path in paths),
        )
        self.results.append(result)
        tell(result, [line for path in paths for line in read_log(path).splitlines()])
        return result


def tell(result: Result, output: list[str]) -> None:
    """Say how a check went; of one that failed, with the end of its output."""
    title = f"{result.distribution}: {result.name}"
    match result.outcome:
        case "passed":
            console.say(f"PASS {result.name} ({result.seconds} s)")
        case "skipped":
            console.say(f"SKIP {result.name}: {result.skipped} ({result.seconds} s)")
            console.annotate("notice", title, f"skipped: {result.skipped}")
        case "failed":
            console.say(f"FAIL {result.name}: {brief(result.problems)}")
            for line in (output or list(result.problems[3:]))[-TAIL:]:
                console.say(f"  | {line}")
            console.annotate("error", title, brief(result.problems))
    for note in result.notes:
        console.say(f"  note: {note}")
