"""The plan as it is synthesized: it is what its schema says, and what the runtime reads."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from conftest import make_plan, make_wheel, plan_data
from wheel_pipeline import plan as plans
from wheel_pipeline.core.errors import Failure, UsageError

REPOSITORY = Path(__file__).resolve().parents[2]
SCRIPTS = REPOSITORY / "scripts"


def test_a_synthesized_plan_can_be_read() -> None:
    plan = plans.load(SCRIPTS / "plan.json")
    assert [wheel.distribution for wheel in plan.build().wheels]


def test_the_program_has_every_step_of_a_synthesized_plan(tmp_path: Path) -> None:
    for system in ("linux", "windows"):
        build = plans.load(SCRIPTS / "plan.json").build()
        assert build.steps.on(system)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda data: data.pop("builds"), "builds"),
        (lambda data: data["limits"].update(attempts="many"), "attempts"),
        (lambda data: data["builds"][0]["wheels"][0].pop("distribution"), "distribution"),
        (lambda data: data.update(schema=1), "schema"),
    ],
)
def test_a_plan_that_lacks_something_is_told_with_its_place(tmp_path: Path, change: Any, message: str) -> None:
    data = plan_data(make_plan())
    change(data)
    (tmp_path / "plan.json").write_text(json.dumps(data))
    with pytest.raises(Failure, match=f"is not a plan .*{message}.*: run npx projen"):
        plans.load(tmp_path / "plan.json")


def test_a_plan_that_is_not_there_or_no_json_is_told(tmp_path: Path) -> None:
    with pytest.raises(Failure, match="cannot read the plan"):
        plans.load(tmp_path / "nowhere.json")
    (tmp_path / "plan.json").write_text("{")
    with pytest.raises(Failure, match="is not a plan"):
        plans.load(tmp_path / "plan.json")


def test_a_wrong_name_is_answered_with_the_nearest() -> None:
    plan = make_plan(make_wheel("mlc-llm"))
    with pytest.raises(UsageError, match="did you mean mlc-llm?"):
        plan.build().wheel("mlc-lm")
    with pytest.raises(UsageError, match="there is no variant 'cuda': none is declared"):
        plan.build("cuda")
    with pytest.raises(UsageError, match="did you mean linux-x86_64?"):
        plan.build().platform("linux-x86-64")
