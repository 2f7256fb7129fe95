"""What the tests of kept wheels share: a project, what is declared of it, and where its wheels are kept."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path
from typing import Any

import pytest

from conftest import LIMITS, LINUX, make_build, make_wheel, make_wheel_file
from wheel_pipeline.wheels.cache import KeptWheel
from wheel_pipeline.wheels.change import Change
from wheel_pipeline.wheels.identity import identity
from wheel_pipeline.wheels.sources import tree_hash


class Builds:
    """A project, what is declared of it, and the folder that its wheels are kept in."""

    def __init__(self, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.root, self.capsys = root, capsys
        self.source, self.cache, self.raw = root / "source", root / "cache", root / "raw"
        self.build_dir = root / "build"
        self.demo = self.source / "project" / "demo.c"
        self.demo.parent.mkdir(parents=True)
        self.demo.write_text("int demo;\n", encoding="utf-8")
        self.tools = {"cmake": "3.31.6"}
        self.environment = {"PATH": os.environ["PATH"], "HOME": str(root)}
        self.wheel = make_wheel(project_dir="project", settings=("cmake.define.A=ON",))
        self.build = make_build(self.wheel)

    def declare(self, **changes: Any) -> None:
        self.wheel = make_wheel(**{"project_dir": "project", "settings": ("cmake.define.A=ON",), **changes})
        self.build = dataclasses.replace(self.build, wheels=(self.wheel,))

    def link(self, *names: str) -> None:
        self.build = dataclasses.replace(self.build, unused_libraries=names)

    def begin(self) -> None:
        files = tree_hash(self.source / self.wheel.project_dir)
        made = (self.build, self.wheel, LINUX, self.source, self.tools, self.environment, 60)
        facts = identity(*made, files=files, build_dir=self.build_dir)
        self.kept = KeptWheel(self.cache, self.wheel, facts, LIMITS.kept_wheels)

    def take(self) -> str:
        """What it says; the wheel is in `raw` if there is one."""
        for path in self.raw.glob("*"):
            path.unlink()
        self.begin()
        self.capsys.readouterr()
        self.change: Change | None = self.kept.take(self.raw)
        assert bool(self.change) == bool(self.taken())
        return self.capsys.readouterr().out

    def keep(self, content: bytes = b"built") -> Path:
        self.begin()
        wheel = make_wheel_file(self.root / "built", files={"demo/lib.so": content})
        self.kept.keep(wheel.parent)
        return wheel

    def taken(self) -> bytes | None:
        return next((path.read_bytes() for path in self.raw.glob("*.whl")), None)
