"""What the build and test scripts are told about tools, versions and folders."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import buildtool
import pytest
from conftest import Plan, make_wheel

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture
def ask(plan: Plan, capsys: pytest.CaptureFixture[str]) -> Any:
    """Runs a command with a plan: its exit status, its answer, and what it complains of."""

    def run(*argv: str | Path, **changes: Any) -> tuple[int, str, str]:
        path = plan()
        if changes:
            data = json.loads(path.read_text(encoding="utf-8"))
            path.write_text(json.dumps({**data, **changes}), encoding="utf-8")
        status = buildtool.main([str(argv[0]), "--plan", str(path), *map(str, argv[1:])])
        said = capsys.readouterr()
        return status, said.out.strip(), said.err.strip()

    return run


class TestTools:
    def tool(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, says: str) -> None:
        (tmp_path / "bin").mkdir()
        program = tmp_path / "bin" / "some-tool"
        program.write_text(f"#!/bin/sh\necho '{says}'\n", encoding="utf-8")
        program.chmod(0o755)
        monkeypatch.setenv("PATH", str(tmp_path / "bin"), prepend=":")

    def declared(self, **changes: Any) -> list[dict[str, Any]]:
        return [{"command": "some-tool", "minimum": "3.26", "optional": False, "only": None, **changes}]

    def test_versions_are_written_for_the_record(
        self, ask: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.tool(tmp_path, monkeypatch, "some-tool version 3.31.6 (build 2)")
        output = tmp_path / "tools.tsv"
        status, _, _ = ask("tools", "--platform=linux-x86_64", f"--output={output}", tools=self.declared())
        assert status == 0
        assert "some-tool\t3.31.6\n" in output.read_text(encoding="utf-8")

    def test_one_that_is_too_old_says_what_is_needed(
        self, ask: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.tool(tmp_path, monkeypatch, "3.25.1")
        status, _, error = ask("tools", "--platform=linux-x86_64", f"--output={tmp_path / 'x'}", tools=self.declared())
        assert status == 1
        assert "some-tool is 3.25.1, at least 3.26 is needed" in error

    @pytest.mark.parametrize(("changes", "expected"), [({}, 1), ({"optional": True}, 0), ({"only": "windows"}, 0)])
    def test_a_missing_one_matters_where_it_is_needed(
        self, ask: Any, tmp_path: Path, changes: dict[str, Any], expected: int
    ) -> None:
        tools = self.declared(**changes)
        status, _, error = ask("tools", "--platform=linux-x86_64", f"--output={tmp_path / 'x'}", tools=tools)
        assert status == expected
        assert ("some-tool is missing" in error) == (expected == 1)


class TestVersion:
    @pytest.mark.parametrize(
        ("given", "commit", "base", "expected"),
        [
            ("v0.1.0", COMMIT, "0.20.0", "0.1.0"),
            ("0.2.0-rc1", "", "0.20.0", "0.2.0rc1"),
            ("", COMMIT, "0.20.0", "0.20.0.dev0+g012345678"),
            ("", "", "0.20.0", "0.20.0.dev0+local"),
        ],
    )
    def test_is_the_given_one_or_names_the_commit(
        self, ask: Any, given: str, commit: str, base: str, expected: str
    ) -> None:
        changes = {"baseVersion": base, "source": {"kind": "git", "repository": "https://x/y", "commit": COMMIT}}
        assert ask("version", f"--version={given}", f"--commit={commit}", **changes) == (0, expected, "")

    def test_of_a_source_distribution_is_its_own(self, ask: Any) -> None:
        changes = {"baseVersion": "0.1.15.post2", "source": {"kind": "sdist", "name": "x"}}
        assert ask("version", **changes)[1] == "0.1.15.post2"

    def test_that_is_none_is_refused_in_words(self, ask: Any) -> None:
        status, _, error = ask("version", "--version=nightly")
        assert status == 2
        assert "'nightly' is not a version by PEP 440" in error


class TestCommit:
    def test_is_that_of_the_given_tree_and_none_inside_another_checkout(self, ask: Any, tmp_path: Path) -> None:
        git = ["git", "-C", str(tmp_path), "-c", "user.name=x", "-c", "user.email=x@example.com"]
        subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
        subprocess.run([*git, "commit", "-q", "--allow-empty", "-m", "x"], check=True)
        head = subprocess.run([*git, "rev-parse", "HEAD"], check=True, capture_output=True, text=True).stdout.strip()
        (tmp_path / "inside").mkdir()
        assert ask("commit", f"--source-dir={tmp_path}")[1] == head
        assert ask("commit", f"--source-dir={tmp_path / 'inside'}")[1] == ""


class TestFolders:
    def test_only_names_the_one_file_or_says_what_is_there(self, ask: Any, tmp_path: Path) -> None:
        (tmp_path / "a.whl").touch()
        assert ask("only", tmp_path, "*.whl") == (0, str(tmp_path / "a.whl"), "")
        (tmp_path / "b.whl").touch()
        assert "it has: a.whl, b.whl" in ask("only", tmp_path, "*.whl")[2]
        assert "it has: none" in ask("only", tmp_path / "nowhere", "*.whl")[2]

    def test_the_platform_tag_is_the_callers_where_he_names_one(
        self, ask: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("AUDITWHEEL_PLAT", raising=False)
        assert ask("platform-tag", "--platform=linux-x86_64")[1] == "manylinux_2_28_x86_64"
        platforms = {"linux-x86_64": {"system": "linux", "platformTag": "manylinux_2_28_x86_64"}}
        monkeypatch.setenv("AUDITWHEEL_PLAT", "manylinux_2_36_x86_64")
        assert ask("platform-tag", "--platform=linux-x86_64", platforms=platforms)[1] == "manylinux_2_36_x86_64"

    def test_rust_leaves_the_folders_out_that_are_mapped(self, ask: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("CARGO_HOME", "/my cargo")
        assert ask("cargo-home")[1] == "/my cargo"
        flags = ask("rust-flags", "--map=/a b=/src", "--map=/my cargo=/cargo")[1].split("\x1f")
        assert flags == ["--remap-path-prefix=/a b=/src", "--remap-path-prefix=/my cargo=/cargo"]

    def test_the_cache_port_is_free_or_the_callers(self, ask: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("SCCACHE_SERVER_PORT", raising=False)
        assert int(ask("cache-port")[1]) > 1023
        monkeypatch.setenv("SCCACHE_SERVER_PORT", "4226")
        assert ask("cache-port")[1] == "4226"


class TestDeliver:
    def finished(self, folder: Path, version: str) -> Path:
        wheel = make_wheel(folder, version=version)
        (folder / "SHA256SUMS").write_text(f"{'0' * 64}  {wheel.name}\n", encoding="utf-8")
        (folder / "build-record.json").write_text("{}", encoding="utf-8")
        return folder

    def test_replaces_what_an_earlier_delivery_left_and_nothing_else(self, ask: Any, tmp_path: Path) -> None:
        target = tmp_path / "target"
        assert ask("deliver", self.finished(tmp_path / "a", "1.0"), target)[0] == 0
        (target / "notes.txt").touch()
        assert ask("deliver", self.finished(tmp_path / "b", "2.0"), target)[0] == 0
        wheels = [path.name for path in target.glob("*.whl")]
        assert len(wheels) == 1 and "-2.0-" in wheels[0]
        assert (target / "notes.txt").exists()

    def test_refuses_to_mix_with_wheels_of_another_origin(self, ask: Any, tmp_path: Path) -> None:
        target = tmp_path / "target"
        foreign = make_wheel(target, name="other")
        status, _, error = ask("deliver", self.finished(tmp_path / "a", "1.0"), target)
        assert status == 1
        assert foreign.name in error
        assert [path.name for path in target.iterdir()] == [foreign.name]
