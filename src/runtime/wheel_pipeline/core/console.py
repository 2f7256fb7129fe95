"""What a person reads: the terminal, the log of the step, and GitHub's annotations and job summary."""

from __future__ import annotations

import contextlib
import io
import os
import re
import shutil
import signal
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TextIO

from . import credentials
from .errors import Failure, Stopped

TAIL = 20  # lines of a tool's output that stand beside its error
STYLES = {"bold": "1", "dim": "2", "yellow": "33"}  # ECMA-48, Select Graphic Rendition


def in_actions() -> bool:
    """Whether this is a job of GitHub Actions."""
    return os.environ.get("GITHUB_ACTIONS") == "true"


def duration(seconds: float) -> str:
    """A time span as people write it: 12 s, 3 min 5 s, 1 h 12 min."""
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def megabytes(size: int) -> str:
    return f"{size / 1e6:.2f} MB"


def disk_space(size: int) -> str:
    """Format a size in GB, or in MB below 1 GB."""
    return f"{size / 1e9:.2f} GB" if size >= 1e9 else megabytes(size)


def columns(rows: Sequence[Sequence[str]]) -> list[str]:
    """A table as lines of text, each column as wide as its widest cell."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


class Console:
    """Where all output goes. Until `configure` is called, it is plain and has no log."""

    def __init__(self) -> None:
        self.program = "wheel_pipeline"
        self.verbose = False
        self.log: TextIO | None = None
        self.log_path: Path | None = None
        self.started = time.monotonic()
        self.unwritten: BaseException | None = None
        self.status = ""
        self.configure(plain=True)

    def configure(self, *, plain: bool = False, verbose: bool = False, program: str = "") -> None:
        """Set up for what the caller wants and the terminal can do: NO_COLOR, CI and the width are honoured."""
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(encoding="utf-8", errors="backslashreplace")
        self.secrets = credentials.values(os.environ)
        self.verbose, self.program = verbose, program or self.program
        self.live = not plain and sys.stdout.isatty() and not os.environ.get("CI")
        self.colored = self.live and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
        if self.live and sys.platform == "win32":
            os.system("")  # enables escape sequences in consoles where they are off by default

    def open_log(self, path: Path) -> None:
        """Write what follows to this file as well."""
        self.close_log()
        path.parent.mkdir(parents=True, exist_ok=True)
        self.log, self.log_path = path.open("w", encoding="utf-8", errors="backslashreplace", newline="\n"), path

    def close_log(self) -> None:
        if self.log:
            self.log.close()
        self.log = None

    def masked(self, text: str) -> str:
        """The text without the caller's secrets: a log may be read by others."""
        return credentials.masked(text, self.secrets)

    def record(self, line: str) -> None:
        """A line for the log alone."""
        if log := self.log:
            advice = "make room on its disk, or set BUILD_DIR to a folder of another one"
            with self.written(log, f"the log {self.log_path}", advice):
                log.write(self.masked(line) + "\n")
                log.flush()

    def say(self, text: str = "", style: str = "") -> None:
        """Lines for the terminal and the log."""
        text = self.masked(text)
        for line in text.split("\n"):
            self.record(line)
        with self.printed():
            start, self.status = ("\r\x1b[K" if self.status else ""), ""
            print(start + (f"\x1b[{STYLES[style]}m{text}\x1b[0m" if style and self.colored else text), flush=True)

    def show(self, text: str) -> None:
        """Replace the status line of a live terminal, cut to its width; the next `say` clears it."""
        with self.printed():
            self.status = self.masked(text)[: self.width - 1]
            print(f"\r\x1b[K{self.status}", end="", flush=True)

    @property
    def width(self) -> int:
        """Width of the terminal in columns."""
        return shutil.get_terminal_size().columns

    def printed(self) -> contextlib.AbstractContextManager[None]:
        """For what writes to standard output."""
        return self.written(sys.stdout, "standard output", "see that it is open, and that its disk has room")

    @contextlib.contextmanager
    def written(self, file: TextIO, name: str, advice: str) -> Iterator[None]:
        """Where a file takes no more, this program ends: as one that is piped into `head`, or in words."""
        try:
            yield
        except OSError as error:
            # Nothing more is written to it, at the end of the program neither.
            os.dup2(os.open(os.devnull, os.O_WRONLY), file.fileno())
            self.unwritten = Failure(f"cannot write to {name} ({error.strerror}): {advice}")
            if isinstance(error, BrokenPipeError) and sys.platform != "win32":
                self.unwritten = Stopped(signal.SIGPIPE)
            if threading.current_thread() is threading.main_thread():
                self.see_written()

    def see_written(self) -> None:
        """Tell, once, that something could not be written: what a thread finds out, the main one has to say."""
        if unwritten := self.unwritten:
            self.unwritten = None
            raise unwritten

    def table(self, rows: Sequence[Sequence[str]]) -> None:
        """A table, its first row the header. On a narrow terminal, a row becomes lines of its own."""
        lines = columns(rows)
        if not self.live or max(map(len, lines)) <= self.width:
            self.say("\n".join(lines))
            return
        header, *rest = rows
        width = max(map(len, header))
        for row in rest:
            self.say("\n".join(f"{name.ljust(width)}  {cell}" for name, cell in zip(header, row, strict=True)) + "\n")

    def error(self, message: str, title: str = "") -> None:
        """An error, on standard error, in the log, and on the page of a GitHub Actions run."""
        message = self.masked(message)
        self.record(f"{self.program}: error: {message}")
        with contextlib.suppress(OSError):  # nobody can be told then
            sys.stdout.flush()
            print(f"{self.program}: error: {message}", file=sys.stderr, flush=True)
        self.annotate("error", title or self.program, message)

    def warning(self, message: str, title: str = "") -> None:
        self.say(f"warning: {message}", "yellow")
        self.annotate("warning", title or self.program, message)

    def annotate(self, level: str, title: str, message: str) -> None:
        """Show a message on the page of a GitHub Actions run; elsewhere, do nothing."""
        if not in_actions():
            return
        message = self.masked(message)
        escapes: dict[str, str | int | None] = {"%": "%25", "\r": "%0D", "\n": "%0A"}
        title = title.translate(str.maketrans({**escapes, ":": "%3A", ",": "%2C"}))
        with self.printed():
            print(f"::{level} title={title}::{message.translate(str.maketrans(escapes))}", flush=True)


