"""Libraries that a wheel leaves to the user's system, such as the Vulkan loader: are they here?

Where the system has none and the toolchain does, as in the image, the toolchain's is lent to the checks: that library
alone, in a folder of its own, and nothing else of the toolchain.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ..core.console import console
from ..wheels.neighbours import brought_by
from .process import environment
from .runner import Attempt, Check

# As a package does that begins with what finds them; Windows' Python itself leaves the PATH out.
LOADS = """
import ctypes, ctypes.util, sys
try:
    ctypes.CDLL(sys.argv[1])
except OSError:
    if sys.platform != "win32":
        raise
    ctypes.CDLL(ctypes.util.find_library(sys.argv[1]) or sys.argv[1])
"""


@dataclass(frozen=True)
class SystemLibraries:
    """What of them the checks find."""

    variables: Mapping[str, str] = field(default_factory=dict)
    """By which the checks find what is lent."""
    missing: tuple[str, ...] = ()

    def told(self, names: Iterable[str]) -> Iterator[str]:
        """A sentence on each of those names that is missing."""
        for name in names:
            if name in self.missing:
                yield f"{name} is not on this machine, and the wheel needs it: install {brought_by(name)}"

    def explains(self, check: Check, names: Iterable[str]) -> Check:
        """The check, whose failure begins with what this machine lacks, and not with a linker's message."""

        def explained(attempt: Attempt) -> Iterator[str]:
            if problems := list(check(attempt)):
                yield from self.told(names)
            yield from problems

        return explained


def find_system_libraries(python: str, names: Iterable[str], folder: Path, attempt: Attempt) -> SystemLibraries:
    """Ask the interpreter under test for each; lend what it does not find from the toolchain, if that has it."""
    lent, missing, windows = [], [], sys.platform == "win32"
    for name in dict.fromkeys(names):
        if not attempt.run([python, "-c", LOADS, name]).how:
            continue
        ours = Path(os.environ.get("CONDA_PREFIX", ""), "Library/bin" if windows else "lib", name)
        if os.environ.get("CONDA_PREFIX") and ours.is_file():
            lent.append(ours)
        else:
            missing.append(name)
    if not lent:
        return SystemLibraries(missing=tuple(missing))
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for path in lent:
        if windows:  # not everybody may make links there
            shutil.copyfile(path, folder / path.name)
        else:
            (folder / path.name).symlink_to(path)
        console.say(f"{path.name} is not on this system, so the checks are lent the toolchain's")
    if windows:
        given = environment(folder).get("PATH", "")
        return SystemLibraries({"PATH": f"{folder}{os.pathsep}{given}"}, tuple(missing))
    return SystemLibraries({"LD_LIBRARY_PATH": str(folder)}, tuple(missing))
