"""Tries again what reaches over a network, before it counts as failed."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol

from .console import console, duration
from .errors import Passing


class Limits(Protocol):
    """Attempts, and the seconds before the second one."""

    @property
    def attempts(self) -> int: ...

    @property
    def pause(self) -> float: ...


def retry[T](act: Callable[[], T], limits: Limits, patience: Callable[[Passing], float] = lambda _: 1) -> T:
    """What an act gives, after as many tries as the plan allows while its failure may pass, each after a longer pause.

    `patience` says of a failure how many times longer to wait than otherwise; 0 where another try would not help.
    """
    attempt = 1
    while True:
        try:
            return act()
        except Passing as failure:
            times = patience(failure)
            if attempt >= limits.attempts or not times:
                raise
            seconds = limits.pause * attempt * times
            told = f"attempt {attempt} of {limits.attempts} failed ({failure})"
            console.say(f"{told}; trying again in {duration(seconds)}")
        time.sleep(seconds)
        attempt += 1
