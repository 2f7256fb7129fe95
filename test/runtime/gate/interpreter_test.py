"""The Python that wheels are tested with."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from gate_bench import needs_linux

from runtime.errors import UsageError
from runtime.gate import interpreter

TAG = sys.implementation.cache_tag
NAME = f"python{sys.version_info[0]}.{sys.version_info[1]}"

pytestmark = needs_linux


def answering(path: Path, tag: str | None, conda: bool) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\necho {tag} {conda}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


@pytest.fixture
def conda(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    own = answering(tmp_path / "conda" / "python", TAG, True)
    monkeypatch.setattr(sys, "executable", str(own))
    return own


def test_is_this_one_where_it_is_not_condas() -> None:
    assert interpreter.users_python(None, {"PATH": ""}) == Path(sys.executable)


def test_is_another_of_the_same_version_where_this_one_is_condas(tmp_path: Path, conda: Path) -> None:
    answering(tmp_path / "a" / NAME, "cpython-39", False)
    answering(tmp_path / "b" / NAME, TAG, True)
    wanted = answering(tmp_path / "c" / NAME, TAG, False)
    path = os.pathsep.join(str(tmp_path / name) for name in "abc")
    assert interpreter.users_python(None, {"PATH": path}) == wanted


def test_is_condas_where_there_is_no_other_and_that_is_said(conda: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert interpreter.users_python(None, {"PATH": ""}) == conda
    said = capsys.readouterr()
    assert "which is Conda's" in said.out + said.err and "TEST_PYTHON" in said.out + said.err


def test_is_the_one_that_is_given(tmp_path: Path, conda: Path) -> None:
    given = answering(tmp_path / "given", TAG, True)
    assert interpreter.users_python(given, {"PATH": ""}) == given


def test_of_another_version_or_that_is_none_is_refused(tmp_path: Path) -> None:
    old = answering(tmp_path / "old", "cpython-39", False)
    with pytest.raises(UsageError, match=rf"TEST_PYTHON: {old} is cpython-39: name an interpreter of .*, {TAG}"):
        interpreter.users_python(old)
    with pytest.raises(UsageError, match="does not answer"):
        interpreter.users_python(tmp_path / "nothing")
