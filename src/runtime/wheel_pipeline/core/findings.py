"""Problems that are found together are told together."""

from __future__ import annotations

from collections.abc import Sequence

from .console import console
from .errors import Failure


def fail_with(problems: Sequence[str]) -> None:
    """Tell every finding, and fail, where there are any."""
    if len(problems) > 1:
        for problem in problems:
            console.error(problem)
        raise Failure(f"{len(problems)} findings, see above")
    if problems:
        raise Failure(problems[0])
