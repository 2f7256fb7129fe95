"""What the release's tests share: a plan, and what a build left for each of its platforms."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

from conftest import COMMIT, LINUX, TAG, WINDOWS, make_build, make_plan, make_wheel, make_wheel_file
from wheel_pipeline.plan import Build, Plan, Platform
from wheel_pipeline.release.verification import Expected, verify
from wheel_pipeline.wheels.record import Made, write_record

REPOSITORY = "owner/name"
IMAGE = f"ghcr.io/owner/toolchain@sha256:{'1' * 64}"
TVM = make_wheel("tvm", use_source_version=True)
BOTH = make_build(make_wheel(pin=("tvm",)), TVM)
TOOLS = {LINUX.id: {"cmake": "4.1", "ninja": "1.13"}, WINDOWS.id: {"cmake": "4.2"}}


class Project:
    def __init__(self, folder: Path, *builds: Build) -> None:
        self.folder, self.dist = folder, folder / "dist"
        self.plan: Plan = make_plan(*(builds or (BOTH,)))

    def path(self, platform: Platform) -> Path:
        return self.dist / platform.id

    def build(self, platform: Platform, version: str = "1.0", tvm: str = "0.9", **more: Any) -> None:
        """Make the wheels of a platform; without tvm, only demo."""
        shutil.rmtree(self.path(platform), ignore_errors=True)
        tag = more.pop("tag", platform.platform_tag)
        requires = more.pop("requires", [f"tvm=={tvm}"] if tvm else [])
        make_wheel_file(self.path(platform), version=version, requires=requires, platform=tag)
        if tvm:
            make_wheel_file(self.path(platform), "tvm", tvm, platform=tag)
        self.record(platform, **more)

    def record(self, platform: Platform, **made: Any) -> None:
        build = next(build for build in self.plan.builds if platform in build.platforms)
        about = Made(**{"commit": COMMIT, "tools": TOOLS.get(platform.id, {}), **made})
        assert write_record(self.plan, build, platform, self.path(platform), about) == []

    def edit_record(self, platform: Platform, /, **changes: Any) -> None:
        path = self.path(platform) / "build-record.json"
        path.write_text(json.dumps({**json.loads(path.read_text(encoding="utf-8")), **changes}), encoding="utf-8")

    def expected(self, **options: Any) -> Expected:
        return Expected(**{"dist": self.dist, "version": "1.0", **options})

    def verify(self, sums: Path | None = None, **options: Any) -> list[str]:
        return verify(self.plan, self.expected(**options), sums)

    def wheels(self) -> dict[str, Path]:
        return {path.name: path for path in sorted(self.dist.glob("*/*.whl"), key=lambda path: path.name)}

    def sums(self) -> str:
        return "".join(f"{digest(path)}  {name}\n" for name, path in self.wheels().items())

    def digest(self) -> str:
        return hashlib.sha256(self.sums().encode()).hexdigest()

    def test_report(self, platform: Platform, /, **changes: Any) -> None:
        """What the gate wrote, put beside the wheels."""
        wheels = [{"file": name, "sha256": digest(path)} for name, path in self.wheels().items()]
        facts = {"schema": 2, "name": "demo", "platform": platform.id, "passed": 3, "failed": 0, "leftOut": 0}
        report = {**facts, "wheels": wheels, "checks": [], **changes}
        (self.path(platform) / "test-report.json").write_text(json.dumps(report), encoding="utf-8")


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def whole_project(folder: Path) -> Project:
    """Both platforms, built as they should be."""
    project = Project(folder)
    for platform in (LINUX, WINDOWS):
        project.build(platform)
    return project


__all__ = ["COMMIT", "IMAGE", "LINUX", "REPOSITORY", "TAG", "TVM", "WINDOWS", "Project", "digest", "whole_project"]
