"""The commands that the plan needs: are they there, do they work, are they new enough?"""

from __future__ import annotations

import contextlib
import platform
import re
import sys
from collections.abc import Mapping
from importlib import metadata

from packaging.version import Version

from .core.errors import Failure
from .core.processes import ask, which
from .plan import FOLDERS, Plan, System, Tool

# They do not say their version. Of any other, what pip knows is no sign that it works.
WITHOUT_VERSION = ("delvewheel",)
VERSION_LINE = re.compile(r"(?<![\w.])v?(\d+(?:\.\d+)+)")


def tool_version(command: str, env: Mapping[str, str], timeout: float) -> str | None:
    """What a command says its version is: the first number with a dot in its output; None where it is missing."""
    if which(command, env) is None:
        return None
    answer = ask([command, "--version"], timeout=timeout, env=env)
    match = VERSION_LINE.search(answer.stdout + answer.stderr)
    if answer.status == 0 and match:
        return match[1]
    if command in WITHOUT_VERSION:
        with contextlib.suppress(metadata.PackageNotFoundError):
            return metadata.version(command)
    raise Failure(f"`{command} --version` does not work ({answer.reason})")


def finding(tool: Tool, env: Mapping[str, str], timeout: float) -> tuple[str | None, str]:
    """A tool's version, and what is wrong with it."""
    try:
        version = tool_version(tool.command, env, timeout)
    except Failure as failure:
        return None, str(failure)
    if version is None:
        return None, "" if tool.optional else f"{tool.command} is missing"
    if tool.minimum and Version(version) < Version(tool.minimum):
        return version, f"{tool.command} is {version}, but {tool.minimum} or newer is required"
    return version, ""


def check_tools(plan: Plan, tools: tuple[Tool, ...], system: System, env: Mapping[str, str]) -> dict[str, str]:
    """The versions of the declared tools; fails with every finding at once."""
    versions = {"python": platform.python_version()}
    problems = []
    for tool in tools:
        if tool.system not in (None, system):
            continue
        version, problem = finding(tool, env, plan.limits.command)
        if problem:
            problems.append(problem)
        elif version:
            versions[tool.command] = version
    if problems:
        advice = f"use the toolchain image, or install what {FOLDERS['environment']} lists"
        raise Failure(f"{'; '.join(problems)}: {advice} (Python is {sys.executable})")
    return versions
