"""What git knows of a tree, whatever repository the program was started in."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from conftest import make_repository, needs_git
from wheel_pipeline.core.errors import Failure
from wheel_pipeline.core.git import LOCAL_VARIABLES, commit_of, is_dirty

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
    (tmp_path / ".git").write_text("no gitdir", encoding="utf-8")
    assert commit_of(tmp_path, tmp_path, os.environ, 60) == ""
    with pytest.raises(Failure, match="git status does not work in .*: repair that repository, or give a tree"):
        is_dirty(tmp_path, os.environ, 60)
    with pytest.raises(Failure, match="git is not on the PATH: install it"):
        commit_of(tmp_path, tmp_path, {"PATH": str(tmp_path)}, 60)


@pytest.mark.parametrize("kind", ["worktree", "submodule"])
def test_a_linked_tree_whose_repository_is_not_mounted_is_told(tmp_path: Path, kind: str) -> None:
    make_repository(tmp_path / "main")
    git = ["git", "-c", "protocol.file.allow=always", "-C", str(tmp_path / "main")]
    if kind == "worktree":
        subprocess.run([*git, "worktree", "add", "-q", str(tmp_path / "linked")], check=True, capture_output=True)
        tree = tmp_path / "linked"
    else:
        make_repository(tmp_path / "library")
        subprocess.run([*git, "submodule", "add", "-q", str(tmp_path / "library"), "linked"], check=True)
        tree = tmp_path / "main" / "linked"
    assert is_dirty(tree, os.environ, 60) is False
    mounted = tree.rename(tmp_path / "source")
    (tmp_path / "main" / ".git").rename(tmp_path / "elsewhere")
    with pytest.raises(Failure, match=r"source is a worktree or a submodule of .*: give a clone, or give a tree"):
        is_dirty(mounted, os.environ, 60)
