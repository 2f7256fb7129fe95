"""Whether a commit's image may become the latest: the default branch has nothing newer that it is made from.

Runs end in any order, and an old one can be started again: without this, an older image would be the latest. It is not
enough to ask for the newest commit, as one that changes no image starts no run that would move the tag.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..core.console import console, set_outputs
from ..gh import MOST_FILES, Gh
from ..plan import Plan
from .changes import among


def tell(plan: Plan, repository: str, commit: str, paths: Sequence[str]) -> None:
    """Set the step output `newest`."""
    reason = why_not(plan, repository, commit, paths)
    console.say(f"the latest image stays as it is: {reason}" if reason else "this image becomes the latest")
    set_outputs(newest=str(not reason).lower())


def why_not(plan: Plan, repository: str, commit: str, paths: Sequence[str]) -> str:
    branch, workflow = plan.default_branch, plan.workflow("docker")
    status, changed = Gh(plan.limits).compared(repository, commit, branch)
    if status not in ("identical", "ahead"):
        return f"{commit} is not on {branch}"
    touched = among(changed, paths)
    if touched:
        return f"{branch} has another {touched[0]} by now, and the run of {workflow} for that moves it"
    if len(changed) >= MOST_FILES:
        return f"too much has changed on {branch} since to know: run {workflow} there by hand"
    return ""
