"""The free disk space that a full build needs in BUILD_DIR, from measurements."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from ..image_size import Files
from ..inputs import EMPTIED, ENVIRONMENT
from ..session import Session
from ..workspace import ROOM

GIGABYTE = 10**9


def room_for_build(session: Session) -> int:
    """Return the bytes that a build needs. The figure is for a full build, so `--only` and `--from-step` skip it."""
    inputs = session.inputs
    if inputs.only or inputs.from_step:
        return ROOM
    caches = (inputs.compiler_cache_dir, inputs.wheel_cache_dir)
    own = [cache for cache in caches if inputs.build_dir in cache.parents]
    return measured_room(session, [*own, *(inputs.build_dir / name for name in (*EMPTIED, ENVIRONMENT))])


def measured_room(session: Session, own: Iterable[Path], builds: int = 1) -> int:
    """Return the bytes that full builds need, less the size of the `own` folders, which they replace or reuse."""
    figures = session.build.disk_gigabytes
    figure = figures.linux if session.platform.system == "linux" else figures.windows
    if figure is None:
        return ROOM
    there = sum(Files().total(folder) for folder in own if folder.is_dir())
    return max(ROOM, round(builds * figure * GIGABYTE) - there)
