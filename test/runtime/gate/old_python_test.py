"""The gate's scripts for the interpreter under test, run with the oldest supported Python."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from gate_bench import Bench, make_check

from conftest import make_wheel

MINORS = (8, 9, 10)

pytestmark = pytest.mark.slow


def candidates() -> Iterator[Path]:
    """List interpreters of these versions: on the PATH, from pyenv, and in the tool cache of GitHub's runners."""
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    runner = Path(os.environ.get("RUNNER_TOOL_CACHE") or "/opt/hostedtoolcache") / "Python"
    for minor in MINORS:
        if found := shutil.which(f"python3.{minor}"):
            yield Path(found)
        yield from pyenv.glob(f"3.{minor}.*/bin/python3")
        yield from runner.glob(f"3.{minor}.*/x64/bin/python3")


def oldest_python() -> Path:
    for python in candidates():
        # pyenv has shims for versions that are not selected, which fail.
        if subprocess.run([python, "-I", "-c", "import venv"], capture_output=True).returncode == 0:
            return python
    pytest.fail("Python 3.8, 3.9 or 3.10 with venv is required: install python3.10 and python3.10-venv, or pyenv's")


def test_the_gate_works_with_the_oldest_python_of_a_wheel(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    bench = Bench(tmp_path, tmp_path_factory, oldest_python())
    (bench.site / "other-2.0.dist-info").mkdir()
    (bench.site / "other-2.0.dist-info/METADATA").write_text("Metadata-Version: 2.1\nName: other\nVersion: 2.0\n")
    (bench.site / "other-2.0.dist-info/RECORD").write_text("demo/shared.py,,\n")
    bench.install(files={"demo/__init__.py": b"__version__ = '1.0'\n", "demo/shared.py": b"", "demo/bad.py": b"1 / 0"})
    bench.write("checks/_helper.py", "VALUE = 42")
    skip = "import sys, unittest; raise unittest.SkipTest('it is %s.%s' % sys.version_info[:2])"
    lines = ("import sys, _helper", "assert sys.argv[1:] == ['a'] and _helper.VALUE == 42")
    checks = (
        make_check("imports", imports=("demo", "demo.bad", "json")),
        bench.python_check(*lines, name="passes", args=("a",)),
        bench.python_check("assert False", name="fails"),
        bench.python_check(skip, name="skips"),
        bench.python_check("import probe", name="finds the gate"),
        make_check("command", command=("-c", "import sys; print(sys.version_info[:2])")),
    )
    found = bench.run(make_wheel(checks=checks))
    assert found == {
        **dict.fromkeys(found, []),
        "installed files": ["demo/shared.py is a file of other, too: leave it out of the wheel"],
        "imports": ["demo.bad: ZeroDivisionError: division by zero"],
        "fails": ["ended with exit status 1"],
        "finds the gate": ["ended with exit status 1"],
    }
    skipped = {result.name: result.skipped for result in bench.report.results}["skips"]
    assert skipped.removeprefix("it is 3.") in {str(minor) for minor in MINORS}
