"""What is recorded of a build, and whether a folder agrees with it."""

from __future__ import annotations

import dataclasses
import json
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from conftest import (
    COMMIT,
    LINUX,
    SOURCE,
    TAG,
    WINDOWS,
    make_build,
    make_plan,
    make_repository,
    make_wheel,
    make_wheel_file,
    needs_git,
)
from wheel_pipeline.core.errors import Failure
from wheel_pipeline.wheels import record
from wheel_pipeline.wheels.change import Change
from wheel_pipeline.wheels.files import sha256
from wheel_pipeline.wheels.wheel import Wheel

BUILD = make_build(make_wheel(), make_wheel("tvm", use_source_version=True))
DEMO, TVM = (f"{name}-py3-none-{TAG}.whl" for name in ("demo-1.0", "tvm-0.9"))


class Folder:
    """A folder with the wheels of a build."""

    def __init__(self, path: Path) -> None:
        self.path = path
        make_wheel_file(path)
        make_wheel_file(path, "tvm", "0.9")

    def record(self, **made: Any) -> list[str]:
        return record.write_record(make_plan(BUILD), BUILD, LINUX, self.path, record.Made(**made))

    def content(self) -> dict[str, Any]:
        return record.read_record(self.path / "build-record.json")

    def write(self, name: str, text: str) -> None:
        (self.path / name).write_text(text, encoding="utf-8")

    def change_record(self, **changes: Any) -> None:
        self.write("build-record.json", json.dumps({**self.content(), **changes}))

    def problems(self) -> str:
        try:
            return "\n".join(record.verify_sums(self.path))
        except Failure as failure:
            return str(failure)


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "dist")


def test_the_record_says_what_was_built_from_what(folder: Folder) -> None:
    changes = [
        Change("demo", "a.whl", "b.whl", {"to": "b.whl"}),
        Change("tvm", "a.whl", "a.whl"),
        Change("demo", "a.whl", "b.whl", {"to": "b.whl"}),
    ]
    made: dict[str, Any] = {
        "commit": COMMIT,
        "image": "sha256:1",
        "tools": {"cmake": "4.1", "cc": "12"},
        "changes": changes,
        "durations": [("Fetch | it", 1.25), ("Build", 60.0)],
        "compiler_cache": {"stats": {"hits": 1}, "cache_location": str(folder.path), "basedirs": [str(folder.path)]},
        "project_commits": {"demo": "d" * 40},
    }
    assert folder.record(**made) == []
    text, demo = (folder.path / "build-record.json").read_bytes(), folder.path / DEMO
    assert b"\r" not in text and text.endswith(b"}\n") and str(folder.path).encode() not in text
    content = folder.content()
    assert list(content) == sorted(content)
    assert content["wheels"][0] == {
        "distribution": "demo",
        "version": "1.0",
        "file": DEMO,
        "bytes": demo.stat().st_size,
        "sha256": sha256(demo.read_bytes()),
        "payload": Wheel(demo).payload(),
        "commit": "d" * 40,
        "tags": [f"py3-none-{TAG}"],
    }
    assert [(wheel["distribution"], wheel["commit"]) for wheel in content["wheels"][1:]] == [("tvm", None)]
    assert content["source"] == {**SOURCE.facts(), "builtCommit": COMMIT, "sourceDir": False, "dirty": None}
    facts = {name: content[name] for name in ("schema", "name", "platform", "version", "image", "tools")}
    assert facts == {
        "schema": 2,
        "name": "demo",
        "platform": "linux-x86_64",
        "version": "1.0",
        "image": "sha256:1",
        "tools": {"cmake": "4.1", "cc": "12"},
    }
    assert content["amendments"] == [{"distribution": "demo", "from": "a.whl", "to": "b.whl"}]
    assert content["measured"] == {
        "durations": [{"title": "Fetch | it", "seconds": 1.25}, {"title": "Build", "seconds": 60}],
        "compilerCache": {"stats": {"hits": 1}},
    }


