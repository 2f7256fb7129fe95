"""The variables of a build: nothing of the caller's that changes wheels, all of the flags."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from wheel_pipeline.environment import add, cargo_home, clean, renamed, with_first, without_paths

HOME = Path("/home/own")


@pytest.mark.parametrize(
    "name",
    ["PIP_NO_BINARY", "PIP_TARGET", "PYTHONPATH", "PYTHONHOME", "PYTHONOPTIMIZE", "GIT_DIR", "GIT_INDEX_FILE"]
    + ["CDPATH", "BASH_ENV", "LC_NUMERIC", "LANG", "CPATH", "MAKEFLAGS", "DESTDIR"],
)
def test_what_changes_a_build_does_not_reach_it(name: str) -> None:
    assert name not in clean({name: "x"}, HOME)


@pytest.mark.parametrize(
    "name",
    ["PATH", "CC", "CFLAGS", "LIBRARY_PATH", "PIP_INDEX_URL", "PIP_CERT", "HTTPS_PROXY", "SSL_CERT_FILE"]
    + ["GIT_SSL_CAINFO", "GIT_CONFIG_SYSTEM", "SCCACHE_BUCKET", "CONDA_PREFIX", "TMPDIR"],
)
def test_what_says_where_things_are_stays(name: str) -> None:
    assert clean({name: "x"}, HOME)[name] == "x"


@pytest.mark.parametrize(
    ("linker", "kept"), [("/opt/env/bin/x86_64-conda-linux-gnu-cc", False), ("/usr/bin/clang", True), ("clang", True)]
)
def test_rust_links_as_c_and_cpp_do_whether_or_not_conda_is_activated(linker: str, kept: bool) -> None:
    name = "CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_LINKER"
    assert (name in clean({name: linker, "CONDA_PREFIX": "/opt/env"}, HOME)) == kept
    assert name in clean({name: linker}, HOME)


@pytest.mark.skipif(os.name == "nt", reason="programs of Windows know where the user's folder is without HOME")
def test_a_machine_without_a_home_gets_one() -> None:
    assert clean({}, HOME)["HOME"] == str(HOME)
    assert clean({"HOME": "/root"}, HOME)["HOME"] == "/root"


def test_flags_add_up_and_other_variables_are_replaced() -> None:
    env = add({"CFLAGS": "-O1", "USE_X": "OFF"}, {"CFLAGS": "-DA=1", "LDFLAGS": "-s", "USE_X": "ON"})
    assert env == {"CFLAGS": "-O1 -DA=1", "LDFLAGS": "-s", "USE_X": "ON"}


def test_flags_of_microsofts_programs_add_up_too() -> None:
    assert add({"CL": "/O1", "LINK": "/DEBUG"}, {"CL": "/Gy"}) == {"CL": "/O1 /Gy", "LINK": "/DEBUG"}


FOLDERS = {Path("/b/source"): "/src", Path("/b"): "/build"}


def test_folders_get_other_names_in_what_compilers_write() -> None:
    env = without_paths({"CFLAGS": "-O1"}, FOLDERS, "linux", rust=False)
    inner, outer = FOLDERS
    assert env["CFLAGS"] == f"-O1 -ffile-prefix-map={inner}=/src -ffile-prefix-map={outer}=/build"
    assert env["CXXFLAGS"] == f"-ffile-prefix-map={inner}=/src -ffile-prefix-map={outer}=/build"
    assert env["NVCC_PREPEND_FLAGS"] == " ".join(f"-Xcompiler={each}" for each in env["CXXFLAGS"].split())
    assert "CARGO_ENCODED_RUSTFLAGS" not in env and "CL" not in env


def test_microsofts_compiler_writes_no_folder_and_no_time() -> None:
    env = without_paths({"CL": "/O1"}, FOLDERS, "windows", rust=False)
    inner, outer = FOLDERS
    assert env == {
        "CL": f'/O1 /Brepro "/d1trimfile:{inner}" "/d1trimfile:{outer}"',
        "LINK": "/Brepro /PDBALTPATH:%_PDB%",
    }


def test_a_folder_comes_before_others() -> None:
    assert with_first({}, "X", Path("a")) == {"X": "a"}
    assert with_first({"X": "b"}, "X", Path("a")) == {"X": f"a{os.pathsep}b"}


@pytest.mark.parametrize(
    ("given", "flags"),
    [
        ({}, []),
        ({"RUSTFLAGS": "-C opt-level=3"}, ["-C", "opt-level=3"]),
        ({"CARGO_ENCODED_RUSTFLAGS": "-C\x1fa b", "RUSTFLAGS": "-g"}, ["-C", "a b"]),
    ],
)
def test_rust_flags_of_the_caller_are_kept(given: dict[str, str], flags: list[str]) -> None:
    env = without_paths(given, {Path("/b"): "/build"}, "linux", rust=True)
    assert env["CARGO_ENCODED_RUSTFLAGS"].split("\x1f") == [*flags, f"--remap-path-prefix={Path('/b')}=/build"]


def test_rust_flags_of_a_wheel_are_added_to_those_that_cargo_takes() -> None:
    env = without_paths({"RUSTFLAGS": "-g"}, {Path("/b"): "/build"}, "linux", rust=True)
    added = add(env, {"RUSTFLAGS": "-C panic=abort"})
    assert added["CARGO_ENCODED_RUSTFLAGS"].split("\x1f")[-2:] == ["-C", "panic=abort"]
    assert add({}, {"RUSTFLAGS": "-g"}) == {"RUSTFLAGS": "-g"}


def test_crates_are_where_cargo_keeps_them() -> None:
    assert cargo_home({"CARGO_HOME": "/cargo", "HOME": "/h"}) == Path("/cargo")
    homes = {"HOME": "/h", "USERPROFILE": r"C:\Users\me"}  # a shell of Windows, such as Git's, may set both
    wanted = Path(homes["USERPROFILE" if os.name == "nt" else "HOME"], ".cargo")
    assert cargo_home(homes) == wanted


def test_a_folder_that_is_called_as_others_are_renamed_is_not_looked_for() -> None:
    assert renamed({Path("/cargo"): "/cargo", Path("/tree/source"): "/src"}) == [Path("/tree/source")]
