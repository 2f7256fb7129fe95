"""A build whose need of disk space was measured begins only where that much is free."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest

from conftest import LINUX, WINDOWS, make_build, make_plan
from wheel_pipeline import plan as plans
from wheel_pipeline import reproduction, workspace
from wheel_pipeline.building.build import run_build
from wheel_pipeline.building.disk import room_for_build
from wheel_pipeline.errors import UsageError
from wheel_pipeline.inputs import Inputs
from wheel_pipeline.session import Session

GIGABYTE = 10**9


def session(root: Path, gigabytes: float | None = 2.5, **inputs: Any) -> Session:
    build = make_build(disk_gigabytes=plans.DiskFigures(gigabytes))
    made = root / "build"
    folders = {"compiler_cache_dir": made / "sccache", "wheel_cache_dir": made / "wheel-cache"}
    given = Inputs(**{"output_dir": root / "dist", "build_dir": made, **folders, **inputs})
    return Session("build", root, make_plan(build), build, LINUX, given)


@pytest.fixture
def free(monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk with 2 GB of free space."""
    monkeypatch.setattr(workspace.shutil, "disk_usage", lambda _: type("Usage", (), {"free": 2 * GIGABYTE}))


def test_a_build_needs_what_was_measured_on_its_system(tmp_path: Path) -> None:
    made = session(tmp_path)
    assert room_for_build(made) == 2.5 * GIGABYTE
    assert room_for_build(dataclasses.replace(made, platform=WINDOWS)) == workspace.ROOM
    assert room_for_build(session(tmp_path, None)) == workspace.ROOM


def test_a_build_that_resumes_or_builds_some_of_the_wheels_needs_no_more_than_any_run(tmp_path: Path) -> None:
    assert room_for_build(session(tmp_path, from_step="deliver")) == workspace.ROOM
    assert room_for_build(session(tmp_path, only=("demo",))) == workspace.ROOM


def test_what_an_earlier_build_has_left_counts_and_nothing_else_does(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    for folder in ("build/source/deep", "build/sccache", "build/test-environment", "build/tools", "elsewhere"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "file").write_bytes(bytes(1000))
    assert room_for_build(session(tmp_path)) == 2.5 * GIGABYTE - 3000
    assert room_for_build(session(tmp_path, compiler_cache_dir=elsewhere)) == 2.5 * GIGABYTE - 2000


@pytest.mark.usefixtures("free")
def test_too_little_free_space_ends_a_build_before_any_work(tmp_path: Path) -> None:
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree/pyproject.toml").touch()
    message = r"has 2\.00 GB of free disk space, and 2\.50 GB are needed: free some, or set BUILD_DIR"
    with pytest.raises(UsageError, match=message):
        run_build(session(tmp_path, source_dir=tmp_path / "tree"))
    assert list((tmp_path / "build").iterdir()) == []


@pytest.mark.usefixtures("free")
def test_a_reproduction_needs_the_space_of_both_builds(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"has 2\.00 GB of free disk space, and 3\.00 GB are needed"):
        reproduction.run_reproduction(session(tmp_path, 1.5))