def test_sha256sum_reads_the_sums_and_recording_again_changes_nothing(folder: Folder) -> None:
    taken = []
    for _ in range(2):
        assert folder.record() == []
        taken.append([(folder.path / name).read_bytes() for name in ("SHA256SUMS", "build-record.json")])
    assert taken[0] == taken[1]
    assert [line[66:70] for line in taken[0][0].decode().splitlines()] == ["demo", "tvm-"]
    assert sorted(path.name for path in folder.path.iterdir()) == ["SHA256SUMS", "build-record.json", DEMO, TVM]
    if shutil.which("sha256sum"):
        subprocess.run(["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=folder.path, check=True)


def test_another_commit_must_be_of_another_tree(folder: Folder) -> None:
    with pytest.raises(Failure, match=f"built from {'b' * 40}, the plan pins {COMMIT}"):
        folder.record(commit="b" * 40)
    assert folder.record(commit="b" * 40, source_dir=True, dirty=True) == []
    source = folder.content()["source"]
    assert (source["builtCommit"], source["sourceDir"], source["dirty"]) == ("b" * 40, True, True)


def test_the_declared_environment_is_told_apart(folder: Folder) -> None:
    hashes = []
    for environment in ({}, {"A": "/home/me"}):
        wheel = make_wheel(environment=environment)
        build = make_build(wheel, make_wheel("tvm", use_source_version=True), environment={"B": "1"})
        assert record.write_record(make_plan(build), build, LINUX, folder.path, record.Made()) == []
        hashes.append(folder.content()["inputs"])
    assert len(set(hashes)) == 2 and all(len(each) == 64 for each in hashes)


def test_nothing_is_recorded_when_a_wheel_is_missing(folder: Folder) -> None:
    (folder.path / TVM).unlink()
    assert "no wheel of tvm" in folder.record()[0]
    assert [path.name for path in folder.path.iterdir()] == [DEMO]


@needs_git
def test_each_project_has_its_own_commit(tmp_path: Path) -> None:
    inner, outer = make_repository(tmp_path / "3rdparty" / "tvm"), make_repository(tmp_path)
    wheels = (make_wheel(), make_wheel("tvm", project_dir="3rdparty/tvm"), make_wheel("gone", project_dir="gone"))
    found = record.project_commits(make_build(*wheels), tmp_path, os.environ, 60)
    assert found == {"demo": outer, "tvm": inner}


# Does a folder agree with its record?


def test_what_was_recorded_verifies(folder: Folder) -> None:
    folder.record()
    assert folder.problems() == ""
    folder.write("test-report.json", "")
    assert record.verify_sums(folder.path, {"test-report.json"}) == []


def test_a_changed_a_missing_and_an_additional_file_do_not_verify(folder: Folder) -> None:
    folder.record()
    demo = folder.path / DEMO
    demo.write_bytes(demo.read_bytes() + b"!")
    (folder.path / TVM).rename(folder.path / "extra.whl")
    folder.write("notes.txt", "")
    problems = folder.problems()
    for source in ("SHA256SUMS", "build-record.json"):
        assert f"{source} lists {TVM}, which is not there" in problems
        assert f"{source} does not list extra.whl" in problems
    assert f"{DEMO} has {sha256(demo.read_bytes())}, SHA256SUMS says" in problems
    assert f"and {demo.stat().st_size} bytes, build-record.json says" in problems
    assert "notes.txt is neither a wheel nor a record" in problems


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("SHA256SUMS", "nonsense\n", "line 1: 'nonsense' is not a SHA-256"),
        ("SHA256SUMS", None, "cannot read"),
        ("build-record.json", None, "cannot read"),
        ("build-record.json", "{", "is not JSON (line 1"),
        ("build-record.json", "\xe9", "is not UTF-8"),
        ("build-record.json", "[]", "is not a build record (TypeError"),
        ("build-record.json", "{}", "is not a build record (KeyError: 'schema')"),
        ("build-record.json", '{"schema": 2}', "is not a build record (KeyError: 'name')"),
        ("build-record.json", '{"schema": 1, "wheels": []}', "is a build record of schema 1, not 2"),
    ],
)
def test_sums_or_a_record_of_another_form_do_not_verify(
    folder: Folder, name: str, text: str | None, message: str
) -> None:
    folder.record()
    (folder.path / name).unlink()
    if text is not None:
        (folder.path / name).write_bytes(text.encode("latin-1"))
    assert message in folder.problems()


def test_no_wheels_do_not_verify(folder: Folder) -> None:
    folder.record()
    for path in folder.path.glob("*.whl"):
        path.unlink()
    assert "there are no wheels" in folder.problems()


def test_a_record_of_another_platform_or_build_is_a_problem(folder: Folder) -> None:
    folder.record()
    assert record.record_problems(folder.path, BUILD, LINUX) == []
    other = dataclasses.replace(BUILD, name="demo-cuda")
    name, platform = record.record_problems(folder.path, other, WINDOWS)
    assert "has the name 'demo', not 'demo-cuda'" in name
    assert "has the platform 'linux-x86_64', not 'windows-amd64'" in platform


