"""What a user gets from releasetool.py."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import releasetool
import wheeltool
from conftest import TAG, Plan, make_wheel

LINUX, WINDOWS = "linux-x86_64", "windows-amd64"
PLATFORMS = {LINUX: TAG, WINDOWS: "win_amd64"}
COMMIT, REPOSITORY = "a" * 40, "owner/name"
IMAGE = f"ghcr.io/owner/toolchain@sha256:{'1' * 64}"
DEMO = {"requires": {"pin": ["tvm"]}}
TVM = {"distribution": "tvm", "versioned": False}
STAND_IN = Path(__file__).resolve().parents[1] / "e2e" / "stand-ins" / "gh.py"


@pytest.fixture(autouse=True)
def no_outputs(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GITHUB_OUTPUT", "GH_STANDIN_FAIL", "GH_STANDIN_CORRUPT", "GH_REPO", "GITHUB_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("RELEASETOOL_PAUSE", "0")


class Project:
    """A plan, and what build.sh left for each of its platforms."""

    def __init__(self, folder: Path, plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self.plan, self.dist, self.capsys = folder, plan, folder / "dist", capsys
        self.output = ""

    def build(self, platform: str, version: str = "1.0", tvm: str = "0.9", *options: str, **more: Any) -> None:
        target = self.dist / platform
        shutil.rmtree(target, ignore_errors=True)
        tag = more.get("tag", PLATFORMS[platform])
        make_wheel(target, version=version, requires=more.get("requires", [f"tvm=={tvm}"]), platform=tag)
        make_wheel(target, "tvm", tvm, platform=tag)
        self.record(platform, *options)

    def record(self, platform: str, *options: str) -> None:
        tools = self.folder / "tools"
        tools.write_text("cmake\t4.1\nninja\t1.13\n" if platform == LINUX else "cmake\t4.2\n", encoding="utf-8")
        argv = ["record", str(self.dist / platform), "--plan", str(self.plan), "--platform", platform]
        argv += ["--tools", str(tools), *([] if "--commit" in options else ["--commit", COMMIT])]
        assert wheeltool.main([*argv, *options]) == 0
        self.capsys.readouterr()

    def edit_record(self, folder: str, **changes: Any) -> None:
        path = self.dist / folder / "build-record.json"
        path.write_text(json.dumps({**json.loads(path.read_text(encoding="utf-8")), **changes}), encoding="utf-8")

    def run(self, command: str, *options: str, version: str = "1.0", code: int | None = None) -> list[str]:
        """The findings."""
        argv = [command, str(self.dist), "--plan", str(self.plan), "--version", version, *options]
        ended = releasetool.main(argv)
        self.output, errors = self.capsys.readouterr()
        findings = [line.removeprefix("error: ") for line in errors.splitlines()]
        assert ended == (code if code is not None else 1 if findings else 0)
        return findings

    def verify(self, *options: str, version: str = "1.0") -> list[str]:
        return self.run("verify", *options, version=version)

    def sums(self) -> str:
        wheels = sorted(self.dist.glob("*/*.whl"), key=lambda path: path.name)
        return "".join(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in wheels)

    def digest(self) -> str:
        return hashlib.sha256(self.sums().encode()).hexdigest()


@pytest.fixture
def project(tmp_path: Path, plan: Plan, capsys: pytest.CaptureFixture[str]) -> Project:
    made = Project(tmp_path, plan(DEMO, TVM), capsys)
    for platform in PLATFORMS:
        made.build(platform)
    return made


class TestPlan:
    @pytest.mark.parametrize(
        ("tag", "version", "prerelease"),
        [
            ("v0.1.0", "0.1.0", "false"),
            ("v0.2.0rc1", "0.2.0rc1", "true"),
            ("v0.2.0-RC.1", "0.2.0rc1", "true"),
            ("v1.0.dev3", "1.0.dev3", "true"),
            ("v1.0.0.post1", "1.0.0.post1", "false"),
        ],
    )
    def test_a_tag_becomes_a_version(
        self,
        tmp_path: Path,
        capsys: pytest.CaptureFixture[str],
        monkeypatch: pytest.MonkeyPatch,
        tag: str,
        version: str,
        prerelease: str,
    ) -> None:
        outputs = tmp_path / "outputs"
        outputs.write_text("before=1\n", encoding="utf-8")
        monkeypatch.setenv("GITHUB_OUTPUT", str(outputs))
        assert releasetool.main(["plan", "--tag", tag]) == 0
        lines = f"tag={tag}\nversion={version}\nprerelease={prerelease}\n"
        assert capsys.readouterr().out == lines
        assert outputs.read_text(encoding="utf-8") == f"before=1\n{lines}"

    @pytest.mark.parametrize(
        ("tag", "message"),
        [
            ("0.1.0", "the tag '0.1.0' is not a v and a version by PEP 440: write it like v1.2.3 or v1.2.3rc1"),
            ("vv1.0", "is not a v and a version"),
            ("V1.0", "is not a v and a version"),
            ("v1.0 ", "is not a v and a version"),
            ("v1.0\nversion=2", "is not a v and a version"),
            ("release-1", "is not a v and a version"),
            ("v", "is not a v and a version"),
            ("", "is not a v and a version"),
            ("v1.0+cpu", "the tag 'v1.0+cpu' names a local version, which a release cannot have: tag v1.0"),
            ("v1!2.0", "the tag 'v1!2.0' names an epoch, which a release cannot have: tag v2.0"),
        ],
    )
    def test_any_other_tag_is_refused_in_words(
        self, capsys: pytest.CaptureFixture[str], tag: str, message: str
    ) -> None:
        assert releasetool.main(["plan", "--tag", tag]) == 2
        output, error = capsys.readouterr()
        assert message in error
        assert output == ""


class TestVariants:
    """A variant's wheels go by other names, and what it does not change is built with it once more."""

    NAME = "linux-x86_64-cuda-12.8"

    @pytest.fixture(autouse=True)
    def variant(self, project: Project) -> None:
        plan = json.loads(project.plan.read_text(encoding="utf-8"))
        wheels = [{"distribution": "demo-cu128", "builtAs": "demo", "requires": {"pin": ["tvm"]}}, TVM]
        own = {**plan, "name": "demo-cuda-12.8", "wheels": wheels, "platforms": {self.NAME: {"platformTag": TAG}}}
        self.plan = project.plan.with_name("plan-cuda-12.8.json")
        self.plan.write_text(json.dumps(own), encoding="utf-8")
        project.plan.write_text(json.dumps({**plan, "variants": [self.plan.name]}), encoding="utf-8")
        self.folder = project.dist / self.NAME

    def build(self, project: Project, **tvm: Any) -> None:
        make_wheel(self.folder, "demo-cu128", requires=["tvm==0.9"])
        make_wheel(self.folder, "tvm", "0.9", **tvm)
        argv = ["record", str(self.folder), "--plan", str(self.plan), "--platform", self.NAME, "--commit", COMMIT]
        assert wheeltool.main([*argv, "--image", IMAGE, "--tools", str(project.folder / "tools")]) == 0
        project.capsys.readouterr()

    def test_a_release_lacks_nothing_of_it(self, project: Project) -> None:
        assert project.verify() == [
            f"there is no folder {self.folder}: build {self.NAME}, or declare it no more",
        ]

    def test_a_file_that_both_build_is_published_once(self, project: Project) -> None:
        self.build(project)
        sums = project.folder / "SHA256SUMS"
        assert project.verify("--sums", str(sums)) == []
        names = [line.split()[1] for line in sums.read_text(encoding="utf-8").splitlines()]
        linux = f"py3-none-{TAG}.whl"
        assert [name for name in names if name.endswith(linux)] == [
            f"demo-1.0-{linux}",
            f"demo_cu128-1.0-{linux}",
            f"tvm-0.9-{linux}",
        ]

    def test_one_that_comes_out_differently_is_a_finding(self, project: Project) -> None:
        self.build(project, files={"tvm/__init__.py": b"other\n"})
        assert project.verify() == [
            f"tvm-0.9-py3-none-{TAG}.whl is there for {LINUX} and {self.NAME}, and differs: "
            "a release holds one file of a name, so tag it apart"
        ]

    def test_the_notes_say_how_to_install_each(self, project: Project) -> None:
        self.build(project)
        other = f"ghcr.io/owner/toolchain@sha256:{'2' * 64}"
        options = ("--tag=v1.0", f"--repository={REPOSITORY}", "--image", other)
        assert project.run("notes", *options) == [
            f"a platform was built in the image {IMAGE}, not in {other}: build it in that"
        ]
        assert project.run("notes", *options, "--image", IMAGE) == []
        assert "demo==1.0 tvm  # demo\n" in project.output
        assert "demo-cu128==1.0 tvm  # demo-cuda-12.8\n" in project.output


