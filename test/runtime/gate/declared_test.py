"""The checks that a plan declares: none passes unless it came to its end, and nothing of the caller's reaches one."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from gate_bench import Bench, needs_linux

EARLY = 'exited with status 0 before its last line: let it reach its end, or raise unittest.SkipTest("reason")'

SKIP = "import unittest; raise unittest.SkipTest('no device')"


@pytest.fixture
def bench(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return Bench(tmp_path, tmp_path_factory)


# python


@pytest.mark.parametrize(
    ("code", "problem"),
    [
        (["def f():", "  assert False", "f()"], "ended with exit status 1"),
        (["import sys", "sys.exit(0)", "assert False"], EARLY),
        (["raise SystemExit"], EARLY),
        (["import os", "os._exit(0)"], EARLY),
        (["import demo.leaves"], EARLY),
        (["import demo.vanishes"], EARLY),
        (["import atexit, os", "atexit.register(os._exit, 4)", SKIP], "ended with exit status 4"),
        (["import sys", "assert sys.argv == [__file__] and __name__ == '__main__'"], None),
        (["import pickle", "class A: pass", "assert type(pickle.loads(pickle.dumps(A()))) is A"], None),
        (["import os, sys", "assert os.listdir() == ['it.py'] and sys.path[-1] == os.getcwd()"], None),
        (["import sys", "assert 'private' not in str(sys.path), sys.path"], None),
        (["import report"], "ended with exit status 1"),  # one of the gate's own modules
    ],
)
def test_code_must_come_to_its_last_line(
    bench: Bench, code: list[str], problem: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    files = {"demo/leaves.py": b"import sys; sys.exit(0)", "demo/vanishes.py": b"import os; os._exit(0)"}
    assert bench.check(files, code=tuple(code)) == ([problem] if problem else []), capsys.readouterr().out


def test_code_that_fails_shows_where(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    bench.check(code=("def f():", "  assert 1 > 2", "f()"))
    output = capsys.readouterr().out
    assert 'it.py", line 2, in f' in output and "assert 1 > 2" in output and "AssertionError" in output


def test_code_can_be_expected_to_say_something(bench: Bench) -> None:
    assert bench.check(code=("print(1)",), expect="2") == ["'2' is not in its output"]


def test_a_check_takes_arguments_and_finds_its_helpers(bench: Bench) -> None:
    bench.write("checks/_helper.py", "VALUE = 42")
    for other in ("checks/other.py", "checks/__init__.py", "_above.py", "demo/__init__.py"):
        bench.write(other, "raise SystemExit('this is not for the check')")
    code = (
        "import os, sys, _helper",
        "assert sys.argv == [__file__, '--device', 'a b', ''] and _helper.VALUE == 42, sys.argv",
        "assert {*os.listdir()} - {'__pycache__'} == {'_helper.py', 'it.py'}, os.listdir()",
    )
    assert bench.check(code=code, args=("--device", "a b", "")) == []


def test_a_check_with_the_name_of_the_wheels_module_tests_the_wheel(bench: Bench) -> None:
    code = ("import demo", "assert demo.__version__ == '1.0' and demo.__file__ != __file__")
    assert bench.check(code=code, name="demo") == []


def test_the_message_names_a_missing_file(bench: Bench) -> None:
    assert bench.check(python=("checks/gone.py",)) == [
        "file checks/gone.py not found: restore it, or correct the check's python in .projenrc.ts"
    ]


def test_a_file_of_the_program_can_be_a_check(bench: Bench) -> None:
    files = {"mlc_llm_preflight.py": b"class LIBRARY:\n  preflight_llvm = staticmethod(lambda: 1)\n"}
    files["mlc_llm_preflight.py"] += b"  preflight_vulkan = staticmethod(lambda: 0)\n"
    file = "builtin:mlc-llm/checks/preflight.py"
    assert bench.check(files, python=(file, "llvm")) == []
    assert bench.check(files, python=(file, "vulkan")) == ["ended with exit status 1"]
    [problem] = bench.check(files, python=("builtin:mlc-llm/checks/gone.py",))
    assert problem.startswith("file builtin:mlc-llm/checks/gone.py not found")


@pytest.mark.parametrize(
    ("code", "skipped"),
    [
        ([SKIP, "assert False"], "no device"),
        (["def f():", f"  {SKIP}", "f()"], "no device"),
        (["import _helper", "_helper.skip()"], "by the helper"),
        (["import unittest", "raise unittest.SkipTest(' ')"], None),
        (["import unittest", "raise unittest.SkipTest"], None),
        # As in unittest, a SkipTest that is caught does not skip: the check continues and fails later.
        (["try:", f"  {SKIP}", "except Exception: pass", "assert False"], None),
        # The wheel cannot skip its own check.
        (["import demo.skips"], None),
        (["raise ImportError"], None),
    ],
)
def test_only_the_check_itself_can_skip_with_a_reason(bench: Bench, code: list[str], skipped: str | None) -> None:
    bench.write("checks/_helper.py", "import unittest", "def skip(): raise unittest.SkipTest('by the helper')")
    problems = bench.check({"demo/skips.py": SKIP.encode()}, code=tuple(code))
    assert problems == ([] if skipped else ["ended with exit status 1"])
    assert bench.report.results[-1].skipped == (skipped or "")


# command


@pytest.mark.parametrize(
    ("code", "expect", "problem"),
    [
        ("import sys; print('usage', file=sys.stderr)", "usage", "'usage' is not in its output"),
        ("print('usage')", "usage", None),
        ("print('usage')", None, None),
        ("raise SystemExit(0)", "usage", "'usage' is not in its output"),
        ("raise SystemExit(0)", None, "says nothing, which proves nothing"),
        ("print('usage'); raise SystemExit(2)", "usage", "ended with exit status 2"),
    ],
)
def test_a_command_must_say_something_on_stdout(
    bench: Bench, code: str, expect: str | None, problem: str | None
) -> None:
    problems = bench.check(command=("-c", code), expect=expect)
    assert [text.partition(":")[0] for text in problems] == ([problem] if problem else [])


# imports


def test_each_import_that_fails_is_named(bench: Bench) -> None:
    files = {"demo/a.py": b"import nothing_here", "demo/b.py": b"raise SystemExit(0)", "demo/c.py": b"x = 1"}
    assert bench.check(files, imports=("demo", "demo.a", "demo.b", "demo.c")) == [
        "demo.a: ModuleNotFoundError: No module named 'nothing_here'",
        "demo.b: SystemExit: 0",
    ]


def test_a_pattern_stands_for_the_wheels_own_modules(bench: Bench) -> None:
    bad, names = b"import nothing_here", ("__main__", "a-b", "deep/bad", "deep/needs_more")
    files = {**{f"demo/{name}.py": bad for name in names}, "demo/deep/__init__.py": b"x = 1"}
    problems = bench.check(files, imports=("demo", "demo.*"), exclude=("demo.*.needs_more",))
    assert problems == ["demo.deep.bad: ModuleNotFoundError: No module named 'nothing_here'"]


def test_a_pattern_that_matches_nothing_fails(bench: Bench) -> None:
    [problem] = bench.check(imports=("other.*",))
    assert "the wheel has no module other.*" in problem


def test_imports_that_leave_out_everything_do_not_pass(bench: Bench) -> None:
    [problem] = bench.check(imports=("demo",), exclude=("d*",))
    assert problem == "nothing is left to import: the check leaves out all that it names"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("code", "problem"),
    [
        pytest.param(
            "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)",
            "was killed by SIGSEGV while importing demo.bad",
            marks=needs_linux,
        ),
        ("import os; os._exit(3)", "ended with exit status 3 while importing demo.bad"),
        ("import os; os._exit(0)", "ended early, while importing demo.bad"),
        ("import time; time.sleep(297)", "timed out after 5.0 s while importing demo.bad"),
        ("import atexit, os; atexit.register(os._exit, 4)", "ended with exit status 4 after the imports"),
    ],
)
def test_a_crash_names_what_was_being_imported(bench: Bench, code: str, problem: str) -> None:
    modules = ("demo", "demo.bad", "json")
    timeout = 5 if problem.startswith("timed out") else 60
    assert bench.check({"demo/bad.py": code.encode()}, imports=modules, timeout=timeout) == [problem]


def test_the_gates_own_modules_are_not_found(bench: Bench) -> None:
    problems = bench.check(imports=("report", "libraries"))
    assert [text.partition(":")[0] for text in problems] == ["report", "libraries"]


# Where they run


def test_nothing_of_the_callers_python_reaches_a_check(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    (bench.folder / "stray.py").write_text("", encoding="utf-8")
    monkeypatch.chdir(bench.folder)
    dropped = {
        **{"PYTHONPATH": str(bench.folder), "PYTHONOPTIMIZE": "2", "PYTHONSTARTUP": "x", "PYTHONWARNINGS": "error"},
        **{"PIP_INDEX_URL": "x", "LD_AUDIT": "x.so", "DYLD_INSERT_LIBRARIES": "x", "LANGUAGE": "de"},
        **{"XDG_CACHE_HOME": str(bench.folder), "LC_MESSAGES": "de_DE"},
    }
    kept = {"CUDA_VISIBLE_DEVICES": "1", "VK_DRIVER_FILES": "x", "ROCR_VISIBLE_DEVICES": "0", "LDFLAGS": "-s"}
    for name, value in {**dropped, **kept, "HOME": str(bench.folder)}.items():
        monkeypatch.setenv(name, value)
    code = (
        "import importlib.util, json, os, pathlib, sys",
        f"assert not (set(os.environ) & set({sorted(dropped)!r})), os.environ",
        f"assert {kept!r}.items() <= dict(os.environ).items(), os.environ",
        "assert importlib.util.find_spec('stray') is None and not sys.flags.optimize",
        "home = pathlib.Path.home()",
        f"assert home != pathlib.Path({str(bench.folder)!r}) and not list(home.iterdir()), home",
        "(home / 'written').write_text('by a check')",
        "print('ä')",
    )
    assert bench.check(code=code, expect="ä") == []
    monkeypatch.delenv("HOME")
    assert bench.check(code=code, expect="ä") == []
    assert bench.check(code=("assert False",)) == ["ended with exit status 1"]


BEATING = """
import sys, time
while True:
    with open(sys.argv[1], "a") as file:
        file.write("alive ")
    time.sleep(0.05)
