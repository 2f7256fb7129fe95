"""A slow wheel is built once, and taken again while it would be built from the very same."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from conftest import LIMITS, LINUX, make_build, make_repository, make_wheel, make_wheel_file, needs_git
from runtime.errors import Failure
from runtime.plan import Hook
from runtime.wheels.cache import KeptWheel
from runtime.wheels.change import Change
from runtime.wheels.identity import identity
from runtime.wheels.sources import tree_hash


class Builds:
    """A project, what is declared of it, and the folder that its wheels are kept in."""

    def __init__(self, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.root, self.capsys = root, capsys
        self.source, self.cache, self.raw = root / "source", root / "cache", root / "raw"
        self.build_dir = root / "build"
        self.demo = self.source / "project" / "demo.c"
        self.demo.parent.mkdir(parents=True)
        self.demo.write_text("int demo;\n", encoding="utf-8")
        self.tools = {"cmake": "3.31.6"}
        self.environment = {"PATH": os.environ["PATH"], "HOME": str(root)}
        self.wheel = make_wheel(project_dir="project", settings=("cmake.define.A=ON",))
        self.build = make_build(self.wheel)

    def declare(self, **changes: Any) -> None:
        self.wheel = make_wheel(**{"project_dir": "project", "settings": ("cmake.define.A=ON",), **changes})
        self.build = dataclasses.replace(self.build, wheels=(self.wheel,))

    def link(self, *names: str) -> None:
        self.build = dataclasses.replace(self.build, unused_libraries=names)

    def begin(self) -> None:
        files = tree_hash(self.source / self.wheel.project_dir)
        made = (self.build, self.wheel, LINUX, self.source, self.tools, self.environment, 60)
        facts = identity(*made, files=files, build_dir=self.build_dir)
        self.kept = KeptWheel(self.cache, self.wheel, facts, LIMITS.kept_wheels)

    def take(self) -> str:
        """What it says; the wheel is in `raw` if there is one."""
        for path in self.raw.glob("*"):
            path.unlink()
        self.begin()
        self.capsys.readouterr()
        self.change: Change | None = self.kept.take(self.raw)
        assert bool(self.change) == bool(self.taken())
        return self.capsys.readouterr().out

    def keep(self, content: bytes = b"built") -> Path:
        self.begin()
        wheel = make_wheel_file(self.root / "built", files={"demo/lib.so": content})
        self.kept.keep(wheel.parent)
        return wheel

    def taken(self) -> bytes | None:
        return next((path.read_bytes() for path in self.raw.glob("*.whl")), None)


@pytest.fixture
def builds(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Builds:
    return Builds(tmp_path, capsys)


def test_nothing_is_taken_before_something_is_kept(builds: Builds) -> None:
    assert "no wheel of demo is kept" in builds.take()
    assert not builds.raw.exists()


def test_the_same_project_takes_the_wheel_that_was_kept(builds: Builds) -> None:
    wheel = builds.keep()
    (builds.source / "other.c").write_text("int x;\n", encoding="utf-8")  # outside of the project
    assert "it is taken, not built" in builds.take()
    assert builds.taken() == wheel.read_bytes()
    assert builds.change and (builds.change.distribution, builds.change.before) == ("demo", wheel.name)
    assert list(builds.change.facts) == ["reused"] and len(builds.change.facts["reused"]) == 64


def hook(builds: Builds, system: Any = None) -> None:
    patch = Hook("build:demo", "before", "Patch", ("patch", "-p1"), system)
    builds.build = dataclasses.replace(builds.build, hooks=(patch,))


CHANGES: dict[str, tuple[Callable[[Builds], object], str]] = {
    "a file": (lambda b: b.demo.write_text("int other;\n"), "project.files"),
    "a new file": (lambda b: b.demo.with_name("new.c").write_text(""), "project.files"),
    "a name": (lambda b: b.demo.rename(b.demo.with_name("d.c")), "project.files"),
    "a setting": (lambda b: b.declare(settings=("cmake.define.A=OFF",)), "settings"),
    "a tool": (lambda b: b.tools.update(cmake="4.0.0"), "toolchain.tools.cmake"),
    "a hook": (hook, "hooks"),
    "an unused library": (lambda b: b.link("xml2"), "toolchain.unusedLibraries"),
    "a declared variable": (lambda b: b.declare(environment={"USE_IT": "1"}), "environment.USE_IT"),
}
if os.name != "nt":
    CHANGES["a link"] = (lambda b: b.demo.with_name("link").symlink_to("demo.c"), "project.files")
    CHANGES["what can be run"] = (lambda b: b.demo.chmod(0o755), "project.files")


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_of_it_builds_anew_and_says_what_changed(builds: Builds, name: str) -> None:
    builds.keep()
    change, said = CHANGES[name]
    change(builds)
    assert f"kept last was made of another {said}\n" in builds.take()


@needs_git
def test_the_commit_counts(builds: Builds) -> None:
    builds.keep()
    make_repository(builds.demo.parent)
    assert "project.commit" in builds.take()


@pytest.mark.parametrize(
    "variable",
    [
        *("CC", "CXX", "AR", "LD", "CFLAGS", "CXXFLAGS", "CPPFLAGS", "LDFLAGS", "RUSTFLAGS"),
        *("CARGO_ENCODED_RUSTFLAGS", "CARGO_PROFILE_RELEASE_LTO", "CMAKE_ARGS", "CMAKE_BUILD_TYPE", "SKBUILD_X"),
        *("NVCC_PREPEND_FLAGS", "CUDAFLAGS", "SOURCE_DATE_EPOCH", "_CL_", "HIPFLAGS", "HIPCXX", "CUDA_PATH"),
        *("LD_RUN_PATH", "PKG_CONFIG_PATH", "RUSTUP_TOOLCHAIN", "VULKAN_SDK"),
    ],
)
def test_a_variable_that_a_compiler_reads_counts(builds: Builds, variable: str) -> None:
    builds.keep()
    builds.environment[variable] = "no-such-value"
    assert f"environment.{variable}" in builds.take()


@pytest.mark.parametrize(
    "variable",
    [
        *("CMAKE_BUILD_PARALLEL_LEVEL", "CMAKE_CXX_COMPILER_LAUNCHER", "TERM", "CARGO_HOME", "CARGO_BUILD_JOBS"),
        *("XDG_RUNTIME_DIR", "ANDROID_SDK_ROOT"),  # nothing of a package is there
    ],
)
def test_a_variable_that_changes_no_wheel_does_not_count(builds: Builds, variable: str) -> None:
    builds.keep()
    builds.environment[variable] = "2"
    assert "it is taken" in builds.take()


@pytest.mark.parametrize("variable", ["LLVM_ROOT", "ZLIB_DIR", "SOURCE_DIR"])
def test_a_folder_counts_where_cmake_finds_a_package_there(builds: Builds, variable: str) -> None:
    builds.keep()
    (builds.root / "found" / "include").mkdir(parents=True)
    builds.environment[variable] = str(builds.root / "found")
    assert ("it is taken" in builds.take()) == (variable == "SOURCE_DIR")  # the program's own input


def test_what_lies_in_build_dir_is_the_same_in_another_one(builds: Builds) -> None:
    for name in ("one", "two"):
        builds.build_dir = builds.root / name
        builds.environment["CMAKE_LIBRARY_PATH"] = str(builds.build_dir / "sdk" / "Lib")
        if name == "one":
            builds.keep()
    assert "it is taken" in builds.take()


def test_a_vulkan_sdk_counts_by_its_headers(builds: Builds) -> None:
    for name, text in (("one", "1"), ("same", "1"), ("other", "2")):
        header = builds.root / name / "include/vulkan/vulkan_core.h"
        header.parent.mkdir(parents=True)
        header.write_text(text, encoding="utf-8")
        builds.environment["VULKAN_SDK"] = str(builds.root / name)
        if name == "one":
            builds.keep()
        else:
            assert ("it is taken" in builds.take()) == (name == "same")


@pytest.mark.skipif(os.name == "nt", reason="the script is one for sh")
@pytest.mark.parametrize(("variable", "name"), [("CC", "gcc"), ("CXX", "clang++")])
def test_the_compiler_counts_under_each_name_that_cmake_looks_for(builds: Builds, variable: str, name: str) -> None:
    program = builds.root / "bin" / name
    program.parent.mkdir()
    builds.environment["PATH"] = str(program.parent)
    for version in ("1", "2"):
        program.write_text(f"#!/bin/sh\necho {name} {version}\n", encoding="utf-8")
        program.chmod(0o755)
        if version == "1":
            builds.keep()
    assert f"toolchain.compilers.{variable}" in builds.take()


def test_what_is_of_another_system_does_not_count(builds: Builds) -> None:
    builds.keep()
    hook(builds, "windows")
    assert "it is taken" in builds.take()


def test_the_conda_packages_count_with_their_builds(builds: Builds) -> None:
    records = builds.root / "conda" / "conda-meta"
    records.mkdir(parents=True)
    (records / "llvmdev-19.1.7-h1_0.json").write_text("{}", encoding="utf-8")
    builds.environment["CONDA_PREFIX"] = str(records.parent)
    builds.keep()
    assert "it is taken" in builds.take()
    (records / "llvmdev-19.1.7-h1_0.json").rename(records / "llvmdev-19.1.7-h1_1.json")
    assert "toolchain.packages" in builds.take()


# What lies in the cache.


def damage_wheel(entry: Path) -> None:
    [wheel] = entry.glob("*.whl")
    wheel.write_bytes(wheel.read_bytes()[:-1] + b"x")


def write_identity(text: str) -> Callable[[Path], object]:
    return lambda entry: (entry / "identity.json").write_bytes(text.encode("latin-1"))


DAMAGES: dict[str, tuple[Callable[[Path], object], str]] = {
    "another wheel": (damage_wheel, "is not the file that was kept"),
    "no wheel": (lambda entry: next(entry.glob("*.whl")).unlink(), "whl is missing"),
    "no identity": (lambda entry: (entry / "identity.json").unlink(), "cannot read"),
    "empty": (write_identity(""), "is not JSON"),
    "cut off": (write_identity("{"), "is not JSON"),
    "a list": (write_identity("[]"), "does not say what is kept"),
    "other keys": (write_identity('{"identity": {}}'), "does not say what is kept"),
    "no text": (write_identity("\xff"), "is not UTF-8"),
    "a path": (write_identity('{"identity": {}, "file": "../x.whl", "sha256": ""}'), "'../x.whl' is no wheel"),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_a_damaged_entry_is_removed_with_one_line_and_the_wheel_built_anew(builds: Builds, name: str) -> None:
    builds.keep()
    [entry] = [path for path in (builds.cache / "demo").iterdir() if path.is_dir()]
    change, reason = DAMAGES[name]
    change(entry)
    first, second = builds.take().splitlines()
    assert first.startswith(f"{entry} is damaged (") and reason in first
    assert second == f"no wheel of demo is kept in {builds.cache}"
    assert not entry.exists()
    builds.keep()
    assert "it is taken" in builds.take()


def test_two_trees_keep_a_wheel_each_and_only_the_last_few_are_kept(builds: Builds) -> None:
    made = {}
    for number in range(5):
        builds.demo.write_text(f"int n{number};\n", encoding="utf-8")
        made[number] = builds.keep(str(number).encode()).read_bytes()
        [newest, *_] = sorted(builds.cache.rglob("identity.json"), key=lambda path: -path.stat().st_mtime)
        os.utime(newest, (number + 1e9, number + 1e9))
    assert len(list(builds.cache.rglob("*.whl"))) == LIMITS.kept_wheels
    for number in range(5):
        builds.demo.write_text(f"int n{number};\n", encoding="utf-8")
        builds.take()
        assert builds.taken() == (made[number] if number >= 5 - LIMITS.kept_wheels else None)


def test_what_a_killed_build_left_is_removed(builds: Builds) -> None:
    (builds.cache / "demo" / ".0123456789abcdef").mkdir(parents=True)
    builds.keep()
    assert "it is taken" in builds.take()
    assert not (builds.cache / "demo" / ".0123456789abcdef").exists()


def test_a_job_learns_that_there_is_something_to_save(builds: Builds, monkeypatch: pytest.MonkeyPatch) -> None:
    output = builds.root / "output"
    monkeypatch.setenv("GITHUB_OUTPUT", str(output))
    builds.take()
    assert not output.exists()
    builds.keep()
    assert output.read_text(encoding="utf-8") == "kept-wheels=true\n"


@pytest.mark.parametrize("blocked", ["cache", "cache/demo"])
def test_a_folder_that_cannot_be_used_is_named_with_its_variable(builds: Builds, blocked: str) -> None:
    path = builds.root / blocked
    path.parent.mkdir(exist_ok=True)
    path.write_text("a file", encoding="utf-8")
    with pytest.raises(Failure, match=r"cannot use the wheel cache .*cache \(.*set WHEEL_CACHE_DIR"):
        builds.take()


def test_a_wheel_that_cannot_be_kept_is_a_warning(builds: Builds, monkeypatch: pytest.MonkeyPatch) -> None:
    """The wheel is ready: another hour's build would not make it better."""
    output = builds.root / "output"
    monkeypatch.setenv("GITHUB_OUTPUT", str(output))
    builds.cache.write_text("a file", encoding="utf-8")
    builds.keep()
    told = builds.capsys.readouterr()
    assert "is not kept, so the next build builds it again: cannot use the wheel cache" in told.out + told.err
    assert not output.exists()


