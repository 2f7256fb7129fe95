"""Progress output on a terminal and in a log."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from wheel_pipeline.core import progress

posix = pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are POSIX")
WORK = """
import time
from wheel_pipeline.core import progress
from wheel_pipeline.core.console import console
console.configure()
progress.REFRESH = 0.0
console.say("==> Build", "bold")
with progress.Progress("compile") as shown:
    for number in range(1, 4):
        shown.read(f"[{number}/3] cc a.c")
        time.sleep(0.01)
        shown.tick()
    console.say("between")
    shown.tick()
console.say("done")
"""


def on_terminal(**variables: str) -> str:
    """Return everything that the program writes to a terminal of 40 columns."""
    import pty

    source = str(Path(progress.__file__).parents[2])
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": source, "COLUMNS": "40", "TERM": "xterm", **variables}
    controller, terminal = pty.openpty()
    with subprocess.Popen([sys.executable, "-c", WORK], stdout=terminal, stderr=terminal, env=env) as process:
        os.close(terminal)
        written = b""
        try:
            while chunk := os.read(controller, 4096):
                written += chunk
        except OSError:  # Linux reports the end of a pseudo-terminal with EIO
            pass
        os.close(controller)
    assert process.returncode == 0, written
    return written.decode().replace("\r\n", "\n")


def screen(written: str) -> list[str]:
    """Return the lines that remain visible."""
    return [line.split("\r\x1b[K")[-1] for line in written.split("\n")]


@posix
def test_a_terminal_shows_one_status_line_that_is_cleared() -> None:
    written = on_terminal()
    assert "\r\x1b[K  compile: 3 of 3, 0.0 s" in written
    assert screen(written) == ["\x1b[1m==> Build\x1b[0m", "between", "done", ""]


@posix
@pytest.mark.parametrize("variables", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_a_terminal_without_color_gets_no_styles(variables: dict[str, str]) -> None:
    assert screen(on_terminal(**variables))[0] == "==> Build"


@posix
def test_the_line_fits_a_narrow_terminal() -> None:
    lines = on_terminal(COLUMNS="20").split("\r\x1b[K")
    assert max(len(line.split("\n")[0]) for line in lines[1:]) == 19


@posix
def test_ci_gets_complete_lines_only() -> None:
    assert on_terminal(CI="true") == "==> Build\nbetween\ndone\n"
