"""A slow wheel is built once, and taken again while it would be built from the very same."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import wheelcache
from conftest import TAG, Plan, make_wheel

SETTINGS = {"linux": {"settings": ["cmake.define.A=ON"], "compileVersion": None}}


class Builds:
    """A project, its plan, and the folder that its wheels are kept in."""

    def __init__(self, root: Path, write: Plan, capsys: pytest.CaptureFixture[str]) -> None:
        self.root, self.capsys, self.write = root, capsys, write
        self.source, self.cache, self.raw = root / "source", root / "cache", root / "raw"
        (self.source / "project").mkdir(parents=True)
        (self.source / "project" / "demo.c").write_text("int demo;\n", encoding="utf-8")
        self.tools = root / "tools.tsv"
        self.tools.write_text("cmake\t3.31.6\n", encoding="utf-8")
        self.declare()

    def declare(self, **changes: Any) -> None:
        wheel = {"projectDir": "project", "build": SETTINGS, **changes}
        platforms = {"linux-x86_64": {"platformTag": TAG, "system": "linux"}}
        self.plan = self.write(wheel, platforms=platforms)

    def call(self, *argv: str) -> str:
        command, *rest = argv
        common = ("--plan", self.plan, "--distribution=demo", f"--identity={self.root / 'identity.json'}")
        status = wheelcache.main([command, str(self.cache), *map(str, common), *rest])
        said = self.capsys.readouterr()
        assert status == 0, said.err
        return said.out

    def take(self) -> str:
        """What take says; the wheel is in `raw` if there is one."""
        for path in self.raw.glob("*"):
            path.unlink()
        options = (f"--source={self.source}", f"--tools={self.tools}", f"--output-dir={self.raw}")
        return self.call("take", "--platform=linux-x86_64", *options, f"--changes={self.root / 'changes.json'}")

    def keep(self, content: bytes = b"built") -> Path:
        wheel = make_wheel(self.root / "built", files={"demo/lib.so": content})
        self.call("keep", f"--wheel-dir={wheel.parent}")
        return wheel

    def taken(self) -> bytes | None:
        found = list(self.raw.glob("*.whl"))
        return found[0].read_bytes() if found else None


@pytest.fixture
def builds(tmp_path: Path, plan: Plan, capsys: pytest.CaptureFixture[str]) -> Builds:
    return Builds(tmp_path, plan, capsys)


def test_nothing_is_taken_before_something_is_kept(builds: Builds) -> None:
    assert "no wheel of demo is kept" in builds.take()
    assert not builds.raw.exists()


def test_the_same_project_takes_the_wheel_that_was_kept(builds: Builds) -> None:
    builds.take()
    wheel = builds.keep()
    assert "it is taken, not built" in builds.take()
    assert builds.taken() == wheel.read_bytes()
    [change] = json.loads((builds.root / "changes.json").read_text(encoding="utf-8"))
    assert change["distribution"] == "demo"
    assert len(change["reused"]) == 64


def commit(builds: Builds) -> None:
    git = ["git", "-C", str(builds.source / "project"), "-c", "user.name=x", "-c", "user.email=x@example.com"]
    for argv in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "x"]):
        subprocess.run([*git, *argv], check=True)


CHANGES: dict[str, tuple[Callable[[Builds], object], str]] = {
    "a file": (lambda b: (b.source / "project" / "demo.c").write_text("int other;\n"), "project.files"),
    "a new file": (lambda b: (b.source / "project" / "new.c").write_text(""), "project.files"),
    "a name": (lambda b: (b.source / "project" / "demo.c").rename(b.source / "project" / "d.c"), "project.files"),
    "a link": (lambda b: (b.source / "project" / "link").symlink_to("demo.c"), "project.files"),
    "what can be run": (lambda b: (b.source / "project" / "demo.c").chmod(0o755), "project.files"),
    "the commit": (commit, "project.commit"),
    "a setting": (
        lambda b: b.declare(build={"linux": {"settings": ["cmake.define.A=OFF"]}}),
        "settings",
    ),
    "a tool": (lambda b: b.tools.write_text("cmake\t4.0.0\n"), "toolchain.tools"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_of_it_builds_anew_and_says_what_changed(builds: Builds, name: str) -> None:
    builds.take()
    builds.keep()
    change, said = CHANGES[name]
    change(builds)
    assert said in builds.take()
    assert builds.taken() is None


@pytest.mark.parametrize(("variable", "value"), [("CC", "cc -O0"), ("SKBUILD_CMAKE_DEFINE", "B=1")])
def test_a_variable_that_the_build_reads_counts(
    builds: Builds, monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    builds.take()
    builds.keep()
    monkeypatch.setenv(variable, value)
    assert f"environment.{variable}" in builds.take()


def test_the_conda_packages_count_with_their_builds(builds: Builds, monkeypatch: pytest.MonkeyPatch) -> None:
    records = builds.root / "conda" / "conda-meta"
    records.mkdir(parents=True)
    (records / "llvmdev-19.1.7-h1_0.json").write_text("{}", encoding="utf-8")
    monkeypatch.setenv("CONDA_PREFIX", str(records.parent))
    builds.take()
    builds.keep()
    assert "it is taken" in builds.take()
    (records / "llvmdev-19.1.7-h1_0.json").rename(records / "llvmdev-19.1.7-h1_1.json")
    assert "toolchain.packages" in builds.take()


def test_what_lies_outside_the_project_does_not_count(builds: Builds) -> None:
    builds.take()
    builds.keep()
    (builds.source / "other.c").write_text("int x;\n", encoding="utf-8")
    assert "it is taken" in builds.take()


def test_a_damaged_wheel_is_not_taken(builds: Builds) -> None:
    builds.take()
    builds.keep()
    [kept] = builds.cache.rglob("*.whl")
    kept.write_bytes(kept.read_bytes()[:-1] + b"x")
    assert "is not the file that was kept" in builds.take()
    assert builds.taken() is None
    assert not list(builds.cache.rglob("*.whl"))


@pytest.mark.parametrize("text", ["", "{", "[]", '{"identity": {}}', "\xff"])
def test_an_entry_that_was_cut_off_is_as_good_as_none(builds: Builds, text: str) -> None:
    builds.take()
    builds.keep()
    [identity] = builds.cache.rglob("identity.json")
    identity.write_bytes(text.encode("latin-1"))
    assert "no wheel of demo is kept" in builds.take()
    assert builds.taken() is None


def test_two_trees_keep_a_wheel_each(builds: Builds) -> None:
    demo = builds.source / "project" / "demo.c"
    builds.take()
    first = builds.keep(b"first").read_bytes()
    demo.write_text("int other;\n", encoding="utf-8")
    builds.take()
    builds.keep(b"second")
    demo.write_text("int demo;\n", encoding="utf-8")
    builds.take()
    assert builds.taken() == first


def test_only_the_last_few_are_kept(builds: Builds) -> None:
    for number in range(5):
        (builds.source / "project" / "demo.c").write_text(f"int n{number};\n", encoding="utf-8")
        builds.take()
        builds.keep()
    assert len(list(builds.cache.rglob("*.whl"))) == wheelcache.GENERATIONS


def test_a_run_of_a_workflow_learns_that_there_is_something_to_save(
    builds: Builds, monkeypatch: pytest.MonkeyPatch
) -> None:
    output = builds.root / "output"
    monkeypatch.setenv("GITHUB_OUTPUT", str(output))
    builds.take()
    assert not output.exists()
    builds.keep()
    assert output.read_text(encoding="utf-8") == "kept-wheels=true\n"


def test_a_distribution_that_is_not_planned_is_an_error(builds: Builds, capsys: pytest.CaptureFixture[str]) -> None:
    argv = ["take", str(builds.cache), "--plan", str(builds.plan), "--distribution=other", "--platform=linux-x86_64"]
    argv += ["--identity=x", f"--source={builds.source}", f"--tools={builds.tools}", f"--output-dir={builds.raw}"]
    assert wheelcache.main(argv) == 2
    assert "no distribution 'other'" in capsys.readouterr().err
