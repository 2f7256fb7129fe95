"""The folders that a run works in: they have one owner, hold nobody else's files, and change in one step."""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import re
import shutil
import socket
import stat
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from .core.console import disk_space
from .core.errors import Failure, UsageError
from .core.patience import patiently, replace
from .inputs import EMPTIED

MARKER = ".wheel-pipeline.json"  # names what this program has made in a folder
ROOM = 16_000_000  # bytes that every run needs on a disk
OWN = ("home", "logs")
"""Folders of BUILD_DIR that every run writes to."""


@contextlib.contextmanager
def owned(folder: Path, variable: str, command: str, name: str = "", room: int = ROOM) -> Iterator[None]:
    """Keep a folder, or what has that name in it, for this run; a second run is told who has it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise Failure(
            f"cannot write to {folder} ({error.strerror}): make it writable, or set {variable} to another folder", 2
        ) from error
    free = shutil.disk_usage(folder).free
    if free < room:
        raise UsageError(
            f"{folder} has {disk_space(free)} of free disk space, but {disk_space(room)} is required:"
            f" free disk space, or set {variable} to a folder on another disk"
        )
    lock, owner = FileLock(folder / f".{name}.lock"), folder / f".{name}.owner.json"
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise Failure(
            f"{folder / name} is in use by {told(owner)}: wait for it, or set {variable} to another folder"
        ) from None
    try:
        about = {
            "command": command,
            "pid": os.getpid(),
            "host": socket.gethostname(),
            "since": time.strftime("%H:%M:%S"),
        }
        owner.write_text(json.dumps(about), encoding="utf-8")
        yield
    finally:
        owner.unlink(missing_ok=True)
        lock.release()


def check_temporary(environ: Mapping[str, str]) -> None:
    """Tools make files in TMPDIR, and some of them end without a word where they cannot."""
    given = environ.get("TMPDIR")
    if given and not (os.path.isdir(given) and os.access(given, os.W_OK)):
        raise UsageError(
            f"there is no folder for temporary files ({given}): set TMPDIR to one that can be written to, or unset it"
        )


def owned_output(output: Path, command: str, reads: bool = False) -> contextlib.AbstractContextManager[None]:
    """Keep OUTPUT_DIR for this run. It is replaced whole, so what is locked lies beside it.

    Who only reads it need not keep it where nobody can write, since nobody can deliver either.
    """
    parent = output.resolve().parent
    if reads and not os.access(parent, os.W_OK):
        return contextlib.nullcontext()
    return owned(parent, "OUTPUT_DIR", command, output.name)


def told(owner: Path) -> str:
    """Who has a folder, in words; he may be about to write it down."""
    for _ in range(20):
        try:
            about = json.loads(owner.read_text(encoding="utf-8"))
            return f"`{about['command']}`, process {about['pid']} on {about['host']}, since {about['since']}"
        except (OSError, ValueError, KeyError, TypeError):
            time.sleep(0.1)
    return "another run"


class Workspace:
    """BUILD_DIR: what is emptied there is what this program has made there."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.marker = root / MARKER
        self.made: set[str] = set()
        if self.marker.exists():
            # It is written once all that a build empties was known to be nobody's: also one that is damaged says that.
            self.made = {*OWN, *EMPTIED}
            with contextlib.suppress(OSError, ValueError, TypeError, KeyError):
                self.made = {*OWN, *json.loads(self.marker.read_text(encoding="utf-8"))["made"]}

    def begin(self, names: Iterable[str]) -> None:
        """Take the folder into use, for these names: nothing in it is changed before all are known to be nobody's."""
        self.check([*names, *OWN])
        self.note(*OWN)

    def check(self, names: Iterable[str]) -> None:
        """Fail where what has one of the names is somebody else's."""
        for name in names:
            path = self.root / name
            is_empty = path.is_dir() and not path.is_symlink() and not any(path.iterdir())
            if name not in self.made and os.path.lexists(path) and not is_empty:
                raise Failure(
                    f"{path} contains files that this build did not create; refusing to delete it:"
                    " move it, or set BUILD_DIR to another folder",
                    2,
                )

    def note(self, *names: str) -> None:
        """Write down that what has these names is made by this program."""
        if self.made.issuperset(names):
            return
        self.made.update(names)
        part = self.marker.with_suffix(".part")
        part.write_text(json.dumps({"made": sorted(self.made)}, indent=2) + "\n", encoding="utf-8")
        replace(part, self.marker)

    def empty(self, name: str) -> Path:
        """An empty folder of that name."""
        self.check([name])
        folder = self.root / name
        self.note(name)
        remove(folder)
        folder.mkdir(parents=True)
        return folder