class TestVerify:
    def test_a_whole_build_is_shown_with_its_digest(self, project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
        summary, outputs, sums = (project.folder / name for name in ("summary.md", "outputs", "new/SHA256SUMS"))
        monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
        monkeypatch.setenv("GITHUB_OUTPUT", str(outputs))
        assert project.verify("--sums", str(sums), "--commit", COMMIT, "--expect-digest", project.digest()) == []
        assert sums.read_text(encoding="utf-8") == project.sums()
        header, *rows, answer = project.output.splitlines()
        assert header.split() == ["platform", "wheel", "version", "size", "SHA-256"]
        assert [row.split()[:3] for row in rows] == [
            [platform, f"{name}-{version}-py3-none-{tag}.whl", version]
            for platform, tag in PLATFORMS.items()
            for name, version in (("demo", "1.0"), ("tvm", "0.9"))
        ]
        assert answer == f"sums-digest={project.digest()}"
        assert outputs.read_text(encoding="utf-8") == f"{answer}\n"
        assert f"| {LINUX} | demo-1.0-py3-none-{TAG}.whl | 1.0 |" in summary.read_text(encoding="utf-8")

    def test_a_wheel_that_an_earlier_build_kept_is_not_released(self, project: Project) -> None:
        reused = {"distribution": "tvm", "from": "tvm-0.9-py3-none-linux_x86_64.whl", "reused": "0" * 64}
        project.edit_record(LINUX, amendments=[{"distribution": "demo", "from": "x", "to": "y"}, reused])
        advice = "build it anew, with an empty WHEEL_CACHE_DIR"
        assert project.verify() == [f"{LINUX}: the wheel of tvm was kept from an earlier build: {advice}"]

    def test_a_tag_stands_for_its_version(self, project: Project) -> None:
        assert project.verify(version="v1.0.0") == []

    def test_sha256sum_reads_the_sums(self, project: Project) -> None:
        assert shutil.which("sha256sum"), "install coreutils: the notes tell users to run sha256sum"
        together = project.folder / "together"
        together.mkdir()
        for path in project.dist.glob("*/*.whl"):
            shutil.copy(path, together)
        assert project.verify("--sums", str(together / "SHA256SUMS")) == []
        subprocess.run(["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=together, check=True)

    def test_a_platform_too_few_is_a_finding_and_there_are_no_sums(
        self, project: Project, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        outputs, sums = project.folder / "outputs", project.folder / "SHA256SUMS"
        monkeypatch.setenv("GITHUB_OUTPUT", str(outputs))
        shutil.rmtree(project.dist / WINDOWS)
        assert project.verify("--sums", str(sums)) == [
            f"there is no folder {project.dist / WINDOWS}: build {WINDOWS}, or declare it no more"
        ]
        assert not outputs.exists() and not sums.exists() and "sums-digest" not in project.output

    def test_a_platform_too_many_is_a_finding(self, project: Project) -> None:
        shutil.copytree(project.dist / LINUX, project.dist / "linux-aarch64")
        (project.dist / "js").mkdir()
        shutil.copy(next(project.dist.glob("*/*.whl")), project.dist)
        folders = (project.dist, project.dist / "linux-aarch64")
        assert project.verify() == [
            f"{folder} holds wheels, but is no platform of the plan: remove them, or declare {folder.name}"
            for folder in folders
        ]

    def test_a_changed_wheel_is_a_finding(self, project: Project) -> None:
        wheel = project.dist / WINDOWS / "demo-1.0-py3-none-win_amd64.whl"
        wheel.write_bytes(wheel.read_bytes() + b"!")
        findings = project.verify()
        assert [finding.split(" has ")[0] for finding in findings] == [f"{WINDOWS}: {wheel.name}"] * 2
        assert "SHA256SUMS says" in findings[0] and "build-record.json says" in findings[1]

    def test_missing_sums_and_a_missing_record_are_findings(self, project: Project) -> None:
        (project.dist / LINUX / "SHA256SUMS").unlink()
        (project.dist / WINDOWS / "build-record.json").unlink()
        findings = project.verify()
        assert any(finding.startswith(f"{LINUX}: ") and "SHA256SUMS" in finding for finding in findings)
        assert any(finding.startswith(f"{WINDOWS}: ") and "build-record.json" in finding for finding in findings)

    def test_a_foreign_file_is_a_finding(self, project: Project) -> None:
        (project.dist / LINUX / "notes.txt").write_text("", encoding="utf-8")
        assert project.verify() == [f"{LINUX}: notes.txt is neither a wheel nor a record: remove it"]

    def test_a_missing_wheel_is_a_finding(self, project: Project) -> None:
        next((project.dist / LINUX).glob("tvm-*.whl")).unlink()
        assert f"{LINUX}: no wheel of tvm in {project.dist / LINUX}: build it first" in project.verify()

    def test_a_wheel_twice_is_a_finding(self, project: Project) -> None:
        make_wheel(project.dist / LINUX, version="1.0", platform="linux_x86_64", requires=["tvm==0.9"])
        findings = "\n".join(project.verify())
        assert (
            f"{LINUX}: several wheels of demo (demo-1.0-py3-none-linux_x86_64.whl, demo-1.0-py3-none-{TAG}" in findings
        )

    def test_a_damaged_wheel_is_a_finding(self, project: Project) -> None:
        wheel = project.dist / LINUX / f"tvm-0.9-py3-none-{TAG}.whl"
        wheel.write_bytes(b"no zip")
        assert f"{LINUX}: {wheel.name} is not a zip file" in "\n".join(project.verify())

    def test_a_wheel_for_another_platform_is_a_finding(self, project: Project) -> None:
        project.build(LINUX, tag="manylinux_2_35_x86_64")
        findings = project.verify()
        assert len(findings) == 2
        assert f"{LINUX}: demo-1.0-py3-none-manylinux_2_35_x86_64.whl: is for manylinux_2_35_x86_64" in findings[0]
        assert project.verify("--platform-tag", f"{LINUX}=manylinux_2_35_x86_64") == []

    def test_a_compressed_tag_set_must_include_the_platforms_tag(self, project: Project) -> None:
        project.build(LINUX, tag=f"manylinux_2_24_x86_64.{TAG}")
        assert project.verify() == []
        project.build(LINUX, tag="manylinux_2_24_x86_64.manylinux_2_35_x86_64")
        assert f"not for {TAG}: repair it for that platform tag" in project.verify()[0]

    def test_another_platforms_record_is_a_finding(self, project: Project) -> None:
        project.edit_record(LINUX, platform=WINDOWS, schema=2, name="other")
        assert [finding.split(": put")[0] for finding in project.verify()] == [
            f"{LINUX}: build-record.json has the schema 2, not 1",
            f"{LINUX}: build-record.json has the name 'other', not 'demo'",
            f"{LINUX}: build-record.json has the platform '{WINDOWS}', not '{LINUX}'",
        ]

    @pytest.mark.parametrize("source", [None, "text", {}, []])
    def test_a_record_of_another_form_is_a_finding(self, project: Project, source: object) -> None:
        project.edit_record(LINUX, source=source)
        assert f"{LINUX}: build-record.json is not a build record" in project.verify()[0]

    def test_another_source_is_a_finding(self, project: Project) -> None:
        source = {"kind": "git", "repository": "https://example.com/fork", "commit": COMMIT, "tag": "v1.0"}
        project.edit_record(LINUX, source={**source, "builtCommit": COMMIT, "sourceDir": False})
        [finding] = project.verify()
        assert finding.startswith(f"{LINUX}: was built for the source {source}, the plan has ")

    def test_a_source_folder_is_a_finding_unless_allowed(self, project: Project) -> None:
        for platform in PLATFORMS:
            project.build(platform, "1.0", "0.9", "--commit", "b" * 40, "--source-dir", "tree")
        findings = project.verify()
        assert findings == [
            f"{platform}: {text}"
            for platform in PLATFORMS
            for text in (
                "was built from another tree than the plan's source: build it without SOURCE_DIR",
                f"was built from commit {'b' * 40}, not from {COMMIT}: build that one",
            )
        ]
        assert project.verify("--allow-source-dir") == []
        assert project.verify("--allow-source-dir", "--commit", "b" * 40) == []
        assert f"not from {'c' * 40}" in project.verify("--allow-source-dir", "--commit", "c" * 40)[0]

    def test_different_commits_are_a_finding_though_source_folders_are_allowed(self, project: Project) -> None:
        project.build(LINUX, "1.0", "0.9", "--commit", "b" * 40, "--source-dir", "tree")
        each = f"{LINUX} from {'b' * 40}, {WINDOWS} from {COMMIT}"
        assert project.verify("--allow-source-dir") == [
            f"the platforms were built from different commits ({each}): build them from one"
        ]

    def test_another_version_is_a_finding(self, project: Project) -> None:
        project.build(WINDOWS, version="1.1")
        findings = "\n".join(project.verify())
        assert f"{WINDOWS}: demo-1.1-py3-none-win_amd64.whl: has version 1.1, not 1.0" in findings
        assert f"{WINDOWS}: build-record.json has the version 1.1, not 1.0" in findings
        assert findings.count("\n") == 1

    def test_different_versions_of_an_unversioned_wheel_are_a_finding(self, project: Project) -> None:
        project.build(WINDOWS, tvm="0.8")
        assert project.verify() == [
            f"tvm has different versions (0.9 for {LINUX}, 0.8 for {WINDOWS}): build them from one source"
        ]

    def test_pins_that_do_not_agree_are_a_finding(self, project: Project) -> None:
        project.build(LINUX, requires=["tvm==0.8"])
        findings = "\n".join(project.verify())
        assert f"{LINUX}: demo-1.0-py3-none-{TAG}.whl: requires 'tvm==0.8', against the plan" in findings
        assert f"{LINUX}: demo-1.0-py3-none-{TAG}.whl: does not require 'tvm==0.9'" in findings

    def test_two_files_of_a_name_are_a_finding(self, project: Project) -> None:
        for platform in PLATFORMS:
            project.build(platform, tag="any")
        tags = [word for platform in PLATFORMS for word in ("--platform-tag", f"{platform}=any")]
        assert project.verify(*tags) == []  # the same file twice
        make_wheel(project.dist / WINDOWS, "tvm", "0.9", platform="any", date=(2021, 1, 1, 0, 0, 0))
        project.record(WINDOWS)
        assert project.verify(*tags) == [
            f"tvm-0.9-py3-none-any.whl is there for {LINUX} and {WINDOWS}, and differs: "
            "a release holds one file of a name, so tag it apart"
        ]

    def test_a_name_that_github_would_change_is_a_finding(self, project: Project) -> None:
        for platform in PLATFORMS:
            project.build(platform, tvm="1!0.9")
        findings = project.verify()
        assert len(findings) == 2
        assert findings[0].startswith(f"GitHub would rename tvm-1!0.9-py3-none-{TAG}.whl")

    def test_a_wheel_that_changed_since_it_was_verified_is_a_finding(self, project: Project) -> None:
        before = project.digest()
        project.build(LINUX, requires=["tvm==0.9", "psutil"])
        [finding] = project.verify("--expect-digest", before)
        assert "a wheel changed since it was verified" in finding
        assert project.digest() in finding and before in finding

    def test_all_findings_are_told_at_once(self, project: Project) -> None:
        (project.dist / LINUX / "SHA256SUMS").unlink()
        (project.dist / "other").mkdir()
        (project.dist / "other" / "build-record.json").write_text("{}", encoding="utf-8")
        project.build(WINDOWS, version="1.1", tvm="0.8")
        assert len(project.verify("--expect-digest", "0")) >= 6

    @pytest.mark.parametrize(
        ("options", "version", "message"),
        [
            (["--platform-tag", "linux"], "1.0", "--platform-tag 'linux' is not PLATFORM=TAG"),
            (["--platform-tag", "amiga=any"], "1.0", "no platform 'amiga'"),
            (["--plan", "nowhere.json"], "1.0", "cannot read the plan nowhere.json"),
            ([], "one", "'one' is not a version by PEP 440"),
        ],
    )
    def test_bad_usage_is_told(self, project: Project, options: list[str], version: str, message: str) -> None:
        [finding] = project.run("verify", *options, version=version, code=2)
        assert message in finding

    def test_a_folder_that_is_not_there_is_bad_usage(self, project: Project) -> None:
        shutil.rmtree(project.dist)
        assert "there is no folder" in project.run("verify", code=2)[0]


class TestNotes:
    OPTIONS = ("--tag", "v1.0", "--repository", REPOSITORY)

    def test_they_say_how_to_install_and_verify_it_and_where_it_is_from(self, project: Project) -> None:
        project.record(LINUX, "--image", IMAGE)
        options = (*self.OPTIONS, "--image", IMAGE, "--run-url", "https://github.com/owner/name/actions/runs/1")
        assert project.run("notes", *options) == []
        text = project.output
        page = "https://github.com/owner/name/releases/expanded_assets/v1.0"
        assert f"\npip install --find-links {page} demo==1.0 tvm\n" in text
        assert "\nsha256sum --check SHA256SUMS\n" in text
        assert f"\ngh attestation verify demo-1.0-py3-none-{TAG}.whl --repo owner/name\n" in text
        assert f"\n- Commit: `{COMMIT}`\n" in text
        assert "\n- Repository: https://example.com/demo\n- Tag: v1.0\n" in text
        assert f"\n- Toolchain image: `{IMAGE}`\n" in text
        assert "\n- Built by: https://github.com/owner/name/actions/runs/1\n" in text
        assert (
            f"\n| Tool | {LINUX} | {WINDOWS} |\n| --- | --- | --- |\n| cmake | 4.1 | 4.2 |\n| ninja | 1.13 | – |\n"
            in text
        )
        for line in project.sums().splitlines():
            digest, name = line.split("  ")
            assert f"| `{name}` | {LINUX if TAG in name else WINDOWS} | 0.00 MB | `{digest}` |\n" in text
        project.run("notes", *options)
        assert project.output == text

    def test_they_link_to_a_commit_on_github(self, project: Project) -> None:
        plan = json.loads(project.plan.read_text(encoding="utf-8"))
        plan["source"]["repository"] = "https://github.com/upstream/demo.git"
        project.plan.write_text(json.dumps(plan), encoding="utf-8")
        for platform in PLATFORMS:
            project.record(platform)
        assert project.run("notes", *self.OPTIONS) == []
        assert f"- Commit: [`{COMMIT}`](https://github.com/upstream/demo/commit/{COMMIT})\n" in project.output
        assert "image" not in project.output

    def test_they_are_not_written_for_wheels_that_do_not_verify(self, project: Project) -> None:
        shutil.rmtree(project.dist / WINDOWS)
        assert "there is no folder" in project.run("notes", *self.OPTIONS)[0]
        assert project.output == ""

    def test_another_image_than_the_recorded_is_a_finding(self, project: Project) -> None:
        project.record(LINUX, "--image", IMAGE.replace("1", "2"))
        [finding] = project.run("notes", *self.OPTIONS, "--image", IMAGE)
        assert f"not in {IMAGE}" in finding

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            (["--image", "toolchain:latest"], "names no digest"),
            (["--tag", "v2.0"], "the tag v2.0 does not name version 1.0"),
            (["--repository", "name"], "--repository 'name' is not owner/name"),
        ],
    )
    def test_bad_usage_is_told(self, project: Project, options: list[str], message: str) -> None:
        [finding] = project.run("notes", *self.OPTIONS, *options, code=2)
        assert message in finding


@pytest.mark.skipif(sys.platform == "win32", reason="the stand-in is started through a shell script")
class TestPublish:
    @pytest.fixture(autouse=True)
    def setup(self, project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
        self.project, self.monkeypatch = project, monkeypatch
        self.hub, self.notes, bin = (project.folder / name for name in ("hub", "notes.md", "bin"))
        self.notes.write_text("# What it is\n", encoding="utf-8")
        bin.mkdir()
        (bin / "gh").write_text(f'#!/bin/sh\nexec "{sys.executable}" "{STAND_IN}" "$@"\n', encoding="utf-8")
        (bin / "gh").chmod(0o755)
        monkeypatch.setenv("PATH", f"{bin}{os.pathsep}{os.environ['PATH']}")
        monkeypatch.setenv("GH_STANDIN_FOLDER", str(self.hub))
        monkeypatch.setenv("GH_TOKEN", "very-secret")

    def publish(self, *options: str, version: str = "1.0", code: int | None = None) -> list[str]:
        argv = ("--tag", f"v{version}", "--repository", REPOSITORY, "--notes", str(self.notes), *options)
        findings = self.project.run("publish", *argv, version=version, code=code)
        assert "very-secret" not in self.project.output + "".join(findings)
        return findings

    def release(self, tag: str = "v1.0") -> dict[str, Any]:
        content: dict[str, Any] = json.loads((self.hub / tag / "release.json").read_text(encoding="utf-8"))
        return content

    def assets(self, tag: str = "v1.0") -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in (self.hub / tag / "assets").iterdir()}

    def expected(self) -> dict[str, bytes]:
        dist = self.project.dist
        wheels = {path.name: path.read_bytes() for path in dist.glob("*/*.whl")}
        records = {f"build-record-{each}.json": (dist / each / "build-record.json").read_bytes() for each in PLATFORMS}
        return {**wheels, **records, "SHA256SUMS": self.project.sums().encode()}

    def calls(self) -> list[list[str]]:
        return [json.loads(line) for line in (self.hub / "calls.jsonl").read_text(encoding="utf-8").splitlines()]

    def gh(self, *argv: str) -> None:
        subprocess.run(["gh", "release", *argv, "--repo", REPOSITORY], check=True, capture_output=True)

    def test_a_fresh_release_is_uploaded_compared_and_published_last(self) -> None:
        assert self.publish("--expect-digest", self.project.digest()) == []
        assert self.assets() == self.expected()
        release = self.release()
        assert (release["isDraft"], release["isPrerelease"]) == (False, False)
        assert (release["name"], release["body"]) == ("demo 1.0", "# What it is\n")
        verbs = [call[1] for call in self.calls()]
        assert verbs == ["view", "create", *["upload"] * 7, "download", "edit"]
        assert self.calls()[-1][2:4] == ["v1.0", "--draft=false"]
        assert self.project.output.endswith("published v1.0: https://github.com/owner/name/releases/tag/v1.0\n")

    @pytest.mark.parametrize(("version", "options"), [("1.0", ["--prerelease"]), ("1.0rc1", [])])
    def test_a_prerelease_is_marked(self, version: str, options: list[str]) -> None:
        for platform in PLATFORMS:
            self.project.build(platform, version=version)
        assert self.publish(*options, version=version) == []
        release = self.release(f"v{version}")
        assert (release["isDraft"], release["isPrerelease"]) == (False, True)

    def test_a_draft_left_over_is_reused(self) -> None:
        old = self.project.folder / "SHA256SUMS"
        (self.project.folder / "old.whl").write_bytes(b"old")
        old.write_bytes(b"old")
        self.gh("create", "v1.0", "--draft", "--title", "old", "--notes", "old", "--prerelease")
        self.gh("upload", "v1.0", str(old), str(self.project.folder / "old.whl"))
        assert self.publish() == []
        assert self.assets() == self.expected()
        release = self.release()
        assert (release["isDraft"], release["isPrerelease"]) == (False, False)
        assert (release["name"], release["body"]) == ("demo 1.0", "# What it is\n")
        assert "a draft of v1.0 is left from a try that failed: using it" in self.project.output
        assert sum(call[1] == "create" for call in self.calls()) == 1

    def test_a_published_release_is_left_alone(self) -> None:
        self.publish()
        before, calls = self.assets(), len(self.calls())
        self.notes.write_text("other", encoding="utf-8")
        assert self.publish() == []
        assert "v1.0 is already published: nothing is changed" in self.project.output
        assert "notice" not in self.project.output
        assert (self.assets(), self.release()["body"]) == (before, "# What it is\n")
        assert [call[1] for call in self.calls()[calls:]] == ["view", "download"]

    def test_a_published_release_of_other_files_is_left_alone_and_noticed(self) -> None:
        self.publish()
        before = self.assets()
        self.project.build(LINUX, requires=["tvm==0.9", "psutil"])
        (self.hub / "v1.0" / "assets" / f"tvm-0.9-py3-none-{TAG}.whl").unlink()
        (self.hub / "v1.0" / "assets" / "more").write_bytes(b"")
        assert self.publish() == []
        notice = "notice: of the published files, "
        assert f"{notice}demo-1.0-py3-none-{TAG}.whl has other bytes\n" in self.project.output
        assert f"{notice}tvm-0.9-py3-none-{TAG}.whl is not there\n" in self.project.output
        assert f"{notice}more is not of this build\n" in self.project.output
        del before[f"tvm-0.9-py3-none-{TAG}.whl"]
        assert self.assets() == {**before, "more": b""}

    def test_a_published_release_that_cannot_be_downloaded_is_left_alone_and_noticed(self) -> None:
        self.gh("create", "v1.0", "--title", "by hand")
        assert self.publish() == []
        assert "notice: of the published files, gh release download v1.0 failed: no assets" in self.project.output
        assert self.assets() == {}

    def test_an_upload_that_fails_once_is_tried_again(self) -> None:
        self.monkeypatch.setenv("GH_STANDIN_FAIL", "view:1,upload:2,upload:3,download:1,edit:1")
        assert self.publish() == []
        assert self.project.output.count("trying again") == 5
        assert self.assets() == self.expected()

    def test_an_interrupted_publish_leaves_a_draft_that_the_next_try_completes(self) -> None:
        self.monkeypatch.setenv("GH_STANDIN_FAIL", "upload:3+")
        [finding] = self.publish()
        assert finding.startswith("gh release upload v1.0 failed: HTTP 502")
        assert finding.endswith("; v1.0 is not published: run this again")
        assert self.release()["isDraft"] is True
        assert len(self.assets()) == 2
        assert sum(call[1] == "upload" for call in self.calls()) == 5  # two that went well, and three tries
        self.monkeypatch.delenv("GH_STANDIN_FAIL")
        assert self.publish() == []
        assert self.assets() == self.expected()
        assert self.release()["isDraft"] is False

    @pytest.mark.parametrize("verb", ["download", "edit"])
    def test_what_fails_after_the_upload_leaves_a_draft(self, verb: str) -> None:
        self.monkeypatch.setenv("GH_STANDIN_FAIL", f"{verb}:1+")
        assert f"gh release {verb} v1.0 failed" in self.publish()[0]
        assert self.release()["isDraft"] is True

    def test_a_corrupted_upload_is_never_published(self) -> None:
        self.monkeypatch.setenv("GH_STANDIN_CORRUPT", "tvm-0.9-py3-none-win")
        for _ in range(2):
            [finding] = self.publish()
            assert "are not those uploaded: tvm-0.9-py3-none-win_amd64.whl has other bytes; v1.0 is not" in finding
            assert self.release()["isDraft"] is True
        self.monkeypatch.delenv("GH_STANDIN_CORRUPT")
        assert self.publish() == []
        assert self.assets() == self.expected()

    def test_a_release_that_cannot_be_looked_up_is_not_created(self) -> None:
        self.monkeypatch.setenv("GH_STANDIN_FAIL", "view:1+")
        assert "gh release view v1.0 failed: HTTP 502" in self.publish()[0]
        assert {call[1] for call in self.calls()} == {"view"}

    @pytest.mark.parametrize("left_over", [False, True])
    def test_a_tag_that_is_not_there_is_not_released(self, left_over: bool) -> None:
        if left_over:
            self.gh("create", "v1.0", "--draft")
        self.hub.mkdir(exist_ok=True)
        (self.hub / "tags.txt").write_text("v0.9\n", encoding="utf-8")
        assert "tag v1.0 doesn't exist in the repo owner/name" in self.publish()[0]
        assert (self.hub / "v1.0").exists() is left_over

    def test_wheels_that_do_not_verify_are_not_uploaded(self) -> None:
        shutil.rmtree(self.project.dist / WINDOWS)
        assert "there is no folder" in self.publish()[0]
        assert not self.hub.exists()

    def test_wheels_that_changed_since_they_were_verified_are_not_uploaded(self) -> None:
        assert "a wheel changed since it was verified" in self.publish("--expect-digest", "0" * 64)[0]
        assert not self.hub.exists()

    def test_a_token_in_an_error_is_not_shown(self) -> None:
        self.monkeypatch.setenv("GH_TOKEN", "HTTP 502")
        self.monkeypatch.setenv("GH_STANDIN_FAIL", "view:1+")
        assert "gh release view v1.0 failed: ***: Server Error" in self.publish()[0]

    def test_without_a_login_gh_says_so(self) -> None:
        self.monkeypatch.delenv("GH_TOKEN")
        assert "gh release view v1.0 failed: To get started with GitHub CLI" in self.publish()[0]

    def test_missing_notes_a_missing_gh_and_another_tag_are_bad_usage(self) -> None:
        assert "does not name version" in self.publish("--tag", "v1.1", code=2)[0]
        self.notes.unlink()
        assert "write it with releasetool.py notes" in self.publish(code=2)[0]
        self.notes.write_text("", encoding="utf-8")
        self.monkeypatch.setenv("PATH", str(self.project.folder))
        assert "gh is missing: install the GitHub CLI" in self.publish(code=2)[0]


class TestStandIn:
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
    def test_it_fails_like_gh(self, tmp_path: Path, argv: list[str], status: int, message: str) -> None:
        env = {**os.environ, "GH_STANDIN_FOLDER": str(tmp_path / "hub"), "GH_TOKEN": "x"}
        (tmp_path / "file").write_bytes(b"data")

        def gh(*words: str) -> subprocess.CompletedProcess[str]:
            command = [sys.executable, str(STAND_IN), "release", *words, "-R", REPOSITORY]
            return subprocess.run(command, check=False, capture_output=True, encoding="utf-8", cwd=tmp_path, env=env)

        assert gh("create", "there", "file").returncode == 0
        ran = gh(*argv)
        assert ran.returncode == status
        assert ran.stderr.startswith(message)


class TestCommandLine:
    @pytest.mark.parametrize("argv", [[], ["paint"], ["plan"], ["verify", "nowhere"], ["plan", "--tag", "1"]])
    def test_bad_usage_exits_with_2_and_no_traceback(self, argv: list[str]) -> None:
        script = [sys.executable, str(Path(releasetool.__file__)), *argv]
        ran = subprocess.run(script, check=False, capture_output=True, encoding="utf-8")
        assert ran.returncode == 2
        assert "Traceback" not in ran.stderr
