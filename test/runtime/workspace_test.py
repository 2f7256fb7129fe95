"""Folders with one owner, which hold nobody else's files and change in one step."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from wheel_pipeline import workspace
from wheel_pipeline.core.errors import Failure
from wheel_pipeline.workspace import Workspace, check_temporary, copy_tree, deliver, owned, remove

SECOND = """
import sys; sys.path.insert(0, sys.argv[1])
from pathlib import Path
from wheel_pipeline.core.errors import Failure
from wheel_pipeline.workspace import owned
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
    with pytest.raises(Failure, match="contains files that this build did not create"):
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


makes_links = pytest.mark.skipif(os.name == "nt", reason="Wine says that it makes symbolic links, and makes none")


@pytest.mark.parametrize("what", ["a file", pytest.param("a link", marks=makes_links)])
def test_a_file_or_a_link_in_the_place_of_a_folder_is_not_removed(tmp_path: Path, what: str) -> None:
    (tmp_path / "elsewhere").mkdir()
    path = tmp_path / "build/source"
    path.parent.mkdir()
    path.symlink_to(tmp_path / "elsewhere") if what == "a link" else path.write_text("mine")
    with pytest.raises(Failure, match=r"build.source contains files that this build did not create"):
        Workspace(tmp_path / "build").begin(["source"])
    assert os.path.lexists(path) and not (tmp_path / "build" / workspace.MARKER).exists()


def test_a_folder_that_was_begun_is_gone_on_with_also_where_the_note_of_it_is_damaged(tmp_path: Path) -> None:
    Workspace(tmp_path).begin(["source"])
    Workspace(tmp_path).empty("source")
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs/01.log").write_text("x")
    (tmp_path / "source/file").write_text("x")
    (tmp_path / workspace.MARKER).write_text('{"made')
    Workspace(tmp_path).begin(["source"])
    assert list(Workspace(tmp_path).empty("source").iterdir()) == []


def test_a_full_disk_is_told_before_anything_is_begun(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workspace.shutil, "disk_usage", lambda _: type("Usage", (), {"free": 65536}))
    with (
        pytest.raises(
            Failure,
            match=r"has 0.07 MB of free disk space, but 16.00 MB is required: free disk space, or set BUILD_DIR",
        ),
        owned(tmp_path / "build", "BUILD_DIR", "build"),
    ):
        pass


def test_a_folder_for_temporary_files_that_is_not_there_is_told(tmp_path: Path) -> None:
    check_temporary({})
    check_temporary({"TMPDIR": str(tmp_path)})
    with pytest.raises(Failure, match="there is no folder for temporary files .*nowhere.*: set TMPDIR"):
        check_temporary({"TMPDIR": str(tmp_path / "nowhere")})


@makes_links
def test_a_delivery_follows_a_link_and_removes_what_an_interrupted_one_has_left(tmp_path: Path) -> None:
    for path in ("new/wheel", "disk/wheels/old", "disk/.wheels.old/half"):
        (tmp_path / path).parent.mkdir(parents=True)
        (tmp_path / path).write_text("x")
    (tmp_path / "dist").symlink_to(tmp_path / "disk/wheels")
    deliver(tmp_path / "new", tmp_path / "dist")
    assert (tmp_path / "dist").is_symlink()
    assert [path.name for path in (tmp_path / "disk/wheels").iterdir()] == ["wheel"]
    assert [path.name for path in (tmp_path / "disk").iterdir()] == ["wheels"]
