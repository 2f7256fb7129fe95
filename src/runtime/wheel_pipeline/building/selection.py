"""Which wheels a run builds (`--only`), and which an earlier run has built for it."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from ..core.errors import UsageError
from ..plan import Build, Wheel
from ..wheels.wheel import collect


class Selection:
    """The wheels of a build, by what a run does about them."""

    def __init__(self, build: Build, only: Collection[str], folder: Path, done: Collection[Wheel]) -> None:
        """`done`: the wheels that an earlier run has finished for the very same, and left in the folder."""
        self.build = build
        self.selected = [wheel for wheel in build.wheels if not only or wheel.distribution in only]
        self.left_out = [wheel for wheel in build.wheels if wheel not in self.selected]
        there = collect(build, folder)[0] if folder.is_dir() else {}
        # What lies there can be of another plan: that its steps are done says of which it is.
        self.built_before = [wheel for wheel in self.left_out if wheel.key in there and wheel in done]
        self.missing = [wheel.distribution for wheel in self.left_out if wheel not in self.built_before]

    def check(self) -> None:
        """Fail, before any work, where a wheel pins the version of one that this build does not have."""
        known = {wheel.key: wheel for wheel in [*self.selected, *self.built_before]}
        lacking = dict[str, Wheel]()
        for wheel in self.selected:
            lacking |= self.unknown_pins(wheel, known)
        if lacking:
            named = [wheel.distribution for wheel in self.build.wheels if wheel.key in lacking]
            wanted = {*lacking, *(wheel.key for wheel in self.selected)}
            together = ",".join(wheel.distribution for wheel in self.build.wheels if wheel.key in wanted)
            raise UsageError(
                f"--only: the selected wheels pin the version of {', '.join(named)}, not built yet:"
                f" build that first, or all of them together: --only={together}"
            )

    def unknown_pins(self, wheel: Wheel, known: Collection[str]) -> dict[str, Wheel]:
        """The wheels that it pins, and those that they pin in turn, as far as they are not known."""
        found = dict[str, Wheel]()
        for pinned in map(self.build.wheel, wheel.requires.pin):
            if pinned.key not in known:
                found |= {pinned.key: pinned, **self.unknown_pins(pinned, known)}
        return found
