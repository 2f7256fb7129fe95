"""What the gate's tests share: an environment that wheels are put into, and the gate's findings there."""

from __future__ import annotations

import json
import os
import platform
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from conftest import compile_library, make_build, make_wheel, make_wheel_file
from wheel_pipeline.gate import gate
from wheel_pipeline.gate.report import Report
from wheel_pipeline.plan import Check, Platform, System, Wheel

MACHINE = platform.machine().lower()
SYSTEM: System = "windows" if sys.platform == "win32" else "linux"
OTHER: System = "linux" if SYSTEM == "windows" else "windows"
HERE = f"win_{MACHINE}" if SYSTEM == "windows" else f"manylinux_2_28_{MACHINE}"
BUILT_IN = [
    *("installed version", "source commit", "pinned requirements", "installed files", "shared libraries resolve"),
    *(["tag"] if SYSTEM == "linux" else []),
]
needs_linux = pytest.mark.skipif(SYSTEM != "linux", reason="reads ELF files, or sends signals")


def make_check(name: str = "it", **given: Any) -> Check:
    return Check(**{"name": name, "timeout": 60.0, **given})


def needing_library(folder: Path, needed: str) -> bytes:
    """A library that needs another one, which is nowhere to be found."""
    compile_library(folder, needed, "int g(void) { return 1; }", f"-Wl,-soname,{needed}")
    return compile_library(folder, "libdemo.so", "int g(void); int f(void) { return g(); }", str(folder / needed))


class Bench:
    def __init__(self, folder: Path, factory: pytest.TempPathFactory, python: Path | None = None) -> None:
        """Create the environment with `python`, by default the interpreter that runs the tests."""
        self.folder, self.wheels = folder, folder / "dist"
        self.wheels.mkdir()
        self.report_path = folder / "reports" / "test.json"
        venv = factory.getbasetemp() / ("gate-environment" if python is None else "gate-environment-other")
        if not venv.exists():
            subprocess.run([python or sys.executable, "-m", "venv", "--without-pip", str(venv)], check=True)
        self.python = venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
        self.site = next(path for path in venv.rglob("site-packages") if path.parent.name != "lib64")
        for path in self.site.iterdir():  # what an earlier test put there
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()

    def install(self, **given: Any) -> Path:
        """A wheel in the folder, and put into the environment as it is."""
        path = make_wheel_file(self.wheels, **{"platform": HERE, **given})
        with zipfile.ZipFile(path) as archive:
            archive.extractall(self.site)
        return path

    def python_check(self, *code: str, name: str = "it", args: tuple[str, ...] = (), **given: Any) -> Check:
        """Declare a Python check and write its lines to a file of the project."""
        path = f"checks/{re.sub(r'[^a-z]+', '_', name)}.py"
        self.write(path, *code)
        return make_check(name, python=(path, *args), **given)

    def write(self, path: str, *lines: str) -> None:
        """Write a file of the project."""
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("\n".join(lines) + "\n", encoding="utf-8")

    def run(self, *wheels: Wheel, system: System = SYSTEM, **options: Any) -> dict[str, list[str]]:
        """The problems of each check, by its name."""
        build, here = make_build(*wheels), Platform(f"{system}-{MACHINE}", system, MACHINE, HERE, "this machine")
        chosen = gate.Options(self.python, self.wheels, self.folder, self.report_path, **{"timeout": 60, **options})
        self.report: Report = gate.check_wheels(build, here, chosen)
        self.json: dict[str, Any] = json.loads(self.report_path.read_text(encoding="utf-8"))
        return {each.name: list(each.problems) for each in self.report.results}

    def check(
        self, files: dict[str, bytes] | None = None, code: tuple[str, ...] | None = None, **check: Any
    ) -> list[str]:
        """Return the problems of a declared check of a good wheel; `code` is the lines of its file."""
        declared = make_check(**check) if code is None else self.python_check(*code, **check)
        self.install(files={"demo/__init__.py": b"__version__ = '1.0'\n", **(files or {})})
        results = self.run(make_wheel(checks=(declared,)))
        assert not any(results[name] for name in BUILT_IN)
        return results[declared.name]
