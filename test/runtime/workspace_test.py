"""Folders with one owner, which hold nobody else's files and change in one step."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from runtime import workspace
from runtime.errors import Failure
from runtime.workspace import Workspace, copy_tree, deliver, owned, remove

SECOND = """
import sys; sys.path.insert(0, sys.argv[1])
from pathlib import Path
from runtime.errors import Failure
from runtime.workspace import owned
try:
    with owned(Path(sys.argv[2]), "BUILD_DIR", "build"):
        print("entered")
except Failure as failure:
    print(failure)
"""


def second(folder: Path) -> str:
    source = str(Path(workspace.__file__).parents[1])
    ran = subprocess.run(
        [sys.executable, "-c", SECOND, source, str(folder)], capture_output=True, text=True, check=True
    )
    return ran.stdout.strip()


def test_a_second_run_says_who_has_the_folder(tmp_path: Path) -> None:
    with owned(tmp_path / "build", "BUILD_DIR", "build --variant cuda"):
        said = second(tmp_path / "build")
    assert f"is in use by `build --variant cuda`, process {os.getpid()}" in said
    assert "set BUILD_DIR to another folder" in said
    assert second(tmp_path / "build") == "entered"


def test_a_folder_that_cannot_be_written_is_told_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(workspace.tempfile, "TemporaryFile", refuse)
    with (
        pytest.raises(Failure, match="cannot write to .*set BUILD_DIR"),
        owned(tmp_path / "build", "BUILD_DIR", "build"),
    ):
        pass


def test_only_what_it_made_is_emptied(tmp_path: Path) -> None:
    (tmp_path / "source").mkdir()
    (tmp_path / "source/mine.c").write_text("int x;")
    with pytest.raises(Failure, match="was not made by this program"):
        Workspace(tmp_path).empty("source")
    assert (tmp_path / "source/mine.c").exists()

    (tmp_path / "source/mine.c").unlink()
    made = Workspace(tmp_path).empty("source")
    (made / "file").write_text("x")
    assert list(Workspace(tmp_path).empty("source").iterdir()) == []


def test_read_only_trees_are_copied_writable_and_can_be_removed(tmp_path: Path) -> None:
    source = tmp_path / "tree"
    (source / "inner").mkdir(parents=True)
    (source / "inner/file").write_text("x")
    (source / "inner/file").chmod(0o444)
    (source / "inner").chmod(0o555)
    copy_tree(source, tmp_path / "copy")
    assert (tmp_path / "copy/inner/file").stat().st_mode & stat.S_IWUSR
    remove(source)
    assert not source.exists()


def test_a_tree_is_copied_without_the_folders_that_the_copy_lies_in(tmp_path: Path) -> None:
    (tmp_path / "build").mkdir()
    (tmp_path / "code.c").write_text("int x;")
    copy_tree(tmp_path, tmp_path / "build/source", leave_out=[tmp_path / "build"])
    assert [path.name for path in (tmp_path / "build/source").iterdir()] == ["code.c"]


@pytest.mark.parametrize("swaps", [True, False])
def test_delivery_replaces_the_whole_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, swaps: bool) -> None:
    if not swaps:
        monkeypatch.setattr(workspace, "exchange", lambda *_: False)
    for name, files in (("first", ["a.whl", "SHA256SUMS"]), ("second", ["b.whl"])):
        (tmp_path / name).mkdir()
        for file in files:
            (tmp_path / name / file).write_text(name)
        deliver(tmp_path / name, tmp_path / "dist/linux")
        assert sorted(path.name for path in (tmp_path / "dist/linux").iterdir()) == sorted(files)
        assert [path.name for path in (tmp_path / "dist").iterdir()] == ["linux"]


def test_a_delivery_that_breaks_off_leaves_the_old_wheels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "old").mkdir()
    (tmp_path / "old/old.whl").write_text("old")
    deliver(tmp_path / "old", tmp_path / "dist")

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(workspace.shutil, "copytree", full)
    with pytest.raises(OSError):
        deliver(tmp_path / "old", tmp_path / "dist")
    assert (tmp_path / "dist/old.whl").read_text() == "old"
