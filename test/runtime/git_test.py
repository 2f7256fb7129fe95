"""What git knows of a tree, whatever repository the program was started in."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from conftest import make_repository, needs_git
from wheel_pipeline.errors import Failure
from wheel_pipeline.git import LOCAL_VARIABLES, commit_of, is_dirty

pytestmark = needs_git


def test_the_commit_is_that_of_the_tree_and_none_inside_another_checkout(tmp_path: Path) -> None:
    head = make_repository(tmp_path)
    inside = tmp_path / "inside"
    inside.mkdir()
    assert commit_of(tmp_path, tmp_path, os.environ, 60) == head
    assert commit_of(inside, tmp_path, os.environ, 60) == head
    assert commit_of(inside, inside, os.environ, 60) == ""
    assert is_dirty(inside, os.environ, 60) is None
    submodule = make_repository(inside)
    assert commit_of(inside, tmp_path, os.environ, 60) == submodule


def test_a_tree_is_dirty_by_a_changed_or_a_new_file(tmp_path: Path) -> None:
    file = tmp_path / "a.c"
    file.write_text("int a;\n", encoding="utf-8")
    (tmp_path / ".gitignore").write_text("*.o\n", encoding="utf-8")
    make_repository(tmp_path)
    (tmp_path / "a.o").touch()
    assert is_dirty(tmp_path, os.environ, 60) is False
    file.write_text("int b;\n", encoding="utf-8")
    assert is_dirty(tmp_path, os.environ, 60) is True
    file.write_text("int a;\n", encoding="utf-8")
    assert is_dirty(tmp_path, os.environ, 60) is False
    (tmp_path / "new.c").touch()
    assert is_dirty(tmp_path, os.environ, 60) is True


def test_a_repository_without_a_commit_has_none(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    assert commit_of(tmp_path, tmp_path, os.environ, 60) == ""


def test_the_repository_of_a_git_hook_is_not_asked(tmp_path: Path) -> None:
    head, hook = make_repository(tmp_path / "ours"), tmp_path / "hooks"
    make_repository(hook)
    env = {**os.environ, "GIT_DIR": str(hook / ".git"), "GIT_WORK_TREE": str(hook), "GIT_INDEX_FILE": "nowhere"}
    assert commit_of(tmp_path / "ours", tmp_path / "ours", env, 60) == head
    assert is_dirty(tmp_path / "ours", env, 60) is False


def test_all_variables_of_a_repository_are_known() -> None:
    listed = subprocess.run(["git", "rev-parse", "--local-env-vars"], check=True, capture_output=True, text=True)
    assert set(listed.stdout.split()) <= LOCAL_VARIABLES


def test_a_broken_repository_and_a_missing_git_are_told(tmp_path: Path) -> None:
    (tmp_path / ".git").write_text("gitdir: nowhere", encoding="utf-8")
    assert commit_of(tmp_path, tmp_path, os.environ, 60) == ""
    with pytest.raises(Failure, match="git status does not work in"):
        is_dirty(tmp_path, os.environ, 60)
    with pytest.raises(Failure, match="git is not on the PATH: install it"):
        commit_of(tmp_path, tmp_path, {"PATH": str(tmp_path)}, 60)
