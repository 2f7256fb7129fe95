"""The one commit of a release: what its tag names, and whether this run may publish it.

A branch can have a tag's name, a tag can move, and a run by hand can be on any branch: so the tag is resolved by its
full name, once, and whoever signs or publishes afterwards asks whether it still names the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

from ..core.console import console
from ..core.errors import UsageError
from ..gh import Gh
from ..plan import Plan

COMMIT = re.compile(r"[0-9a-f]{40}")


@dataclass(frozen=True)
class Run:
    """The run that releases."""

    repository: str
    """owner/name, where it is released."""
    ref: str
    """What it is on: refs/tags/v1.0.0, or refs/heads/main where somebody pressed the button."""
    sha: str
    """The commit of that."""
    publishes: bool = False
    """Whether it is no dry run."""


@dataclass(frozen=True)
class Resolved:
    """What a tag names."""

    commit: str
    names: frozenset[str]
    """The commit, and the object of an annotated tag, which GitHub may call a run's commit as well."""


def resolve_tag(gh: Gh, repository: str, tag: str) -> Resolved:
    """The commit that a tag names, an annotated one too; fail where there is no such tag, whatever branch there is."""
    where = f"repos/{repository}/git"
    answer = gh.field(f"{where}/ref/tags/{quote(tag)}", '.ref + " " + .object.type + " " + .object.sha', absent=True)
    ref, kind, sha = (*answer.split(), "", "", "")[:3]
    if ref != f"refs/tags/{tag}":
        raise UsageError(f"there is no tag {tag} in {repository}: push it (git push origin refs/tags/{tag})")
    names = {sha}
    while kind == "tag":  # of a tag
        kind, sha = (*gh.field(f"{where}/tags/{sha}", '.object.type + " " + .object.sha').split(), "", "")[:2]
        names.add(sha)
    if kind != "commit" or not COMMIT.fullmatch(sha):
        raise UsageError(f"the tag {tag} names a {kind or 'thing'} {sha}, not a commit: tag the commit")
    return Resolved(sha, frozenset(names))


def release_problems(plan: Plan, gh: Gh, run: Run, tag: str, resolved: Resolved) -> Iterator[str]:
    """Why a run may not publish the commit of a tag; a dry run is only told."""
    ref = f"refs/tags/{tag}"
    problems = list(run_problems(run, resolved, ref, plan.workflow("release")))
    branch = plan.default_branch
    if plan.release.on_default_branch and not gh.is_on_branch(run.repository, resolved.commit, branch):
        advice = "tag a commit that is, or set release.onDefaultBranch to false"
        problems.append(f"the tag {tag} is not on the branch {branch}: {advice}")
    if run.publishes:
        yield from problems
        return
    for problem in problems:
        console.warning(f"this dry run could not publish: {problem}", "Dry run")


def run_problems(run: Run, resolved: Resolved, ref: str, workflow: str) -> Iterator[str]:
    if run.ref != ref:
        start = f"gh workflow run {workflow} --repo {run.repository} --ref {ref} -f dry-run=false"
        advice = f"start it on the tag, by pushing it or with `{start}`"
        yield f"this run is on {run.ref}, and GitHub would sign that, not {ref}: {advice}"
    elif run.sha not in resolved.names:
        yield f"{ref} named {run.sha} when this run began and names {resolved.commit} now: {MOVED}"


MOVED = "the tag was moved: see who moved it, and release under a new version"


def see_same_commit(gh: Gh, repository: str, tag: str, commit: str) -> list[str]:
    """Whether a tag still names the commit that was built."""
    now = resolve_tag(gh, repository, tag).commit
    return [] if now == commit else [f"refs/tags/{tag} named {commit} when it was built and names {now} now: {MOVED}"]
