"""What a later run has to have in common with the one that it goes on from."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from conftest import LINUX, SOURCE, make_build, make_plan
from wheel_pipeline.building.facts import facts_of, hash_of_given
from wheel_pipeline.inputs import Inputs
from wheel_pipeline.plan import FOLDERS
from wheel_pipeline.session import Session


class Trial:
    """A checkout, and what its facts are."""

    def __init__(self, root: Path) -> None:
        self.root, self.overlay = root, root / FOLDERS["overlay"] / "Cargo.lock"
        self.overlay.parent.mkdir(parents=True)
        self.overlay.write_text("1", encoding="utf-8")
        (root / "scripts/plan.json").write_text("{}", encoding="utf-8")
        plan = make_plan(source=dataclasses.replace(SOURCE, overlay=("Cargo.lock",)))
        inputs = Inputs(build_dir=root / "tree/build", output_dir=root / "tree/dist/here")
        self.session = Session("build", root, plan, make_build(), LINUX, inputs)

    def facts(self, epoch: int = 1) -> dict[str, str]:
        inputs = dataclasses.replace(self.session.inputs, source_date_epoch=epoch)
        return facts_of(dataclasses.replace(self.session, inputs=inputs), "a" * 40, "", "1.0")


@pytest.fixture
def trial(tmp_path: Path) -> Trial:
    return Trial(tmp_path)


def differ(one: dict[str, str], other: dict[str, str]) -> list[str]:
    return [name for name in one if one[name] != other[name]]


def test_all_that_changes_a_wheel_is_told_apart(trial: Trial) -> None:
    before = trial.facts()
    assert trial.facts() == before
    assert differ(trial.facts(epoch=2), before) == ["SOURCE_DATE_EPOCH"]
    trial.overlay.write_text("2", encoding="utf-8")
    assert differ(trial.facts(), before) == ["overlay"]


def test_the_files_of_a_given_tree_count_without_what_this_program_has_made_there(trial: Trial) -> None:
    tree = trial.root / "tree"
    for path in ("demo.c", "dist/notes"):
        (tree / path).parent.mkdir(parents=True, exist_ok=True)
        (tree / path).write_text("1", encoding="utf-8")
    before = hash_of_given(tree, trial.session)
    for path in ("build/source/demo.c", "dist/here/demo.whl", "dist/.here.owner.json"):
        (tree / path).parent.mkdir(parents=True, exist_ok=True)
        (tree / path).write_text("1", encoding="utf-8")
    assert hash_of_given(tree, trial.session) == before
    (tree / "demo.c").write_text("2", encoding="utf-8")
    assert hash_of_given(tree, trial.session) != before
