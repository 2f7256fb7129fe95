"""Programs that are run: what is shown of them, how long they may take, and that nothing of them is left behind."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from wheel_pipeline.core import processes
from wheel_pipeline.core.console import console
from wheel_pipeline.core.errors import Failure
from wheel_pipeline.core.processes import CommandFailed, Group, ask, run

PYTHON = [sys.executable, "-c"]
SYNCHRONIZE = 0x100000  # the right to wait for the end of a process of Windows

SPAWN = """
import subprocess, sys
code = "import time; time.sleep(60)"
p = subprocess.Popen([sys.executable, "-c", code], start_new_session={session})
open({pid!r}, "w").write(str(p.pid))
""".strip()


def alive(pid: int) -> bool:
    if sys.platform == "win32":
        handle = ctypes.windll.kernel32.OpenProcess(SYNCHRONIZE, False, pid)
        return bool(handle) and ctypes.windll.kernel32.WaitForSingleObject(handle, 0) != 0
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z" if Path("/proc/self").exists() else True


def wait_for(path: Path) -> str:
    for _ in range(200):
        if path.exists() and path.read_text():
            return path.read_text()
        time.sleep(0.05)
    raise AssertionError(f"{path} was not written")


def test_output_is_shown_and_logged(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    console.open_log(tmp_path / "step.log")
    run([*PYTHON, "import sys; print('to stdout', flush=True); print('to stderr', file=sys.stderr)"])
    console.close_log()
    for text in (capsys.readouterr().out, (tmp_path / "step.log").read_text()):
        assert "to stdout\n" in text and "to stderr\n" in text and text.startswith("+ ")


@pytest.mark.skipif(sys.platform != "linux", reason="a full disk is made by /dev/full of Linux")
@pytest.mark.parametrize("after", ["pass", "time.sleep(60)"])
def test_a_full_disk_under_the_log_ends_a_command_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: str
) -> None:
    (tmp_path / "step.log").symlink_to("/dev/full")
    console.open_log(tmp_path / "step.log")
    monkeypatch.setattr(console, "say", lambda *_: None)  # of which the main thread learns by itself
    more_than_a_pipe_holds = f"import time; print('x' * 99, *['y' * 99] * 2000, sep='\\n', flush=True); {after}"
    started = time.monotonic()
    with pytest.raises(Failure, match=r"cannot write to the log .*step.log \(No space"):
        run([*PYTHON, more_than_a_pipe_holds], timeout=30, progress="demo")
    assert time.monotonic() - started < 10


def test_long_work_shows_its_count_and_not_its_output(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wheel_pipeline.core.progress.INTERVAL", 0.1)
    console.open_log(tmp_path / "step.log")
    run([*PYTHON, "import time; print('  [3/12] cc', flush=True); time.sleep(0.8)"], progress="tvm")
    console.close_log()
    shown = capsys.readouterr().out
    assert "\n  [3/12] cc" not in shown and "tvm: 3 of 12" in shown and " left" in shown
    assert "[3/12] cc" in (tmp_path / "step.log").read_text()


def test_a_failure_has_the_command_its_status_and_the_last_lines() -> None:
    with pytest.raises(CommandFailed) as caught:
        run([*PYTHON, "import sys; [print('line', i) for i in range(50)]; sys.exit(3)"])
    assert "ended with exit status 3" in str(caught.value)
    assert caught.value.tail == [f"line {i}" for i in range(30, 50)]


def test_what_a_command_says_of_its_own_failure_does_not_hide_the_reason() -> None:
    said = "print('reason'); print(); print('  error: it failed'); [print('advice', i) for i in range(50)]"
    with pytest.raises(CommandFailed) as caught:
        run([*PYTHON, f"import sys; {said}; sys.exit(3)"], epilogue="error: it failed")
    assert caught.value.tail == ["reason"]
    assert "range(50)" in caught.value.command


def test_a_program_that_is_missing_is_named() -> None:
    with pytest.raises(Failure, match="no-such-program is not on the PATH"):
        run(["no-such-program"])


@pytest.mark.slow
def test_the_time_limit_ends_the_program_and_what_it_started(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    child = SPAWN.format(pid=str(pid), session=False) + "; p.wait()"
    started = time.monotonic()
    with pytest.raises(CommandFailed, match="timed out after 4.0 s"):
        run([*PYTHON, child], timeout=4)
    assert time.monotonic() - started < 20
    time.sleep(0.2)
    assert not alive(int(wait_for(pid)))


@pytest.mark.slow
def test_a_server_that_keeps_the_output_open_does_not_hold_the_run(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    server = SPAWN.format(pid=str(pid), session=True)
    started = time.monotonic()
    assert ask([*PYTHON, server], timeout=30).status == 0
    assert time.monotonic() - started < 10
    if os.name != "nt":
        os.kill(int(wait_for(pid)), signal.SIGKILL)


def test_what_a_program_says_is_split_by_stream() -> None:
    answer = ask([*PYTHON, "import sys; print('out'); print('err', file=sys.stderr); sys.exit(4)"], timeout=30)
    assert (answer.status, answer.stdout, answer.stderr, answer.reason) == (4, "out\n", "err\n", "err")


STOPPED = """
import sys; sys.path.insert(0, sys.argv[1])
from wheel_pipeline.core.errors import Stopped
from wheel_pipeline.core.processes import run
from wheel_pipeline.core.signals import listen_to_signals
listen_to_signals()
code = "import os, sys, time; open(sys.argv[1], 'w').write(str(os.getpid())); time.sleep(60)"
try:
    run([sys.executable, "-c", code, sys.argv[2]])
