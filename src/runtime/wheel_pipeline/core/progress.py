"""Progress of long steps: a status line on a terminal, a log line every 30 seconds elsewhere."""

from __future__ import annotations

import re
import time

from .console import console, duration

COUNT = re.compile(r"^\s*\[(\d+)/(\d+)\]")  # how Ninja, and so scikit-build-core, begins a line
INTERVAL = 30.0  # seconds between two lines
REFRESH = 0.2  # seconds between updates of a terminal's status line


class Progress:
    """Shows the work of the block, by the counts in what it says; without a title, nothing."""

    def __init__(self, title: str) -> None:
        self.title = title
        self.done, self.total = 0, 0
        self.started = self.shown = time.monotonic()
        self.live = bool(title) and console.live and not console.verbose

    def read(self, line: str) -> None:
        """Look for a count in a line of output."""
        if found := COUNT.match(line):
            self.done, self.total = int(found[1]), int(found[2])

    def tick(self) -> None:
        """Show what has changed; called often."""
        now = time.monotonic()
        if not self.title or now - self.shown < (REFRESH if self.live else INTERVAL):
            return
        self.shown = now
        line = f"  {self.title}: {self.state(now - self.started)}"
        if self.live:
            console.show(line)
        else:
            console.say(line)

    def state(self, seconds: float) -> str:
        if not self.total:
            return f"at work for {duration(seconds)}"
        left = duration(seconds / self.done * (self.total - self.done)) if self.done else "unknown"
        return f"{self.done} of {self.total}, {duration(seconds)}, about {left} left"

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        if self.live:
            console.show("")
