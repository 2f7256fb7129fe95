"""Writes a folder as a conda package (the `.conda` format, version 2)."""

from __future__ import annotations

import hashlib
import io
import json
import os
import tarfile
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import zstandard

# Stands in a package's files for the prefix that they will be installed to; the installer replaces it.
PLACEHOLDER = "/opt/stand-in_placehold_placehold_placehold_placehold_placehold_placehold_placehold"


@dataclass
class Stage:
    """The contents of a package to be: a folder laid out like the prefix, and what the index says."""

    name: str
    version: str
    root: Path
    depends: list[str] = field(default_factory=list)

    def script(self, name: str, text: str) -> None:
        """Adds a program."""
        path = self.root / "bin" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        path.chmod(0o755)


def write_package(folder: Path, stage: Stage, subdir: str) -> Path:
    """Writes the stage to the channel's folder of a platform."""
    entries = [_entry(path, stage.root) for path in sorted(_files(stage.root))]
    index = {
        "name": stage.name,
        "version": stage.version,
        "build": "standin_0",
        "build_number": 0,
        "depends": stage.depends,
        "subdir": subdir,
        "license": "none",
    }
    info = {"index.json": index, "paths.json": {"paths": entries, "paths_version": 1}, "about.json": {}}
    stem = f"{stage.name}-{stage.version}-standin_0"
    target = folder / f"{stem}.conda"
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("metadata.json", json.dumps({"conda_pkg_format_version": 2}))
        with archive.open(f"pkg-{stem}.tar.zst", "w", force_zip64=True) as member, _compressed(member) as tar:
            for entry in entries:
                tar.add(stage.root / entry["_path"], entry["_path"], recursive=False, filter=_anonymous)
        with archive.open(f"info-{stem}.tar.zst", "w") as member, _compressed(member) as tar:
            for name, content in info.items():
                data = json.dumps(content).encode()
                member_info = tarfile.TarInfo(f"info/{name}")
                member_info.size = len(data)
                tar.addfile(member_info, io.BytesIO(data))
    return target


class _compressed:
    """A tar stream, compressed: at a level that is quick, since the package is read once, on this machine."""

    def __init__(self, member: IO[bytes]) -> None:
        self._writer: Any = zstandard.ZstdCompressor(level=1, threads=-1).stream_writer(member, closefd=False)
        self._tar = tarfile.open(fileobj=self._writer, mode="w|")  # noqa: SIM115 - closed with the writer, by __exit__

    def __enter__(self) -> tarfile.TarFile:
        return self._tar

    def __exit__(self, *_: object) -> None:
        self._tar.close()
        self._writer.close()


def _anonymous(member: tarfile.TarInfo) -> tarfile.TarInfo:
    # Read-only for others but always readable: what a machine's umask has left must not decide who can run it.
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    member.mode = 0o755 if member.mode & 0o100 else 0o644
    member.mtime = 0
    return member


def _files(root: Path) -> list[Path]:
    return [Path(folder) / name for folder, _, names in os.walk(root) for name in names] + [
        Path(folder) / name
        for folder, names, _ in os.walk(root)
        for name in names
        if (Path(folder) / name).is_symlink()
    ]


def _entry(path: Path, root: Path) -> dict[str, Any]:
    name = path.relative_to(root).as_posix()
    if path.is_symlink():
        return {"_path": name, "path_type": "softlink", "sha256": hashlib.sha256(b"").hexdigest(), "size_in_bytes": 0}
    data = path.read_bytes()
    entry: dict[str, Any] = {
        "_path": name,
        "path_type": "hardlink",
        "sha256": hashlib.sha256(data).hexdigest(),
        "size_in_bytes": len(data),
    }
    if PLACEHOLDER.encode() in data:
        entry |= {"prefix_placeholder": PLACEHOLDER, "file_mode": "binary" if b"\0" in data else "text"}
    return entry
