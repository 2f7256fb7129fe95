"""Says what the interpreter under test is and what is installed there: probe.py RESULT DISTRIBUTION…"""

from __future__ import annotations

import csv
import importlib.metadata
import json
import os
import platform
import sys
import sysconfig


def describe(name: str) -> dict[str, object] | None:
    try:
        found = importlib.metadata.distribution(name)
    except importlib.metadata.PackageNotFoundError:
        return None
    rows = csv.reader((found.read_text("RECORD") or "").splitlines())  # found.files leaves out what is missing
    files = [[row[0], str(found.locate_file(row[0])), row[1]] for row in rows if row]
    urls = found.metadata.get_all("Project-URL") or []
    return {"version": found.version, "files": files, "urls": urls, "shared": shared(name_of(found), files)}


def shared(name: str, files: list[list[str]]) -> list[list[str]]:
    """Which of the files another distribution brings, too: what was installed last has replaced the other's."""
    ours, found = {path for path, _, _ in files}, []
    for other in importlib.metadata.distributions():
        rows = csv.reader((other.read_text("RECORD") or "").splitlines()) if name_of(other) != name else ()
        found += [[row[0], name_of(other)] for row in rows if row and row[0] in ours]
    return found


def name_of(found: importlib.metadata.Distribution) -> str:
    """Return the name; Distribution.name is new in Python 3.10."""
    return found.metadata["Name"]


facts = {
    "python": platform.python_version(),
    "asserts": __debug__,
    "site": sorted({sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}),
    "folders": [os.path.dirname(sys.executable), sys.base_prefix, os.path.join(sys.base_prefix, "DLLs")],
    "distributions": {name: describe(name) for name in sys.argv[2:]},
    "versions": [[name_of(found), found.version] for found in importlib.metadata.distributions()],
}
with open(sys.argv[1], "w", encoding="utf-8") as file:
    json.dump(facts, file)
