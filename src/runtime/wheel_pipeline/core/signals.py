"""Signals end this program in order, and never between the start of a process and the block that would end it."""

from __future__ import annotations

import signal
import sys
from types import FrameType

from .errors import Stopped

if sys.platform == "win32":
    from .windows_job import Job


class Held:
    """A signal that comes while it is held ends the program once it is released."""

    def __init__(self) -> None:
        self.holds = False
        self.pending = 0

    def hold(self) -> None:
        self.holds = True

    def release(self) -> None:
        self.holds = False
        if self.pending:
            raise Stopped(self.pending)

    def stop(self, number: int) -> None:
        if self.holds:
            self.pending = number
        else:
            raise Stopped(number)


held = Held()


def listen_to_signals() -> None:
    """Let signals end this program in order: what is under way ends first, all of it."""

    def stop(number: int, _: FrameType | None) -> None:
        for each in listened:
            signal.signal(each, signal.SIG_IGN)  # a second one must not interrupt the end
        held.stop(number)

    names = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
    listened = [getattr(signal, name) for name in names if hasattr(signal, name)]
    for each in listened:
        if signal.getsignal(each) is not signal.SIG_IGN:  # nohup asks to go on without a terminal
            signal.signal(each, stop)
    if sys.platform == "win32":
        Job.of_this_process()
