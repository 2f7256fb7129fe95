"""Runs other programs: logged, with a limit on their time, in a group that ends with them, or with this program."""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from .console import TAIL, console, duration
from .errors import Failure, Passing
from .progress import Progress
from .signals import held

if sys.platform == "win32":
    from .windows_job import Job

TICK = 0.2  # seconds between looks at a process: what Ctrl-C waits for on Windows at most
GRACE = 1.0  # seconds in which a process that is told to end may do so by itself


class CommandFailed(Passing):
    """A command that did not end well: which one, how, and the end of what it said."""

    def __init__(self, argv: Sequence[str], how: str, tail: Sequence[str] = ()) -> None:
        super().__init__(f"{Path(argv[0]).name} {how}")
        self.argv, self.command = argv, quoted(argv)
        self.tail = list(tail)

    def saying(self, message: str) -> CommandFailed:
        """The same, in words that say what it means."""
        other = CommandFailed(self.argv, "", self.tail)
        other.args = (message,)
        return other


@dataclass(frozen=True)
class Answer:
    """What a program said."""

    status: int
    stdout: str
    stderr: str

    @property
    def reason(self) -> str:
        """The last line of what it said of itself, for a message."""
        lines = (self.stderr.strip() or self.stdout.strip()).splitlines()
        return lines[-1].strip() if lines else f"exit status {self.status}"


def quoted(argv: Sequence[str]) -> str:
    """A command as one line that can be pasted into the platform's shell."""
    return subprocess.list2cmdline(argv) if os.name == "nt" else shlex.join(argv)


def which(command: str, env: Mapping[str, str] | None = None) -> str | None:
    """The program that a command is, in the environment that it will run in."""
    return shutil.which(command, path=(env or os.environ).get("PATH"))


class Group:
    """A process and all that it starts; leaving the block ends every one of them."""

    def __init__(self, argv: Sequence[str], leaves_server: bool = False, **options: Any) -> None:
        """`leaves_server`: what it starts in a session of its own goes on, until this program ends (Windows)."""
        env = options.get("env")
        program = which(argv[0], env)
        if program is None:
            raise Failure(f"{argv[0]} is not on the PATH: install it, or use the toolchain that the plan names")
        start: Callable[..., subprocess.Popen[bytes]] = subprocess.Popen
        if sys.platform == "win32":
            self.job = Job()
            if not leaves_server:
                start = self.job.start
        else:
            options["start_new_session"] = True
        held.hold()  # a signal that comes before the block is entered would leave the process behind
        try:
            self.process = start([program, *argv[1:]], stdin=subprocess.DEVNULL, **options)
        except OSError as error:
            held.release()
            raise Failure(f"cannot start {program} ({error.strerror}): install it anew, or correct the PATH") from error

    def wait(self, seconds: float) -> int | None:
        """The exit status, or None where the time is up first."""
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None

    def end(self) -> None:
        """Ask it to end, then make it: the process and all that it has started."""
        if sys.platform == "win32":
            self.job.close()
        else:
            if self.process.poll() is None:
                signal_group(self.process.pid, signal.SIGTERM)
                self.wait(GRACE)
            signal_group(self.process.pid, signal.SIGKILL)
        self.wait(GRACE)

    def __enter__(self) -> Group:
        try:
            held.release()
        except BaseException:
            self.end()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.end()


if sys.platform != "win32":

    def signal_group(group: int, number: int) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):  # all of them have ended
            os.killpg(group, number)


def ending(status: int | None, seconds: float) -> str:
    """How a process ended, if not well."""
    if status is None:
        return f"timed out after {duration(seconds)}"
    if status < 0:
        names = {each.value: each.name for each in signal.Signals}  # real-time signals have none
        return f"was killed by {names.get(-status, f'signal {-status}')}"
    return f"ended with exit status {status if status < 256 else hex(status)}" if status else ""


