"""The gate as a whole: which checks run, and what is told of them."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from gate_bench import BUILT_IN, HERE, OTHER, SYSTEM, Bench, make_check, needs_linux

from conftest import make_build, make_wheel, make_wheel_file
from wheel_pipeline.core.errors import Failure, UsageError

WRONG = "raise SystemExit('100% wrong')"


@pytest.fixture
def bench(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return Bench(tmp_path, tmp_path_factory)


def test_a_good_wheel_passes_every_check(bench: Bench, summary: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = bench.install()
    declared = (
        make_check("imports", imports=("demo", "json")),
        make_check("version", command=("-c", "print('version 3')"), expect="version 3"),
        bench.python_check("import demo", "assert demo.__version__ == '1.0'", name="code"),
    )
    names = [*BUILT_IN, "imports", "version", "code"]
    assert bench.run(make_wheel(checks=declared)) == {name: [] for name in names}
    assert bench.report.passed
    output = capsys.readouterr().out
    assert "PASS imports (" in output and output.endswith(f"{len(names)} passed, 0 failed\n")
    assert {key: bench.json[key] for key in ("schema", "name", "passed", "skipped", "failed", "leftOut")} == {
        **{"schema": 2, "name": "demo", "passed": len(names)},
        **{"skipped": 0, "failed": 0, "leftOut": 0},
    }
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert bench.json["wheels"] == [{"distribution": "demo", "file": path.name, "sha256": digest}]
    [log, _] = next(each["logs"] for each in bench.json["checks"] if each["name"] == "version")
    assert (bench.report_path.parent / log).read_text(encoding="utf-8").strip() == "version 3"
    assert "| demo | imports | passed |" in summary.read_text(encoding="utf-8")


def test_a_skipped_check_is_told_as_such(
    bench: Bench, summary: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    code = ("import unittest", "def deep():", "  raise unittest.SkipTest('no driver  here')", "deep()", "assert False")
    assert bench.check(code=code) == []
    assert bench.report.passed and bench.report.results[-1].outcome == "skipped"
    output = capsys.readouterr().out
    assert "SKIP it: no driver here (" in output
    assert "::notice title=demo%3A it::skipped: no driver here\n" in output
    assert output.endswith(f"{len(BUILT_IN)} passed, 1 skipped, 0 failed\n")
    assert (bench.json["skipped"], bench.json["checks"][-1]["skipped"]) == (1, "no driver here")
    assert "| demo | it | skipped: no driver here |" in summary.read_text(encoding="utf-8")


def test_all_checks_run_whatever_fails_and_failures_are_shown(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    bench.install()
    lines = ("for i in range(30): print(f'line {i}')", WRONG)
    later = make_check("later", command=("--version",))
    results = bench.run(make_wheel(checks=(bench.python_check(*lines, name="a: b"), later)))
    assert (results["a: b"], results["later"], bench.report.passed) == (["ended with exit status 1"], [], False)
    output = capsys.readouterr().out
    assert "FAIL a: b: ended with exit status 1\n" in output
    assert "  | line 29\n  | 100% wrong\n" in output
    assert "  | line 11\n" in output and "  | line 10\n" not in output
    assert "::error title=demo%3A a%3A b::ended with exit status 1\n" in output


def test_the_first_failure_can_end_it(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    bench.install()
    wrong = bench.python_check(WRONG, name="wrong")
    results = bench.run(make_wheel(checks=(wrong, make_check("later"), make_check("last"))), keep_going=False)
    assert list(results) == [*BUILT_IN, "wrong"]
    assert (bench.report.passed, bench.json["leftOut"]) == (False, 2)
    assert capsys.readouterr().out.endswith("1 failed; 2 not run after the failure\n")


def test_only_named_distributions_are_tested(bench: Bench) -> None:
    bench.install()
    assert list(bench.run(make_wheel(), make_wheel("tvm"), distributions=("Demo",))) == BUILT_IN
    with pytest.raises(UsageError, match="there is no wheel 'other'"):
        bench.run(distributions=("other",))


def test_a_check_for_another_system_is_left_out(bench: Bench) -> None:
    bench.install()
    systems = {"theirs": OTHER, "ours": SYSTEM}
    checks = tuple(bench.python_check(WRONG, name=name, system=system) for name, system in systems.items())
    results = bench.run(make_wheel(checks=checks))
    assert (results["ours"], "theirs" in results) == (["ended with exit status 1"], False)


def test_what_cannot_be_tested_is_no_success(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gate_bench.make_build", lambda: make_build(wheels=()))
    with pytest.raises(Failure, match="no check can run"):
        bench.run()


def test_no_interpreter_is_bad_usage_and_an_earlier_report_is_gone(bench: Bench) -> None:
    bench.install()
    bench.run()
    bench.python = bench.folder / "nothing"
    with pytest.raises(UsageError, match="there is no interpreter"):
        bench.run()
    assert not bench.report_path.exists()


@needs_linux
@pytest.mark.parametrize(
    ("script", "message"),
    [
        ('exec "{python}" -O "$@"', r"runs without its asserts \(-O\)"),
        ("exit 3", r"ended with exit status 3 when asked what is installed: see .*00-environment\.stderr\.log"),
        ("exit 0", "says nothing when asked"),
    ],
)
def test_an_interpreter_that_cannot_be_trusted_is_refused(bench: Bench, script: str, message: str) -> None:
    wrapper = bench.folder / "python"
    wrapper.write_text(f"#!/bin/sh\n{script.format(python=bench.python)}\n", encoding="utf-8")
    wrapper.chmod(0o755)
    bench.python = wrapper
    with pytest.raises(Failure, match=message):
        bench.run()


def test_the_logs_of_an_earlier_run_go_and_other_files_stay(bench: Bench) -> None:
    logs = bench.folder / "reports" / "test-logs"
    logs.mkdir(parents=True)
    for name in ("07-demo-old.stdout.log", "notes.log"):
        (logs / name).write_text("", encoding="utf-8")
    bench.install()
    bench.run()
    assert not (logs / "07-demo-old.stdout.log").exists() and (logs / "notes.log").exists()


def test_a_wheel_that_is_not_installed_or_not_there_fails(bench: Bench) -> None:
    make_wheel_file(bench.wheels, platform=HERE)
    bench.run(make_wheel(), make_wheel("tvm"))
    by_wheel = {(each.distribution, each.name): each.problems for each in bench.report.results}
    assert "demo is not installed in the environment" in by_wheel["demo", "installed version"][0]
    assert "has 0 wheels of tvm" in by_wheel["tvm", "installed version"][0]
    assert [each["distribution"] for each in bench.json["wheels"]] == ["demo"]
