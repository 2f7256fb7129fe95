"""A release is made again, and compared."""

from __future__ import annotations

from pathlib import Path

import pytest
from release_bench import IMAGE, LINUX, REPOSITORY
from release_hub import WHEEL, Hub, needs_shell

from conftest import make_wheel_file
from runtime.errors import Failure, UsageError
from runtime.release.commands import release

pytestmark = needs_shell


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


def test_what_a_release_was_made_from_is_read_from_its_records(hub: Hub) -> None:
    hub.project.record(LINUX, image=IMAGE)
    assert hub.publish() == []
    commit = hub.git("rev-parse", "v1.0")
    for tag in ([], ["--tag", "v1.0"]):
        status, said = ask(hub, "recorded", *tag)
        assert (status, said) == (0, f"tag=v1.0\ncommit={commit}\nversion=1.0\nimage={IMAGE}\n")


def test_without_a_release_there_is_nothing_to_do(hub: Hub) -> None:
    assert ask(hub, "recorded") == (0, "there is no release yet, and so nothing to make again\ntag=\n")
    with pytest.raises(UsageError, match="there is no tag v2.0"):
        ask(hub, "recorded", "--tag", "v2.0")


def test_a_release_without_its_image_is_told(hub: Hub) -> None:
    assert hub.publish() == []
    with pytest.raises(Failure, match="the records of v1.0 name 0 images of demo"):
        ask(hub, "recorded")


def reproduced(hub: Hub) -> tuple[int, str]:
    return ask(hub, "reproduced", str(hub.project.dist), "--tag", "v1.0", "--run-url", "https://run")


def test_the_same_wheels_are_no_news(hub: Hub) -> None:
    assert hub.publish() == []
    status, said = reproduced(hub)
    assert status == 0 and "the same" in said and "issue" not in hub.verbs()


def test_others_are_an_error_and_an_issue_once(hub: Hub, summary: Path) -> None:
    assert hub.publish() == []
    issues = hub.project.folder / "issues"
    script = f'[ "$1" = issue ] && {{ [ "$2" = list ] && cat "{issues}" 2>/dev/null; [ "$2" = create ] && '
    script += f'{{ echo "$@" >>"{issues}.all"; echo 7 >"{issues}"; echo https://issue/7; }}; exit 0; }}'
    hub.on("list", script)
    hub.on("create", script)
    make_wheel_file(hub.project.path(LINUX), requires=["psutil"])
    for expected in ("https://issue/7", "there is an open issue already: v1.0 cannot be reproduced"):
        status, said = reproduced(hub)
        assert status == 1 and expected in said and f"{WHEEL}: v1.0 has" in said
    text = Path(f"{issues}.all").read_text(encoding="utf-8")
    assert text.count("issue create") == 1 and WHEEL in text and "https://run" in text
    assert "1 wheels differ" in summary.read_text(encoding="utf-8")
