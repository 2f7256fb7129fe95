"""A library that repeats another becomes one that loads it; with libraries that a compiler makes."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from conftest import EPOCH, compile_library, make_wheel, make_wheel_file, members_of, needs_compiler
from wheel_pipeline.core.errors import Failure
from wheel_pipeline.wheels.aliases import share_code
from wheel_pipeline.wheels.change import Change

CODE = "int answer(void) { return 42; }\n"
ALIASES = {"demo/libdemo.so": "demo/libdemo_module.so"}
pytestmark = [needs_compiler, pytest.mark.skipif(sys.platform == "win32", reason="of Linux")]


def library(folder: Path, name: str, code: str = CODE) -> bytes:
    return compile_library(folder, name, code, f"-Wl,-soname,{name}")


def wheel(folder: Path, other: str = CODE) -> Path:
    files = {
        "demo/libdemo.so": library(folder / "build", "libdemo.so", other),
        "demo/libdemo_module.so": library(folder / "build", "libdemo_module.so"),
    }
    return make_wheel_file(folder / "raw", files=files)


def share(folder: Path, **env: str) -> tuple[Path, Change]:
    """The wheel that is written, and what is recorded of it."""
    declared, target, variables = make_wheel(aliases=ALIASES), folder / "shared", {**os.environ, **env}
    change = share_code(folder / "raw", declared, "linux", folder / "work", variables, output_dir=target, epoch=EPOCH)
    return target / change.after, change


def test_the_repeated_library_loads_the_other_ones_code_and_the_record_tells_it(tmp_path: Path) -> None:
    raw = wheel(tmp_path)
    given = raw.read_bytes()
    path, change = share(tmp_path)
    assert raw.read_bytes() == given  # a run that resumes here finds what it was built as
    assert change.entry() == {
        "distribution": "demo",
        "from": raw.name,
        "aliases": [{"alias": "demo/libdemo.so", "target": "demo/libdemo_module.so"}],
    }
    with zipfile.ZipFile(path) as archive:
        archive.extractall(tmp_path / "installed")
    small, whole = (tmp_path / "installed/demo" / name for name in ("libdemo.so", "libdemo_module.so"))
    assert ctypes.CDLL(str(small)).answer() == 42
    whole.rename(whole.with_suffix(".gone"))
    script = f"import ctypes; ctypes.CDLL({str(small)!r})"
    failed = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert "libdemo_module.so" in failed.stderr


def test_two_folders_give_the_same_bytes(tmp_path: Path) -> None:
    made = []
    for name in ("a", "another"):
        wheel(tmp_path / name)
        path, _ = share(tmp_path / name)
        made.append(path.read_bytes())
    assert made[0] == made[1]


def test_the_callers_linker_flags_are_kept(tmp_path: Path) -> None:
    wheel(tmp_path)
    path, _ = share(tmp_path, LDFLAGS="-Wl,-z,now '-Wl,-z,common-page-size=4096'", CC="cc -O1")
    assert b"libdemo_module.so" in members_of(path)["demo/libdemo.so"]
    with pytest.raises(Failure, match="--no-such-option.* failed: "):
        wheel(tmp_path / "again")
        share(tmp_path / "again", LDFLAGS="-Wl,--no-such-option")


@pytest.mark.parametrize(
    ("files", "message"),
    [
        (None, "has no demo/libdemo.so and no demo/libdemo_module.so"),
        ({name: b"text" for pair in ALIASES.items() for name in pair}, "demo/libdemo.so is no ELF library"),
    ],
)
def test_what_is_no_library_is_named(tmp_path: Path, files: dict[str, bytes] | None, message: str) -> None:
    make_wheel_file(tmp_path / "raw", files=files)
    with pytest.raises(Failure, match=message):
        share(tmp_path)


def test_another_library_is_not_replaced(tmp_path: Path) -> None:
    wheel(tmp_path, other=CODE + "int more(void) { return 1; }\n")
    with pytest.raises(Failure, match=r"libdemo.so is not .* under another name \(symbol more\)"):
        share(tmp_path)
    assert not (tmp_path / "shared").exists()


def test_the_compiler_is_the_one_that_cmake_finds(tmp_path: Path) -> None:
    wheel(tmp_path)
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/gcc").write_text(f'#!/bin/sh\nPATH={os.environ["PATH"]} exec cc "$@"\n', encoding="utf-8")
    (tmp_path / "bin/gcc").chmod(0o755)
    path, _ = share(tmp_path, PATH=str(tmp_path / "bin"))
    assert b"libdemo_module.so" in members_of(path)["demo/libdemo.so"]


def test_a_missing_compiler_is_named(tmp_path: Path) -> None:
    wheel(tmp_path)
    with pytest.raises(Failure, match="no-such-cc is not on the PATH"):
        share(tmp_path, CC="no-such-cc")
