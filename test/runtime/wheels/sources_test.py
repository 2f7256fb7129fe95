"""A wheel counts as changed where its source has changed, and not where another wheel's build has written into it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from conftest import make_wheel
from wheel_pipeline.wheels.sources import Sources, tree_hash

OUTER = make_wheel("outer", project_dir="outer", reuse=True)
INNER = make_wheel("inner", project_dir="outer/parts/inner")
ALL = make_wheel("all", project_dir=".")


class Tree:
    """Three wheels, of which one lies in another's folder."""

    def __init__(self, root: Path) -> None:
        self.root, self.file = root / "source", root / "records/sources.json"
        self.sources = self.again()
        self.write("outer/outer.c")
        self.write("outer/parts/inner/inner.c")

    def again(self) -> Sources:
        """As a later run finds it."""
        return Sources(self.root, [INNER, OUTER, ALL], self.file)

    def write(self, name: str, text: str = "int x;") -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def build_inner(self) -> None:
        self.sources.before_build(INNER)
        self.write("outer/parts/inner/_version.py", "version = '1.0'")
        self.sources.after_build(INNER)


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    return Tree(tmp_path)


def test_it_is_the_same_with_and_without_a_build_of_the_wheel_inside(tree: Tree) -> None:
    alone = tree.sources.fingerprint(OUTER)
    tree.build_inner()
    assert tree.sources.fingerprint(OUTER) == alone
    # A run that goes on from there does not build the one inside.
    assert tree.again().fingerprint(OUTER) == alone


@pytest.mark.parametrize("name", ["outer/outer.c", "outer/parts/inner/inner.c", "outer/parts/new.c"])
def test_a_changed_file_of_either_changes_it(tree: Tree, name: str) -> None:
    before = tree.sources.fingerprint(OUTER)
    tree.write(name, "int y;")
    tree.build_inner()
    assert tree.sources.fingerprint(OUTER) != before


def test_what_is_changed_after_the_build_counts(tree: Tree) -> None:
    before = tree.sources.fingerprint(OUTER)
    tree.build_inner()
    tree.write("outer/parts/inner/inner.c", "int y;")
    assert tree.again().fingerprint(OUTER) != before


def test_a_build_that_ended_early_leaves_another_tree(tree: Tree) -> None:
    before = tree.sources.fingerprint(OUTER)
    tree.sources.before_build(INNER)
    tree.write("outer/parts/inner/_version.py", "half")
    assert tree.again().fingerprint(OUTER) != before


def test_a_tree_that_is_fetched_anew_is_looked_at_anew(tree: Tree) -> None:
    before = tree.sources.fingerprint(OUTER)
    tree.build_inner()
    tree.sources.begin()
    tree.write("outer/parts/inner/inner.c", "int y;")
    assert tree.sources.fingerprint(OUTER) != before


def test_the_wheel_inside_is_of_its_own_folder(tree: Tree) -> None:
    before = tree.sources.fingerprint(INNER)
    tree.write("outer/outer.c", "int y;")
    assert tree.sources.fingerprint(INNER) == before
    tree.write("outer/parts/inner/inner.c", "int y;")
    assert tree.sources.fingerprint(INNER) != before


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no named pipes in folders")
def test_a_pipe_in_a_tree_is_not_read(tmp_path: Path) -> None:
    empty = tree_hash(tmp_path)
    os.mkfifo(tmp_path / "pipe")
    assert tree_hash(tmp_path) != empty


def test_nothing_is_kept_of_a_wheel_that_is_in_no_kept_one(tree: Tree) -> None:
    for wheel in (OUTER, ALL):
        tree.sources.before_build(wheel)
        tree.sources.after_build(wheel)
    assert not tree.file.exists()
