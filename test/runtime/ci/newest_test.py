"""Whether an image may become the latest."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from conftest import make_plan, make_repository, needs_git, stand_in_for_gh
from wheel_pipeline.ci.commands import ci
from wheel_pipeline.core.errors import Failure

PATHS = ["--path", "docker/**", "--path", ".dockerignore"]
pytestmark = [needs_git, pytest.mark.skipif(sys.platform == "win32", reason="the stand-in is a script")]


class Branch:
    """The default branch, as GitHub has it."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self.capsys = folder / "repository", capsys
        make_repository(self.folder)
        self.git("branch", "-M", "main")
        stand_in_for_gh(folder, self.folder, monkeypatch)
        (self.folder / "docker").mkdir()
        self.published = self.commit("docker/Dockerfile")

    def git(self, *words: str) -> str:
        who = ("-c", "user.name=x", "-c", "user.email=x@example.com")
        argv = ["git", *who, "-C", str(self.folder), *words]
        return subprocess.run(argv, check=True, capture_output=True, text=True).stdout.strip()

    def commit(self, *names: str) -> str:
        for name in names:
            with open(self.folder / name, "a", encoding="utf-8") as file:
                file.write("changed\n")
        self.git("add", ".")
        self.git("commit", "-q", "-m", "change")
        return self.git("rev-parse", "HEAD")

    def ask(self) -> str:
        self.capsys.readouterr()
        words = ["--repository", "owner/name", "--commit", self.published]
        assert ci(make_plan(), self.folder, ["newest", *words, *PATHS]) == 0
        return self.capsys.readouterr().out


@pytest.fixture
def branch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Branch:
    return Branch(tmp_path, monkeypatch, capsys)


def test_the_newest_commits_image_becomes_the_latest(branch: Branch) -> None:
    assert branch.ask() == "this image becomes the latest\nnewest=true\n"


def test_so_does_an_older_ones_where_nothing_has_changed_that_it_is_made_from(branch: Branch) -> None:
    """No other run would make it the latest."""
    branch.commit("README.md", "dockerfile.txt")
    assert branch.ask().endswith("\nnewest=true\n")


@pytest.mark.parametrize("name", ["docker/Dockerfile", "docker/another", ".dockerignore"])
def test_an_older_image_does_not_take_the_place_of_a_newer_one(branch: Branch, name: str) -> None:
    branch.commit(name)
    branch.commit("README.md")
    told = (
        f"the latest image stays as it is: main has another {name} by now, and the run of docker.yml for that moves it"
    )
    assert branch.ask() == f"{told}\nnewest=false\n"


def test_a_file_that_has_gone_elsewhere_has_changed(branch: Branch) -> None:
    branch.git("mv", "docker/Dockerfile", "Dockerfile")
    branch.commit()
    assert "main has another docker/Dockerfile by now" in branch.ask()


def test_nor_does_one_of_a_commit_that_the_branch_has_no_more(branch: Branch) -> None:
    branch.git("reset", "-q", "--hard", "HEAD^")
    assert branch.ask().endswith(f"{branch.published} is not on main\nnewest=false\n")
    branch.published = "0" * 40
    assert branch.ask().endswith("is not on main\nnewest=false\n")


def test_what_github_does_not_tell_moves_nothing(branch: Branch, monkeypatch: pytest.MonkeyPatch) -> None:
    branch.commit(*[f"{number}.md" for number in range(300)])
    assert "run docker.yml there by hand\nnewest=false\n" in branch.ask()
    monkeypatch.delenv("GH_TOKEN")
    with pytest.raises(Failure, match="compare/"):
        branch.ask()
