"""What is installed is what was built."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest
from gate_bench import HERE, Bench

from conftest import make_wheel, make_wheel_file

ADVICE = "install what was built together"


@pytest.fixture
def bench(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return Bench(tmp_path, tmp_path_factory)


def test_another_version_fails(bench: Bench) -> None:
    bench.install().unlink()
    make_wheel_file(bench.wheels, version="1.1", platform=HERE)
    assert "version 1.0 is installed, not 1.1" in bench.run()["installed version"][0]


@pytest.mark.parametrize(
    ("version", "problems"),
    [
        ("1.0.dev0+gaaaaaaaaa", []),
        ("1.0.dev0+gbbbbbbbbb", ["sibling 1.0.dev0+gbbbbbbbbb is installed, demo requires ==1.0.dev0+gaaaaaaaaa"]),
        (None, ["sibling is not installed, demo requires ==1.0.dev0+gaaaaaaaaa"]),
    ],
)
def test_the_sibling_of_another_commit_fails(bench: Bench, version: str | None, problems: list[str]) -> None:
    bench.install(requires=["sibling==1.0.dev0+gaaaaaaaaa", "absent>=2", "other==3 ; sys_platform == 'none'"])
    if version:
        bench.install(name="sibling", version=version)
    assert [text.partition(": ")[0] for text in bench.run()["pinned requirements"]] == problems


@pytest.mark.parametrize(
    ("built", "recorded", "problems"),
    [
        ("c" * 40, "c" * 40, []),
        (None, None, []),
        ("c" * 40, "d" * 40, [f"it is of {'c' * 40}, the record tells of {'d' * 40}: {ADVICE}"]),
        (None, "d" * 40, [f"it is of no commit, the record tells of {'d' * 40}: {ADVICE}"]),
        ("c" * 40, None, [f"it is of {'c' * 40}, the record tells of no commit: {ADVICE}"]),
    ],
)
def test_a_wheel_of_another_commit_fails(
    bench: Bench, built: str | None, recorded: str | None, problems: list[str]
) -> None:
    url = f"Project-URL: Source commit, https://example.com/demo/commit/{built}\n" if built else ""
    bench.install(metadata=f"Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n{url}\n")
    record = {"source": {"repository": "https://example.com/demo", "builtCommit": recorded}}
    (bench.wheels / "build-record.json").write_text(json.dumps(record), encoding="utf-8")
    assert bench.run()["source commit"] == problems


def test_another_build_of_the_same_version_fails(bench: Bench) -> None:
    bench.install()
    make_wheel_file(bench.wheels, files={"demo/__init__.py": b"other"}, platform=HERE)
    problems = bench.run()["installed files"]
    assert any(text.startswith("demo/__init__.py is not the one of demo-1.0") for text in problems)


def test_changed_missing_and_forbidden_files_fail(bench: Bench) -> None:
    bench.install(files={"demo/__init__.py": b"", "demo/gone.py": b"", "demo/lib/x.a": b""})
    (bench.site / "demo" / "__init__.py").write_text("changed = True\n", encoding="utf-8")
    (bench.site / "demo" / "gone.py").unlink()
    problems = "\n".join(bench.run(make_wheel(forbidden=("**/*.a",)))["installed files"])
    assert "demo/__init__.py is not the file that RECORD tells of" in problems
    assert "demo/gone.py is missing" in problems
    assert "demo/lib/x.a is installed, which '**/*.a' forbids" in problems


def test_a_file_that_another_distribution_brings_too_fails(bench: Bench) -> None:
    make_wheel_file(bench.folder, name="other", files={"other/__init__.py": b"", "demo/shared.py": b""}, platform=HERE)
    with zipfile.ZipFile(next(bench.folder.glob("other-*.whl"))) as archive:
        archive.extractall(bench.site)
    bench.install(files={"demo/__init__.py": b"", "demo/shared.py": b""})
    assert bench.run()["installed files"] == ["demo/shared.py is a file of other, too: leave it out of the wheel"]
