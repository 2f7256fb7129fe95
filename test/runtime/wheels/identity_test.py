"""What a wheel is made of: a change of it builds anew, and what changes no wheel does not."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cache_bench import Builds

from conftest import make_repository, needs_git
from wheel_pipeline.plan import Hook


@pytest.fixture
def builds(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Builds:
    return Builds(tmp_path, capsys)


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
