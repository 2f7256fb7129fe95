"""Whether a run has anything to build.

A workflow that is required of a pull request has to report on every one of them, so its `paths` cannot leave it out: it
runs, and this says whether there is work. Where that cannot be known, there is.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from ..console import console, set_outputs
from ..git import said
from ..plan import Plan
from ..wheels.files import matches

PULL_REQUEST, MERGE_QUEUE = "pull_request", "merge_group"


def changed_files(root: Path, event: str, base: str, timeout: float) -> list[str] | None:
    """What a pull request changes: GitHub checks out its merge into the branch, whose first parent is that branch.

    The queue's base is what it merges onto: the branch, or the entry before. Where it does so by several commits, the
    first parent is one of them, and says nothing of the others.
    """
    if event == MERGE_QUEUE:
        if not base or said(root, ("rev-parse", "--verify", "--quiet", "HEAD^1"), os.environ, timeout) != base:
            return None
    elif event != PULL_REQUEST:
        return None
    words = ("-c", "core.quotePath=false", "diff", "--name-only", "--no-renames", "HEAD^1", "HEAD")
    answer = said(root, words, os.environ, timeout)
    return None if answer is None else answer.splitlines()


def among(names: Iterable[str], paths: Sequence[str]) -> list[str]:
    """The files that a glob of the paths names."""
    return [name for name in names if any(matches(path, name) for path in paths)]


def tell(plan: Plan, root: Path, event: str, base: str, paths: Sequence[str]) -> None:
    """Answer with the output build."""
    changed = changed_files(root, event, base, plan.limits.command) if paths else None
    touched = among(changed or (), paths)
    if changed is None:
        console.say("everything is built")
    elif touched:
        more = f" and {len(touched) - 5} more" if len(touched) > 5 else ""
        console.say(f"the wheels are built, since these have changed: {', '.join(touched[:5])}{more}")
    else:
        console.say(f"nothing is built: of {len(changed)} changed files, none is one that the wheels are made of")
    set_outputs(build=str(changed is None or bool(touched)).lower())
