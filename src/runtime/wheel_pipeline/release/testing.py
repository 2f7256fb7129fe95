"""Whether wheels have passed their test: the gate's report beside them says so, and is of these very files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ..core.errors import Failure
from ..gate.report import REPORT, SCHEMA
from ..plan import Build
from ..wheels.files import read_json


def gate_problems(folder: Path, build: Build, files: Mapping[str, str], *, required: bool) -> Iterator[str]:
    """The folder's name is the platform's; of each file, the SHA-256 is given."""
    path = folder / REPORT
    if not path.is_file():
        if required:
            yield f"{REPORT} not found: test the wheels, and put the report next to them"
        return
    report = read_json(path)
    try:
        facts = (("schema", SCHEMA), ("name", build.name), ("platform", folder.name))
        differing = [(key, report[key], value) for key, value in facts if report[key] != value]
        tested = {str(each["file"]): str(each["sha256"]) for each in report["wheels"]}
        passed, not_run = int(report["passed"]), int(report["leftOut"])
        failed = [name_of(check) for check in report["checks"] if check["outcome"] == "failed"]
    except (KeyError, TypeError, ValueError) as error:
        raise Failure(f"{REPORT} is not a test report ({type(error).__name__}: {error}): test again") from error
    for key, actual, wanted in differing:
        yield f"{REPORT} has the {key} {actual!r}, not {wanted!r}: put this platform's own report there"
    if failed or report["failed"]:
        count, names = len(failed) or report["failed"], f" ({', '.join(failed[:3])})" if failed else ""
        yield f"{count} {'check' if count == 1 else 'checks'} failed{names}: mend the wheels"
    if not passed or not_run:
        yield f"{REPORT} tells of {passed} checks that passed, and {not_run} that did not run: run them all"
    for name, digest in sorted(files.items()):
        if name not in tested:
            yield f"{name} was not tested: test all wheels"
        elif tested[name] != digest:
            yield f"{name} is not the file that was tested: test it again"


def name_of(check: dict[str, Any]) -> str:
    return f"{check['distribution']}: {check['name']}"
