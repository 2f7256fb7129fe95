"""What stops a command: told in one sentence that names the thing, the reason and the command that helps."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class Failure(Exception):
    """An error that a person can act on; its text is all that is shown of it.

    The exit status is 1, or 2 where what the caller gave was wrong and no work was begun.
    """

    def __init__(self, message: str, status: int = 1) -> None:
        super().__init__(message)
        self.status = status


class UsageError(Failure):
    """What the caller gave is wrong; nothing was begun."""

    def __init__(self, message: str) -> None:
        super().__init__(message, 2)


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word that is meant, as the end of a sentence; empty where none is close."""
    found = difflib.get_close_matches(word, list(known), n=1)
    return f"; did you mean {found[0]}?" if found else ""
