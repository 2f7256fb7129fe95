"""When a build tries its toolchain on the small library, and when it need not."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from conftest import LINUX, WINDOWS, make_build, make_plan, make_repository, make_wheel, steps_of
from wheel_pipeline import plan as plans
from wheel_pipeline import trial
from wheel_pipeline.building import preflight
from wheel_pipeline.core.console import console
from wheel_pipeline.core.errors import UsageError
from wheel_pipeline.inputs import Inputs
from wheel_pipeline.session import Session

FOLDER = "tools/preflight"
CHECK = plans.Check("loads", 60, python=("checks/loads.py", "x"))
STEPS = plans.BySystem(steps_of([make_wheel("demo-preflight")]), ())
LIBRARY = plans.Preflight(FOLDER, make_wheel("demo-preflight", checks=(CHECK,)), STEPS, "linux")


class Bench:
    """A build that would try its toolchain, and what it started for that."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.started: list[list[str]] = []
        self.tools = {"cmake": "3.31"}
        self.root = root
        self.source = root / FOLDER / "x.c"
        self.helper = root / "checks/_helper.py"
        for path in (self.source, self.helper, root / "checks/loads.py"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("as it is\n", encoding="utf-8")
        monkeypatch.setattr(preflight, "run", lambda argv, **_: self.started.append(argv))

    def build(self, tag: str = "", **changes: Any) -> int:
        build = make_build(**{"preflight": LIBRARY, **changes})
        folders = {"build_dir": self.root / "build", "wheel_cache_dir": self.root / "kept"}
        inputs = Inputs(**folders, jobs=3, platform_tag=tag)
        session = Session("build", self.root, make_plan(build), build, LINUX, inputs)
        fields = {"plan": session.plan, "build": build, "platform": LINUX, "tools": self.tools, "env": {"PATH": ""}}
        run: Any = SimpleNamespace(session=session, inputs=inputs, root=inputs.build_dir, **fields)
        preflight.Preflight(run).run()
        return len(self.started)


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    return Bench(tmp_path, monkeypatch)


def test_a_toolchain_is_tried_once(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    assert bench.build() == 1
    assert "--jobs=3" in bench.started[0] and "preflight" in bench.started[0]
    assert bench.build() == 1
    assert "this toolchain has passed before" in capsys.readouterr().out


def test_it_is_tried_again_where_a_tool_or_the_library_or_what_is_linked_has_changed(
    bench: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    assert bench.build() == 1
    bench.tools["cmake"] = "4.0"
    assert bench.build() == 2
    assert "trying the toolchain: toolchain.tools.cmake" in capsys.readouterr().out
    bench.source.write_text("int y;\n", encoding="utf-8")
    assert bench.build() == 3
    bench.helper.write_text("changed\n", encoding="utf-8")
    assert bench.build() == 4
    assert "trying the toolchain: checks.loads._helper.py" in capsys.readouterr().out
    assert bench.build(unused_libraries=("xml2",)) == 5


def test_a_commit_that_changes_nothing_of_it_is_no_reason(bench: Bench) -> None:
    make_repository(bench.root)
    assert bench.build() == 1
    (bench.root / "other.txt").write_text("", encoding="utf-8")
    make_repository(bench.root)
    assert bench.build() == 1


def test_it_is_tried_again_where_more_is_asked_of_the_library(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    assert bench.build() == 1
    stricter = make_wheel("demo-preflight", checks=(CHECK,), forbidden=["**/*.a"], excludes=["libz.so.1"])
    for said in ("trying the toolchain: wheel.excludes.linux, wheel.excludes.windows", "passed before"):
        assert bench.build(preflight=plans.Preflight(FOLDER, stricter, STEPS, "linux")) == 2
        assert said in capsys.readouterr().out
    assert bench.build(preflight=plans.Preflight(FOLDER, stricter, STEPS, "linux"), tag="manylinux_2_35_x86_64") == 3
    assert "trying the toolchain: platformTag" in capsys.readouterr().out


def test_one_that_failed_is_tried_again(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(preflight, "run", fail)
    with pytest.raises(RuntimeError):
        bench.build()
    monkeypatch.setattr(preflight, "run", lambda argv, **_: bench.started.append(argv))
    assert bench.build() == 1


def test_it_is_of_one_system_where_that_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    build = make_build(preflight=LIBRARY)
    here = Session("preflight", tmp_path, make_plan(build), build, LINUX, Inputs())
    assert preflight.is_declared(here)
    elsewhere = dataclasses.replace(here, platform=WINDOWS)
    assert not preflight.is_declared(elsewhere)
    assert trial.run_preflight(elsewhere) == 0
    console.configure(plain=True)
    assert "no preflight is declared for Windows x64" in capsys.readouterr().out


def test_the_library_is_built_as_the_plans_wheels_are_without_their_hooks(tmp_path: Path) -> None:
    hook = plans.Hook("build:demo", "before", "mine", ("true",), None)
    build = make_build(preflight=LIBRARY, hooks=(hook,), unused_libraries=("xml2",))
    session = Session("preflight", tmp_path, make_plan(build), build, LINUX, Inputs(build_dir=tmp_path / "b"))
    own = trial.session_of_preflight(session, tmp_path / "tree")
    assert [wheel.distribution for wheel in own.build.wheels] == ["demo-preflight"]
    assert (own.build.hooks, own.build.preflight, own.build.unused_libraries) == ((), None, ("xml2",))
    assert own.plan.source.folder == str(tmp_path / "tree")
    assert own.inputs.output_dir == tmp_path / "b" / "wheels"


def test_the_source_is_a_folder_of_the_project_or_of_the_program(tmp_path: Path) -> None:
    def session(folder: str) -> Session:
        build = make_build(preflight=dataclasses.replace(LIBRARY, folder=folder))
        return Session("preflight", tmp_path, make_plan(build), build, LINUX, Inputs())

    (tmp_path / FOLDER).mkdir(parents=True)
    with preflight.library(session(FOLDER)) as tree:
        assert tree == tmp_path / FOLDER
    with preflight.library(session("builtin:mlc-llm/preflight")) as tree:
        assert {"pyproject.toml", "CMakeLists.txt", "rust"} <= {path.name for path in tree.iterdir()}
    with pytest.raises(UsageError, match="folder gone not found: restore it, or correct preflight.folder"):
        preflight.library(session("gone"))
