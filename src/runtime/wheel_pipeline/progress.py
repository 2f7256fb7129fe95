"""How far long work is: a bar on a terminal, a line every half minute elsewhere."""

from __future__ import annotations

import re
import time

from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

from .console import console, duration

COUNT = re.compile(r"^\s*\[(\d+)/(\d+)\]")  # how Ninja, and so scikit-build-core, begins a line
INTERVAL = 30.0  # seconds between two lines


class Progress:
    """Shows the work of the block, by the counts in what it says; without a title, nothing."""

    def __init__(self, title: str) -> None:
        self.title = title
        self.done, self.total = 0, 0
        self.started = self.told = time.monotonic()
        self.bar: Bar | None = None

    def read(self, line: str) -> None:
        """Look for a count in a line of output."""
        if found := COUNT.match(line):
            self.done, self.total = int(found[1]), int(found[2])

    def tick(self) -> None:
        """Show what has changed; called often."""
        now = time.monotonic()
        if self.bar:
            self.bar.update(self.bar.task_ids[0], completed=self.done, total=self.total or None)
        elif self.title and now - self.told >= INTERVAL:
            self.told = now
            console.say(f"  {self.title}: {self.state(now - self.started)}")

    def state(self, seconds: float) -> str:
        if not self.total:
            return f"at work for {duration(seconds)}"
        left = duration(seconds / self.done * (self.total - self.done)) if self.done else "unknown"
        return f"{self.done} of {self.total}, {duration(seconds)}, about {left} left"

    def __enter__(self) -> Progress:
        if self.title and console.live and not console.verbose:
            columns = (TextColumn("  {task.description}"), BarColumn(), MofNCompleteColumn())
            times = (TimeElapsedColumn(), TextColumn("left:"), TimeRemainingColumn())
            self.bar = Bar(*columns, *times, console=console.terminal, transient=True)
            self.bar.add_task(self.title, total=None)
            self.bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self.bar:
            self.bar.stop()
