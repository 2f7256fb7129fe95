"""Keeps a built wheel, and takes it again while nothing that it is made of has changed.

It is the wheel as its build backend wrote it, so that the version can be another each time. Beside it lies what it was
made of (see identity.py), and its SHA-256. Several builds may use one folder at once.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from ..core.console import append, console, megabytes
from ..core.errors import Failure, UsageError
from ..core.patience import replace
from ..plan import Wheel as Declared
from ..workspace import open_to_all, remove
from .change import Change
from .files import copy_file, hash_of, read_json, sha256, write_json
from .identity import different
from .wheel import the_wheel

IDENTITY = "identity.json"
OURS = re.compile(r"[0-9a-f]{20}|\.[0-9a-f]{16}")  # what an entry is called: kept, or being copied
PATIENCE = 600.0  # seconds in which another build copies its wheel


class KeptWheel:
    """What is kept of one wheel, in a folder of the cache: a few generations, each of another identity."""

    def __init__(self, cache: Path, declared: Declared, facts: dict[str, Any], generations: int) -> None:
        self.cache, self.declared, self.facts, self.generations = cache, declared, facts, generations
        self.folder = cache / declared.key

    def take(self, output_dir: Path) -> Change | None:
        """Copy the kept wheel to the folder, if there is one that was made of the very same; else say why not."""
        with self.locked():
            if open_to_all(self.cache) or open_to_all(self.folder):
                told = f"no wheel is taken from {self.cache}, which everybody can write to: chmod -R go-w it"
                console.warning(told)
                return None
            entries = list(self.entries())
            for entry, kept in entries:
                if kept["identity"] == self.facts:
                    return self.copy(entry, kept, output_dir)
        name = self.declared.distribution
        if entries:
            names = list(different(self.facts, entries[0][1]["identity"]))
            console.say(f"the {name} wheel kept last was made of another {', '.join(names[:6])}")
        else:
            console.say(f"no wheel of {name} is kept in {self.cache}")
        return None

    def copy(self, entry: Path, kept: dict[str, Any], output_dir: Path) -> Change:
        wheel = entry / kept["file"]
        copy_file(wheel, output_dir / wheel.name)
        os.utime(entry / IDENTITY)
        console.say(f"{wheel.name} was made of the same (SHA-256 {kept['sha256']}): it is taken, not built")
        return Change(self.declared.distribution, wheel.name, wheel.name, {"reused": kept["sha256"]})

    def keep(self, wheel_dir: Path) -> None:
        """Keep the wheel that was built instead. It is ready, so what goes wrong here must not end the build."""
        wheel = the_wheel(wheel_dir, self.declared).path
        try:
            self.put(wheel)
        except (Failure, OSError) as error:
            console.warning(f"{wheel.name} is not kept, so the next build builds it again: {error}")

    def put(self, wheel: Path) -> None:
        """Put a wheel into the cache; a job learns from its output kept-wheels that there is one to save."""
        digest = sha256(wheel.read_bytes())
        with self.locked():
            entry, part = self.folder / hash_of(self.facts)[:20], self.folder / f".{secrets.token_hex(8)}"
            part.mkdir()
            copy_file(wheel, part / wheel.name)
            write_json(part / IDENTITY, {"identity": self.facts, "file": wheel.name, "sha256": digest})
            remove(entry)
            replace(part, entry)
            for old, _ in list(self.entries())[self.generations :]:
                shutil.rmtree(old)
        append("GITHUB_OUTPUT", "kept-wheels=true\n")
        console.say(f"kept {wheel.name} ({megabytes(wheel.stat().st_size)}, SHA-256 {digest})")

    def entries(self) -> Iterator[tuple[Path, dict[str, Any]]]:
        """What is kept, newest first; what is damaged is removed, so that the wheel is built anew."""
        found = []
        for entry in self.folder.iterdir():
            if not OURS.fullmatch(entry.name) or not entry.is_dir():
                continue  # somebody else's
            if entry.name.startswith("."):  # what a build that was killed has left
                shutil.rmtree(entry)
                continue
            try:
                kept = whole_entry(entry)
                found.append(((entry / IDENTITY).stat().st_mtime, entry, kept))
            except (Failure, OSError) as error:
                reason = error.strerror if isinstance(error, OSError) else error
                console.say(f"{entry} is damaged ({reason}): it is removed, and its wheel built anew")
                shutil.rmtree(entry)
        for _, entry, kept in sorted(found, key=lambda each: each[0], reverse=True):
            yield entry, kept

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """The folder, for this process alone."""
        lock = FileLock(self.folder / ".lock")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            lock.acquire(timeout=PATIENCE)
            try:
                yield
            finally:
                lock.release()
        except Timeout:
            raise Failure(
                f"{self.folder} has been locked by another build for {PATIENCE:.0f} s: end that one,"
                " or set WHEEL_CACHE_DIR to another folder"
            ) from None
        except OSError as error:
            raise UsageError(
                f"cannot use the wheel cache {self.cache} ({error.strerror or error}): make it a folder"
                " that can be read and written to, or set WHEEL_CACHE_DIR to another one"
            ) from error


def whole_entry(entry: Path) -> dict[str, Any]:
    """What lies beside a kept wheel, once all of it is known to be as it was kept."""
    kept = read_json(entry / IDENTITY)
    if not isinstance(kept, dict) or not {"identity", "file", "sha256"} <= kept.keys():
        raise Failure(f"{IDENTITY} does not say what is kept")
    name = str(kept["file"])
    if name != Path(name).name or not name.endswith(".whl"):
        raise Failure(f"{name!r} is no wheel")
    if not (entry / name).is_file():
        raise Failure(f"{name} is missing")
    if sha256((entry / name).read_bytes()) != kept["sha256"]:
        raise Failure(f"{name} is not the file that was kept")
    return kept
