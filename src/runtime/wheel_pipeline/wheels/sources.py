"""The sources of the wheels, each as one hash that tells whether a file of it has changed."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path, PurePosixPath

from ..core.errors import Failure
from ..plan import Wheel
from .files import hash_of, read_json, sha256, write_json


class Sources:
    """The folders that the wheels are built from.

    A build may write into its own folder; setuptools-scm, for example, writes `_version.py`. Where that folder lies
    inside another wheel's, the other wheel would look changed after a build of both, and unchanged after a build of it
    alone. So a folder inside another counts as it was before its own build, unless something else has changed it since.
    """

    def __init__(self, root: Path, wheels: Sequence[Wheel], file: Path) -> None:
        """`file` keeps what has been noted for a run that goes on from a later step."""
        self.root, self.wheels, self.file = root, wheels, file

    def begin(self) -> None:
        """Forget what was noted of a tree that has been there before."""
        self.file.unlink(missing_ok=True)

    def before_build(self, wheel: Wheel) -> None:
        if self.is_inside_a_kept_one(wheel):
            self.note(wheel, {"before": self.now(wheel)})

    def after_build(self, wheel: Wheel) -> None:
        if self.is_inside_a_kept_one(wheel):
            self.note(wheel, {**self.noted(wheel), "after": self.now(wheel)})

    def fingerprint(self, wheel: Wheel) -> str:
        """One hash of a wheel's folder, with the folders of other wheels in it."""
        inside = {other.project_dir: self.as_given(other) for other in self.inside(wheel)}
        return hash_of({**inside, wheel.project_dir: self.now(wheel)})

    def as_given(self, wheel: Wheel) -> str:
        now, noted = self.now(wheel), self.noted(wheel)
        return noted["before"] if noted.get("after") == now else now

    def is_inside_a_kept_one(self, wheel: Wheel) -> bool:
        """Whether its folder is a part of another wheel's fingerprint; no other folder is worth reading twice more."""
        return any(other.reuse and wheel in self.inside(other) for other in self.wheels)

    def note(self, wheel: Wheel, hashes: dict[str, str]) -> None:
        write_json(self.file, {**self.all_noted(), wheel.project_dir: hashes})

    def noted(self, wheel: Wheel) -> dict[str, str]:
        return self.all_noted().get(wheel.project_dir, {})

    def all_noted(self) -> dict[str, dict[str, str]]:
        return dict(read_json(self.file)) if self.file.exists() else {}

    def now(self, wheel: Wheel) -> str:
        leave_out = [self.root / other.project_dir for other in self.inside(wheel)]
        return tree_hash(self.root / wheel.project_dir, leave_out)

    def inside(self, wheel: Wheel) -> list[Wheel]:
        """The other wheels whose folders lie in its folder."""
        folder = PurePosixPath(wheel.project_dir)
        others = ((other, PurePosixPath(other.project_dir)) for other in self.wheels)
        return [other for other, path in others if path != folder and path.is_relative_to(folder)]


def tree_hash(root: Path, leave_out: Collection[Path] = ()) -> str:
    """One hash of every file below a folder, with its path and whether it can be run; git's own are left out."""
    digest = hashlib.sha256()
    for path in sorted(files_below(root, set(leave_out)), key=lambda each: each.as_posix()):
        try:
            mode = path.lstat().st_mode
            if stat.S_ISLNK(mode):
                kind, data = "link", os.readlink(path).encode("utf-8", "surrogateescape")
            elif not stat.S_ISREG(mode):
                kind, data = "special", b""  # reading a pipe would never end
            else:
                kind, data = "program" if mode & 0o100 and os.name != "nt" else "file", path.read_bytes()
        except OSError as error:
            raise Failure(f"cannot read {path} ({error.strerror}): see that the source tree can be read") from error
        name = path.relative_to(root).as_posix()
        digest.update(f"{sha256(data)} {kind} {name}\n".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


def files_below(root: Path, leave_out: Collection[Path]) -> Iterator[Path]:
    for folder, folders, names in os.walk(root):
        links = [name for name in folders if Path(folder, name).is_symlink()]
        left_out = [*links, ".git", *(name for name in folders if Path(folder, name) in leave_out)]
        folders[:] = [name for name in folders if name not in left_out]
        paths = (Path(folder, name) for name in [*names, *links] if name != ".git")
        yield from (path for path in paths if path not in leave_out)