"""


@pytest.mark.slow
@pytest.mark.parametrize("detached", [False, pytest.param(True, marks=needs_linux)])
@pytest.mark.parametrize(
    ("last", "timeouts", "problem"),
    [
        ("os._exit(3)", [60], "ended with exit status 3"),
        # The longer ones are for a machine where two Pythons do not start in the time before.
        ("time.sleep(60)", [0.5, 2, 8, 30], "timed out after "),
    ],
)
def test_what_a_check_leaves_behind_is_ended(
    bench: Bench, detached: bool, last: str, timeouts: list[float], problem: str
) -> None:
    beats = bench.folder / "beats"
    code = (
        "import os, pathlib, subprocess, sys, time",
        f"beats = pathlib.Path({str(beats)!r})",
        f"subprocess.Popen([sys.executable, '-c', {BEATING!r}, beats], start_new_session={detached})",
        "while not beats.exists(): time.sleep(0.01)",
        last,
    )
    for timeout in timeouts:
        [said] = bench.check(code=code, timeout=timeout)
        assert said.startswith(problem)
        if beats.exists():
            break
    written = beats.read_bytes()
    time.sleep(0.5)
    assert beats.read_bytes() == written


def test_a_check_that_writes_much_does_not_hang(bench: Bench) -> None:
    assert bench.check(code=("print('x' * 5_000_000)",), timeout=30) == []
    assert os.path.getsize(bench.report_path.parent / bench.json["checks"][-1]["logs"][0]) >= 5_000_000