console = Console()


def append(variable: str, text: str) -> None:
    """Append to the file that a variable of GitHub Actions names, if it is set; one that can't be written is told."""
    target = os.environ.get(variable)
    if not target:
        return
    try:
        with open(target, "a", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except OSError as error:
        console.warning(f"cannot write {variable} ({error.strerror}): the job's page will lack it")


def set_outputs(**values: str) -> None:
    """Print answers, and pass them on to the next steps of a GitHub Actions job."""
    set_named_outputs({name.replace("_", "-"): value for name, value in values.items()})


def set_named_outputs(values: Mapping[str, str]) -> None:
    """The same, under names as they are."""
    lines = "".join(f"{name}={value}\n" for name, value in values.items())
    console.say(lines.rstrip("\n"))
    append("GITHUB_OUTPUT", lines)


def add_summary(title: str, *tables: Sequence[Sequence[str]]) -> None:
    """Append Markdown tables, first row the header, to the summary of a GitHub Actions job, if in one."""
    text = f"### {title}\n"
    for header, *rows in tables:
        lines = [header, ["---"] * len(header), *rows]
        cells = [[re.sub(r"\s+", " ", cell).replace("|", "\\|") for cell in line] for line in lines]
        text += "\n" + "".join(f"| {' | '.join(line)} |\n" for line in cells)
    append("GITHUB_STEP_SUMMARY", text + "\n")
