"""The stand-in for gh fails as gh does."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from release_bench import REPOSITORY
from release_hub import STAND_IN


@pytest.mark.parametrize(
    ("argv", "status", "message"),
    [
        (["view", "v1"], 1, "release not found"),
        (["upload", "v1", "file"], 1, "release not found"),
        (["view", "v1", "--nope"], 1, "unknown flag: --nope\n\nUsage:  gh release view [<tag>] [flags]"),
        (["view", "v1", "-z"], 1, "unknown shorthand flag: 'z' in -z"),
        (["view", "v1", "--json", "nope"], 1, 'Unknown JSON field: "nope"\nAvailable fields:\n  apiUrl'),
        (["upload", "v1"], 1, "requires at least 2 arg(s), only received 1"),
        (["edit", "v1", "--draft=maybe"], 1, 'invalid argument "maybe" for "--draft" flag'),
        (["create", "there"], 1, "a release with the same tag name already exists: there"),
        (["upload", "there", "file"], 1, "asset under the same name already exists: [file]"),
        (["upload", "there", "nofile"], 1, "stat nofile: no such file or directory"),
        (["download", "there"], 1, "file already exists (use `--clobber` to overwrite file"),
        (["delete-asset", "there", "nofile", "--yes"], 1, "asset nofile not found in release there"),
        (["paint"], 1, 'unknown command "paint" for "gh release"'),
    ],
)
def test_it_fails_like_gh(tmp_path: Path, argv: list[str], status: int, message: str) -> None:
    env = {**os.environ, "GH_STANDIN_FOLDER": str(tmp_path / "hub"), "GH_TOKEN": "x"}
    (tmp_path / "file").write_bytes(b"data")

    def gh(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, str(STAND_IN), "release", *words, "-R", REPOSITORY]
        return subprocess.run(command, check=False, capture_output=True, encoding="utf-8", cwd=tmp_path, env=env)

    assert gh("create", "there", "file").returncode == 0
    ran = gh(*argv)
    assert ran.returncode == status
    assert ran.stderr.startswith(message)
