"""Whether a run has anything to build."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from conftest import make_plan, make_repository, needs_git, stand_in_for_gh
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


IMAGE = ["--image-path", "docker/**", "--image-path", ".dockerignore", "--image-path", ".github/workflows/docker.yml"]
LINUX = "owner/name/.github/workflows/linux.yml"


class Push:
    """A push to a repository on GitHub, checked out one commit deep."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self.capsys = folder / "repository", capsys
        self.base = make_repository(self.folder)
        git(self.folder, "branch", "-M", "main")
        stand_in_for_gh(folder, self.folder, monkeypatch)

    def commit(self, *names: str) -> str:
        for name in names:
            (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / name).write_text("changed", encoding="utf-8")
        git(self.folder, "add", ".")
        git(self.folder, "commit", "-q", "--allow-empty", "-m", "change")
        return git(self.folder, "rev-parse", "HEAD")

    def said(self, sha: str, *, base: str | None = None, ref: str = "refs/heads/main", workflow: str = LINUX) -> str:
        self.capsys.readouterr()
        run = ["--base", self.base if base is None else base, "--repository", "owner/name", "--ref", ref, "--sha", sha]
        argv = ["changes", "--event", "push", *run, "--workflow-ref", f"{workflow}@{ref}", *PATHS, *IMAGE]
        assert ci(make_plan(), self.folder, argv) == 0
        return self.capsys.readouterr().out


@pytest.fixture
def push(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Push:
    if sys.platform == "win32":
        pytest.skip("the stand-in for gh is a script")
    return Push(tmp_path, monkeypatch, capsys)


@pytest.mark.parametrize("name", ["docker/Dockerfile", ".dockerignore", ".github/workflows/docker.yml"])
def test_docker_yml_builds_a_push_that_changes_the_image(push: Push, name: str) -> None:
    push.commit(name)
    told = f"this push changes {name}, so docker.yml builds the image and the wheels"
    assert push.said(push.commit("scripts/plan.json")) == f"skipping the build: {told}\nbuild=false\n"


def test_docker_yml_also_builds_a_push_that_moves_an_image_file(push: Push) -> None:
    push.base = push.commit("docker/a")
    git(push.folder, "mv", "docker/a", "moved")
    assert push.said(push.commit("scripts/plan.json")).endswith("\nbuild=false\n")


def test_docker_yml_builds_the_first_push(push: Push) -> None:
    sha = push.commit("docker/Dockerfile", "scripts/plan.json")
    assert "this push changes docker/Dockerfile" in push.said(sha, base="0" * 40)
    assert push.said(sha, base="0" * 40, ref="refs/heads/dev").endswith(
        "building everything: the changed files are unknown\nbuild=true\n"
    )


def test_a_push_that_does_not_change_the_image_is_built(push: Push) -> None:
    assert push.said(push.commit("scripts/plan.json")).endswith("\nbuild=true\n")


@pytest.mark.parametrize(
    "elsewhere",
    [
        {"ref": "refs/heads/release"},  # docker.yml does not run for it
        {"ref": "refs/tags/main"},
        {"workflow": LINUX.replace("linux", "docker")},  # calls linux.yml
        {"workflow": LINUX.replace("linux", "release")},
        {"base": "1" * 40},
        {"base": ""},
    ],
)
def test_a_push_that_docker_yml_does_not_build_is_built(push: Push, elsewhere: dict[str, str]) -> None:
    assert push.said(push.commit("docker/Dockerfile"), **elsewhere).endswith("\nbuild=true\n")


def test_a_forced_push_is_built(push: Push) -> None:
    old = push.commit("docker/Dockerfile")
    git(push.folder, "reset", "-q", "--hard", "HEAD^")
    assert push.said(push.commit("docker/other"), base=old).endswith("\nbuild=true\n")


def test_a_push_is_built_if_github_does_not_respond(push: Push, monkeypatch: pytest.MonkeyPatch) -> None:
    sha = push.commit("docker/Dockerfile")
    monkeypatch.delenv("GH_TOKEN")
    said = push.said(sha)
    assert "warning: cannot list the files of this push (gh api" in said and said.endswith("\nbuild=true\n")
