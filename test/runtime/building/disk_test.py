"""The check of free disk space before a build."""

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
from wheel_pipeline.core.errors import UsageError
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


def test_a_build_requires_the_figure_of_its_system(tmp_path: Path) -> None:
    made = session(tmp_path)
    assert room_for_build(made) == 2.5 * GIGABYTE
    assert room_for_build(dataclasses.replace(made, platform=WINDOWS)) == workspace.ROOM
    assert room_for_build(session(tmp_path, None)) == workspace.ROOM


def test_a_resumed_or_partial_build_requires_only_the_minimum(tmp_path: Path) -> None:
    assert room_for_build(session(tmp_path, from_step="deliver")) == workspace.ROOM
    assert room_for_build(session(tmp_path, only=("demo",))) == workspace.ROOM


def test_only_folders_of_an_earlier_build_are_subtracted(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    for folder in ("build/source/deep", "build/sccache", "build/test-environment", "build/tools", "elsewhere"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "file").write_bytes(bytes(1000))
    assert room_for_build(session(tmp_path)) == 2.5 * GIGABYTE - 3000
    assert room_for_build(session(tmp_path, compiler_cache_dir=elsewhere)) == 2.5 * GIGABYTE - 2000


@pytest.mark.usefixtures("free")
def test_too_little_free_space_fails_a_build_before_any_work(tmp_path: Path) -> None:
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree/pyproject.toml").touch()
    message = r"has 2\.00 GB of free disk space, but 2\.50 GB is required: free disk space, or set BUILD_DIR"
    with pytest.raises(UsageError, match=message):
        run_build(session(tmp_path, source_dir=tmp_path / "tree"))
    assert list((tmp_path / "build").iterdir()) == []


@pytest.mark.usefixtures("free")
def test_a_reproduction_requires_the_space_of_both_builds(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"has 2\.00 GB of free disk space, but 3\.00 GB is required"):
        reproduction.run_reproduction(session(tmp_path, 1.5))
