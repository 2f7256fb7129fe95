"""What a user gets from checks.py, the test gate."""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import checks
import pip
import pytest
from conftest import Plan, compile_library, make_wheel

MACHINE = platform.machine().lower()
LINUX = sys.platform == "linux"
HERE = f"manylinux_2_28_{MACHINE}" if LINUX else f"win_{MACHINE}"  # pip installs only what is for this machine
needs_linux = pytest.mark.skipif(not LINUX, reason="reads ELF files")
BUILT_IN = [
    *("installed version", "source commit", "pinned requirements", "installed files", "shared libraries resolve"),
    *(["tag"] if LINUX else []),
]


def needing_library(folder: Path, needed: str) -> bytes:
    """A library that needs another one, which is nowhere to be found."""
    compile_library(folder, needed, "int g(void) { return 1; }", f"-Wl,-soname,{needed}")
    return compile_library(folder, "libdemo.so", "int g(void); int f(void) { return g(); }", str(folder / needed))


ADVICE = "install what was built together"


class TestGate:
    @pytest.fixture(autouse=True)
    def setup(
        self, tmp_path: Path, plan: Plan, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.tmp, self.write_plan, self.capsys = tmp_path, plan, capsys
        self.wheels, self.venv = tmp_path / "dist", tmp_path / "venv"
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(self.venv)], check=True)
        self.python = self.venv / ("bin/python" if os.name == "posix" else "Scripts/python.exe")
        monkeypatch.setenv("PATH", os.pathsep.join([os.path.dirname(sys.executable), os.environ["PATH"]]))

    def install(self, *paths: Path) -> None:
        pip = [sys.executable, "-m", "pip", "--python", str(self.python), "install", "--no-deps", "--no-index"]
        subprocess.run([*pip, *map(str, paths)], check=True, capture_output=True)

    def installed(self, **arguments: Any) -> Path:
        wheel = make_wheel(self.wheels, **{"platform": HERE, **arguments})
        self.install(wheel)
        return wheel

    def site(self, name: str) -> Path:
        return next(self.venv.rglob("site-packages")) / name

    def gate(self, *wheels: dict[str, Any], options: tuple[str, ...] = ()) -> tuple[int, dict[str, list[str]]]:
        """Run the gate: its exit code, and the problems of each check."""
        report = self.tmp / "reports" / "test.json"
        argv = ["--plan", str(self.write_plan(*wheels)), "--python", str(self.python), "--wheels", str(self.wheels)]
        code = checks.main([*argv, "--report", str(report), *options])
        self.output, self.errors = self.capsys.readouterr()
        self.report: dict[str, Any] = json.loads(report.read_text(encoding="utf-8")) if report.exists() else {}
        results = self.report.get("checks", [])
        assert all(each["passed"] == (not each["problems"]) for each in results)
        return code, {each["name"]: each["problems"] for each in results}

    def problems(self, check: dict[str, Any], files: dict[str, bytes] | None = None) -> list[str]:
        """The problems of one declared check of a good wheel."""
        self.installed(files={"demo/__init__.py": b"", **(files or {})})
        code, results = self.gate({"checks": [{"name": "it", **check}]})
        assert all(not results[name] for name in BUILT_IN)
        assert code == (1 if results["it"] else 0)
        return results["it"]

    def test_a_good_wheel_passes_every_check(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(self.tmp / "summary.md"))
        self.installed()
        declared: list[dict[str, Any]] = [
            {"name": "imports", "kind": "imports", "modules": ["demo", "json"], "timeout": 60},
            {"name": "version", "kind": "command", "args": ["-c", "print('version 3')"], "expect": "version 3"},
            {"name": "code", "kind": "python", "code": ["import demo", "assert demo.__version__ == '1.0'"]},
        ]
        code, results = self.gate({"checks": declared})
        assert (code, results) == (0, {name: [] for name in [*BUILT_IN, "imports", "version", "code"]})
        assert "PASS imports (" in self.output
        assert self.output.endswith(f"{len(results)} passed, 0 failed\n")
        assert self.report["passed"] == len(results)
        log = next(each["logs"] for each in self.report["checks"] if each["name"] == "version")
        assert (self.tmp / "reports" / log[0]).read_text().strip() == "version 3"
        assert "| demo | imports | passed |" in (self.tmp / "summary.md").read_text(encoding="utf-8")

    def test_all_checks_run_whatever_fails_and_failures_are_shown(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("GITHUB_ACTIONS", "true")
        self.installed()
        lines = ["for i in range(30): print(f'line {i}')", "raise SystemExit('100% wrong')"]
        declared: list[dict[str, Any]] = [
            {"name": "a: b", "kind": "python", "code": lines},
            {"name": "later", "kind": "command", "args": ["--version"]},
        ]
        code, results = self.gate({"checks": declared})
        assert (code, results["a: b"], results["later"]) == (1, ["ended with exit code 1"], [])
        assert "FAIL a: b: ended with exit code 1\n" in self.output
        assert "  | line 29\n  | 100% wrong\n" in self.output
        assert "  | line 11\n" in self.output and "  | line 10\n" not in self.output
        assert "::error title=demo%3A a%3A b::ended with exit code 1\n" in self.output

    def test_only_named_distributions_are_tested(self) -> None:
        self.installed()
        code, results = self.gate({}, {"distribution": "tvm"}, options=("--distribution", "Demo"))
        assert (code, list(results)) == (0, BUILT_IN)
        code, _ = self.gate(options=("--distribution", "other"))
        assert code == 2
        assert "no distribution 'other'" in self.errors

    def test_a_plan_without_wheels_is_no_success(self) -> None:
        path = self.write_plan()
        path.write_text(json.dumps({**json.loads(path.read_text()), "wheels": []}))
        argv = ["--plan", str(path), "--python", str(self.python), "--wheels", str(self.tmp)]
        assert checks.main([*argv, "--report", str(self.tmp / "report.json")]) == 1
        assert "no check can run" in self.capsys.readouterr().err

    def test_no_interpreter_is_bad_usage(self) -> None:
        self.python = self.tmp / "nothing"
        assert self.gate()[0] == 2
        assert "there is no interpreter" in self.errors

    # What is installed.

    def test_a_wheel_that_is_not_installed_or_not_there_fails(self) -> None:
        make_wheel(self.wheels, platform=HERE)
        self.gate({}, {"distribution": "tvm"})
        by_wheel = {(each["distribution"], each["name"]): each["problems"] for each in self.report["checks"]}
        assert "demo is not installed in the environment" in by_wheel["demo", "installed version"][0]
        assert "has 0 wheels of tvm" in by_wheel["tvm", "installed version"][0]

    def test_another_version_fails(self) -> None:
        self.installed().unlink()
        make_wheel(self.wheels, version="1.1", platform=HERE)
        code, results = self.gate()
        assert code == 1
        assert "version 1.0 is installed, not 1.1" in results["installed version"][0]

    @pytest.mark.parametrize(
        ("version", "problems"),
        [
            ("1.0.dev0+gaaaaaaaaa", []),
            ("1.0.dev0+gbbbbbbbbb", ["sibling 1.0.dev0+gbbbbbbbbb is installed, demo requires ==1.0.dev0+gaaaaaaaaa"]),
            (None, ["sibling is not installed, demo requires ==1.0.dev0+gaaaaaaaaa"]),
        ],
    )
    def test_the_sibling_of_another_commit_fails(self, version: str | None, problems: list[str]) -> None:
        requires = ["sibling==1.0.dev0+gaaaaaaaaa", "absent>=2", "other==3 ; sys_platform == 'none'"]
        self.installed(requires=requires)
        if version:
            self.installed(name="sibling", version=version)
        code, results = self.gate()
        assert [text.partition(": ")[0] for text in results["pinned requirements"]] == problems
        assert code == (1 if problems else 0)

    def test_another_build_of_the_same_version_fails(self) -> None:
        self.installed()
        make_wheel(self.wheels, files={"demo/__init__.py": b"other"}, platform=HERE)
        _, results = self.gate()
        assert any(
            text.startswith("demo/__init__.py is not the one of demo-1.0") for text in results["installed files"]
        )

    def test_changed_missing_and_forbidden_files_fail(self) -> None:
        self.installed(files={"demo/__init__.py": b"", "demo/gone.py": b"", "demo/lib/x.a": b""})
        self.site("demo/__init__.py").write_text("changed = True\n")
        self.site("demo/gone.py").unlink()
        _, results = self.gate({"forbidden": ["**/*.a"]})
        problems = "\n".join(results["installed files"])
        assert "demo/__init__.py is not the file that RECORD tells of" in problems
        assert "demo/gone.py is missing" in problems
        assert "demo/lib/x.a is installed, which '**/*.a' forbids" in problems

    # Shared libraries.

    @needs_linux
    def test_a_library_whose_needs_are_met_passes(self) -> None:
        self.installed(
            files={"demo/libdemo.so": compile_library(self.tmp / "c", "libdemo.so"), "x.so": b"/* script */"}
        )
        code, results = self.gate()
        assert (code, results["shared libraries resolve"], results["tag"]) == (0, [], [])

    @needs_linux
    def test_a_library_that_is_not_found_fails(self) -> None:
        self.installed(files={"demo/libdemo.so": needing_library(self.tmp / "c", "libneeded.so")})
        code, results = self.gate()
        assert code == 1
        assert results["shared libraries resolve"] == [
            "demo/libdemo.so needs libneeded.so, which is not found: bundle it, or declare who provides it"
        ]

    @needs_linux
    def test_an_excluded_library_must_be_provided_by_something_installed(self) -> None:
        self.installed(files={"demo/libdemo.so": needing_library(self.tmp / "c", "libneeded.so")})
        spec = {"excludes": {"linux": ["libneeded.so"]}}
        _, results = self.gate(spec)
        assert "nothing installed provides it" in results["shared libraries resolve"][0]
        library = (self.tmp / "c" / "libneeded.so").read_bytes()
        self.installed(name="sibling", files={"sibling/lib/libneeded.so": library})
        code, results = self.gate(spec, {"distribution": "sibling"})
        assert (code, results["shared libraries resolve"]) == (0, [])

    @needs_linux
    def test_a_library_left_to_the_system_may_be_missing(self) -> None:
        self.installed(files={"demo/libdemo.so": needing_library(self.tmp / "c", "libdriver-of-this-test.so.1")})
        names = {"linux": ["libdriver-of-this-test.so.1"]}
        code, results = self.gate({"excludes": names, "systemLibraries": names})
        assert (code, results["shared libraries resolve"]) == (0, [])
        assert "note: demo/libdemo.so needs libdriver-of-this-test.so.1" in self.output

    @needs_linux
    def test_a_library_for_another_machine_fails(self) -> None:
        self.installed(files={"demo/libdemo.so": b"\x7fELF nothing"})
        _, results = self.gate()
        assert "ldd fails on" in results["shared libraries resolve"][0]

    @pytest.fixture
    def windows_library(self, monkeypatch: pytest.MonkeyPatch) -> bytes:
        launcher = Path(pip.__file__).parent / "_vendor" / "distlib" / "t64.exe"
        assert launcher.is_file(), "install pip as its makers publish it: a Windows file of it is read"
        monkeypatch.setattr(checks, "SYSTEM", "windows")
        monkeypatch.setenv("SYSTEMROOT", str(self.tmp / "Windows"))
        (self.tmp / "Windows" / "System32").mkdir(parents=True)
        return launcher.read_bytes()

    def test_a_windows_library_needs_its_imports_beside_it_or_in_the_system(self, windows_library: bytes) -> None:
        self.installed(files={"demo/demo.pyd": windows_library})
        _, results = self.gate()
        needed = [text.split()[2].rstrip(",") for text in results["shared libraries resolve"]]
        assert "KERNEL32.dll" in needed
        assert "tag" not in results
        for name in needed:
            (self.tmp / "Windows" / "System32" / name).write_bytes(b"")
        assert self.gate()[0] == 0

    def test_a_windows_library_finds_what_another_wheel_brings(self, windows_library: bytes) -> None:
        self.installed(files={"demo/demo.pyd": windows_library})
        _, results = self.gate()
        needed = [text.split()[2].rstrip(",") for text in results["shared libraries resolve"]]
        self.installed(name="sibling", files={f"sibling.libs/{name.lower()}": b"MZ" for name in needed})
        assert self.gate()[0] == 0

    def test_a_damaged_windows_library_fails(self, windows_library: bytes) -> None:
        self.installed(files={"demo/demo.dll": windows_library[:100]})
        _, results = self.gate()
        assert "is not a Windows library" in results["shared libraries resolve"][0]

    # The platform tag.

    @needs_linux
    def test_a_wheel_that_is_less_compatible_than_its_tag_fails(self) -> None:
        library = needing_library(self.tmp / "c", "libneeded.so")
        files = {"demo/libdemo.so": library, "demo/libneeded.so": b""}
        self.installed(files=files)
        _, results = self.gate()
        assert "it needs libneeded.so; bundle it, or exclude it" in results["tag"][0]
        _, results = self.gate({"excludes": {"linux": ["libneeded*"]}})
        assert results["tag"] == []

    @needs_linux
    def test_symbols_newer_than_the_tag_fail(self) -> None:
        source = "#include <string.h>\nvoid *(*f)(void *, const void *, size_t) = memcpy;"
        library = compile_library(self.tmp / "c", "libdemo.so", source, "-lc")
        if b"GLIBC_2.14" not in library:
            pytest.skip("memcpy is as old as this machine's libc")
        self.installed(files={"demo/libdemo.so": library}, platform=f"manylinux2010_{MACHINE}")
        _, results = self.gate()
        assert "its symbols need manylinux_2_17_" in results["tag"][0]

    @needs_linux
    def test_a_wheel_cannot_be_trusted_without_auditwheel(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.installed(files={"demo/libdemo.so": b""})
        monkeypatch.setattr(shutil, "which", lambda name: None)
        _, results = self.gate()
        assert "auditwheel is not on PATH" in results["tag"][0]

    # Declared checks.

    def test_each_import_that_fails_is_named(self) -> None:
        files = {"demo/a.py": b"import nothing_here", "demo/b.py": b"raise SystemExit(0)", "demo/c.py": b"x = 1"}
        modules = ["demo", "demo.a", "demo.b", "demo.c"]
        assert self.problems({"kind": "imports", "modules": modules}, files) == [
            "demo.a: ModuleNotFoundError: No module named 'nothing_here'",
            "demo.b: SystemExit: 0",
        ]

    def test_a_pattern_stands_for_the_wheels_own_modules(self) -> None:
        bad, fine = b"import nothing_here", b"x = 1"
        files = {
            "demo/__init__.py": b"",
            "demo/__main__.py": bad,
            "demo/a-b.py": bad,
            "demo/deep/__init__.py": fine,
            "demo/deep/bad.py": bad,
            "demo/deep/needs_more.py": bad,
        }
        check = {"kind": "imports", "modules": ["demo", "demo.*"], "except": ["demo.*.needs_more"]}
        assert self.problems(check, files) == ["demo.deep.bad: ModuleNotFoundError: No module named 'nothing_here'"]

    def test_a_pattern_that_matches_nothing_fails(self) -> None:
        problems = self.problems({"kind": "imports", "modules": ["other.*"]})
        assert "the wheel has no module other.*" in problems[0]

    @pytest.mark.parametrize(
        ("code", "problem"),
        [
            pytest.param(
                b"import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "was killed by SIGSEGV", marks=needs_linux
            ),
            (b"import os; os._exit(3)", "ended with exit code 3"),
            (b"import os; os._exit(0)", "ended early,"),
            (b"import time; time.sleep(60)", "timed out after 2 s"),
        ],
    )
    def test_a_crash_names_what_was_being_imported(self, code: bytes, problem: str) -> None:
        check = {"kind": "imports", "modules": ["demo", "demo.bad", "json"], "timeout": 2}
        assert self.problems(check, {"demo/bad.py": code}) == [f"{problem} while importing demo.bad"]

    def test_a_crash_after_the_imports_is_told(self) -> None:
        code = b"import atexit, os; atexit.register(os._exit, 4)"
        problems = self.problems({"kind": "imports", "modules": ["demo.bad"]}, {"demo/bad.py": code})
        assert problems == ["ended with exit code 4 after the imports"]

    def test_a_command_must_say_what_is_expected_on_stdout(self) -> None:
        args = ["-c", "import sys; print('usage', file=sys.stderr)"]
        assert self.problems({"kind": "command", "args": args, "expect": "usage"}) == ["'usage' is not in its output"]

    def test_code_that_fails_is_told(self) -> None:
        assert self.problems({"kind": "python", "code": ["def f():", "  assert False", "f()"]}) == [
            "ended with exit code 1"
        ]
        assert "AssertionError" in self.output

    @pytest.mark.parametrize(
        ("built", "recorded", "problems"),
        [
            ("c" * 40, "c" * 40, []),
            (None, None, []),
            ("c" * 40, "d" * 40, [f"it is of {'c' * 40}, the record tells of {'d' * 40}: {ADVICE}"]),
            (None, "d" * 40, [f"it is of no commit, the record tells of {'d' * 40}: {ADVICE}"]),
            ("c" * 40, None, [f"it is of {'c' * 40}, the record tells of no commit: {ADVICE}"]),
        ],
    )
    def test_a_wheel_of_another_commit_fails(
        self, built: str | None, recorded: str | None, problems: list[str]
    ) -> None:
        url = f"Project-URL: Source commit, https://example.com/demo/commit/{built}\n" if built else ""
        self.installed(metadata=f"Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n{url}\n")
        record = {"source": {"repository": "https://example.com/demo", "builtCommit": recorded}}
        (self.wheels / "build-record.json").write_text(json.dumps(record), encoding="utf-8")
        code, results = self.gate({})
        assert (code, results["source commit"]) == (1 if problems else 0, problems)

    def test_a_check_for_another_system_is_left_out(self) -> None:
        self.installed()
        other = "linux" if checks.SYSTEM == "windows" else "windows"
        wrong = {"kind": "python", "code": ["raise SystemExit(1)"]}
        declared = [{"name": "theirs", "only": other, **wrong}, {"name": "ours", "only": checks.SYSTEM, **wrong}]
        code, results = self.gate({"checks": declared})
        assert (code, results["ours"], "theirs" in results) == (1, ["ended with exit code 1"], False)

    def test_checks_run_apart_from_the_callers_folder_and_path(self, monkeypatch: pytest.MonkeyPatch) -> None:
        (self.tmp / "stray.py").write_text("")
        monkeypatch.setenv("PYTHONPATH", str(self.tmp))
        monkeypatch.chdir(self.tmp)
        problems = self.problems({"kind": "imports", "modules": ["stray"]})
        assert problems == ["stray: ModuleNotFoundError: No module named 'stray'"]

    @needs_linux
    def test_a_timeout_ends_what_the_check_has_started(self) -> None:
        marker = self.tmp / "alive"
        child = f"import time; time.sleep(3); open({str(marker)!r}, 'w')"
        code = [
            "import subprocess, sys, time",
            f"subprocess.Popen([sys.executable, '-c', {child!r}])",
            "time.sleep(60)",
        ]
        assert self.problems({"kind": "python", "code": code, "timeout": 1}) == ["timed out after 1 s"]
        time.sleep(3)
        assert not marker.exists()

    @pytest.mark.parametrize(
        ("check", "message"),
        [
            ({"kind": "dance"}, "has a check of kind 'dance'"),
            ({"kind": "imports"}, "is not declared well (KeyError: 'modules')"),
            ({"kind": "python", "code": [], "timeout": "soon"}, "is not declared well (ValueError"),
        ],
    )
    def test_a_check_that_is_not_declared_well_fails(self, check: dict[str, Any], message: str) -> None:
        [problem] = self.problems(check)
        assert message in problem


def test_bad_usage_exits_with_2_and_no_traceback(tmp_path: Path) -> None:
    for argv in (
        ["--nonsense"],
        ["--plan", "no.json", "--python", "x", "--wheels", "x", "--report", str(tmp_path / "r")],
    ):
        script = [sys.executable, checks.__file__, *argv]
        ran = subprocess.run(script, check=False, capture_output=True, encoding="utf-8", cwd=tmp_path)
        assert ran.returncode == 2
        assert "Traceback" not in ran.stderr
