"""Which wheels a run with `--only` builds, and which of an earlier run's it takes."""

from __future__ import annotations

from pathlib import Path

import pytest

from conftest import make_build, make_wheel, make_wheel_file
from wheel_pipeline.building.selection import Selection
from wheel_pipeline.core.errors import UsageError

BUILD = make_build(make_wheel("one"), make_wheel("two", pin=["one"]), make_wheel("three", pin=["two"]))
ALL = tuple(wheel.distribution for wheel in BUILD.wheels)


def select(folder: Path, *only: str, done: tuple[str, ...] = ()) -> Selection:
    return Selection(BUILD, only, folder, [BUILD.wheel(name) for name in done])


def names(selection: Selection) -> tuple[list[str], list[str], list[str]]:
    built = ([wheel.distribution for wheel in wheels] for wheels in (selection.selected, selection.built_before))
    return (*built, selection.missing)


def test_a_wheel_counts_where_the_earlier_run_has_finished_it_for_the_same(tmp_path: Path) -> None:
    assert names(select(tmp_path / "nowhere", done=ALL)) == (["one", "two", "three"], [], [])
    for name in ("one", "two"):
        make_wheel_file(tmp_path, name)
    assert names(select(tmp_path, "three", done=ALL)) == (["three"], ["one", "two"], [])
    # What lies there may be of an older plan, or of a run that had begun to build it anew.
    assert names(select(tmp_path, "three", done=("two",))) == (["three"], ["two"], ["one"])
    assert names(select(tmp_path, "three")) == (["three"], [], ["one", "two"])


def test_what_the_selected_wheels_pin_has_to_be_there_or_selected(tmp_path: Path) -> None:
    select(tmp_path).check()
    select(tmp_path, "one", "two").check()
    together = r"build that first, or all of them together: --only=one,two$"
    with pytest.raises(UsageError, match=f"pin the version of one, not built yet: {together}"):
        select(tmp_path, "two").check()
    with pytest.raises(UsageError, match=r"pin the version of one, two, not built yet.* --only=one,two,three$"):
        select(tmp_path, "three").check()
    make_wheel_file(tmp_path, "one")
    select(tmp_path, "two", done=ALL).check()
