"""Tries again what reaches over a network, before it counts as failed."""

from __future__ import annotations

import time
from collections.abc import Callable

from .console import console, duration
from .errors import Passing
from .plan import Limits


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
