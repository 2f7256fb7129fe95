"""The plan as it is synthesized: it is what its schema says, and what the runtime reads."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from conftest import make_plan, make_wheel, plan_data
from wheel_pipeline import plan as plans
from wheel_pipeline.errors import Failure, UsageError
from wheel_pipeline.inputs import Inputs

REPOSITORY = Path(__file__).resolve().parents[2]
SCRIPTS = REPOSITORY / "scripts"
SCHEMA = json.loads((REPOSITORY / "lib/plan.schema.json").read_text(encoding="utf-8"))  # npx projen pack
WHERE = {
    plans.Plan: (),
    plans.Source: ("source",),
    plans.GitSource: ("source", "git"),
    plans.SdistSource: ("source", "sdist"),
    plans.Submodule: ("source", "git", "submodules"),
    plans.Files: ("files",),
    plans.Limits: ("limits",),
    plans.Input: ("inputs",),
    plans.Build: ("builds",),
    plans.Platform: ("builds", "platforms"),
    plans.Tool: ("builds", "tools"),
    plans.VulkanSdk: ("builds", "vulkanSdk"),
    plans.Hook: ("builds", "hooks"),
    plans.Wheel: ("builds", "wheels"),
    plans.Requirements: ("builds", "wheels", "requires"),
    plans.Alias: ("builds", "wheels", "aliases", "linux"),
    plans.Check: ("builds", "wheels", "checks"),
}


def at(path: tuple[str, ...]) -> dict[str, Any]:
    """The schema of an object in the plan."""
    found = SCHEMA
    for name in path:
        found = inner(found["properties"][name])
    return found


def inner(schema: dict[str, Any]) -> dict[str, Any]:
    """Without what wraps an object: that it may be missing, or that there are several."""
    while "properties" not in schema:
        options = schema.get("anyOf") or schema.get("allOf") or [schema["items"]]
        schema = next(each for each in options if each.get("type") != "null")
    return schema


def test_a_synthesized_plan_is_valid_and_can_be_read() -> None:
    data = json.loads((SCRIPTS / "plan.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(SCHEMA).validate(data)
    plan = plans.load(SCRIPTS / "plan.json")
    assert [wheel.distribution for wheel in plan.build().wheels]


@pytest.mark.parametrize("cls", WHERE, ids=lambda cls: str(cls.__name__))
def test_what_the_runtime_reads_is_required_by_the_schema(cls: type[Any]) -> None:
    required = set(at(WHERE[cls])["required"])
    assert {plans.camel_case(field.name) for field in dataclasses.fields(cls)} <= required


def test_every_input_of_the_plan_is_known_to_the_runtime() -> None:
    names = {each.name.replace("-", "_") for each in plans.load(SCRIPTS / "plan.json").inputs}
    assert names == {field.name for field in dataclasses.fields(Inputs)}


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
