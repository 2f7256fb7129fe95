"""Runs the synthesized program as if this were Windows, as far as a Linux machine can: as_windows.py SCRIPTS COMMAND …

Replaced is what only Windows has: what the machine says it is, Visual Studio's environment, and, with E2E_WHEEL, the
build backend, whose wheel that is. All the rest is the program's own: delvewheel, inspection, record, delivery.

The command is one of the program's, or `gate`, with PYTHON WHEELS REPORT: the checks alone, since no environment here
takes a wheel for Windows.
"""

import os
import shutil
import sys
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

scripts, command, *rest = sys.argv[1:]
sys.path.insert(0, f"{scripts}/wheel_pipeline.pyz")


def module(name: str) -> ModuleType:
    return import_module(f"wheel_pipeline.{name}")


def enter(env: Mapping[str, str], _: float) -> dict[str, str]:
    return dict(env)


def build_wheel(_: Any, __: Any, ___: Any, ____: Any, output: Path, *_____: Any) -> None:
    output.mkdir(parents=True)
    shutil.copy(os.environ["E2E_WHEEL"], output)


arguments: Any = module("arguments")
arguments.current_system = lambda: "windows"
arguments.platform = SimpleNamespace(machine=lambda: "AMD64", system=lambda: "Windows")
msvc: Any = module("building.msvc")
msvc.enter = enter
if os.environ.get("E2E_WHEEL"):
    wheel_build: Any = module("building.wheel_build")
    wheel_build.build_wheel = build_wheel

if command != "gate":
    sys.exit(module("cli").main([command, *rest]))
build = module("plan").load(Path(scripts, "plan.json")).build()
python, wheels, report = map(Path, rest)
gate = module("gate.gate")
options = gate.Options(python=python, wheels=wheels, root=Path(scripts).parent, report=report, timeout=120)
sys.exit(not gate.check_wheels(build, build.platform("windows-amd64"), options).passed)
