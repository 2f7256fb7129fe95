"""Runs the synthesized program as if this machine were Windows, for wheels that are cross-built.

Usage: as_windows.py CHECKOUT build|test …. Only what this machine cannot be is replaced: the platform that it is taken
for, Visual Studio's environment, the tag of a built wheel, and how an environment is laid out and such a wheel comes
into it. E2E_WHEEL names a wheel to take for what the package's build gives, or for the one that is installed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

CHECKOUT = Path(sys.argv[1])
sys.path[0] = str(CHECKOUT / "scripts")

from wheel_pipeline import arguments, cli  # noqa: E402
from wheel_pipeline.building import backend, msvc, wheel_build  # noqa: E402
from wheel_pipeline.gate.run import TestRun  # noqa: E402

WHEEL = os.environ.pop("E2E_WHEEL", "")


def build_wheel(wheel: Any, platform: Any, tree: Any, cmake: Any, output: Path, *rest: Any) -> None:
    """The package's own build, as the program calls it, or a wheel that was built before."""
    if WHEEL:
        output.mkdir(parents=True)
        shutil.copy2(WHEEL, output)
        return
    backend.build_wheel(wheel, platform, tree, cmake, output, *rest)
    # The interpreter that builds is Linux', and so is the tag that it gives.
    (built,) = output.glob("*.whl")
    retag = ["-m", "wheel", "tags", "--remove", "--platform-tag=win_amd64", str(built)]
    subprocess.run([sys.executable, *retag], check=True, stdout=subprocess.DEVNULL)


def install_wheels(test: TestRun) -> None:
    """pip refuses a wheel of another system."""
    (site,) = test.folder.glob("lib/python*/site-packages")
    for wheel in [WHEEL] if WHEEL else test.output.glob("*.whl"):
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(site)


arguments.current_system = lambda: "windows"
cli.current_platform = lambda build: next(each for each in build.platforms if each.system == "windows")
msvc.enter = lambda env, timeout: dict(env)
wheel_build.build_wheel = build_wheel
TestRun.python = property(lambda test: test.folder / "bin/python")
TestRun.install_wheels = install_wheels
sys.exit(cli.main(sys.argv[2:], CHECKOUT / "scripts"))
