"""A release is of one commit: the one that its tag names, for the whole time, and only where it may be published."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path

import pytest
from release_hub import REPOSITORY, Hub, needs_shell

from conftest import LIMITS, make_plan
from wheel_pipeline.core.errors import Failure, UsageError
from wheel_pipeline.gh import Gh
from wheel_pipeline.plan import Plan
from wheel_pipeline.release.commands import release
from wheel_pipeline.release.tag import resolve_tag, see_same_commit

pytestmark = [needs_shell, pytest.mark.slow]
PLAN = make_plan()


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Hub:
    made = Hub(tmp_path, monkeypatch, capsys)
    made.git("init", "-q")
    commit(made, "first")
    return made


def commit(hub: Hub, subject: str) -> str:
    hub.git("commit", "-q", "--allow-empty", "-m", subject)
    return hub.git("rev-parse", "HEAD")


def tag(hub: Hub, *options: str) -> str:
    hub.git("tag", "--force", *options, "v1.0")
    return hub.git("rev-parse", "v1.0^{commit}")


def plan_release(hub: Hub, plan: Plan = PLAN, *, ref: str = "refs/tags/v1.0", sha: str, publish: bool = True) -> int:
    hub.capsys.readouterr()
    argv = ["plan", "--tag", "v1.0", "--repository", REPOSITORY, "--ref", ref, "--sha", sha]
    status = release(plan, hub.repository, [*argv, *(["--publish"] if publish else [])])
    said = hub.capsys.readouterr()
    hub.output = said.out + said.err
    return status


@pytest.mark.parametrize("kind", [[], ["-a", "-m", "x"]])
def test_a_run_on_the_tag_gets_its_commit(hub: Hub, kind: list[str]) -> None:
    sha = tag(hub, *kind)
    assert plan_release(hub, sha=sha) == 0
    assert f"\ncommit={sha}\n" in hub.output
    # An annotated tag is an object of its own, which GitHub may call the commit of the run.
    assert plan_release(hub, sha=hub.git("rev-parse", "v1.0")) == 0


def test_a_tag_of_a_tag_is_followed_to_its_commit(hub: Hub) -> None:
    sha = tag(hub, "-a", "-m", "x")
    hub.git("tag", "-a", "-m", "y", "v2.0", "v1.0")
    assert resolve_tag(Gh(LIMITS), REPOSITORY, "v2.0").commit == sha


def test_a_branch_of_the_same_name_is_not_the_tag(hub: Hub) -> None:
    hub.git("branch", "v1.0")
    with pytest.raises(UsageError, match="there is no tag v1.0 in owner/name: push it"):
        resolve_tag(Gh(LIMITS), REPOSITORY, "v1.0")
    sha = tag(hub)
    hub.git("checkout", "-q", "-b", "other")
    hub.git("branch", "--force", "v1.0", commit(hub, "evil"))
    assert resolve_tag(Gh(LIMITS), REPOSITORY, "v1.0").commit == sha


def test_a_tag_of_something_else_than_a_commit_is_told(hub: Hub) -> None:
    hub.git("tag", "v1.0", "HEAD^{tree}")
    with pytest.raises(UsageError, match="the tag v1.0 names a tree .*, not a commit"):
        resolve_tag(Gh(LIMITS), REPOSITORY, "v1.0")


@pytest.mark.parametrize("ref", ["refs/heads/main", "refs/heads/v1.0", "refs/tags/v1.0.0"])
def test_a_run_from_elsewhere_does_not_publish(hub: Hub, ref: str) -> None:
    sha = tag(hub)
    assert plan_release(hub, ref=ref, sha=sha) == 1
    assert f"this run is on {ref}, and GitHub would sign that, not refs/tags/v1.0: start it on the tag" in hub.output
    assert "gh workflow run release.yml --repo owner/name --ref refs/tags/v1.0 -f dry-run=false" in hub.output
    assert "\ncommit=" not in hub.output
    # A dry run may be from anywhere: it is told what would be wrong.
    assert plan_release(hub, ref=ref, sha=sha, publish=False) == 0
    assert "warning: this dry run could not publish" in hub.output and f"\ncommit={sha}\n" in hub.output


def test_a_tag_that_moved_after_the_run_began_is_not_released(hub: Hub) -> None:
    before = tag(hub)
    commit(hub, "second")
    after = tag(hub)
    assert plan_release(hub, sha=before) == 1
    assert f"refs/tags/v1.0 named {before} when this run began and names {after} now: the tag was moved" in hub.output


def test_a_tag_beside_the_default_branch_is_released_where_that_is_declared(hub: Hub) -> None:
    hub.git("checkout", "-q", "-b", "backport")
    commit(hub, "fix")
    sha = tag(hub)
    assert plan_release(hub, sha=sha) == 1
    assert "the tag v1.0 is not on the branch main" in hub.output
    anywhere = make_plan(release=dataclasses.replace(PLAN.release, on_default_branch=False))
    assert plan_release(hub, anywhere, sha=sha) == 0
    # An earlier commit of the branch is on it.
    hub.git("checkout", "-q", "main")
    sha = tag(hub)
    commit(hub, "later")
    assert plan_release(hub, sha=sha) == 0


def test_whoever_signs_asks_whether_the_tag_names_the_same(hub: Hub) -> None:
    before = tag(hub)
    argv = ["same-commit", "--tag", "v1.0", "--repository", REPOSITORY, "--tag-commit", before]
    assert release(PLAN, hub.repository, argv) == 0
    commit(hub, "second")
    after = tag(hub)
    assert release(PLAN, hub.repository, argv) == 1
    assert see_same_commit(Gh(LIMITS), REPOSITORY, "v1.0", before)[0].startswith(
        f"refs/tags/v1.0 named {before} when it was built and names {after} now: the tag was moved"
    )


@pytest.mark.parametrize("when", ["before", "download"])
def test_a_tag_that_moves_is_not_published(hub: Hub, when: str) -> None:
    before = tag(hub)
    move = f'git -C "{hub.repository}" tag --force v1.0 {commit(hub, "second")}'
    if when == "before":
        os.system(f"{move} >/dev/null 2>&1")
    else:
        hub.on("download", f"{move} >/dev/null 2>&1")
    [problem] = hub.publish(commit=before)
    assert "the tag was moved" in problem
    assert "edit" not in [verb for verb in hub.verbs() if verb]
    assert not hub.folder.joinpath("v1.0").exists() or hub.is_draft


def test_without_a_right_to_read_the_permission_is_named(hub: Hub) -> None:
    tag(hub)
    hub.on("--method", "echo 'gh: Resource not accessible by integration (HTTP 403)' >&2; exit 1")
    with pytest.raises(Failure, match="HTTP 403.*give the job the permission `contents: read`"):
        resolve_tag(Gh(LIMITS), REPOSITORY, "v1.0")


def test_locally_only_the_version_is_told(hub: Hub) -> None:
    assert release(PLAN, hub.repository, ["plan", "--tag", "v1.0"]) == 0
    assert not hub.folder.exists()
