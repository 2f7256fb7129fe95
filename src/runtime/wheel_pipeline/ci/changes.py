"""Whether a run has anything to build.

A workflow that is required of a pull request has to report on every one of them, so its `paths` cannot leave it out: it
runs, and this says whether there is work. Where that cannot be known, there is.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..console import console, set_outputs
from ..errors import Failure
from ..gh import Gh
from ..git import said
from ..plan import Plan
from ..wheels.files import matches

PULL_REQUEST, MERGE_QUEUE, PUSH = "pull_request", "merge_group", "push"
BRANCH = "refs/heads/"


@dataclass(frozen=True)
class Run:
    """The run, as GitHub describes it."""

    event: str
    base: str = ""
    """The commit that its changes are compared with: the base of a merge queue's entry, or the commit before a push."""
    repository: str = ""
    ref: str = ""
    sha: str = ""
    workflow_ref: str = ""
    """OWNER/NAME/FILE@REF of the workflow that GitHub started: this one, or its caller."""


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


def pushed_files(plan: Plan, root: Path, run: Run) -> list[str]:
    """The files that a push has certainly changed; GitHub lists only the first of many."""
    if not run.base:
        return []
    if not run.base.strip("0"):  # a new branch
        # Only the first push of a repository is certain: GitHub does not report what another branch started from.
        if run.ref != f"{BRANCH}{plan.default_branch}":
            return []
        words = ("-c", "core.quotePath=false", "ls-tree", "-r", "--name-only", "--full-tree", "HEAD")
        return (said(root, words, os.environ, plan.limits.command) or "").splitlines()
    try:
        status, files = Gh(plan.limits).compared(run.repository, run.base, run.sha)
    except Failure as failure:
        console.warning(f"cannot list the files of this push ({failure}): building everything", "Unknown changes")
        return []
    # GitHub filters the paths of a forced push by another comparison.
    return files if status == "ahead" else []


def built_by_docker(plan: Plan, root: Path, run: Run, image_paths: Sequence[str]) -> str:
    """A changed file that also starts docker.yml, which builds the wheels of this push; empty where there is none."""
    started = run.workflow_ref.partition("@")[0].rpartition("/")[2]
    branches = [f"{BRANCH}{branch}" for branch in (plan.default_branch, *plan.image.branches)]
    if run.event != PUSH or not image_paths or started != plan.workflow("linux") or run.ref not in branches:
        return ""
    return next(iter(among(pushed_files(plan, root, run), image_paths)), "")


def tell(plan: Plan, root: Path, run: Run, paths: Sequence[str], image_paths: Sequence[str]) -> None:
    """Answer with the output build."""
    if file := built_by_docker(plan, root, run, image_paths):
        workflow = plan.workflow("docker")
        console.say(
            f"nothing to build here: this push changes {file}, so {workflow} builds the image and the wheels in it"
        )
        set_outputs(build="false")
        return
    changed = changed_files(root, run.event, run.base, plan.limits.command) if paths else None
    touched = among(changed or (), paths)
    if changed is None:
        console.say("everything is built")
    elif touched:
        more = f" and {len(touched) - 5} more" if len(touched) > 5 else ""
        console.say(f"the wheels are built, since these have changed: {', '.join(touched[:5])}{more}")
    else:
        console.say(f"nothing is built: of {len(changed)} changed files, none is one that the wheels are made of")
    set_outputs(build=str(changed is None or bool(touched)).lower())
