"""Tools that are missing, too old, or do not work are told all at once, before anything is built."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from conftest import make_plan
from wheel_pipeline.core.errors import Failure
from wheel_pipeline.plan import Tool
from wheel_pipeline.tools import check_tools

PLAN = make_plan()


def tool(command: str, minimum: str | None = None, optional: bool = False, system: str | None = None) -> Tool:
    return Tool(command, optional, minimum, system)  # type: ignore[arg-type]


def program(folder: Path, name: str, code: str) -> None:
    """A program of the platform that runs lines of Python."""
    (folder / f"{name}.py").write_text(code)
    if os.name == "nt":
        (folder / f"{name}.cmd").write_text(f'@"{sys.executable}" "{folder / name}.py" %*\n')
    else:
        (folder / name).write_text(f"#!{sys.executable}\n{code}\n")
        (folder / name).chmod(0o755)


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    program(tmp_path, "ninja-like", "print('1.13.0.git.kitware')")
    program(tmp_path, "cmake-like", "print('cmake version 3.20.1')")
    program(tmp_path, "broken", "import sys; print('no such library', file=sys.stderr); sys.exit(127)")
    program(tmp_path, "rubbish", "print('hello')")
    return {**os.environ, "PATH": str(tmp_path)}


def test_versions_are_read_and_what_is_for_another_system_is_not_asked(env: dict[str, str]) -> None:
    tools = (tool("ninja-like", "1.10"), tool("no-such", system="windows"), tool("none", optional=True))
    versions = check_tools(PLAN, tools, "linux", env)
    assert versions["ninja-like"] == "1.13.0" and set(versions) == {"python", "ninja-like"}


def test_every_finding_is_told_with_what_to_do(env: dict[str, str]) -> None:
    tools = (tool("cmake-like", "3.26"), tool("no-such"), tool("broken"), tool("rubbish"))
    with pytest.raises(Failure) as caught:
        check_tools(PLAN, tools, "linux", env)
    for text in (
        "cmake-like is 3.20.1, but 3.26 or newer is required",
        "no-such is missing",
        "`broken --version` does not work (no such library)",
        "`rubbish --version` does not work (hello)",
        "use the toolchain image, or install what docker/environment.yml lists",
    ):
        assert text in str(caught.value)


def test_what_pip_knows_of_a_tool_is_no_sign_that_it_works(tmp_path: Path) -> None:
    program(tmp_path, "packaging", "print('hello')")
    with pytest.raises(Failure, match=r"`packaging --version` does not work \(hello\)"):
        check_tools(PLAN, (tool("packaging"),), "linux", {**os.environ, "PATH": str(tmp_path)})
