"""Decide if a run has anything to build.

A required check must report on every pull request, so its workflow cannot have a `paths` filter. The workflow always
starts, and this module skips the build if no relevant file changed. If the changes are unknown, it builds.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..core.console import console, set_outputs
from ..core.errors import Failure
from ..core.git import said
from ..gh import Gh
from ..plan import Plan
from ..wheels.files import matches

PULL_REQUEST, MERGE_QUEUE, PUSH = "pull_request", "merge_group", "push"
BRANCH = "refs/heads/"


@dataclass(frozen=True)
class Run:
    """The workflow run, from GitHub's event."""

    event: str
    base: str = ""
    """The commit to compare with: the base of a merge queue entry, or the commit before a push."""
    repository: str = ""
    ref: str = ""
    sha: str = ""
    workflow_ref: str = ""
    """OWNER/NAME/FILE@REF of the top-level workflow: this one, or its caller."""


def changed_files(root: Path, event: str, base: str, timeout: float) -> list[str] | None:
    """List the files that a pull request changes; None if they are unknown.

    GitHub checks out the merge of the pull request, whose first parent is the target branch. A merge queue's base is
    the branch or the previous entry. If the queue merges several commits, the diff to the first parent is incomplete.
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
    """Return the names that match any of the globs."""
    return [name for name in names if any(matches(path, name) for path in paths)]


def pushed_files(plan: Plan, root: Path, run: Run) -> list[str]:
    """List files that a push is known to have changed; GitHub truncates long lists."""
    if not run.base:
        return []
    if not run.base.strip("0"):  # a new branch
        # Only the first push to the default branch is known: GitHub does not report the parent of a new branch.
        if run.ref != f"{BRANCH}{plan.default_branch}":
            return []
        words = ("-c", "core.quotePath=false", "ls-tree", "-r", "--name-only", "--full-tree", "HEAD")
        return (said(root, words, os.environ, plan.limits.command) or "").splitlines()
    try:
        status, files = Gh(plan.limits).compared(run.repository, run.base, run.sha)
    except Failure as failure:
        console.warning(f"cannot list the files of this push ({failure}): building everything", "Unknown changes")
        return []
    # Any other status is a forced push, whose `paths` GitHub filters by another comparison.
    return files if status == "ahead" else []


def built_by_docker(plan: Plan, root: Path, run: Run, image_paths: Sequence[str]) -> str:
    """Return a changed file that starts docker.yml, which builds the wheels of this push as well; "" if none does."""
    started = run.workflow_ref.partition("@")[0].rpartition("/")[2]
    branches = [f"{BRANCH}{branch}" for branch in (plan.default_branch, *plan.image.branches)]
    if run.event != PUSH or not image_paths or started != plan.workflow("linux") or run.ref not in branches:
        return ""
    return next(iter(among(pushed_files(plan, root, run), image_paths)), "")


def tell(plan: Plan, root: Path, run: Run, paths: Sequence[str], image_paths: Sequence[str]) -> None:
    """Set the step output `build`."""
    if file := built_by_docker(plan, root, run, image_paths):
        workflow = plan.workflow("docker")
        console.say(f"skipping the build: this push changes {file}, so {workflow} builds the image and the wheels")
        set_outputs(build="false")
        return
    changed = changed_files(root, run.event, run.base, plan.limits.command) if paths else None
    touched = among(changed or (), paths)
    if changed is None:
        console.say("building everything: the changed files are unknown")
    elif touched:
        more = f" and {len(touched) - 5} more" if len(touched) > 5 else ""
        console.say(f"building the wheels: changed {', '.join(touched[:5])}{more}")
    else:
        console.say(f"skipping the build: none of {len(changed)} changed files affects the wheels")
    set_outputs(build=str(changed is None or bool(touched)).lower())
