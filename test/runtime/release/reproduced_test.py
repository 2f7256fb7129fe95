"""A release is made again, and compared."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from release_bench import IMAGE, LINUX, REPOSITORY
from release_hub import WHEEL, Hub, needs_shell

from conftest import make_wheel_file
from wheel_pipeline.core.errors import Failure, UsageError
from wheel_pipeline.release.commands import release

pytestmark = [needs_shell, pytest.mark.slow]


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Hub:
    made = Hub(tmp_path, monkeypatch, capsys)
    made.git("init", "-q")
    made.git("commit", "-q", "--allow-empty", "-m", "x")
    made.git("tag", "v1.0")
    return made


def ask(hub: Hub, *argv: str) -> tuple[int, str]:
    hub.capsys.readouterr()
    status = release(hub.project.plan, hub.repository, [*argv, "--repository", REPOSITORY])
    said = hub.capsys.readouterr()
    return status, said.out + said.err


def recorded(hub: Hub, *argv: str, ref: str = "refs/tags/v1.0") -> tuple[int, str]:
    workflow = f"{REPOSITORY}/.github/workflows/reproduce.yml@{ref}"
    return ask(hub, "recorded", *argv, "--workflow-ref", workflow)


def test_what_a_release_was_made_from_is_read_from_its_records(hub: Hub) -> None:
    hub.project.record(LINUX, image=IMAGE)
    assert hub.publish() == []
    commit = hub.git("rev-parse", "v1.0")
    for tag in ([], ["--tag", "v1.0"]):
        status, said = recorded(hub, *tag)
        assert (status, said) == (0, f"tag=v1.0\ncommit={commit}\nversion=1.0\nimage={IMAGE}\n")


def test_without_a_release_there_is_nothing_to_do(hub: Hub) -> None:
    nothing = (0, "there is no release yet, and so nothing to make again\ntag=\n")
    assert recorded(hub) == nothing
    with pytest.raises(UsageError, match="there is no tag v2.0"):
        recorded(hub, "--tag", "v2.0", ref="refs/tags/v2.0")
    assert hub.publish(prerelease=True) == []
    assert recorded(hub) == nothing


def test_a_run_of_another_ref_starts_one_of_the_tag(hub: Hub) -> None:
    assert hub.publish() == []
    started = "v1.0 is made again by a run of its own reproduce.yml, which has been started\ntag=\n"
    assert recorded(hub, ref="refs/heads/main") == (0, started)
    words = ["workflow", "run", "reproduce.yml", "--repo", REPOSITORY, "--ref", "refs/tags/v1.0", "--field", "tag=v1.0"]
    assert hub.calls()[-1] == words


def test_a_release_without_its_image_is_told(hub: Hub) -> None:
    assert hub.publish() == []
    with pytest.raises(Failure, match="the records of v1.0 name 0 images of demo"):
        recorded(hub)


def reproduced(hub: Hub) -> tuple[int, str]:
    return ask(hub, "reproduced", str(hub.project.dist), "--tag", "v1.0", "--run-url", "https://run")


def test_the_same_wheels_are_no_news(hub: Hub) -> None:
    assert hub.publish() == []
    status, said = reproduced(hub)
    assert status == 0 and "the same" in said and "issue" not in hub.verbs()


def test_others_are_an_error_and_an_issue_once(hub: Hub, summary: Path) -> None:
    assert hub.publish() == []
    make_wheel_file(hub.project.path(LINUX), requires=["psutil"])
    for expected in ("/issues/7", "there is an open issue already: v1.0 cannot be reproduced"):
        status, said = reproduced(hub)
        assert status == 1 and expected in said and f"{WHEEL}: v1.0 has" in said
    [issue] = json.loads((hub.folder / "tracker.json").read_text(encoding="utf-8"))
    assert WHEEL in issue["body"] and "https://run" in issue["body"]
    assert "1 wheels differ" in summary.read_text(encoding="utf-8")


def test_wheels_that_cannot_be_built_any_more_are_an_error_and_an_issue(hub: Hub) -> None:
    assert hub.publish() == []
    shutil.rmtree(hub.project.dist)
    status, said = reproduced(hub)
    assert status == 1 and f"{WHEEL}: v1.0 has" in said and "made again it is not there" in said and "/issues/7" in said
