"""The stand-in for GitHub, and a project of one wheel to publish there."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from release_bench import LINUX, REPOSITORY, TAG, Project

from conftest import make_build
from wheel_pipeline.core.errors import Failure, UsageError
from wheel_pipeline.release.assets import further_assets
from wheel_pipeline.release.publishing import Options, publish
from wheel_pipeline.release.verification import Built

STAND_IN = Path(__file__).resolve().parents[2] / "e2e" / "stand-ins" / "gh.py"
WHEEL = f"demo-1.0-py3-none-{TAG}.whl"
URL = "https://github.com/owner/name/releases/tag/v1.0"
MARK = "<!-- mlc-llm-pipeline release v1.0 "
needs_shell = pytest.mark.skipif(sys.platform == "win32", reason="the stand-in is started through a shell script")


class Hub:
    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self.project = Project(folder, make_build(platforms=(LINUX,)))
        self.project.build(LINUX, tvm="")
        self.folder, self.notes, self.hooks, bin = (folder / name for name in ("hub", "notes.md", "hooks", "bin"))
        self.notes.write_text("# What it is\n", encoding="utf-8")
        for each in (bin, self.hooks):
            each.mkdir()
        self.stand_in = f'"{sys.executable}" "{STAND_IN}"'
        lines = ("#!/bin/sh", f'[ -e "{self.hooks}/$2" ] && . "{self.hooks}/$2"', f'exec {self.stand_in} "$@"', "")
        (bin / "gh").write_text("\n".join(lines), encoding="utf-8")
        (bin / "gh").chmod(0o755)
        for name in ("GH_STANDIN_FAIL", "GH_STANDIN_CORRUPT", "GH_REPO", "GITHUB_TOKEN"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("PATH", f"{bin}{os.pathsep}{os.environ['PATH']}")
        monkeypatch.setenv("GH_STANDIN_FOLDER", str(self.folder))
        monkeypatch.setenv("GH_TOKEN", "very-secret")
        monkeypatch.setenv("GH_STANDIN_API", str(STAND_IN.with_name("gh_api.py")))
        monkeypatch.setenv("GH_STANDIN_REPOSITORY", str(folder / "repository"))
        self.monkeypatch, self.capsys, self.output, self.version = monkeypatch, capsys, "", "1.0"
        self.repository = folder / "repository"

    def git(self, *words: str) -> str:
        """Runs git in the repository that stands for GitHub's."""
        self.repository.mkdir(exist_ok=True)
        who = ("-c", "user.name=x", "-c", "user.email=x@example.com", "-c", "init.defaultBranch=main")
        argv = ["git", *who, "-C", str(self.repository), *words]
        return subprocess.run(argv, check=True, capture_output=True, text=True).stdout.strip()

    def publish(self, *, version: str = "1.0", expect_digest: str = "", **options: Any) -> list[str]:
        """What is wrong, also where that is told by failing."""
        self.version = version
        given = {"tag": f"v{version}", "repository": REPOSITORY, "notes": self.notes, **options}
        expected = self.project.expected(version=version, expect_digest=expect_digest)
        self.capsys.readouterr()
        try:
            problems = publish(self.project.plan, expected, Options(**given))
        except UsageError:
            raise
        except Failure as failure:
            problems = [str(failure)]
        self.output = self.capsys.readouterr().out
        assert "very-secret" not in self.output + "".join(problems)
        return problems

    def on(self, verb: str, script: str, *, once: bool = False) -> None:
        """Let a shell script come before what the stand-in does for a verb."""
        path = self.hooks / verb
        path.write_text((f'rm "{path}"\n' if once else "") + script + "\n", encoding="utf-8")

    def release(self, tag: str = "v1.0") -> dict[str, Any]:
        return dict(json.loads((self.folder / tag / "release.json").read_text(encoding="utf-8")))

    @property
    def is_draft(self) -> bool:
        return bool(self.release()["isDraft"])

    def assets(self, tag: str = "v1.0") -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in (self.folder / tag / "assets").iterdir()}

    def expected(self) -> dict[str, bytes]:
        folder = self.project.path(LINUX)
        wheels = {path.name: path.read_bytes() for path in folder.glob("*.whl")}
        record = {f"build-record-{LINUX.id}.json": (folder / "build-record.json").read_bytes()}
        sums = self.project.sums().encode()
        return {**wheels, **record, **self.further(), "SHA256SUMS": sums}

    def further(self) -> dict[str, bytes]:
        expected = self.project.expected(version=self.version)
        return dict(further_assets(Built(self.project.plan, expected), f"v{self.version}", REPOSITORY))

    def calls(self) -> list[list[str]]:
        lines = (self.folder / "calls.jsonl").read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in lines]

    def verbs(self) -> list[str]:
        return [words[1] for words in self.calls()]

    def gh(self, *argv: str) -> None:
        subprocess.run(["gh", "release", *argv, "--repo", REPOSITORY], check=True, capture_output=True)
