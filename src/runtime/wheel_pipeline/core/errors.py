"""What stops a command: told in one sentence that names the thing, the reason and the command that helps."""

from __future__ import annotations

import difflib
import signal
from collections.abc import Iterable


class Failure(Exception):
    """An error that a person can act on; its text is all that is shown of it.

    The exit status is 1, or 2 where what the caller gave was wrong and no work was begun.
    """

    def __init__(self, message: str, status: int = 1) -> None:
        super().__init__(message)
        self.status = status


class Passing(Failure):
    """One that may pass by itself: what has failed so is worth another try."""


class UsageError(Failure):
    """What the caller gave is wrong; nothing was begun."""

    def __init__(self, message: str) -> None:
        super().__init__(message, 2)


class Stopped(BaseException):
    """A signal asks this program to end."""

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.number = number
        self.resume = ""
        """The step that was under way, where a run can resume with it."""


def from_system(error: OSError) -> Failure:
    """What the system refused, in words."""
    name = f"{error.filename}: " if error.filename else ""
    return Failure(f"{name}{error.strerror or error}: see that it is there, that you may use it, and the disk's room")


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word that is meant, as the end of a sentence; empty where none is close."""
    found = difflib.get_close_matches(word, list(known), n=1)
    return f"; did you mean {found[0]}?" if found else ""
