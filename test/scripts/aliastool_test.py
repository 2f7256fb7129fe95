"""What a user gets from aliastool.py, with libraries that a compiler makes."""

from __future__ import annotations

import ctypes
import json
import subprocess
import zipfile
from pathlib import Path

import aliastool
import pytest
from conftest import Plan, compile_library, make_wheel

CODE = "int answer(void) { return 42; }\n"
ALIASES = [{"alias": "demo/libdemo.so", "of": "demo/libdemo_module.so"}]


def library(folder: Path, name: str, code: str = CODE) -> bytes:
    return compile_library(folder, name, code, f"-Wl,-soname,{name}")


def wheel(folder: Path, other: str = CODE) -> Path:
    files = {
        "demo/libdemo.so": library(folder / "build", "libdemo.so", other),
        "demo/libdemo_module.so": library(folder / "build", "libdemo_module.so"),
    }
    return make_wheel(folder / "wheels", files=files)


def replace(plan: Path, folder: Path, *options: str) -> int:
    argv = [str(folder / "wheels"), "--distribution", "demo", "--plan", str(plan), "--work-dir", str(folder / "work")]
    return aliastool.main([*argv, *options])


def test_the_repeated_library_loads_the_other_ones_code(plan: Plan, tmp_path: Path) -> None:
    path = wheel(tmp_path)
    assert replace(plan({"aliases": ALIASES}), tmp_path) == 0
    with zipfile.ZipFile(path) as archive:
        archive.extractall(tmp_path / "installed")
    small, whole = (tmp_path / "installed/demo" / name for name in ("libdemo.so", "libdemo_module.so"))
    assert ctypes.CDLL(str(small)).answer() == 42
    whole.rename(whole.with_suffix(".gone"))
    script = f"import ctypes; ctypes.CDLL({str(small)!r})"
    failed = subprocess.run(["python3", "-c", script], capture_output=True, text=True)
    assert "libdemo_module.so" in failed.stderr


def test_what_was_replaced_is_told_for_the_record(plan: Plan, tmp_path: Path) -> None:
    made, changes = wheel(tmp_path), tmp_path / "changes.json"
    changes.write_text('[{"distribution": "other"}]', encoding="utf-8")
    assert replace(plan({"aliases": ALIASES}), tmp_path, f"--changes={changes}") == 0
    entry = {"distribution": "demo", "from": made.name, "aliases": ALIASES}
    assert json.loads(changes.read_text(encoding="utf-8")) == [{"distribution": "other"}, entry]


def test_two_folders_give_the_same_bytes(plan: Plan, tmp_path: Path) -> None:
    made = []
    for name in ("a", "another"):
        (tmp_path / name).mkdir()
        path = wheel(tmp_path / name)
        assert replace(plan({"aliases": ALIASES}), tmp_path / name) == 0
        with zipfile.ZipFile(path) as archive:
            made.append(archive.read("demo/libdemo.so"))
    assert made[0] == made[1]


def test_another_library_is_not_replaced(plan: Plan, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = wheel(tmp_path, other=CODE + "int more(void) { return 1; }\n")
    before = path.read_bytes()
    assert replace(plan({"aliases": ALIASES}), tmp_path) == 1
    assert "demo/libdemo.so is not demo/libdemo_module.so under another name (symbol more)" in capsys.readouterr().err
    assert path.read_bytes() == before


def test_a_library_that_is_not_there_is_named(plan: Plan, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make_wheel(tmp_path / "wheels")
    assert replace(plan({"aliases": ALIASES}), tmp_path) == 1
    assert "has no demo/libdemo.so and no demo/libdemo_module.so" in capsys.readouterr().err


def test_a_file_that_is_no_library_is_named(plan: Plan, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make_wheel(tmp_path / "wheels", files={each: b"text" for each in ALIASES[0].values()})
    assert replace(plan({"aliases": ALIASES}), tmp_path) == 1
    assert "demo/libdemo.so is no ELF library" in capsys.readouterr().err
