"""Locks: are they of what is asked for now, and is what they do not name refused?"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import LINUX, WINDOWS, make_plan, make_wheel_file
from wheel_pipeline import locks
from wheel_pipeline.core.errors import Failure

PLAN = make_plan()
BUILD = PLAN.builds[0]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "scripts").mkdir()
    (tmp_path / BUILD.test_requirements_file).write_text("# words\n\ndemo==1.0\n", encoding="utf-8")
    return tmp_path


def write_lock(root: Path, text: str) -> Path:
    path = root / locks.lock_file(PLAN, BUILD.test_requirements_file, LINUX)
    path.parent.mkdir(parents=True, exist_ok=True)
    identity = locks.identity_of(PLAN, root / BUILD.test_requirements_file)
    path.write_text(f"{locks.OF}{identity}\n{text}", encoding="utf-8")
    return path


def test_without_a_lock_the_requirements_are_taken_and_the_task_is_named(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = locks.locked_requirements(PLAN, root, BUILD, LINUX)
    assert options == [f"--requirement={root / BUILD.test_requirements_file}"]
    said = capsys.readouterr()
    assert "there is no scripts/locks/test-linux-x86_64.txt: run `npx projen lock`" in said.out + said.err


def test_a_lock_is_taken_by_hash(root: Path) -> None:
    path = write_lock(root, "demo==1.0\n")
    assert locks.locked_requirements(PLAN, root, BUILD, LINUX) == ["--require-hashes", f"--requirement={path}"]


def test_other_words_at_the_top_of_the_requirements_leave_a_lock_as_it_is(root: Path) -> None:
    write_lock(root, "demo==1.0\n")
    (root / BUILD.test_requirements_file).write_text("# other words\ndemo==1.0\n", encoding="utf-8")
    assert "--require-hashes" in locks.locked_requirements(PLAN, root, BUILD, LINUX)


def test_a_lock_of_other_requirements_stops_the_test(root: Path) -> None:
    write_lock(root, "demo==1.0\n")
    (root / BUILD.test_requirements_file).write_text("demo==2.0\n", encoding="utf-8")
    with pytest.raises(
        Failure, match=r"test-linux-x86_64\.txt is outdated because scripts/test-requirements\.txt has changed"
    ):
        locks.locked_requirements(PLAN, root, BUILD, LINUX)


@pytest.mark.slow
def test_a_file_of_another_hash_is_refused_before_it_is_installed(root: Path, tmp_path: Path) -> None:
    wheel = make_wheel_file(tmp_path / "index", platform="any")
    right = hashlib.sha256(wheel.read_bytes()).hexdigest()

    def install(digest: str, target: str) -> subprocess.CompletedProcess[str]:
        write_lock(root, f"demo==1.0 --hash=sha256:{digest}\n")
        options = locks.locked_requirements(PLAN, root, BUILD, LINUX)
        pip = [sys.executable, "-m", "pip", "install", "--no-index", f"--find-links={wheel.parent}", "--no-deps"]
        return subprocess.run([*pip, f"--target={tmp_path / target}", *options], capture_output=True, text=True)

    assert install(right, "right").returncode == 0
    refused = install("0" * 64, "wrong")
    assert refused.returncode != 0 and "DO NOT MATCH THE HASHES" in refused.stderr
    assert not (tmp_path / "wrong").exists()


def test_the_platforms_are_those_that_uv_knows() -> None:
    assert locks.uv_platform(LINUX) == "x86_64-manylinux_2_28"
    assert locks.uv_platform(WINDOWS) == "x86_64-pc-windows-msvc"


def test_a_conda_environment_is_locked_by_address_and_hash(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "conda-meta").mkdir()
    for name in ("b", "a"):
        record = {"url": f"https://example.com/linux-64/{name}-1-0.conda", "sha256": name * 64}
        (tmp_path / "conda-meta" / f"{name}.json").write_text(json.dumps(record), encoding="utf-8")
    monkeypatch.setenv("CONDA_PREFIX", str(tmp_path))
    assert locks.conda_lock(PLAN, tmp_path, []) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines == [
        "@EXPLICIT",
        f"https://example.com/linux-64/a-1-0.conda#sha256:{'a' * 64}",
        f"https://example.com/linux-64/b-1-0.conda#sha256:{'b' * 64}",
    ]
    monkeypatch.setenv("CONDA_PREFIX", str(tmp_path / "nothing"))
    with pytest.raises(Failure, match="no Conda environment is active"):
        locks.conda_lock(PLAN, tmp_path, [])
