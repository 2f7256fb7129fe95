"""Wheels that failed their test, or were not tested, are not released."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest
from release_bench import LINUX, TAG, WINDOWS, Project, digest, whole_project

from wheel_pipeline.gate.report import Identity, Report, Result

DEMO = f"demo-1.0-py3-none-{TAG}.whl"
FAILED = {"distribution": "demo", "name": "imports", "outcome": "failed"}


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return whole_project(tmp_path)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({}, None),
        ({"schema": 1}, "test-report.json has the schema 1, not 2: put this platform's own report there"),
        ({"name": "other"}, "test-report.json has the name 'other', not 'demo'"),
        ({"platform": WINDOWS.id}, f"test-report.json has the platform '{WINDOWS.id}', not '{LINUX.id}'"),
        ({"wheels": 1}, "test-report.json is not a test report"),
        ({"failed": 1, "checks": [FAILED]}, "1 check failed (demo: imports): mend the wheels"),
        ({"failed": 2}, "2 checks failed: mend the wheels"),
        ({"passed": 0}, "tells of 0 checks that passed, and 0 that did not run: run them all"),
        ({"leftOut": 4}, "tells of 3 checks that passed, and 4 that did not run: run them all"),
        ({"wheels": [{"file": DEMO, "sha256": "0" * 64}]}, f"{DEMO} is not the file that was tested: test it again"),
        ({"wheels": []}, f"{DEMO} was not tested: test all wheels"),
    ],
)
def test_a_report_must_be_good_and_of_these_files(
    project: Project, changes: dict[str, Any], message: str | None
) -> None:
    project.test_report(LINUX, **changes)
    findings = project.verify()
    assert not findings if message is None else f"{LINUX.id}: " in findings[0] and message in findings[0]


def test_a_report_can_be_required(project: Project) -> None:
    project.test_report(LINUX)
    missing = f"{WINDOWS.id}: test-report.json not found: test the wheels, and put the report next to them"
    assert project.verify(require_tests=True) == [missing]
    project.test_report(WINDOWS)
    assert project.verify(require_tests=True) == []


def test_what_the_gate_writes_is_what_is_read(project: Project) -> None:
    files = tuple(Identity("x", name, digest(path)) for name, path in project.wheels().items())
    passed = Result("demo", "imports", (), "", (), 0.1, ())
    report = Report("demo", LINUX.id, "3.13.0", files, (passed, dataclasses.replace(passed, skipped="no")), 0)
    path = project.path(LINUX) / "test-report.json"
    report.finish(path)
    assert project.verify() == []
    dataclasses.replace(report, results=(passed, dataclasses.replace(passed, problems=("bad",)))).finish(path)
    assert project.verify() == [f"{LINUX.id}: 1 check failed (demo: imports): mend the wheels"]