KEEP = """
import sys
from pathlib import Path
sys.path[:0] = sys.argv[1:3]
from conftest import make_wheel
from runtime.wheels.cache import KeptWheel
for number in range(4):
    kept = KeptWheel(Path(sys.argv[3]), make_wheel(), {"number": number}, 2)
    kept.keep(Path(sys.argv[4]))
    kept.take(Path(sys.argv[5]))
"""


def test_builds_may_keep_into_one_cache_at_once(tmp_path: Path) -> None:
    wheel = make_wheel_file(tmp_path / "built", files={"demo/lib.so": os.urandom(300_000)})
    tests = Path(__file__).resolve().parents[1]
    paths = [str(path) for path in (tests, tests.parents[1] / "src", tmp_path / "cache", wheel.parent)]
    argv = [sys.executable, "-c", KEEP, *paths]
    running = [subprocess.Popen([*argv, str(tmp_path / f"raw{i}")], stderr=subprocess.PIPE) for i in range(5)]
    failed = [said for process in running if (said := process.communicate()[1]) or process.returncode]
    assert failed == []
    entries = [path for path in (tmp_path / "cache" / "demo").iterdir() if path.is_dir()]
    assert len(entries) == 2
    assert all((entry / wheel.name).read_bytes() == wheel.read_bytes() for entry in entries)


def test_what_is_not_called_like_an_entry_is_left_alone(builds: Builds) -> None:
    for path in ("src/main.c", ".git/HEAD", ".hidden/notes"):
        (builds.cache / "demo" / path).parent.mkdir(parents=True)
        (builds.cache / "demo" / path).write_text("mine")
    builds.keep()
    assert "it is taken" in builds.take()
    assert all((builds.cache / "demo" / path).exists() for path in ("src/main.c", ".git/HEAD", ".hidden/notes"))


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_nothing_is_taken_from_a_cache_that_everybody_can_write_to(builds: Builds) -> None:
    builds.keep()
    (builds.cache / "demo").chmod(0o777)
    assert "which everybody can write to" in builds.take()
    (builds.cache / "demo").chmod(0o755)
    assert "it is taken" in builds.take()
