"""The repository of a run."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from conftest import make_plan, stand_in_for_gh
from wheel_pipeline.ci.commands import ci
from wheel_pipeline.core.errors import Failure

PLAN = make_plan(repository="Acme/Wheels")


def said(capsys: pytest.CaptureFixture[str], repository: str, fork: str) -> str:
    assert ci(PLAN, Path(), ["home", "--repository", repository, "--fork", fork]) == 0
    return capsys.readouterr().out


@pytest.mark.parametrize("name", ["Acme/Wheels", "acme/wheels"])
@pytest.mark.parametrize("fork", ["true", "false", ""])  # a fork may declare itself
def test_the_declared_repository_is_home_in_any_case(capsys: pytest.CaptureFixture[str], name: str, fork: str) -> None:
    assert said(capsys, name, fork) == f"{name} is the declared repository\nhome=true\n"


def test_the_message_for_a_fork_lists_what_runs(capsys: pytest.CaptureFixture[str]) -> None:
    told = "bob/wheels is a fork of Acme/Wheels: pull requests and manual runs build and test"
    out = said(capsys, "bob/wheels", "true")
    assert out.startswith(told) and out.endswith("\nhome=false\n")


def test_another_repository_fails_with_both_names_and_the_fix() -> None:
    with pytest.raises(Failure) as failure:
        ci(PLAN, Path(), ["home", "--repository", "acme/renamed", "--fork", "false"])
    fix = (
        'set githubRepository to "acme/renamed" there (repository, for a WheelPipeline), run npx projen, and commit the'
    )
    assert str(failure.value) == (
        f"this repository is acme/renamed, but .projenrc.ts declares Acme/Wheels: {fix} result"
    )


@pytest.mark.skipif(sys.platform == "win32", reason="the stand-in is a script")
def test_github_is_asked_where_the_event_does_not_tell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    hub = stand_in_for_gh(tmp_path, tmp_path, monkeypatch)
    hub.mkdir()
    for fork in (True, False):
        (hub / "repository.json").write_text(json.dumps({"fork": fork}), encoding="utf-8")
        if fork:
            assert said(capsys, "bob/wheels", "").endswith("\nhome=false\n")
        else:
            with pytest.raises(Failure, match="but .projenrc.ts declares"):
                said(capsys, "bob/wheels", "")
