"""What a caller gives: options before variables before defaults, and each checked before any work."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path
from typing import Any

import pytest

from conftest import LINUX, make_build, make_plan, make_wheel
from wheel_pipeline.arguments import parser_of
from wheel_pipeline.core.errors import UsageError
from wheel_pipeline.inputs import INPUTS, Inputs, check_folders, check_source, inputs_of, resolve

BUILD = make_build(make_wheel("tvm"), make_wheel("mlc-llm"))


TABLE = inputs_of("build", "linux")


def resolved(given: dict[str, Any] | None = None, environ: dict[str, str] | None = None) -> Inputs:
    return resolve(TABLE, given or {}, BUILD, LINUX, Path("/checkout"), environ or {})


def test_defaults_are_the_plans_and_build_on_each_other() -> None:
    inputs = resolved()
    assert inputs.output_dir == Path("/checkout/dist/linux-x86_64").absolute()
    assert inputs.compiler_cache_dir == Path("/checkout/build/sccache").absolute()
    assert (inputs.source_date_epoch, inputs.version, inputs.platform_tag, inputs.plain) == (315532800, "", "", False)
    assert inputs.jobs >= 1
    assert resolved(environ={"BUILD_DIR": "/elsewhere"}).compiler_cache_dir == Path("/elsewhere/sccache").absolute()


def test_an_option_wins_over_its_variable_and_an_empty_variable_is_none() -> None:
    assert resolved({"jobs": "3"}, {"JOBS": "5"}).jobs == 3
    assert resolved({}, {"JOBS": "5"}).jobs == 5
    assert resolved({}, {"WHEEL_VERSION": " "}).version == ""


def test_a_path_is_taken_from_where_the_caller_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    assert resolved({"build-dir": "my build"}).build_dir == tmp_path / "my build"


def test_wheels_are_named_in_any_spelling_and_come_in_the_plans_order() -> None:
    assert resolved({"only": ["MLC_LLM", "tvm"]}).only == ("tvm", "mlc-llm")


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("jobs", "0", "--jobs: '0' must be a whole number above 0"),
        ("jobs", "many", "--jobs: 'many' must be a whole number above 0"),
        ("version", "one", "--version: 'one' must be a version by PEP 440"),
        (
            "platform-tag",
            "manylinux_2_28_aarch64",
            "must be a platform tag of this machine, such as manylinux_2_28_x86_64",
        ),
        ("platform-tag", "auto", "must be a platform tag of this machine"),
        ("source-date-epoch", "-1", "must be seconds since 1970"),
        ("source-date-epoch", "9999999999", "must be seconds since 1970"),
        ("toolchain-image", "two\nlines", "must be one line of text"),
        ("only", "mlc-lm", "there is no wheel 'mlc-lm': name one of tvm, mlc-llm; did you mean mlc-llm?"),
    ],
)
def test_a_wrong_value_is_told_with_what_would_be_right(name: str, value: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        resolved({name: [value] if name == "only" else value})
    assert message in str(caught.value) and caught.value.status == 2


def test_a_wrong_variable_is_named_as_the_variable() -> None:
    with pytest.raises(UsageError, match="^AUDITWHEEL_PLAT: 'x' must be"):
        resolved({}, {"AUDITWHEEL_PLAT": "x"})


def test_an_unknown_argument_names_the_nearest_one() -> None:
    parser = parser_of(make_plan(BUILD), "build", "Build.", "build.sh")
    with pytest.raises(UsageError, match="unknown argument '--jbos'; did you mean --jobs?"):
        parser.parse(["--jbos=3"])


def test_a_command_has_its_own_inputs_on_its_system() -> None:
    names = {each.name for each in TABLE}
    assert {"source-dir", "platform-tag"} <= names and "test-python" not in names
    assert "test-python" in {each.name for each in inputs_of("test", "linux")}
    assert "platform-tag" not in {each.name for each in inputs_of("build", "windows")}


def test_every_input_has_a_value_and_help_without_placeholders() -> None:
    assert {each.name.replace("-", "_") for each in INPUTS} == {field.name for field in dataclasses.fields(Inputs)}
    help_text = parser_of(make_plan(BUILD), "build", "Build.", "build.sh").format_help()
    assert "{" not in help_text and "dist/<platform>" in help_text


def test_a_given_tree_must_have_the_projects(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is not a folder"):
        check_source(BUILD, tmp_path / "nowhere", "SOURCE_DIR")
    with pytest.raises(UsageError, match="has no pyproject.toml, from which tvm is built"):
        check_source(BUILD, tmp_path, "SOURCE_DIR")


@pytest.mark.parametrize(
    ("source", "build", "output", "message"),
    [
        ("build/cmake/x", "build", "dist", "lies in BUILD_DIR"),
        ("build", "build", "dist", "lies in BUILD_DIR"),
        (None, "dist/build", "dist", "lies in OUTPUT_DIR"),
        ("dist/tree", "build", "dist", "lies in OUTPUT_DIR"),
        (None, "build", "build/finished", "lies in a folder that the build empties"),
    ],
)
def test_no_folder_is_emptied_that_holds_what_is_built(
    tmp_path: Path, source: str | None, build: str, output: str, message: str
) -> None:
    inputs = Inputs(build_dir=tmp_path / build, output_dir=tmp_path / output)
    with pytest.raises(UsageError, match=message):
        check_folders(inputs, tmp_path / source if source else None)


def test_the_usual_folders_are_accepted(tmp_path: Path) -> None:
    check_folders(Inputs(build_dir=tmp_path / "build", output_dir=tmp_path / "build/dist"), tmp_path / "tree")


@pytest.mark.skipif(os.name != "nt", reason="the programs of other systems know no such limit")
def test_a_build_folder_that_is_too_long_for_compilers_is_told(tmp_path: Path) -> None:
    long = resolved({"build-dir": str(tmp_path / ("x" * 120))})
    with pytest.raises(UsageError, match="characters, but Windows compilers fail"):
        check_folders(long, None)


@pytest.mark.skipif(os.name != "nt", reason="other systems have no shares of that kind")
@pytest.mark.parametrize("folder", [r"\\server\share\build", "//server/share/build", r"\\?\C:\build"])
def test_a_build_folder_where_cmd_cannot_run_is_told(folder: str) -> None:
    with pytest.raises(UsageError, match="has no drive letter, and cmd.exe.* set BUILD_DIR to a folder of a local dri"):
        check_folders(resolved({"build-dir": folder}), None)
