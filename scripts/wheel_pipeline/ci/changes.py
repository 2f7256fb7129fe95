"""Whether a run has anything to build.

A workflow that is required of a pull request has to report on every one of them, so its `paths` cannot leave it out: it
runs, and this says whether there is work. Where that cannot be known, there is.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from ..console import console, set_outputs
from ..git import said
from ..plan import Plan
from ..wheels.files import matches

PULL_REQUEST = "pull_request"


def changed_files(root: Path, timeout: float) -> list[str] | None:
    """What a pull request changes: GitHub checks out its merge into the branch, whose first parent is that branch."""
    words = ("-c", "core.quotePath=false", "diff", "--name-only", "--no-renames", "HEAD^1", "HEAD")
    answer = said(root, words, os.environ, timeout)
    return None if answer is None else answer.splitlines()


def tell(plan: Plan, root: Path, event: str, paths: Sequence[str]) -> None:
    """Answer with the output build."""
    changed = changed_files(root, plan.limits.command) if event == PULL_REQUEST and paths else None
    touched = [name for name in changed or () if any(matches(path, name) for path in paths)]
    if changed is None:
        console.say("everything is built")
    elif touched:
        more = f" and {len(touched) - 5} more" if len(touched) > 5 else ""
        console.say(f"the wheels are built, since these have changed: {', '.join(touched[:5])}{more}")
    else:
        console.say(f"nothing is built: of {len(changed)} changed files, none is one that the wheels are made of")
    set_outputs(build=str(changed is None or bool(touched)).lower())
