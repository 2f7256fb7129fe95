"""What gh says, and what publishing needs before it asks gh."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from release_bench import LINUX
from release_hub import MARK, Hub, needs_shell

from wheel_pipeline.core.errors import UsageError

pytestmark = needs_shell


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Hub:
    return Hub(tmp_path, monkeypatch, capsys)


@pytest.mark.parametrize(
    ("said", "calls", "advice"),
    [
        ("HTTP 401: Bad credentials (https://api.github.com/)", 1, "the token in GH_TOKEN is wrong or has expired"),
        ("HTTP 403: Resource not accessible by integration", 1, "give the job the permission `contents: write`"),
        ("HTTP 403: API rate limit exceeded for installation", 2, "GitHub limits how often it is asked"),
        ("HTTP 429: Too Many Requests", 2, "GitHub limits how often it is asked"),
        ("HTTP 500: Server Error", 2, "Server Error"),
        ("HTTP 502: very-secret", 2, "gh release view v1.0 failed: HTTP 502: ***"),
        ("HTTP 502: ghs_0123456789abcdef", 2, "gh release view v1.0 failed: HTTP 502: ***"),
    ],
)
def test_a_refusal_comes_with_advice_and_never_with_the_token(hub: Hub, said: str, calls: int, advice: str) -> None:
    hub.on("view", f'echo call >>"{hub.hooks}/calls"; echo "{said}" >&2; exit 1')
    [problem] = hub.publish()
    assert advice in problem and "ghs_" not in problem + hub.output
    assert len((hub.hooks / "calls").read_text(encoding="utf-8").splitlines()) == calls
    assert not (hub.folder / "v1.0").exists()


def test_rubbish_from_gh_is_told(hub: Hub) -> None:
    hub.on("view", "echo rubbish; exit 0")
    assert "gh does not say what it knows of v1.0 ('rubbish\\n'): update gh" in hub.publish()[0]


def test_without_a_login_gh_says_so(hub: Hub) -> None:
    hub.monkeypatch.delenv("GH_TOKEN")
    assert "gh release view v1.0 failed: To get started with GitHub CLI" in hub.publish()[0]


# What is not tried at all


@pytest.mark.parametrize("left_over", [False, True])
def test_a_tag_that_is_not_there_is_not_released(hub: Hub, left_over: bool) -> None:
    if left_over:
        hub.gh("create", "v1.0", "--draft", "--notes", f"{MARK}0 -->")
    hub.folder.mkdir(exist_ok=True)
    (hub.folder / "tags.txt").write_text("v0.9\n", encoding="utf-8")
    assert "tag v1.0 doesn't exist in the repo owner/name" in hub.publish()[0]
    assert (hub.folder / "v1.0").exists() is left_over


def test_wheels_that_do_not_verify_are_not_uploaded(hub: Hub) -> None:
    assert "a wheel changed since it was verified" in hub.publish(expect_digest="0" * 64)[0]
    shutil.rmtree(hub.project.path(LINUX))
    assert "there is no folder" in hub.publish()[0]
    assert not hub.folder.exists()


def spoil(hub: Hub, what: str) -> Mapping[str, Any]:
    if what == "notes":
        hub.notes.unlink()
    if what == "gh":
        hub.monkeypatch.setenv("PATH", str(hub.project.folder))
    return {"tag": "v1.1"} if what == "tag" else {}


@pytest.mark.parametrize(
    ("what", "message"),
    [
        ("tag", "does not name version"),
        ("notes", "write it with the notes command"),
        ("gh", "gh is missing: install the GitHub CLI"),
    ],
)
def test_bad_usage_is_told(hub: Hub, what: str, message: str) -> None:
    options = spoil(hub, what)
    with pytest.raises(UsageError, match=message):
        hub.publish(**options)
