"""Whether a run has anything to build."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from conftest import make_plan, make_repository, needs_git
from wheel_pipeline.ci.commands import ci

PATHS = ["--path", "scripts/**", "--path", "docker/**", "--path", ".dockerignore"]
pytestmark = needs_git


def git(folder: Path, *words: str) -> str:
    who = ("-c", "user.name=x", "-c", "user.email=x@example.com")
    ran = subprocess.run(["git", *who, "-C", str(folder), *words], check=True, capture_output=True, text=True)
    return ran.stdout.strip()


def merge(folder: Path, *changed: str) -> Path:
    """A checkout as GitHub makes it of a pull request: the merge, one commit deep."""
    upstream, checkout = folder / "upstream", folder / "checkout"
    make_repository(upstream)
    git(upstream, "checkout", "-q", "-b", "topic")
    for name in changed:
        (upstream / name).parent.mkdir(parents=True, exist_ok=True)
        (upstream / name).write_text("x", encoding="utf-8")
    git(upstream, "add", ".")
    git(upstream, "commit", "-q", "--allow-empty", "-m", "topic")
    git(upstream, "checkout", "-q", "-b", "base", "HEAD^")
    git(upstream, "commit", "-q", "--allow-empty", "-m", "meanwhile")
    git(upstream, "merge", "-q", "--no-ff", "-m", "merge", "topic")
    subprocess.run(["git", "clone", "-q", "--depth=2", upstream.as_uri(), str(checkout)], check=True)
    return checkout


@pytest.mark.parametrize(
    ("changed", "build"),
    [
        (["docs/a.md"], False),
        (["docs/a.md", "scripts/plan.json"], True),
        (["docker/deep/file"], True),
        ([".dockerignore"], True),
        (["ünï.md"], False),
        (["scripts/ünï.py"], True),
        ([], False),
    ],
)
def test_a_pull_request_builds_what_it_changes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], changed: list[str], build: bool
) -> None:
    checkout = merge(tmp_path, *changed)
    assert ci(make_plan(), checkout, ["changes", "--event", "pull_request", *PATHS]) == 0
    assert capsys.readouterr().out.endswith(f"\nbuild={str(build).lower()}\n")


@pytest.mark.parametrize(("changed", "build"), [("docs/a.md", False), ("scripts/plan.json", True)])
def test_so_does_the_merge_queue(tmp_path: Path, capsys: pytest.CaptureFixture[str], changed: str, build: bool) -> None:
    checkout = merge(tmp_path, changed)
    base = git(checkout, "rev-parse", "HEAD^1")
    assert ci(make_plan(), checkout, ["changes", "--event", "merge_group", "--base", base, *PATHS]) == 0
    assert capsys.readouterr().out.endswith(f"\nbuild={str(build).lower()}\n")


def test_the_queue_builds_where_it_merges_by_several_commits(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    checkout = merge(tmp_path, "scripts/plan.json")
    base = git(checkout, "rev-parse", "HEAD^1")
    git(checkout, "commit", "-q", "--allow-empty", "-m", "the last of several")
    assert ci(make_plan(), checkout, ["changes", "--event", "merge_group", "--base", base, *PATHS]) == 0
    assert capsys.readouterr().out.endswith("build=true\n")


@pytest.mark.parametrize("event", ["push", "merge_group", "schedule", "workflow_dispatch"])
def test_every_other_run_builds(tmp_path: Path, capsys: pytest.CaptureFixture[str], event: str) -> None:
    checkout = merge(tmp_path, "docs/a.md")
    assert ci(make_plan(), checkout, ["changes", "--event", event, *PATHS]) == 0
    assert capsys.readouterr().out.endswith("build=true\n")


def test_what_cannot_be_known_is_built(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make_repository(tmp_path)
    assert ci(make_plan(), tmp_path, ["changes", "--event", "pull_request", *PATHS]) == 0
    assert capsys.readouterr().out.endswith("build=true\n")
