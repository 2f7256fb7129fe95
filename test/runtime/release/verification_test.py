"""What was built is released only where all of it is there and agrees."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from release_bench import COMMIT, LINUX, TAG, WINDOWS, Project, whole_project

from conftest import make_wheel_file
from wheel_pipeline.core.errors import UsageError

L, W = LINUX.id, WINDOWS.id
DEMO, TVM_FILE = f"demo-1.0-py3-none-{TAG}.whl", f"tvm-0.9-py3-none-{TAG}.whl"
NEW = "manylinux_2_35_x86_64"
B, C = "b" * 40, "c" * 40
NO_WHEELS_HERE = "holds wheels, but is no platform of the plan: remove them, or declare"
type Spoil = Callable[[Project], object]


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return whole_project(tmp_path)


def test_a_whole_build_is_shown_with_its_digest(
    project: Project, summary: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    outputs, sums = project.folder / "outputs", project.folder / "new" / "SHA256SUMS"
    monkeypatch.setenv("GITHUB_OUTPUT", str(outputs))
    capsys.readouterr()
    assert project.verify(sums, commit=COMMIT, expect_digest=project.digest(), version="v1.0.0") == []
    assert sums.read_text(encoding="utf-8") == project.sums()
    header, *rows, answer = capsys.readouterr().out.splitlines()
    assert header.split() == ["platform", "wheel", "version", "size", "SHA-256"]
    assert [row.split()[:3] for row in rows] == [
        [platform.id, f"{name}-{version}-py3-none-{platform.platform_tag}.whl", version]
        for platform in (LINUX, WINDOWS)
        for name, version in (("demo", "1.0"), ("tvm", "0.9"))
    ]
    assert answer == f"sums-digest={project.digest()}"
    assert outputs.read_text(encoding="utf-8") == f"{answer}\n"
    assert f"| {L} | {DEMO} | 1.0 |" in summary.read_text(encoding="utf-8")


@pytest.mark.skipif(sys.platform == "win32", reason="sha256sum is a program of Linux")
def test_sha256sum_reads_the_sums(project: Project) -> None:
    together = project.folder / "together"
    together.mkdir()
    for path in project.wheels().values():
        shutil.copy(path, together)
    assert project.verify(together / "SHA256SUMS") == []
    subprocess.run(["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=together, check=True)


def too_many(project: Project) -> None:
    shutil.copytree(project.path(LINUX), project.dist / "linux-aarch64")
    (project.dist / "js").mkdir()
    shutil.copy(project.path(LINUX) / DEMO, project.dist)


def climbing(project: Project) -> None:
    make_wheel_file(project.path(LINUX), requires=["tvm==0.9"], files={"../x.py": b""})
    project.record(LINUX)


def both(**build: Any) -> Spoil:
    def spoil(project: Project) -> None:
        for platform in (LINUX, WINDOWS):
            project.build(platform, **build)

    return spoil


def linux(**build: Any) -> Spoil:
    return lambda it: it.build(LINUX, **build)


def windows(**build: Any) -> Spoil:
    return lambda it: it.build(WINDOWS, **build)


def record(**changes: Any) -> Spoil:
    return lambda it: it.edit_record(LINUX, **changes)


def changed_any(project: Project) -> None:
    both(tag="any")(project)
    make_wheel_file(project.path(WINDOWS), "tvm", "0.9", platform="any", date=(2021, 1, 1, 0, 0, 0))
    project.record(WINDOWS)


ANY = {"platform_tags": (f"{L}=any", f"{W}=any")}
FORK = {"kind": "git", "repository": "https://example.com/fork", "builtCommit": COMMIT, "sourceDir": False}
REUSED = [{"distribution": "demo"}, {"distribution": "tvm", "reused": "0" * 64}]


@pytest.mark.parametrize(
    ("spoil", "options", "findings"),
    [
        # Folders and files
        (lambda it: shutil.rmtree(it.path(WINDOWS)), {}, [f"there is no folder {{dist}}/{W}: build {W}, or declare"]),
        (too_many, {}, [f"{{dist}} {NO_WHEELS_HERE} dist", f"{{dist}}/linux-aarch64 {NO_WHEELS_HERE} linux-aarch64"]),
        (
            lambda it: (it.path(LINUX) / DEMO).open("ab").write(b"!"),
            {},
            [f"{L}: {DEMO} has .*, SHA256SUMS says", f"{L}: {DEMO} has .*, build-record.json says"],
        ),
        (lambda it: (it.path(LINUX) / "SHA256SUMS").unlink(), {}, [f"{L}: cannot read .*SHA256SUMS"]),
        (lambda it: (it.path(LINUX) / "build-record.json").unlink(), {}, [f"{L}: cannot read .*build-record"] * 2),
        (lambda it: (it.path(LINUX) / "x").touch(), {}, [f"{L}: x is neither a wheel nor a record: remove it"]),
        (lambda it: (it.path(LINUX) / TVM_FILE).unlink(), {}, ["", "", f"{L}: no wheel of tvm in {{dist}}/{L}: build"]),
        (
            lambda it: make_wheel_file(it.path(LINUX), platform="linux_x86_64", requires=["tvm==0.9"]),
            {},
            ["", "", f"{L}: several wheels of demo (demo-1.0-py3-none-linux_x86_64.whl, {DEMO}", ".* is not repaired"],
        ),
        (
            lambda it: (it.path(LINUX) / TVM_FILE).write_bytes(b"no zip"),
            {},
            ["", "", f"{L}: {TVM_FILE} is not a zip file", f"{L}: no wheel of tvm"],
        ),
        (climbing, {}, [f"{L}: {DEMO}: .*x.py"]),
        (both(tag="any"), ANY, []),  # the same file twice
        (changed_any, ANY, [f"tvm-0.9-py3-none-any.whl is there for {L} and {W}, and differs: .*tag it apart"]),
        (both(tvm="1!0.9"), {}, [f"GitHub would rename tvm-1!0.9-py3-none-{TAG}.whl: ", "GitHub would rename"]),
        # Tags, versions and pins
        (linux(tag=NEW), {}, [f"{L}: demo-1.0-py3-none-{NEW}.whl: is for {NEW}, not for {TAG}", f"{L}: tvm"]),
        (linux(tag=NEW), {"platform_tags": (f"{L}={NEW}",)}, []),
        (linux(tag=f"manylinux_2_24_x86_64.{TAG}"), {}, []),
        (linux(tag=f"manylinux_2_24_x86_64.{NEW}"), {}, [f".* not for {TAG}: repair it for that platform tag", ""]),
        (
            windows(version="1.1"),
            {},
            [
                f"{W}: demo-1.1-py3-none-win_amd64.whl: has version 1.1, not 1.0",
                f"{W}: build-record.json has the version 1.1, not 1.0: build it with WHEEL_VERSION=1.0",
            ],
        ),
        (windows(tvm="0.8"), {}, [f"tvm has different versions (0.9 for {L}, 0.8 for {W}): build them from one"]),
        (
            linux(requires=["tvm==0.8"]),
            {},
            [f"{L}: {DEMO}: requires 'tvm==0.8', against", f"{L}: {DEMO}: does not require 'tvm==0.9'"],
        ),
        (
            linux(requires=["tvm==0.9", "x"]),
            {"expect_digest": "0"},
            ["a wheel changed since it was verified (.* not 0)"],
        ),
        # Records
        (record(schema=1), {}, [f"{L}: .*of schema 1, not 2: build again"] * 2),
        (record(name="other"), {}, [f"{L}: build-record.json has the name 'other', not 'demo'"]),
        (record(platform=W), {}, [f"{L}: build-record.json has the platform '{W}', not '{L}'"]),
        (record(source=None), {}, [".*not a build record"] * 2),
        (record(source="text"), {}, [".*not a build record"] * 2),
        (record(source={}), {}, [".*not a build record"]),
        (record(source=[]), {}, [".*not a build record"]),
        (record(tools=None), {}, [f"{L}: build-record.json is not a build record"]),
        (record(version=None), {}, [f"{L}: 'None' is not a version by PEP 440"]),
        (record(amendments=REUSED), {}, [f"{L}: the wheel of tvm was kept from an earlier build: build it anew, with"]),
        # What was built
        (record(source=FORK), {}, [f"{L}: was built for the source {{{{'kind': 'git', .*fork'}}}}, the plan has "]),
        (
            linux(commit=B, source_dir=True),
            {},
            [
                f"{L}: was built from another tree than the plan's source: build it without SOURCE_DIR",
                f"{L}: was built from commit {B}, not from {COMMIT}: build that one",
                f"the platforms were built from different commits ({L} from {B}, {W} from {COMMIT}): build",
            ],
        ),
        (linux(commit=B, source_dir=True), {"allow_source_dir": True}, ["the platforms were built from different"]),
        (both(commit=B, source_dir=True), {"allow_source_dir": True}, []),
        (both(commit=B, source_dir=True), {"allow_source_dir": True, "commit": B}, []),
        (both(commit=B, source_dir=True), {"allow_source_dir": True, "commit": C}, [f".*not from {C}", f"{W}: .*"]),
        (linux(source_dir=True, dirty=True), {"allow_source_dir": True}, [f"{L}: .* changes that are not committed"]),
    ],
)
def test_what_is_wrong_is_found(project: Project, spoil: Spoil, options: dict[str, Any], findings: list[str]) -> None:
    spoil(project)
    found = project.verify(**options)
    assert len(found) == len(findings), found
    for text, expected in zip(found, findings, strict=True):
        start, *rest = (
            expected.format(dist=project.dist).replace("/", "\\" if sys.platform == "win32" else "/").split(".*")
        )
        assert text.startswith(start) and all(part in text for part in rest), (text, expected)


def test_a_wheel_that_is_too_large_for_github_is_found(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wheel_pipeline.release.verification.MOST", (project.path(LINUX) / DEMO).stat().st_size)
    found = project.verify()
    assert found[0].startswith(f"{DEMO} has 0.00 MB: GitHub takes files of less than 0.00 MB"), found


def test_with_a_finding_there_are_no_sums(
    project: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    outputs, sums = project.folder / "outputs", project.folder / "SHA256SUMS"
    monkeypatch.setenv("GITHUB_OUTPUT", str(outputs))
    shutil.rmtree(project.path(WINDOWS))
    assert project.verify(sums)
    assert not outputs.exists() and not sums.exists() and "sums-digest" not in capsys.readouterr().out


def test_all_findings_are_told_at_once(project: Project) -> None:
    (project.path(LINUX) / "SHA256SUMS").unlink()
    (project.dist / "other").mkdir()
    (project.dist / "other" / "build-record.json").write_text("{}", encoding="utf-8")
    project.build(WINDOWS, version="1.1", tvm="0.8")
    assert len(project.verify(expect_digest="0")) >= 6


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"platform_tags": ("linux",)}, "--platform-tag 'linux' is not PLATFORM=TAG"),
        ({"platform_tags": ("amiga=any",)}, "there is no platform 'amiga'"),
        ({"version": "one"}, "'one' is not a version by PEP 440"),
        ({"dist": Path("nowhere")}, "there is no folder nowhere"),
    ],
)
def test_bad_usage_is_told(project: Project, options: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        project.verify(**options)