def ask(argv: Sequence[str], *, timeout: float, **options: Any) -> Answer:
    """What a program answers; it is not shown. Fails where the program is missing or gives no answer in time.

    Options are those of a group: `env`, `cwd`, `leaves_server`.
    """
    with Group(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options) as group:
        said = {"stdout": bytearray(), "stderr": bytearray()}
        readers = [
            reader(stream, said[name].extend)
            for name, stream in (("stdout", group.process.stdout), ("stderr", group.process.stderr))
            if stream
        ]
        status = wait(group, timeout)
        for each in readers:
            each.join(GRACE)
    if status is None:
        raise CommandFailed(argv, f"gave no answer in {duration(timeout)}")
    text = {name: bytes(data).decode("utf-8", "replace").replace("\r\n", "\n") for name, data in said.items()}
    return Answer(status, text["stdout"], text["stderr"])


class Said:
    """What stands beside the error of a command: its last lines, or what Ninja says of the first step that failed.

    Ninja lets the steps that already run come to their end, and what they say comes after the reason.
    """

    FAILED = re.compile(r"\s*FAILED: ")
    NEXT = re.compile(r"\s*\[\d+/\d+\] |\s*ninja: ")
    ERROR = re.compile(r"\berror\b", re.IGNORECASE)

    def __init__(self) -> None:
        self.last: deque[str] = deque(maxlen=TAIL)
        self.failed: list[str] = []
        self.inside = False

    def add(self, line: str) -> None:
        self.last.append(line)
        if self.inside and self.NEXT.match(line):
            self.inside = False
        elif self.inside or (not self.failed and self.FAILED.match(line)):
            self.inside = True
            self.failed.append(line)

    @property
    def reason(self) -> list[str]:
        """Ninja's line that names the step and what its command said; where that is long, from the first error on."""
        name, said = self.failed[:1], self.failed[2:]  # between them stands the command, which the log has
        if not said:
            return list(self.last)
        room = TAIL - len(name)
        errors = (number for number, line in enumerate(said) if self.ERROR.search(line))
        first = 0 if len(said) <= room else next(errors, len(said) - room)
        return [*name, *said[first : first + room]]


def run(
    argv: Sequence[str],
    *,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    timeout: float | None = None,
    progress: str = "",
    epilogue: str = "",
) -> None:
    """Run a command to its end: what it says goes to the log, and is shown unless it is long work.

    Long work names itself by `progress`: its own count, such as Ninja's [3/17], is shown instead of its output. From a
    line with the `epilogue` on, it talks of its failure: what stands beside the error is what came before.
    """
    console.say(f"+ {quoted(argv)}", "dim")
    said = Said()
    shown, relevant = console.verbose or not progress, True
    with (
        Progress(progress) as bar,
        Group(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=env, cwd=cwd) as group,
    ):

        def take(line: str) -> None:
            nonlocal relevant
            relevant = relevant and not (epilogue and epilogue in line)
            if relevant and line.strip():
                said.add(line)
            bar.read(line)
            if shown:
                console.say(line)
            else:
                console.record(line)

        assert group.process.stdout
        lines = Lines(take)
        thread = reader(group.process.stdout, lines.feed)
        status = wait(group, timeout, bar.tick)
        thread.join(GRACE)
        lines.end()
    if how := ending(status, timeout or 0):
        raise CommandFailed(argv, how, said.reason)
    console.see_written()


def wait(group: Group, timeout: float | None, tick: Callable[[], None] | None = None) -> int | None:
    """The exit status; None, with the group ended, where the time is up first."""
    end = time.monotonic() + timeout if timeout else None
    while (status := group.wait(TICK)) is None:
        if tick:
            tick()
        console.see_written()
        if end and time.monotonic() > end:
            group.end()
            return None
    return status


def reader(stream: IO[bytes], take: Callable[[bytes], object]) -> threading.Thread:
    """Reads a stream as it comes. A thread, since a server that a process leaves behind can hold its output open."""

    def read() -> None:
        while data := os.read(stream.fileno(), 65536):
            take(data)

    thread = threading.Thread(target=read, daemon=True)
    thread.start()
    return thread


class Lines:
    """Cuts bytes into lines of text."""

    def __init__(self, take: Callable[[str], None]) -> None:
        self.take, self.rest = take, b""

    def feed(self, data: bytes) -> None:
        *lines, self.rest = (self.rest + data).split(b"\n")
        for line in lines:
            # What a terminal would overwrite is not worth a line.
            self.take(line.rstrip(b"\r").rpartition(b"\r")[2].decode("utf-8", "replace"))

    def end(self) -> None:
        if self.rest:
            self.feed(b"\n")
