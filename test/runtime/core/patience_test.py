"""Renaming and removing wait for whoever holds a file for a moment, where that can happen."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

import pytest

from wheel_pipeline.core import patience
from wheel_pipeline.wheels.files import write_text
from wheel_pipeline.workspace import Workspace, deliver, remove

windows = pytest.mark.skipif(os.name != "nt", reason="elsewhere a file that is open can be renamed and removed")


def held(path: Path, seconds: float = 1.0) -> threading.Timer:
    """Open a file as a virus scanner does, which lets nobody rename it, and close it after some time."""
    file = path.open("rb")
    timer = threading.Timer(seconds, file.close)
    timer.start()
    return timer


@windows
def test_a_file_that_is_held_for_a_moment_is_renamed(tmp_path: Path) -> None:
    source, target = tmp_path / "source", tmp_path / "target"
    source.write_text("new")
    held(source)
    patience.replace(source, target)
    assert target.read_text() == "new" and not source.exists()


@windows
def test_one_that_stays_held_is_told_in_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "SECONDS", 0.3)
    (tmp_path / "source").write_text("new")
    timer = held(tmp_path / "source", 60)
    with pytest.raises(PermissionError):
        patience.replace(tmp_path / "source", tmp_path / "target")
    timer.cancel()
    timer.function()


@windows
def test_what_is_written_whole_takes_the_place_of_a_file_that_is_held(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("old")
    held(path)
    write_text(path, "new")
    assert path.read_text() == "new"


@windows
def test_a_folder_is_delivered_although_its_files_are_held(tmp_path: Path) -> None:
    for name in ("made", "dist"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.whl").write_text(name)
    held(tmp_path / "dist" / "a.whl")
    deliver(tmp_path / "made", tmp_path / "dist")
    assert (tmp_path / "dist" / "a.whl").read_text() == "made"


@windows
def test_a_folder_is_removed_although_its_files_are_held(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "file").write_text("text")
    held(tmp_path / "folder" / "file")
    remove(tmp_path / "folder")
    assert list(tmp_path.iterdir()) == []


@windows
def test_a_workspace_notes_what_it_has_made(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    workspace.note("one")
    held(workspace.marker)
    workspace.note("two")
    assert {"one", "two"} <= Workspace(tmp_path).made


@pytest.mark.skipif(os.name == "nt", reason="Windows' files may be held")
def test_elsewhere_nobody_waits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "replace", refuse)
    began = time.monotonic()
    with pytest.raises(PermissionError):
        patience.replace(tmp_path / "source", tmp_path / "target")
    assert time.monotonic() - began < patience.SECONDS / 2
