"""A test goes on only in an environment that was made of the very same."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from conftest import LINUX, make_build, make_plan, make_wheel_file
from wheel_pipeline.gate.run import facts_of
from wheel_pipeline.inputs import Inputs
from wheel_pipeline.locks import lock_file
from wheel_pipeline.session import Session


@pytest.fixture
def session(tmp_path: Path) -> Session:
    build = make_build()
    made = Session("test", tmp_path, make_plan(build), build, LINUX, Inputs(output_dir=tmp_path / "dist"))
    make_wheel_file(tmp_path / "dist")
    (tmp_path / "scripts/locks").mkdir(parents=True)
    (tmp_path / build.test_requirements_file).write_text("one==1.0\n", encoding="utf-8")
    return made


@pytest.mark.parametrize("what", ["set of wheels", "set of test requirements", "test Python"])
def test_it_is_told_apart_by_what_is_tested_and_with_what(session: Session, what: str) -> None:
    before, other = facts_of(session), session
    assert facts_of(session) == before
    if what == "set of wheels":
        make_wheel_file(session.inputs.output_dir, files={"demo/__init__.py": b"replaced"})
    elif what == "test Python":
        other = dataclasses.replace(session, inputs=dataclasses.replace(session.inputs, test_python=Path("/a/python")))
    else:
        lock = session.root / lock_file(session.plan, session.build.test_requirements_file, LINUX)
        lock.write_text("one==1.0 --hash=sha256:1\n", encoding="utf-8")
    after = facts_of(other)
    assert [name for name in before if before[name] != after[name]] == [what]
