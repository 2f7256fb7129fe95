"""What was found is proposed once: by a pull request where an app can open one, else by an issue; both are kept new."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from conftest import make_plan, needs_git
from wheel_pipeline import plan as plans
from wheel_pipeline.upkeep.commands import upkeep
from wheel_pipeline.upkeep.proposal import branch_of

pytestmark = [
    needs_git,
    pytest.mark.skipif(sys.platform == "win32", reason="the stand-in is started through a shell script"),
]

STAND_IN = Path(__file__).resolve().parents[2] / "e2e" / "stand-ins" / "gh_api.py"
GH = f'#!/bin/sh\nexec "{sys.executable}" "{STAND_IN}" "$@"\n'


BOT = "app/github-actions"
PULL_REQUEST, ISSUE = "https://github.com/owner/name/pull/7", "https://github.com/owner/name/issues/7"


class Workplace:
    """A repository on a server, the checkout of a job, and a gh that writes down what it is told."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self.capsys, self.plan = folder, capsys, make_plan()
        self.github, self.server, self.found = folder / "github", folder / "server.git", folder / "found"
        self.github.mkdir()
        (folder / "bin").mkdir()
        (folder / "bin/gh").write_text(GH, encoding="utf-8")
        (folder / "bin/gh").chmod(0o755)
        monkeypatch.setenv("PATH", f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}")
        monkeypatch.setenv("GH_STANDIN_FOLDER", str(self.github))
        monkeypatch.setenv("GH_TOKEN", "very-secret")
        self.git(folder, "init", "--quiet", "--bare", "--initial-branch=main", str(self.server))
        first = self.checkout("first")
        (first / "linux.yml").write_text("uses: v1\n", encoding="utf-8")
        self.commit(first, "Begin")
        self.git(first, "push", "--quiet", "origin", "HEAD:main")

    def git(self, where: Path, *words: str) -> str:
        who = ("-c", "user.name=x", "-c", "user.email=x@example.com")
        return subprocess.run(
            ["git", *who, *words], cwd=where, check=True, capture_output=True, text=True
        ).stdout.strip()

    def commit(self, where: Path, message: str) -> None:
        self.git(where, "add", "--all")
        self.git(where, "commit", "--quiet", "--message", message)

    def checkout(self, name: str) -> Path:
        self.git(self.folder, "clone", "--quiet", str(self.server), name)
        return self.folder / name

    def run(self, where: Path, *argv: str) -> tuple[int, str]:
        self.capsys.readouterr()
        status = upkeep(self.plan, where, argv)
        said = self.capsys.readouterr()
        assert "very-secret" not in said.out + said.err
        return status, said.out + said.err

    def look(self, name: str, version: str) -> None:
        """What the job before leaves: the reasons, and the change of the pins and of all that follows from them."""
        checkout = self.checkout(name)
        (checkout / "pins.json").write_text(json.dumps({"actions": version}) + "\n", encoding="utf-8")
        (checkout / "linux.yml").write_text(f"uses: {version}\n", encoding="utf-8")
        self.found.mkdir(exist_ok=True)
        (self.found / "reasons.md").write_text(f"| action | v1 | {version} |\n", encoding="utf-8")
        assert self.run(checkout, "pack", "--output", str(self.found))[0] == 0

    def propose(self, name: str, kind: str) -> tuple[int, str]:
        about = ["--repository", "owner/name", "--run-url", "https://github.com/owner/name/actions/runs/5"]
        return self.run(self.checkout(name), "propose", str(self.found), "--as", kind, *about)

    def on_branch(self, path: str) -> str:
        return self.git(self.server, "show", f"{branch_of(self.plan)}:{path}")

    def told(self) -> str:
        lines = (self.github / "calls.jsonl").read_text(encoding="utf-8").splitlines()
        return "\n".join(" ".join(json.loads(line)) for line in lines)

    def others(self, **entry: Any) -> None:
        """Somebody else opens something."""
        stranger = {"number": 1, "body": "mine", "author": "stranger", "head": "", "fork": False, **entry}
        (self.github / "tracker.json").write_text(json.dumps([stranger]), encoding="utf-8")

    def tracker(self) -> dict[str, str]:
        """What is open: the body of each title and author."""
        entries = json.loads((self.github / "tracker.json").read_text(encoding="utf-8"))
        return {f"{each['title']} by {each['author']}": each["body"] for each in entries}


@pytest.fixture
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Workplace:
    return Workplace(tmp_path, monkeypatch, capsys)


def test_a_pull_request_has_the_whole_change_and_its_reasons(workplace: Workplace) -> None:
    workplace.look("one", "v2")
    status, said = workplace.propose("two", "pull-request")
    assert (status, said) == (0, f"{PULL_REQUEST}\n")
    assert workplace.on_branch("linux.yml") == "uses: v2"
    assert json.loads(workplace.on_branch("pins.json")) == {"actions": "v2"}
    assert "--head upgrade/demo --base main" in workplace.told() and "| action | v1 | v2 |" in workplace.told()
    assert workplace.git(workplace.server, "rev-list", "--count", "main..upgrade/demo") == "1"


