"""What a user gets from wheeltool.py."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
import wheeltool
from conftest import TAG, Plan, hashed, make_wheel


def members(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def metadata(path: Path) -> str:
    return next(data for name, data in members(path).items() if name.endswith(".dist-info/METADATA")).decode()


class TestAmend:
    def amend(self, plan: Path, wheel: Path, *options: str, distribution: str = "demo", to: str = "out") -> Path:
        out = plan.parent / to
        argv = ["amend", str(wheel), "--plan", str(plan), "--distribution", distribution, "--output-dir", str(out)]
        before = set(out.glob("*.whl"))
        assert wheeltool.main([*argv, *options]) == 0
        found = set(out.glob("*.whl"))
        return (found - before or found).pop()

    def test_the_version_is_set_everywhere_and_normalised(self, plan: Plan, tmp_path: Path) -> None:
        files = {"demo/__init__.py": b"", "demo-1.0.data/scripts/demo": b"#!python\n", "other-1.0.data/x": b""}
        made = self.amend(plan(), make_wheel(tmp_path, files=files), "--version", "v1.2-RC.3")
        assert made.name == f"demo-1.2rc3-py3-none-{TAG}.whl"
        assert sorted(members(made)) == [
            "demo-1.2rc3.data/scripts/demo",
            *(f"demo-1.2rc3.dist-info/{name}" for name in ("METADATA", "RECORD", "WHEEL")),
            "demo/__init__.py",
            "other-1.0.data/x",
        ]
        assert metadata(made).startswith("Metadata-Version: 2.1\nName: demo\nVersion: 1.2rc3\n\n# Read me")
        assert metadata(made).endswith("\n\nVersion: of the text\n")

    def test_the_wheel_of_a_variant_gets_its_name(self, plan: Plan, tmp_path: Path) -> None:
        make_wheel(tmp_path / "siblings", "tvm-cu128", "0.9")
        spec = {"distribution": "demo-cu128", "builtAs": "demo", "requires": {"pin": ["tvm-cu128"], "drop": ["tvm"]}}
        options = ("--siblings", str(tmp_path / "siblings"), "--version", "1.1")
        wheel = make_wheel(tmp_path / "raw", files={"demo/__init__.py": b""}, requires=["tvm"])
        declared = plan(spec, {"distribution": "tvm-cu128"})
        made = self.amend(declared, wheel.parent, *options, distribution="demo-cu128")
        assert made.name == f"demo_cu128-1.1-py3-none-{TAG}.whl"
        assert "\nName: demo-cu128\nVersion: 1.1\nRequires-Dist: tvm-cu128==0.9\n" in metadata(made)
        assert "demo/__init__.py" in members(made) and "demo_cu128-1.1.dist-info/RECORD" in members(made)
        # Once more, as after the repair, it is the one that it has become.
        again = self.amend(declared, made.parent, *options, distribution="demo-cu128", to="again")
        assert again.read_bytes() == made.read_bytes()

    def test_a_wheel_tells_of_its_commit(self, plan: Plan, tmp_path: Path) -> None:
        home = "Project-URL: Home, https://example.com\n"
        wheel = make_wheel(tmp_path, metadata=f"Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n{home}\n# Read me\n")
        told = f"{home}Project-URL: Source commit, https://example.com/demo/commit/{'c' * 40}\n\n# Read me"
        changes = tmp_path / "changes.json"
        made = self.amend(plan(), wheel, "--commit", "c" * 40, "--changes", str(changes))
        assert told in metadata(made)
        assert [change["commit"] for change in json.loads(changes.read_text(encoding="utf-8"))] == ["c" * 40]
        assert told in metadata(self.amend(plan(), made, to="again"))
        assert "Source commit" not in metadata(self.amend(plan(), made, "--commit", "", to="none"))

    def test_an_empty_version_keeps_the_one_it_has(self, plan: Plan, tmp_path: Path) -> None:
        assert "-1.0-" in self.amend(plan(), make_wheel(tmp_path), "--version", "").name

    def test_requirements_are_added_pinned_and_dropped(self, plan: Plan, tmp_path: Path) -> None:
        make_wheel(tmp_path / "siblings", "tvm", "0.9.dev1+cpu")
        requires = ["Torch>=2", "tvm>=0.1", "numpy ; python_version>'3'", "httpx[http2]; extra=='web'", "psutil"]
        spec = {"requires": {"add": ["psutil", "aiohttp>=3"], "pin": ["tvm"], "drop": ["torch"]}}
        wheel, changes = make_wheel(tmp_path, requires=requires), tmp_path / "changes.json"
        options = ("--siblings", str(tmp_path / "siblings"), "--changes", str(changes))
        made = self.amend(plan(spec, {"distribution": "tvm"}), wheel, *options)
        assert [line for line in metadata(made).splitlines() if line.startswith("Requires-Dist")] == [
            "Requires-Dist: numpy ; python_version>'3'",
            "Requires-Dist: httpx[http2]; extra=='web'",
            "Requires-Dist: psutil",
            "Requires-Dist: tvm==0.9.dev1+cpu",
            "Requires-Dist: aiohttp>=3",
        ]
        [change] = json.loads(changes.read_text())
        assert change["requirementsRemoved"] == ["Torch>=2", "tvm>=0.1"]
        assert change["requirementsAdded"] == ["tvm==0.9.dev1+cpu", "aiohttp>=3"]
        again = self.amend(tmp_path / "plan.json", made, *options, to="again")
        assert again.read_bytes() == made.read_bytes()
        assert json.loads(changes.read_text()) == [change]

    def test_requirements_are_added_where_there_are_none_and_no_text(self, plan: Plan, tmp_path: Path) -> None:
        bare = "Metadata-Version: 2.1\r\nName: demo\r\nVersion: 1.0\r\nSummary: a\r\n  b\r\n"
        made = self.amend(plan({"requires": {"add": ["psutil"]}}), make_wheel(tmp_path, metadata=bare))
        assert (
            metadata(made)
            == "Metadata-Version: 2.1\nName: demo\nVersion: 1.0\nSummary: a\n  b\nRequires-Dist: psutil\n"
        )

    def test_the_same_contents_give_the_same_bytes(self, plan: Plan, tmp_path: Path) -> None:
        a = make_wheel(tmp_path / "a", date=(2021, 1, 1, 0, 0, 0))
        b = make_wheel(tmp_path / "b", date=(2024, 6, 5, 4, 3, 2), backwards=True)
        os.utime(b, (1, 1))
        assert a.read_bytes() != b.read_bytes()
        made = [self.amend(plan(), wheel, to=wheel.parent.name + "-out") for wheel in (a, a, b)]
        assert len({path.read_bytes() for path in made}) == 1

    def test_the_order_of_delvewheels_list_of_libraries_does_not_matter(self, plan: Plan, tmp_path: Path) -> None:
        listed = [b"b.dll\na.dll\nc.dll\n", b"c.dll\nb.dll\na.dll\n"]
        made = [
            self.amend(
                plan(),
                make_wheel(tmp_path / str(index), files={"demo.libs/.load-order-demo-1.0": lines}),
                to=f"{index}-out",
            )
            for index, lines in enumerate(listed)
        ]
        assert made[0].read_bytes() == made[1].read_bytes()

    @pytest.mark.parametrize(("epoch", "year"), [("", 1980), ("0", 1980), ("1700000000", 2023), ("4354819198", 2107)])
    def test_timestamps_come_from_source_date_epoch(
        self, plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, epoch: str, year: int
    ) -> None:
        monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)
        with zipfile.ZipFile(self.amend(plan(), make_wheel(tmp_path))) as archive:
            assert {info.date_time[0] for info in archive.infolist()} == {year}

    def test_files_keep_their_bytes_and_modes_and_record_is_right(self, plan: Plan, tmp_path: Path) -> None:
        library = os.urandom(100_000)
        wheel = make_wheel(tmp_path, files={"demo/a,b.so": library}, modes={"demo/a,b.so": 0o100755}, record="wrong")
        made = self.amend(plan(), wheel, "--version", "2")
        content = members(made)
        assert content["demo/a,b.so"] == library
        rows = list(csv.reader(io.StringIO(content["demo-2.dist-info/RECORD"].decode())))
        assert rows[-1] == ["demo-2.dist-info/RECORD", "", ""]
        assert {name: (digest, size) for name, digest, size in rows[:-1]} == {
            name: (hashed(data), str(len(data))) for name, data in content.items() if not name.endswith("/RECORD")
        }
        with zipfile.ZipFile(made) as archive:
            assert archive.getinfo("demo/a,b.so").external_attr >> 16 == 0o100755
            assert {info.create_system for info in archive.infolist()} == {3}
            assert archive.namelist()[-1] == "demo-2.dist-info/RECORD"

    def test_pip_installs_it_and_wheel_unpacks_it(self, plan: Plan, tmp_path: Path) -> None:
        made = self.amend(plan(), make_wheel(tmp_path, platform="any"), "--version", "2!3.0.post1+local.1")
        target, unpacked = tmp_path / "target", tmp_path / "unpacked"
        pip = [sys.executable, "-m", "pip", "install", "--no-deps", "--no-index", "--target", str(target), str(made)]
        subprocess.run(pip, check=True, capture_output=True)
        assert (target / "demo-2!3.0.post1+local.1.dist-info" / "METADATA").is_file()
        subprocess.run([sys.executable, "-m", "wheel", "unpack", "--dest", str(unpacked), str(made)], check=True)

    def test_a_folder_can_stand_for_the_wheel_in_it(self, plan: Plan, tmp_path: Path) -> None:
        make_wheel(tmp_path / "in", name="other")
        wheel = make_wheel(tmp_path / "in")
        assert self.amend(plan(), wheel.parent).name == wheel.name

    def test_it_can_be_amended_in_place(self, plan: Plan, tmp_path: Path) -> None:
        wheel = make_wheel(tmp_path / "out")
        assert self.amend(plan({"requires": {"add": ["psutil"]}}), wheel) == wheel
        assert "Requires-Dist: psutil" in metadata(wheel)
        assert [path.name for path in wheel.parent.iterdir()] == [wheel.name]

    @pytest.mark.parametrize(
        ("spec", "options", "code", "message"),
        [
            ({}, ["--distribution", "other"], 2, "no distribution 'other': name one of demo, tvm"),
            ({}, ["--distribution", "tvm"], 1, "is no wheel of tvm"),
            ({}, ["--version", "one"], 2, "'one' is not a version by PEP 440"),
            ({"versioned": False}, ["--version", "2"], 2, "keeps its source's version"),
            ({"requires": {"pin": ["tvm"]}}, [], 2, "say with --siblings"),
            ({"requires": {"pin": ["tvm"]}}, ["--siblings", "."], 1, "has 0 wheels of tvm"),
            ({"requires": {"pin": ["tvm"]}}, ["--siblings", "nowhere"], 2, "there is no folder nowhere"),
            ({"requires": {"add": ["a b"]}}, [], 1, "'a b' is not a requirement"),
            ({}, ["--plan", "nowhere.json"], 2, "cannot read the plan nowhere.json"),
        ],
    )
    def test_it_says_what_is_wrong(
        self,
        plan: Plan,
        tmp_path: Path,
        capsys: pytest.CaptureFixture[str],
        monkeypatch: pytest.MonkeyPatch,
        spec: dict[str, Any],
        options: list[str],
        code: int,
        message: str,
    ) -> None:
        monkeypatch.chdir(tmp_path)
        wheel = make_wheel(tmp_path / "in")
        argv = ["amend", str(wheel), "--plan", str(plan(spec, {"distribution": "tvm"})), "--output-dir", "out"]
        assert wheeltool.main([*argv, "--distribution", "demo", *options]) == code
        error = capsys.readouterr().err
        assert message in error
        assert error.count("\n") == 1

    def test_a_bad_source_date_epoch_is_bad_usage(
        self, plan: Plan, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("SOURCE_DATE_EPOCH", "yesterday")
        argv = ["amend", str(make_wheel(tmp_path)), "--plan", str(plan()), "--distribution", "demo"]
        assert wheeltool.main([*argv, "--output-dir", str(tmp_path / "out")]) == 2
        assert "SOURCE_DATE_EPOCH is 'yesterday'" in capsys.readouterr().err


class TestPlan:
    @pytest.mark.parametrize(
        ("text", "code", "message"),
        [
            ('{"schema": 2}', 2, "has schema 2, this tool reads 1"),
            ('{"schema": 1}', 2, "is not a plan (KeyError: 'name')"),
            ("[]", 2, "is not a plan"),
            ("{", 1, "is not JSON (line 1"),
            ("\xe9", 1, "is not UTF-8"),
        ],
    )
    def test_a_plan_that_cannot_be_read_is_told(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, code: int, message: str
    ) -> None:
        (tmp_path / "plan.json").write_bytes(text.encode("latin-1"))
        argv = ["inspect", str(tmp_path), "--plan", str(tmp_path / "plan.json"), "--platform", "linux-x86_64"]
        assert wheeltool.main(argv) == code
        assert message in capsys.readouterr().err


class TestInspect:
    @pytest.fixture(autouse=True)
    def setup(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self.capsys = tmp_path / "dist", capsys

    def inspect(self, plan: Path, *options: str, platform: str = "linux-x86_64") -> list[str]:
        argv = ["inspect", str(self.folder), "--plan", str(plan), "--platform", platform, *options]
        code = wheeltool.main(argv)
        self.output, errors = self.capsys.readouterr()
        findings = [line.removeprefix("error: ") for line in errors.splitlines()]
        assert code == (1 if findings else 0)
        return findings

    def test_a_good_wheel_passes_and_is_shown(self, plan: Plan) -> None:
        wheel = make_wheel(self.folder)
        options = ("--version", "1.0.0", "--build-path", "/build/of/this")
        assert self.inspect(plan({"forbidden": ["**/*.a"], "maxBytes": {"linux": 5000}}), *options) == []
        assert self.output.splitlines()[0].split() == ["wheel", "size", "files", "tag"]
        assert self.output.splitlines()[1].split() == [wheel.name, "0.00", "MB", "4", TAG]

    def test_all_findings_are_told_and_annotated(self, plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("GITHUB_ACTIONS", "true")
        wheel = make_wheel(self.folder, files={"a.a": b"", "b%\n.a": b""})
        findings = self.inspect(plan({"forbidden": ["*.a"], "maxBytes": {"linux": 1}}))
        assert len([line for line in findings if line]) >= 3
        assert f"::error title=wheeltool inspect::{wheel.name}: holds b%25%0A.a, which" in self.output

    @pytest.mark.parametrize("platform", [f"{TAG}.manylinux_2_27_x86_64", "linux_x86_64"])
    def test_one_of_several_tags_or_another_tag_can_be_the_expected_one(self, plan: Plan, platform: str) -> None:
        make_wheel(self.folder, platform=platform)
        options = ("--platform-tag", "linux_x86_64") if platform.startswith("linux") else ()
        assert self.inspect(plan(), *options) == []

    @pytest.mark.parametrize(
        ("platform", "message"),
        [
            ("linux_x86_64", "is not repaired (tag linux_x86_64)"),
            ("manylinux_2_35_x86_64", f"is for manylinux_2_35_x86_64, not for {TAG}"),
            ("any", f"is for any, not for {TAG}"),
        ],
    )
    def test_another_platform_tag_is_a_finding(self, plan: Plan, platform: str, message: str) -> None:
        make_wheel(self.folder, platform=platform)
        [finding] = self.inspect(plan())
        assert message in finding

    def test_a_missing_a_double_an_undeclared_and_a_misnamed_wheel_are_findings(self, plan: Plan) -> None:
        make_wheel(self.folder)
        make_wheel(self.folder, version="2.0")
        make_wheel(self.folder, name="stranger")
        (self.folder / "demo.whl").write_bytes(b"")
        (self.folder / f"demo-3-py3-none-{TAG}.whl").write_bytes(b"")
        findings = "\n".join(self.inspect(plan({}, {"distribution": "tvm"})))
        assert "demo.whl is not named like a wheel" in findings
        assert f"demo-3-py3-none-{TAG}.whl is not a zip file" in findings
        assert f"stranger-1.0-py3-none-{TAG}.whl is no distribution of the plan" in findings
        assert "several wheels of demo (" in findings
        assert "no wheel of tvm in" in findings

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            ({"metadata": "Name: other\nVersion: 1.0\n"}, "has the name 'other', not demo"),
            ({"metadata": "Name: demo\nVersion: 1.1\n"}, "has the version '1.1', not 1.0"),
            ({"metadata": "Name: demo\nVersion: one\n"}, "'one' is not a version"),
            ({"metadata": "Name: demo\n"}, "has the version '', not 1.0"),
            ({"wheel_tags": ["py3-none-linux_x86_64"]}, "its WHEEL file has the tags py3-none-linux_x86_64"),
        ],
    )
    def test_metadata_against_the_file_name_is_a_finding(
        self, plan: Plan, arguments: dict[str, Any], message: str
    ) -> None:
        make_wheel(self.folder, **arguments)
        [finding] = self.inspect(plan())
        assert message in finding

    def test_another_version_is_a_finding_for_versioned_wheels(self, plan: Plan) -> None:
        make_wheel(self.folder)
        [finding] = self.inspect(plan(), "--version", "2.0")
        assert "has version 1.0, not 2.0" in finding
        assert self.inspect(plan({"versioned": False}), "--version", "2.0") == []

    def test_requirements_against_the_plan_are_findings(self, plan: Plan) -> None:
        make_wheel(self.folder, requires=["tvm==0.8", "torch"])
        make_wheel(self.folder, name="tvm", version="0.9")
        path = plan({"requires": {"pin": ["tvm"], "add": ["psutil"], "drop": ["torch"]}}, {"distribution": "tvm"})
        findings = "\n".join(self.inspect(path))
        for text in ("requires 'tvm==0.8', against", "requires 'torch', against", "'tvm==0.9', as", "'psutil', as"):
            assert text in findings
        make_wheel(self.folder, requires=["tvm==0.9", "psutil"])
        assert self.inspect(path) == []

    def test_a_record_that_does_not_hold_is_a_finding(self, plan: Plan) -> None:
        record = f"demo/__init__.py,{hashed(b'else')},22\ndemo/gone.py,{hashed(b'')},0\ndemo-1.0.dist-info/RECORD,,\n"
        make_wheel(self.folder, record=record + "demo-1.0.dist-info/WHEEL,md5=x,1\n")
        findings = "\n".join(self.inspect(plan()))
        assert "RECORD lists demo/gone.py, which is not there" in findings
        assert "demo/__init__.py is not the file that RECORD tells of" in findings
        assert "RECORD does not list demo-1.0.dist-info/METADATA" in findings
        assert "demo-1.0.dist-info/WHEEL is not the file that RECORD tells of (md5=x 1)" in findings

    @pytest.mark.filterwarnings("ignore:Duplicate name")
    def test_a_file_twice_and_a_damaged_file_are_findings(self, plan: Plan) -> None:
        wheel = make_wheel(self.folder, files={"demo/a.py": b"x" * 50})
        with zipfile.ZipFile(wheel, "a", zipfile.ZIP_STORED) as archive:
            archive.writestr("demo/a.py", b"marked")
        wheel.write_bytes(wheel.read_bytes().replace(b"marked", b"harmed"))
        findings = "\n".join(self.inspect(plan()))
        assert "has demo/a.py twice" in findings
        assert "demo/a.py is damaged" in findings

    @pytest.mark.parametrize("name", ["demo/lib/x.txt", "deep/down/y.a", "z.a", "demo-1.0.data/platlib/demo/lib/x.txt"])
    def test_a_forbidden_file_is_a_finding(self, plan: Plan, name: str) -> None:
        make_wheel(self.folder, files={name: b"", "demo/library/x.txt": b"", "demo/a": b""})
        [finding] = self.inspect(plan({"forbidden": ["**/*.a", "demo/lib/**"]}))
        assert f"holds {name}, which" in finding

    @pytest.mark.parametrize(
        ("name", "excluded"),
        [
            ("demo.libs/libvulkan-1a2b3c4d.so.1.3.250", "libvulkan.so.1"),
            ("demo.libs/libvulkan-1a2b3c.so.1", "libvulkan.so.1"),
            ("demo/libvulkan.so", "libvulkan.so.1"),
            ("demo/libtvm_ffi.so", "libtvm_ffi.so"),
            ("demo/libtvm_extra.so", "libtvm_*.so"),
            ("demo.libs/vulkan-1-0123456789abcdef0123456789abcdef.dll", "vulkan-1.dll"),
            ("demo.libs/VULKAN-1.DLL", "vulkan-1.dll"),
        ],
    )
    def test_an_excluded_library_is_a_finding_under_any_of_its_names(
        self, plan: Plan, name: str, excluded: str
    ) -> None:
        windows = name.lower().endswith(".dll")
        make_wheel(self.folder, files={name: b"", "demo/libtvm.so": b""}, platform="win_amd64" if windows else TAG)
        path = plan({"excludes": {"windows" if windows else "linux": [excluded]}})
        [finding] = self.inspect(path, platform="windows-amd64" if windows else "linux-x86_64")
        assert f"bundles {name}, which is the excluded {excluded}" in finding

    def test_the_same_megabyte_twice_is_a_finding(self, plan: Plan) -> None:
        big = bytes(1_000_000)
        make_wheel(self.folder, files={"a.so": big, "lib/a.so": big, "small": b"x", "small2": b"x"})
        [finding] = self.inspect(plan())
        assert "holds the same 1.00 MB twice, a.so and lib/a.so" in finding

    def test_too_big_a_wheel_is_a_finding(self, plan: Plan) -> None:
        wheel = make_wheel(self.folder)
        [finding] = self.inspect(plan({"maxBytes": {"linux": 10}}))
        assert f"has {wheel.stat().st_size} bytes, maxBytes is 10" in finding

    def test_a_build_path_is_a_finding_in_any_spelling(self, plan: Plan) -> None:
        files = {
            "a.so": b"\0/the/build/x.cc\0",
            "b.json": b'"D:\\\\a\\\\b"',
            "c.dll": b"D:/a/b D:\\a\\b",
            "d": b"/the",
        }
        make_wheel(self.folder, files=files)
        options = ("--build-path", "/the/build/", "--build-path", "D:\\a\\b", "--build-path", "")
        findings = "\n".join(self.inspect(plan(), *options))
        assert "a.so holds the build path /the/build (1 times)" in findings
        assert "b.json holds the build path D:\\a\\b (1 times)" in findings
        assert "c.dll holds the build path D:\\a\\b (2 times)" in findings
        assert findings.count("\n") == 2

    def test_a_wheel_without_dist_info_is_a_finding(self, plan: Plan) -> None:
        self.folder.mkdir()
        with zipfile.ZipFile(self.folder / f"demo-1.0-py3-none-{TAG}.whl", "w") as archive:
            archive.writestr("demo.py", "")
        assert "has 0 .dist-info folders (none)" in self.inspect(plan())[0]

    def test_an_unknown_platform_is_bad_usage(self, plan: Plan) -> None:
        make_wheel(self.folder)
        argv = ["inspect", str(self.folder), "--plan", str(plan()), "--platform", "amiga"]
        assert wheeltool.main(argv) == 2
        assert "no platform 'amiga': name one of linux-x86_64, windows-amd64" in self.capsys.readouterr().err


class TestRecordAndVerifySums:
    @pytest.fixture(autouse=True)
    def setup(self, tmp_path: Path, plan: Plan) -> None:
        self.folder, self.tmp = tmp_path / "dist", tmp_path
        self.plan = plan({}, {"distribution": "tvm", "versioned": False})
        make_wheel(self.folder)
        make_wheel(self.folder, name="tvm", version="0.9")

    def record(self, *options: str) -> int:
        platform = ["--platform", "linux-x86_64"]
        return wheeltool.main(["record", str(self.folder), "--plan", str(self.plan), *platform, *options])

    def file(self, name: str, text: str) -> str:
        (self.tmp / name).write_text(text, encoding="utf-8")
        return str(self.tmp / name)

    def tree(self) -> Path:
        """A tree with a repository of its own."""
        tree = self.tmp / "tree"
        tree.mkdir()
        git = ["git", "-C", str(tree), "-c", "user.name=x", "-c", "user.email=x@example.com"]
        for argv in (["init", "-q"], ["commit", "-q", "--allow-empty", "-m", "x"]):
            subprocess.run([*git, *argv], check=True)
        self.commit = subprocess.check_output([*git, "rev-parse", "HEAD"], text=True).strip()
        return tree

    def test_the_record_says_what_was_built_from_what(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("GITHUB_STEP_SUMMARY", self.file("summary.md", "before\n"))
        options = [
            "--commit",
            "a" * 40,
            "--image",
            "sha256:1",
            "--tools",
            self.file("tools", "\ufeffcmake\t4.1\ncc\t12\n"),
        ]
        options += ["--tree", str(self.tree())]
        options += ["--steps", self.file("steps", "Fetch | it\t1.25\nBuild\t60\n")]
        options += ["--changes", self.file("changes", '[{"distribution": "demo"}]')]
        options += ["--cache-stats", self.file("cache", '{"stats": {"hits": 1}, "cache_location": "/home/me"}')]
        assert self.record(*options) == 0
        text = (self.folder / "build-record.json").read_bytes()
        content = json.loads(text)
        assert b"\r" not in text and text.endswith(b"}\n") and str(self.tmp).encode() not in text
        demo = self.folder / f"demo-1.0-py3-none-{TAG}.whl"
        assert content["wheels"][0] == {
            "distribution": "demo",
            "version": "1.0",
            "file": demo.name,
            "bytes": demo.stat().st_size,
            "sha256": wheeltool.sha256(demo.read_bytes()),
            "payload": wheeltool.Wheel(demo).payload(),
            "commit": self.commit,
            "tags": [f"py3-none-{TAG}"],
        }
        assert [wheel["distribution"] for wheel in content["wheels"]] == ["demo", "tvm"]
        assert content["source"]["builtCommit"] == "a" * 40 and content["source"]["sourceDir"] is False
        assert (content["version"], content["image"]) == ("1.0", "sha256:1")
        assert content["tools"] == {"cmake": "4.1", "cc": "12"}
        assert content["amendments"] == [{"distribution": "demo"}]
        assert content["measured"] == {
            "durations": [{"title": "Fetch | it", "seconds": 1.25}, {"title": "Build", "seconds": 60}],
            "compilerCache": {"stats": {"hits": 1}},
        }
        summary = (self.tmp / "summary.md").read_text(encoding="utf-8")
        assert summary.startswith("before\n### demo for linux-x86_64\n")
        assert f"| {demo.name} | 0.00 MB | {wheeltool.sha256(demo.read_bytes())} |" in summary
        assert "| Fetch \\| it | 1.2 s |" in summary

    def test_sha256sum_reads_the_sums_and_recording_again_changes_nothing(self) -> None:
        assert self.record() == 0
        first = [(self.folder / name).read_bytes() for name in ("SHA256SUMS", "build-record.json")]
        assert self.record() == 0
        assert first == [(self.folder / name).read_bytes() for name in ("SHA256SUMS", "build-record.json")]
        assert [line[66:70] for line in first[0].decode().splitlines()] == ["demo", "tvm-"]
        if shutil.which("sha256sum"):
            subprocess.run(["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=self.folder, check=True)

    def test_another_commit_must_be_an_override(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert self.record("--commit", "b" * 40) == 1
        assert f"built from {'b' * 40}, the plan pins {'a' * 40}" in capsys.readouterr().err
        assert self.record("--commit", "b" * 40, "--source-dir", "tree") == 0
        source = json.loads((self.folder / "build-record.json").read_text())["source"]
        assert (source["builtCommit"], source["sourceDir"]) == ("b" * 40, True)

    @pytest.mark.parametrize(
        ("option", "text", "message"),
        [
            ("--steps", "Build\n", "line 1: 'Build' is not a name, a tab and a value"),
            ("--steps", "Build\tlong\n", "could not convert string to float: 'long'"),
            ("--tools", "a\tb\tc\n", "line 1: 'a\\tb\\tc' is not a name"),
            ("--cache-stats", "none", "is not JSON"),
        ],
    )
    def test_a_file_of_another_form_is_told(
        self, capsys: pytest.CaptureFixture[str], option: str, text: str, message: str
    ) -> None:
        assert self.record(option, self.file("given", text)) == 1
        assert message in capsys.readouterr().err

    def test_nothing_is_recorded_when_a_wheel_is_missing(self) -> None:
        next(self.folder.glob("tvm*")).unlink()
        assert self.record() == 1
        assert not (self.folder / "SHA256SUMS").exists()

    def verify(self, capsys: pytest.CaptureFixture[str]) -> str:
        code = wheeltool.main(["verify-sums", str(self.folder)])
        output = capsys.readouterr()
        assert code == (1 if output.err else 0)
        return output.err

    def test_what_was_recorded_verifies(self, capsys: pytest.CaptureFixture[str]) -> None:
        self.record()
        assert self.verify(capsys) == ""

    def test_a_changed_a_missing_and_an_additional_file_do_not_verify(self, capsys: pytest.CaptureFixture[str]) -> None:
        self.record()
        demo, tvm = sorted(self.folder.glob("*.whl"))
        demo.write_bytes(demo.read_bytes() + b"!")
        tvm.rename(self.folder / "extra.whl")
        (self.folder / "notes.txt").write_text("")
        errors = self.verify(capsys)
        for source in ("SHA256SUMS", "build-record.json"):
            assert f"{source} lists {tvm.name}, which is not there" in errors
            assert f"{source} does not list extra.whl" in errors
        assert f"{demo.name} has {wheeltool.sha256(demo.read_bytes())}, SHA256SUMS says" in errors
        assert f"and {demo.stat().st_size} bytes, build-record.json says" in errors
        assert "notes.txt is neither a wheel nor a record" in errors

    def test_sums_or_a_record_of_another_form_do_not_verify(self, capsys: pytest.CaptureFixture[str]) -> None:
        self.record()
        (self.folder / "SHA256SUMS").write_text("nonsense\n")
        assert "line 1: 'nonsense' is not a SHA-256" in self.verify(capsys)
        (self.folder / "build-record.json").write_text("{}")
        assert "is not a build record (KeyError: 'wheels')" in self.verify(capsys)
        (self.folder / "SHA256SUMS").unlink()
        assert "SHA256SUMS" in self.verify(capsys)

    def test_no_wheels_do_not_verify(self, capsys: pytest.CaptureFixture[str]) -> None:
        self.record()
        for path in self.folder.glob("*.whl"):
            path.unlink()
        assert "there are no wheels" in self.verify(capsys)


class TestCompareRecords:
    def compare(self, tmp_path: Path, earlier: Path, later: Path) -> None:
        records = []
        for index, made in enumerate((earlier, later)):
            records.append(tmp_path / f"{index}.json")
            payload = {"distribution": "demo", "payload": wheeltool.Wheel(made).payload()}
            records[-1].write_text(json.dumps({"wheels": [payload]}), encoding="utf-8")
        assert wheeltool.main(["compare-records", *map(str, records)]) == 0

    def test_a_build_of_another_version_can_have_the_same_contents(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        files = {"demo/library.so": b"compiled"}
        made = [make_wheel(tmp_path / version, version=version, files=files) for version in ("1.0", "2.0")]
        self.compare(tmp_path, *made)
        assert "demo: the same contents as an earlier build" in capsys.readouterr().out

    def test_other_contents_are_a_warning(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("GITHUB_ACTIONS", "true")
        changed = make_wheel(tmp_path / "b", files={"demo/other.py": b"x = 1"})
        self.compare(tmp_path, make_wheel(tmp_path / "a"), changed)
        assert "::warning title=Not reproducible::demo: other contents than" in capsys.readouterr().out

    def test_no_earlier_build_is_said(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert wheeltool.main(["compare-records", str(tmp_path / "none.json"), "unread"]) == 0
        assert "there is no earlier build" in capsys.readouterr().out


class TestCompare:
    def compare(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> str:
        code = wheeltool.main(["compare", str(tmp_path / "a"), str(tmp_path / "b")])
        output = capsys.readouterr()
        assert code == (1 if output.err else 0)
        return output.err

    def test_the_same_wheels_are_the_same(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        for folder in "ab":
            make_wheel(tmp_path / folder)
        assert self.compare(tmp_path, capsys) == ""

    def test_a_differing_file_is_named_with_its_first_differences(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        data = bytearray(200_000)
        make_wheel(tmp_path / "a", files={"x.so": bytes(data), "only-a": b"", "t": b"abc"})
        for offset in (5, 70_000, 70_001, 199_999, 199_998):
            data[offset] = 1
        make_wheel(tmp_path / "b", files={"x.so": bytes(data), "only-b": b"", "t": b"abcde"})
        errors = self.compare(tmp_path, capsys)
        assert "x.so: 5 bytes differ, first at 5, 70000, 70001, 199998\n" in errors
        assert "t: 2 bytes differ, first at 3, 3 and 5 bytes long\n" in errors
        assert f"only-a is only in {tmp_path / 'a'}" in errors
        assert f"only-b is only in {tmp_path / 'b'}" in errors

    def test_differing_zip_metadata_is_named(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        make_wheel(tmp_path / "a")
        make_wheel(tmp_path / "b", date=(2021, 1, 1, 0, 0, 0), modes={"demo/__init__.py": 0o100755})
        errors = self.compare(tmp_path, capsys)
        assert "demo/__init__.py: same content, other zip metadata: date_time is (2020," in errors
        assert "external_attr is" in errors

    def test_another_order_of_entries_is_told(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        make_wheel(tmp_path / "a")
        make_wheel(tmp_path / "b", backwards=True)
        assert "same members, other order of entries or other zlib" in self.compare(tmp_path, capsys)

    def test_a_wheel_in_one_build_only_and_no_wheel_at_all_are_findings(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (tmp_path / "a").mkdir()
        (tmp_path / "b").mkdir()
        assert "there are no wheels" in self.compare(tmp_path, capsys)
        make_wheel(tmp_path / "a")
        make_wheel(tmp_path / "b", version="2.0")
        errors = self.compare(tmp_path, capsys)
        assert f"demo-1.0-py3-none-{TAG}.whl is only in" in errors
        assert f"demo-2.0-py3-none-{TAG}.whl is only in" in errors


class TestCommandLine:
    def run(self, *argv: str) -> subprocess.CompletedProcess[str]:
        script = Path(wheeltool.__file__)
        return subprocess.run([sys.executable, str(script), *argv], check=False, capture_output=True, encoding="utf-8")

    def test_help_names_the_commands(self) -> None:
        shown = self.run("--help")
        assert shown.returncode == 0
        assert all(name in shown.stdout for name in ("amend", "inspect", "record", "verify-sums", "compare"))

    @pytest.mark.parametrize("argv", [[], ["paint"], ["inspect"], ["verify-sums", "nowhere"], ["compare", "no", "no"]])
    def test_bad_usage_exits_with_2_and_no_traceback(self, argv: list[str]) -> None:
        ran = self.run(*argv)
        assert ran.returncode == 2
        assert "Traceback" not in ran.stderr
