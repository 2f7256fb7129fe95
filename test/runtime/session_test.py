"""What one run works with."""

from __future__ import annotations

from pathlib import Path

import pytest

from conftest import LINUX, make_build, make_plan
from wheel_pipeline.inputs import Inputs
from wheel_pipeline.session import Session


@pytest.mark.parametrize("command", ["build", "test", "reproduce", "preflight"])
def test_a_command_says_how_to_resume_where_it_takes_the_option(tmp_path: Path, command: str) -> None:
    build = make_build()
    session = Session(command, tmp_path, make_plan(build), build, LINUX, Inputs())
    assert session.runner([], tmp_path / "state.json").can_resume == (command in ("build", "test"))
