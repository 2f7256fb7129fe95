"""The compilers that a build finds: those that the caller names, or the first of those that CMake looks for."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping

from .processes import which

NAMES = {"CC": ("cc", "gcc", "clang"), "CXX": ("c++", "g++", "clang++")}
"""By the variable that names another one."""


def named(variable: str, env: Mapping[str, str]) -> list[str]:
    """What the caller names: a program, and options that belong to it."""
    return shlex.split(env.get(variable) or "", posix=os.name != "nt")


def compiler(variable: str, env: Mapping[str, str]) -> list[str]:
    """The one that is there, with its options; nothing where there is none."""
    given = named(variable, env)
    for program in given[:1] or NAMES[variable]:
        if which(program, env):
            return [program, *given[1:]]
    return []
