"""Files of text and JSON: read with a clear error, written whole or not at all; hashes, and globs."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..core.errors import Failure
from ..core.patience import replace


def read_bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Failure(f"cannot read {path} ({error.strerror}): see that it is there, whole and readable") from error


def read_text(path: Path) -> str:
    try:
        return read_bytes(path).decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise Failure(f"{path} is not UTF-8 ({error.reason} at byte {error.start}): write it again") from error


def read_json(path: Path) -> Any:
    try:
        return json.loads(read_text(path))
    except json.JSONDecodeError as error:
        raise Failure(f"{path} is not JSON (line {error.lineno}: {error.msg}): write it again") from error
    except RecursionError as error:
        raise Failure(f"{path} is not JSON of ours (it is nested too deep): write it again") from error


@contextlib.contextmanager
def whole(path: Path) -> Iterator[Path]:
    """A file beside the path, to be written in the block; it takes the path's place once it is on the disk."""
    part = path.with_name(f".{path.name}.{os.getpid()}-{secrets.token_hex(4)}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield part
        with part.open("rb+") as file:
            os.fsync(file.fileno())
        replace(part, path)
    except OSError as error:
        raise Failure(
            f"cannot write {path} ({error.strerror or error}): see that its folder can be written to and has room"
        ) from error
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    with whole(path) as part:
        part.write_text(text, encoding="utf-8", newline="\n")


def write_json(path: Path, value: Any) -> None:
    write_text(path, json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False) + "\n")


def copy_file(source: Path, target: Path) -> None:
    with whole(target) as part:
        shutil.copyfile(source, part)


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def hash_of(value: Any) -> str:
    """One hash of a value that can be JSON."""
    return sha256(json.dumps(value, sort_keys=True).encode("utf-8"))


def record_hash(data: bytes, algorithm: str = "sha256") -> str:
    """A hash the way a wheel's RECORD writes it."""
    digest = hashlib.new(algorithm, data).digest()
    return f"{algorithm}={base64.urlsafe_b64encode(digest).rstrip(b'=').decode()}"


def matches(pattern: str, name: str) -> bool:
    """Whether a glob matches a path with forward slashes; `**` stands for any number of folders."""
    known = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    parts = re.split(r"(\*\*/|\*\*|\*|\?)", pattern)
    return re.fullmatch("".join(known.get(part, re.escape(part)) for part in parts), name) is not None
