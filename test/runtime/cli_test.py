"""The command line: what it takes, and how it ends."""

from __future__ import annotations

import json
import platform
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import LINUX, make_build, make_plan, make_wheel, plan_data
from wheel_pipeline import cli
from wheel_pipeline.arguments import current_system
from wheel_pipeline.inputs import inputs_of

PACKAGE = Path(cli.__file__).parent


@pytest.fixture
def scripts(tmp_path: Path) -> Path:
    """A checkout's scripts, for the platform that this is."""
    system = "windows" if sys.platform == "win32" else "linux"
    here = LINUX.__class__("here", system, platform.machine(), "tag", "Here")  # type: ignore[arg-type]
    plan = make_plan(make_build(make_wheel("demo"), platforms=(here,)))
    (tmp_path / "scripts").mkdir()
    (tmp_path / "scripts/plan.json").write_text(json.dumps(plan_data(plan)))
    return tmp_path / "scripts"


def ended(argv: list[str], scripts: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """The exit status, and all that was said."""
    try:
        status = cli.main(argv, scripts)
    except SystemExit as exit:
        status = int(exit.code or 0)
    said = capsys.readouterr()
    return status, said.out + said.err


@pytest.fixture(autouse=True)
def no_signals(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "listen_to_signals", lambda: None)


def test_help_lists_every_input_with_its_variable_and_default(
    scripts: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, said = ended(["build", "--help"], scripts, capsys)
    said = " ".join(said.split())
    assert status == 0 and "The wheels: demo." in said
    for each in inputs_of("build", current_system()):
        assert f"--{each.name}" in said and (each.variable or "") in said


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        ([], "Commands: build, test"),
        (["biuld"], "unknown command 'biuld': use one of build, test"),
        (["build", "--vesion=1"], "unknown argument '--vesion'; did you mean --version?"),
        (["build", "--version"], "expected one argument"),
        (["build", "--version=one"], "--version: 'one' must be a version by PEP 440"),
        (["build", "--variant=cuda"], "there is no variant 'cuda': none is declared"),
        (["build", "--only=dem"], "there is no wheel 'dem': name one of demo; did you mean demo?"),
        (["build", "--source-dir=/no/such/tree"], "is not a folder: name the tree to build"),
        (["test"], "build them first, or set OUTPUT_DIR to their folder"),
    ],
)
def test_what_is_wrong_is_told_before_any_work(
    scripts: Path, capsys: pytest.CaptureFixture[str], argv: list[str], message: str
) -> None:
    status, said = ended(argv, scripts, capsys)
    assert status == 2 and message in said
    assert [path.name for path in scripts.parent.iterdir()] == ["scripts"]


def test_a_step_that_is_not_there_is_told(scripts: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree/pyproject.toml").write_text("")
    status, said = ended(["build", f"--source-dir={tmp_path / 'tree'}", "--from-step=bild:demo"], scripts, capsys)
    assert status == 2 and "there is no step 'bild:demo'; did you mean build:demo?" in said


def test_a_machine_that_nothing_is_declared_for_is_told(
    scripts: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wheel_pipeline.arguments.platform.machine", lambda: "riscv64")
    status, said = ended(["build"], scripts, capsys)
    assert status == 2 and "is not declared for" in said and "riscv64, but for here" in said


def test_an_error_of_ours_has_its_trace_and_no_success(
    scripts: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise KeyError("surprise")

    monkeypatch.setattr(cli, "command", broken)
    status, said = ended(["build"], scripts, capsys)
    assert status == 1 and "internal error (KeyError: 'surprise'): please report it, with " in said
    assert "Traceback" not in said and "KeyError" in Path(said.rpartition(", with ")[2].strip()).read_text()


def test_a_missing_library_is_one_sentence_with_the_command() -> None:
    hide = "import sys, runpy; sys.modules['packaging'] = None; sys.argv = ['x', 'build']"
    ran = subprocess.run(
        [sys.executable, "-c", f"{hide}; runpy.run_path({str(PACKAGE / '__main__.py')!r}, run_name='__main__')"],
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 1 and len(ran.stderr.strip().splitlines()) == 1
    assert "needs the Python package packaging" in ran.stderr
    assert "python -m pip install --require-hashes --requirement" in ran.stderr