# Does a build reproduce an earlier one?


def test_a_build_of_another_version_can_have_the_same_contents(
    folder: Folder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder.record()
    code = (folder.path / DEMO, {"demo/__init__.py": b"__version__ = '1.0'\n"})
    earlier = Folder(tmp_path / "earlier")
    for path in earlier.path.glob("demo*"):
        path.unlink()
    make_wheel_file(earlier.path, version="2.0", files=code[1])
    earlier.record()
    record.compare_records(*(each.path / "build-record.json" for each in (earlier, folder)))
    assert "demo: the same contents as an earlier build" in capsys.readouterr().out


def test_other_contents_are_a_warning(
    folder: Folder, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    folder.record()
    earlier = Folder(tmp_path / "earlier")
    make_wheel_file(earlier.path, files={"demo/other.py": b"x = 1"})
    earlier.record()
    record.compare_records(*(each.path / "build-record.json" for each in (earlier, folder)))
    said = capsys.readouterr().out
    assert "::warning title=Not reproducible::demo: other contents than" in said
    assert "tvm: the same contents" in said


@pytest.mark.parametrize("text", [None, '{"schema": 1}', "{"])
def test_no_earlier_build_is_said(
    folder: Folder, tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str | None
) -> None:
    earlier = tmp_path / "earlier.json"
    if text:
        earlier.write_text(text, encoding="utf-8")
    record.compare_records(earlier, tmp_path / "unread")
    assert "there is no earlier build to compare with" in capsys.readouterr().out


# Whose is a folder that is to be delivered to?


def test_a_delivery_may_replace_what_one_has_left_and_nothing_else(folder: Folder, tmp_path: Path) -> None:
    record.check_output(tmp_path / "nowhere")
    (tmp_path / "empty").mkdir()
    record.check_output(tmp_path / "empty")
    folder.record()
    record.check_output(folder.path)
    folder.change_record(schema=1)
    record.check_output(folder.path)  # an earlier version of this program has left it
    folder.write("test-report.json", "")
    record.check_output(folder.path, {"test-report.json"})
    for name in ("notes.txt", "other-1.0-py3-none-any.whl"):
        folder.write(name, "")
    folder.write("SHA256SUMS", f"{'0' * 64}  notes.txt\n")
    with pytest.raises(Failure, match=r"contains other files \(.*notes.txt.*other-1.0.*move them, or set OUTPUT_DIR"):
        record.check_output(folder.path)


def test_a_mount_point_is_refused_with_a_folder_below_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.path.ismount", lambda path: path == tmp_path)
    with pytest.raises(Failure, match=r"is a mount point, which a build cannot replace: .* such as .*wheels"):
        record.check_output(tmp_path)
    record.check_output(tmp_path / "wheels")


def can_mount() -> bool:
    return bool(shutil.which("unshare")) and subprocess.run(["unshare", "--mount", "true"]).returncode == 0


@pytest.mark.skipif(not can_mount(), reason="mounts a folder, with unshare of util-linux: by root, where it may")
@pytest.mark.parametrize("mounting", ["--bind {0}", "-t tmpfs none"])
def test_a_folder_that_is_really_mounted_is_found(tmp_path: Path, mounting: str) -> None:
    mounted = tmp_path / "a folder"
    mounted.mkdir()
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); from pathlib import Path; from wheel_pipeline import workspace;"
    )
    code += "print(*(workspace.is_mount_point(Path(path)) for path in sys.argv[2:]))"
    argv = [sys.executable, "-c", code, str(Path(record.__file__).parents[2]), str(mounted), str(tmp_path)]
    mount = f'mount {mounting.format(tmp_path)} {shlex.quote(str(mounted))} && exec "$@"'
    ran = subprocess.run(["unshare", "--mount", "sh", "-c", mount, "sh", *argv], capture_output=True, text=True)
    assert ran.stdout.split() == ["True", "False"], ran.stderr


@pytest.mark.parametrize("name", ["SHA256SUMS", "demo.whl", ".git"])
def test_a_folder_without_a_record_is_not_ours(tmp_path: Path, name: str) -> None:
    (tmp_path / "demo.whl").touch()
    (tmp_path / name).write_text(f"{'0' * 64}  demo.whl\n", encoding="utf-8")
    with pytest.raises(Failure, match="contains other files"):
        record.check_output(tmp_path)
    with pytest.raises(Failure, match="is no folder"):
        record.check_output(tmp_path / name)