def open_to_all(folder: Path) -> bool:
    """Whether everybody on this machine can put something into a folder, or one of its own folders."""
    if os.name == "nt" or not folder.is_dir():
        return False
    return any(each.stat().st_mode & stat.S_IWOTH for each in (folder, *folder.iterdir()) if each.is_dir())


def is_mount_point(folder: Path) -> bool:
    """Whether something is mounted there; of a folder of the same disk only Linux's own list tells."""
    if os.path.ismount(folder):
        return True
    try:
        lines = Path("/proc/self/mountinfo").read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return False
    name = re.sub(r"[ \t\n\\]", lambda found: f"\\{ord(found[0]):03o}", str(folder))
    return name in [line.split(" ")[4] for line in lines]


def remove(path: Path) -> None:
    """Remove a file or a folder, read-only files and folders in it too."""

    def writable(function: Callable[..., Any], name: str, error: BaseException) -> None:
        if isinstance(error, FileNotFoundError):
            return
        os.chmod(os.path.dirname(name), stat.S_IRWXU)
        os.chmod(name, stat.S_IRWXU)
        if function in (os.scandir, os.open, os.listdir, os.lstat):
            shutil.rmtree(name)
        else:
            patiently(lambda: function(name))

    if path.is_symlink() or path.is_file():
        path.unlink()
    elif path.exists():
        shutil.rmtree(path, onexc=writable)


def copy_tree(source: Path, target: Path, leave_out: Iterable[Path] = ()) -> None:
    """Copy a tree into a folder, links as links, without some folders of it; the copy can be written to."""
    left_out = {os.path.realpath(path) for path in leave_out}

    def ignore(folder: str, names: list[str]) -> set[str]:
        return {name for name in names if os.path.realpath(os.path.join(folder, name)) in left_out}

    try:
        shutil.copytree(source, target, symlinks=True, ignore=ignore, dirs_exist_ok=True)
    except shutil.Error as error:
        first = error.args[0][0]
        raise Failure(
            f"cannot copy {first[0]} ({first[2]}): see that it can be read, and that the disk has room"
        ) from error
    for folder, _, names in os.walk(target):
        for path in [folder, *(os.path.join(folder, name) for name in names)]:
            mode = os.lstat(path).st_mode
            if not stat.S_ISLNK(mode) and not mode & stat.S_IWUSR:
                os.chmod(path, stat.S_IMODE(mode) | stat.S_IWUSR)


def deliver(source: Path, target: Path) -> None:
    """Put a finished folder in another's place, in one step: there is always the old one or the new one, whole."""
    target = target.resolve()  # a link stays, and so does what lies beside it
    target.parent.mkdir(parents=True, exist_ok=True)
    stage, before = (target.with_name(f".{target.name}.{end}") for end in ("new", "old"))
    remove(stage)
    remove(before)
    shutil.copytree(source, stage)
    if target.exists() and not exchange(stage, target):
        replace(target, before)
        try:
            replace(stage, target)
        except OSError:
            replace(before, target)
            raise
        remove(before)
    elif not target.exists():
        replace(stage, target)
    remove(stage)


def exchange(one: Path, other: Path) -> bool:
    """Swap two folders in a single step, where the system can (Linux); says whether it did."""
    if not sys.platform.startswith("linux"):
        return False
    here, swap = -100, 2  # AT_FDCWD and RENAME_EXCHANGE, https://man7.org/linux/man-pages/man2/rename.2.html
    renameat2 = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    return renameat2 is not None and renameat2(here, os.fsencode(one), here, os.fsencode(other), swap) == 0
