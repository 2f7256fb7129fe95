"""Writes a wheel in a form that depends on nothing but its contents."""

from __future__ import annotations

import csv
import io
import time
import zipfile
from collections.abc import Mapping
from pathlib import Path

from ..core.errors import Failure, UsageError
from .files import record_hash, whole
from .wheel import Wheel

OLDEST, NEWEST = 315532800, 4354819198  # what a zip entry can say: 1980 to 2107
LEVEL = 6  # zlib's default: level 9 takes four times as long for one percent

Timestamp = tuple[int, int, int, int, int, int]


def zip_timestamp(epoch: int) -> Timestamp:
    if not 0 <= epoch <= NEWEST:
        raise UsageError(f"SOURCE_DATE_EPOCH is {epoch}: set it to seconds since 1970, at most {NEWEST}")
    return time.gmtime(max(epoch, OLDEST))[:6]


def write_wheel(
    wheel: Wheel,
    stem: str,
    target: Path,
    *,
    epoch: int,
    replaced: Mapping[str, bytes] | None = None,
    packed: bool = True,
) -> None:
    """Write a wheel again under another stem (its name and version), with some of its files replaced.

    One that the next step writes once more need not be packed: for 200 MB, that is ten seconds.
    """
    stamp = zip_timestamp(epoch)
    method = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
    with whole(target) as part:
        hashes = write_members(wheel, stem, part, stamp, replaced or {}, method)
        with zipfile.ZipFile(part) as archive:
            for name, expected in hashes.items():
                if record_hash(archive.read(name)) != expected:
                    raise Failure(f"{target}: {name} is not what was written: check the disk, then build again")


def write_members(
    wheel: Wheel, stem: str, part: Path, stamp: Timestamp, replaced: Mapping[str, bytes], method: int
) -> dict[str, str]:
    """Write the archive; the hash of each of its members."""
    old, dist_info = wheel.dist_info.removesuffix(".dist-info"), f"{stem}.dist-info"
    folders = {f"{old}{suffix}": f"{stem}{suffix}" for suffix in (".dist-info", ".data")}
    rows, hashes = io.StringIO(), dict[str, str]()
    record = csv.writer(rows, lineterminator="\n")

    def write(name: str, data: bytes, mode: int) -> None:
        entry = zipfile.ZipInfo(name, stamp)
        entry.create_system = 3  # Unix, on Windows too: the modes are Unix modes
        entry.external_attr = (mode or 0o100644) << 16
        archive.writestr(entry, data, method, LEVEL)

    with zipfile.ZipFile(part, "w") as archive:
        for last in (False, True):  # .dist-info comes last in a wheel, and RECORD last in it
            for info, data in wheel.members():
                top, slash, rest = info.filename.partition("/")
                name = folders.get(top, top) + slash + rest
                if (top == wheel.dist_info) != last or name == f"{dist_info}/RECORD":
                    continue
                data = wheel.metadata.to_bytes() if name == f"{dist_info}/METADATA" else data
                data = replaced.get(info.filename, data)
                if name.rpartition("/")[2].startswith(".load-order-"):  # delvewheel writes it from a set
                    data = b"".join(sorted(data.splitlines(keepends=True)))
                hashes[name] = record_hash(data)
                record.writerow([name, hashes[name], len(data)])
                write(name, data, info.external_attr >> 16)
        record.writerow([f"{dist_info}/RECORD", "", ""])
        write(f"{dist_info}/RECORD", rows.getvalue().encode("utf-8"), 0)
    return hashes
