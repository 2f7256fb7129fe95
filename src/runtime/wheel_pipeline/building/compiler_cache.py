"""sccache: a compiler cache for C, C++ and Rust, with a server of its own for each build."""

from __future__ import annotations

import contextlib
import json
import re
import socket
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from ..core.console import console
from ..core.errors import Failure, UsageError
from ..core.processes import CommandFailed, ask, which
from ..workspace import open_to_all

PROGRAM = "sccache"
ENTRY = re.compile(r"[0-9a-f]|preprocessor|\..*")  # what sccache calls what it has in its folder
UNSEEN = ("CL", "_CL_")  # where cl.exe takes options from that sccache does not look at
BUSTER = "SCCACHE_C_CUSTOM_CACHE_BUSTER"  # what it adds to the name of each entry
ANEW = {"SCCACHE_RECACHE": "1"}  # it takes nothing, and replaces what it has


def is_there(env: Mapping[str, str]) -> bool:
    return which(PROGRAM, env) is not None


def check_folder(folder: Path) -> None:
    """Fail, before any work, where a folder has what sccache would take for its own, and evict."""
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"SCCACHE_DIR {folder} is no folder: set it to one")
    foreign = (
        sorted(path.name for path in folder.iterdir() if not ENTRY.fullmatch(path.name)) if folder.exists() else []
    )
    if foreign:
        told = ", ".join(foreign[:4])
        raise UsageError(f"SCCACHE_DIR {folder} contains other files ({told}): set it to an empty folder")


def distrust(folder: Path) -> dict[str, str]:
    """The variables to compile all anew by, where what a folder has may be anybody's."""
    if not open_to_all(folder):
        return {}
    console.warning(f"nothing is taken from the compiler cache {folder}, which everybody can write to: chmod go-w it")
    return ANEW


def is_to_blame(failure: CommandFailed) -> bool:
    """Whether a command failed by an entry that is damaged: https://github.com/mozilla/sccache/issues/1424"""
    return any(f"{PROGRAM}: encountered fatal error" in line for line in failure.tail)


def variables(folder: Path, env: Mapping[str, str]) -> dict[str, str]:
    """What makes CMake and cargo compile through it.

    Without cl.exe's options of the environment in an entry's name, an object of other options would be taken.
    """
    unseen = [f"{name}={env[name]}" for name in UNSEEN if env.get(name)]
    return {
        **({BUSTER: " ".join([*filter(None, [env.get(BUSTER)]), *unseen])} if unseen else {}),
        "SCCACHE_DIR": str(folder),
        "CMAKE_C_COMPILER_LAUNCHER": PROGRAM,
        "CMAKE_CXX_COMPILER_LAUNCHER": PROGRAM,
        "RUSTC_WRAPPER": PROGRAM,
        # A server of its own: one that another build started, here or in a container, may not see these files.
        "SCCACHE_SERVER_PORT": env.get("SCCACHE_SERVER_PORT") or str(free_port()),
    }


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def server(environment: Callable[[], Mapping[str, str]], timeout: float) -> Iterator[None]:
    """Keep the server for a block of work; it ends with it, however that ends."""
    try:
        yield
    finally:
        env = environment()
        if "RUSTC_WRAPPER" in env and is_there(env):
            with contextlib.suppress(Failure):
                ask([PROGRAM, "--stop-server"], timeout=timeout, env=env)


def start(env: Mapping[str, str], timeout: float) -> None:
    """Start the server before the first compiler asks for it, so that a cache out of reach is told here."""
    answer = ask([PROGRAM, "--start-server"], timeout=timeout, env=env, leaves_server=True)
    if answer.status != 0:
        raise Failure(
            f"the compiler cache does not start ({answer.reason}): correct SCCACHE_DIR or sccache's other variables,"
            " or take sccache off the PATH"
        )


def statistics(env: Mapping[str, str], timeout: float) -> dict[str, Any]:
    """What the server counted since it started, without the paths of this machine."""
    answer = ask([PROGRAM, "--show-stats", "--stats-format=json"], timeout=timeout, env=env)
    try:
        stats: dict[str, Any] = json.loads(answer.stdout)
    except ValueError:
        console.warning(f"the compiler cache tells no statistics ({answer.reason})")
        return {}
    return {name: value for name, value in stats.items() if name not in ("basedirs", "cache_location")}


def hits_and_misses(stats: Mapping[str, Any]) -> tuple[int, int]:
    counted = stats.get("stats", {})
    hits, misses = (sum(counted.get(name, {}).get("counts", {}).values()) for name in ("cache_hits", "cache_misses"))
    return hits, misses
