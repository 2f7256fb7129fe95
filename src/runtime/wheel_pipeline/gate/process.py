"""The processes of a check: apart from the caller's folder, home and Python settings, with logs and a limit on time."""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..core.credentials import mask_file
from ..core.processes import Group, ending, wait

# They change what Python, pip or the dynamic linker take, or lead back to the toolchain or the caller's home.
FOREIGN = ("PYTHON", "__PYVENV", "PIP_", "LD_", "DYLD_", "LC_", "CONDA_", "MAMBA_")
FOREIGN_NAMES = {
    *("LANG", "LANGUAGE", "HOMEDRIVE", "HOMEPATH"),
    *(f"XDG_{name}_HOME" for name in ("CACHE", "CONFIG", "DATA", "STATE")),
}
LOOKS = 20  # for processes to end, at most
MARK = "WHEEL_PIPELINE_CHECK"  # the variable by which a check's processes are known


def environment(home: Path, caller: Mapping[str, str] | None = None) -> dict[str, str]:
    """The variables of a check: the caller's, but for those that would change what is tested."""
    given = os.environ if caller is None else caller
    kept = {name: value for name, value in given.items() if not name.upper().startswith(FOREIGN)}
    kept = {name: value for name, value in kept.items() if name.upper() not in FOREIGN_NAMES}
    if prefix := given.get("CONDA_PREFIX"):
        # A user has no toolchain: what a wheel takes from it would be missing there.
        folders = kept.get("PATH", "").split(os.pathsep)
        kept["PATH"] = os.pathsep.join(each for each in folders if not Path(each).is_relative_to(prefix))
    python = {"PYTHONIOENCODING": "utf-8", "PYTHONNOUSERSITE": "1"}
    return {**kept, **python, "HOME": str(home), "USERPROFILE": str(home), "LC_ALL": "C.UTF-8", "LANG": "C.UTF-8"}


@dataclass(frozen=True)
class Ended:
    """A process that has ended: how, if not well, and what it wrote."""

    how: str
    stdout: str
    stderr_log: Path


def execute(
    argv: Sequence[str], timeout: float, log: Path, folder: Path, home: Path, variables: Mapping[str, str]
) -> Ended:
    """Run a process to its end or the limit; whatever it has started ends with it."""
    out, err = (log.with_name(f"{log.name}.{stream}.log") for stream in ("stdout", "stderr"))
    log.parent.mkdir(parents=True, exist_ok=True)
    mark = secrets.token_hex(16)
    env = {**environment(home), **variables, MARK: mark}
    with out.open("wb") as stdout, err.open("wb") as stderr:
        try:
            with Group(argv, stdout=stdout, stderr=stderr, cwd=folder, env=env) as group:
                status = wait(group, timeout)
        finally:
            end_marked(mark)
    for written in (out, err):
        mask_file(written)
    return Ended(ending(status, timeout), read_log(out), err)


def end_marked(mark: str) -> None:
    """End what has left the process group; on Windows, the job object holds everything."""
    if sys.platform != "linux":
        return
    entry = f"{MARK}={mark}".encode()
    for _ in range(LOOKS):  # what one of them has started meanwhile is found by the next look
        found = False
        for folder in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):  # it has ended, or is somebody else's
                if entry in (folder / "environ").read_bytes().split(b"\0"):
                    os.kill(int(folder.name), signal.SIGKILL)
                    found = True
        if not found:
            return
        time.sleep(0.05)


def read_log(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")