def test_the_next_one_takes_its_place_and_the_same_one_is_left_alone(workplace: Workplace) -> None:
    workplace.look("one", "v2")
    workplace.propose("two", "pull-request")
    workplace.look("three", "v3")
    assert workplace.propose("four", "pull-request") == (0, f"{PULL_REQUEST}\n")
    assert "| action | v1 | v3 |" in workplace.tracker()[f"Raise pinned versions by {BOT}"]
    assert workplace.on_branch("linux.yml") == "uses: v3"
    tip = workplace.git(workplace.server, "rev-parse", "upgrade/demo")
    assert "upgrade/demo has these very versions" in workplace.propose("five", "pull-request")[1]
    assert workplace.git(workplace.server, "rev-parse", "upgrade/demo") == tip
    assert workplace.told().count("pr create") == 1


@pytest.mark.parametrize(("kind", "opened"), [("pull-request", "/pull/8"), ("issue", "/issues/8")])
def test_what_a_stranger_opened_under_the_same_name_is_not_taken_for_ours(
    workplace: Workplace, kind: str, opened: str
) -> None:
    title = "Raise pinned versions"
    workplace.others(kind="pr" if kind == "pull-request" else kind, title=title, head="upgrade/demo", fork=True)
    workplace.look("one", "v2")
    assert opened in workplace.propose("two", kind)[1]
    assert workplace.tracker()[f"{title} by stranger"] == "mine"
    assert "| action | v1 | v2 |" in workplace.tracker()[f"{title} by {BOT}"]


def test_an_issue_of_another_pipeline_is_not_taken_for_ours(workplace: Workplace) -> None:
    workplace.others(kind="issue", title="Raise pinned versions of nightly", author=BOT)
    workplace.look("one", "v2")
    workplace.propose("two", "issue")
    assert workplace.tracker()[f"Raise pinned versions of nightly by {BOT}"] == "mine"


def test_what_a_person_added_to_the_branch_is_not_removed(workplace: Workplace) -> None:
    workplace.look("one", "v2")
    workplace.propose("two", "pull-request")
    person = workplace.checkout("person")
    workplace.git(person, "switch", "--quiet", "upgrade/demo")
    (person / "fix").write_text("mine", encoding="utf-8")
    workplace.commit(person, "Mend what broke")
    workplace.git(person, "push", "--quiet", "origin", "HEAD:upgrade/demo")
    workplace.look("three", "v3")
    status, said = workplace.propose("four", "pull-request")
    assert (
        status == 1 and "has a commit of x@example.com at its end" in said and "merge it, or delete the branch" in said
    )
    assert workplace.on_branch("fix") == "mine"


def test_without_an_app_an_issue_has_the_change_and_the_commands(workplace: Workplace) -> None:
    workplace.look("one", "v2")
    assert workplace.propose("two", "issue") == (0, f"{ISSUE}\n")
    told = workplace.told()
    for expected in (
        "issue create --repo owner/name --title Raise pinned versions",
        "| action | v1 | v2 |",
        '+{"actions": "v2"}',
        "gh run download 5 --repo owner/name --name upgrade",
        "git apply --index build/upgrade/whole.patch",
    ):
        assert expected in told
    assert "uses: v2" not in told  # what follows from the pins is synthesized
    assert workplace.propose("three", "issue") == (0, f"{ISSUE}\n") and workplace.told().count("issue create") == 1
    assert workplace.git(workplace.server, "branch", "--format=%(refname:short)") == "main"


def test_the_commands_of_the_issue_apply_the_change(workplace: Workplace) -> None:
    workplace.look("one", "v2")
    person = workplace.checkout("person")
    workplace.git(person, "apply", "--index", str(workplace.found / "whole.patch"))
    assert (person / "linux.yml").read_text(encoding="utf-8") == "uses: v2\n"


def test_a_list_that_no_issue_can_hold_is_told_of(workplace: Workplace) -> None:
    workplace.look("one", "v2" * 40_000)
    (workplace.found / "reasons.md").write_text("| much |\n" * 10_000, encoding="utf-8")
    assert workplace.propose("two", "issue")[0] == 0
    assert "too long for an issue" in workplace.told() and "too many to list here" in workplace.told()
    assert len(workplace.told()) < 65_536


def test_each_pipeline_of_a_repository_has_its_own_branch_and_title(workplace: Workplace) -> None:
    workplace.plan = make_plan(place=plans.Place("nightly"))
    workplace.look("one", "v2")
    workplace.propose("two", "pull-request")
    assert "upgrade/nightly" in workplace.told() and "--title Raise pinned versions of nightly" in workplace.told()


def test_an_unknown_step_names_the_nearest(workplace: Workplace, tmp_path: Path) -> None:
    from wheel_pipeline.core.errors import UsageError

    arguments: Any = ["propse"]
    with pytest.raises(UsageError, match="unknown step 'propse'.*propose"):
        upkeep(workplace.plan, tmp_path, arguments)
