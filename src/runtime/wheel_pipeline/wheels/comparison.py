"""Are the wheels of two builds the same, byte by byte? What differs is named, down to the first bytes."""

from __future__ import annotations

from pathlib import Path

from ..core.console import console
from .wheel import Wheel, wheel_files

BLOCK = 65536
SHOWN = 4  # offsets of bytes that differ
ZIP_FIELDS = ("date_time", "external_attr", "create_system", "compress_type", "flag_bits", "extra", "comment")


def compare(a: Path, b: Path) -> list[str]:
    """What differs between the wheels of two folders."""
    left, right = wheel_files(a), wheel_files(b)
    problems = only_in(left.keys() - right, a) + only_in(right.keys() - left, b)
    for name in sorted(left.keys() & right):
        if left[name].read_bytes() == right[name].read_bytes():
            console.say(f"{name}: the same {left[name].stat().st_size} bytes")
        else:
            problems += [f"{name}: {text}" for text in wheel_differences(left[name], right[name])]
    return problems if left or right else [f"there are no wheels in {a} and {b}: build them first"]


def only_in(names: set[str], place: Path) -> list[str]:
    return [f"{name} is only in {place}" for name in sorted(names)]


def wheel_differences(a: Path, b: Path) -> list[str]:
    """What differs between two wheels of one name whose bytes differ."""
    left, right = ({info.filename: (info, data) for info, data in Wheel(path).members()} for path in (a, b))
    found = only_in(left.keys() - right, a) + only_in(right.keys() - left, b)
    both = [(name, *left[name], *right[name]) for name in sorted(left.keys() & right)]
    found += [f"{name}: {difference(data_a, data_b)}" for name, _, data_a, _, data_b in both if data_a != data_b]
    if not found:
        for name, info_a, _, info_b, _ in both:
            pairs = [(field, getattr(info_a, field), getattr(info_b, field)) for field in ZIP_FIELDS]
            if unequal := [f"{field} is {x!r} and {y!r}" for field, x, y in pairs if x != y]:
                found.append(f"{name}: same content, other zip metadata: {'; '.join(unequal)}")
    whole = difference(a.read_bytes(), b.read_bytes())
    return found or [f"same members, other order of entries or other zlib: {whole}"]


def difference(a: bytes, b: bytes) -> str:
    """How many bytes differ, and where the first are."""
    count, offsets = abs(len(a) - len(b)), list[int]()
    shorter = min(len(a), len(b))
    for start in range(0, shorter, BLOCK):
        x, y = a[start : min(start + BLOCK, shorter)], b[start : min(start + BLOCK, shorter)]
        if x != y:
            unequal = (int.from_bytes(x, "big") ^ int.from_bytes(y, "big")).to_bytes(len(x), "big")
            count += len(unequal) - unequal.count(0)
            offsets += [start + i for i, value in enumerate(unequal) if value and len(offsets) < SHOWN]
    offsets = offsets[:SHOWN] or [shorter]
    sizes = f", {len(a)} and {len(b)} bytes long" if len(a) != len(b) else ""
    return f"{count} bytes differ, first at {', '.join(map(str, offsets))}{sizes}"