except Stopped as stopped:
    print("stopped by", stopped, flush=True)
    sys.exit(128 + stopped.number)
"""


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals; the job object is tried in the Windows suite")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, getattr(signal, "SIGHUP", 1)])
def test_a_signal_ends_the_program_and_its_children_within_two_seconds(tmp_path: Path, number: int) -> None:
    pid = tmp_path / "pid"
    source = str(Path(processes.__file__).parents[2])
    program = subprocess.Popen([*PYTHON, STOPPED, source, str(pid)], stdout=subprocess.PIPE, text=True)
    child = int(wait_for(pid))
    sent = time.monotonic()
    program.send_signal(number)
    out, _ = program.communicate(timeout=10)
    assert time.monotonic() - sent < 2
    assert program.returncode == 128 + number and "stopped by SIG" in out
    assert not alive(child)


def test_leaving_a_group_ends_what_is_left_of_it(tmp_path: Path) -> None:
    with Group([*PYTHON, "import time; time.sleep(60)"]) as group:
        pid = group.process.pid
    assert not alive(pid)


@pytest.mark.skipif(os.name != "nt", reason="elsewhere a process is in its group from the start")
def test_what_a_process_starts_at_once_ends_with_its_group(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from wheel_pipeline.core import windows_job

    started = tmp_path / "pid"
    assign = windows_job.kernel32.AssignProcessToJobObject

    def assign_late(*words: object) -> object:
        """As on a machine so busy that the process runs for long before this program does."""
        end = time.monotonic() + 3
        while not started.exists() and time.monotonic() < end:
            time.sleep(0.05)
        return assign(*words)

    monkeypatch.setattr(windows_job.kernel32, "AssignProcessToJobObject", assign_late)
    with Group([*PYTHON, f"{SPAWN.format(session=False, pid=str(started))}; p.wait()"]):
        child = int(wait_for(started))
    assert not alive(child)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals; the job object is tried in the Windows suite")
def test_a_signal_that_comes_while_a_process_starts_ends_that_process_too() -> None:
    code = """
import signal, sys, time
from wheel_pipeline.core.signals import held

held.pending = signal.SIGTERM  # it came between the start and the block
from wheel_pipeline.core.errors import Stopped
from wheel_pipeline.core.processes import Group
group = Group(["sleep", "297"])
try:
    with group:
        print("entered")
except Stopped as stopped:
    print(stopped, group.process.poll())
"""
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[3] / "src" / "runtime")}
    ran = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True)
    assert ran.stdout == "SIGTERM -15\n", ran.stderr


def test_beside_the_error_of_a_build_stands_what_failed_first_and_not_what_ran_on() -> None:
    lines = [
        "[1/9] Building CXX object fine.o",
        "FAILED: [code=1] broken.o",
        "c++ -Wno-error=format -c broken.cc",
        "broken.cc: In function 'main'",
        "broken.cc:3:1: error: expected ';'",
        *(f"  note {number}" for number in range(40)),
        "[2/9] Building CXX object other.o",
        *(f"other.cc:{number}: warning: unused" for number in range(40)),
        "ninja: build stopped: subcommand failed.",
    ]
    with pytest.raises(CommandFailed) as caught:
        run([*PYTHON, f"import sys; print({chr(10).join(lines)!r}); sys.exit(1)"])
    assert caught.value.tail[:2] == ["FAILED: [code=1] broken.o", "broken.cc:3:1: error: expected ';'"]
    assert len(caught.value.tail) == 20 and caught.value.tail[-1] == "  note 17"


def test_what_a_linker_says_without_the_word_error_stands_there_too() -> None:
    said = "FAILED: [code=1] lib.so\\n: && c++ -lxml2 -Wno-error\\nld: cannot find -lxml2\\nninja: build stopped"
    with pytest.raises(CommandFailed) as caught:
        run([*PYTHON, f"import sys; print('{said}'); sys.exit(1)"])
    assert caught.value.tail == ["FAILED: [code=1] lib.so", "ld: cannot find -lxml2"]


def test_a_failed_step_that_says_nothing_leaves_the_last_lines() -> None:
    with pytest.raises(CommandFailed) as caught:
        run([*PYTHON, "import sys; print('FAILED: thing\\nkilled\\nninja: build stopped'); sys.exit(1)"])
    assert caught.value.tail == ["FAILED: thing", "killed", "ninja: build stopped"]
