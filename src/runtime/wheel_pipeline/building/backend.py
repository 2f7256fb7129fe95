"""One wheel: built by its backend through pip, then repaired, on each system with its tool."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from ..core.processes import run
from ..environment import add
from ..plan import Platform, Wheel

PIP_EPILOGUE = "error: subprocess-exited-with-error"  # what pip says after a backend's last line, at some length


def build_wheel(
    wheel: Wheel,
    platform: Platform,
    tree: Path,
    cmake: Path,
    output: Path,
    env: Mapping[str, str],
    cwd: Path,
    timeout: float,
) -> None:
    """Run the wheel's build backend (PEP 517), with what is installed and nothing from an index.

    `--verbose` makes pip hand on what the backend says, with Ninja's count in it.
    """
    options = ["--no-deps", "--no-build-isolation", "--check-build-dependencies", "--no-cache-dir", "--no-index"]
    settings = [f"--config-settings=build-dir={cmake}"]
    settings += [f"--config-settings={each}" for each in wheel.settings.on(platform.system)]
    pip = [sys.executable, "-m", "pip", "--isolated", "--disable-pip-version-check", "wheel", "--verbose"]
    argv = [*pip, *options, f"--wheel-dir={output}", *settings, str(tree / wheel.project_dir)]
    env = add(env, wheel.environment)
    run(argv, env=env, cwd=cwd, timeout=timeout, progress=wheel.distribution, epilogue=PIP_EPILOGUE)


def repair_wheel(
    wheel: Wheel, platform: Platform, tag: str, raw: Path, output: Path, env: Mapping[str, str], timeout: float
) -> None:
    """Bundle the libraries that users lack.

    @see https://github.com/pypa/auditwheel
    @see https://github.com/adang1345/delvewheel
    """
    if platform.system == "linux":
        repair = ["auditwheel", "repair", f"--plat={tag}"]
    else:
        # Libraries that are loaded through ctypes are seen with --analyze-existing only, and those that lie beside
        # them in the wheel with --ignore-existing only.
        repair = ["delvewheel", "repair", "--analyze-existing", "--ignore-existing"]
    excludes = [f"--exclude={library}" for library in wheel.excluded_on(platform.system)]
    run([*repair, *excludes, f"--wheel-dir={output}", str(raw)], env=env, timeout=timeout)
