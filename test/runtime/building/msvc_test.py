"""The compilers of a Windows build are Microsoft's, whatever else is on the PATH."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

from wheel_pipeline.building import msvc
from wheel_pipeline.core.errors import Failure


def program(folder: Path, name: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text("", encoding="utf-8")
    path.chmod(0o755)
    return path


def path_of(*folders: Path) -> str:
    return os.pathsep.join(map(str, folders))


def test_cmake_is_told_the_compiler_since_it_would_find_gcc_first(tmp_path: Path) -> None:
    studio, other = tmp_path / "studio", tmp_path / "mingw64"
    program(other, "gcc.exe")
    for name in ("cl.exe", "link.exe"):
        program(studio, name)
    entered = msvc.enter({"PATH": path_of(other, studio), "CC": "x86_64-w64-mingw32-gcc"}, 10)
    assert (entered["CC"], entered["CXX"]) == ("cl.exe", "cl.exe")
    assert entered["PATH"] == str(studio)


def test_another_program_called_link_does_not_come_first(tmp_path: Path) -> None:
    studio, git = tmp_path / "studio", tmp_path / "git"
    program(git, "link.exe")
    for name in ("cl.exe", "link.exe"):
        program(studio, name)
    entered = msvc.enter({"PATH": path_of(git, studio)}, 10)
    assert entered["PATH"] == path_of(studio, git, studio)


def test_a_developer_prompt_for_another_machine_is_not_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old, new = tmp_path / "Hostx86" / "x86", tmp_path / "Hostx64" / "x64"
    for folder in (old, new):
        for name in ("cl.exe", "link.exe"):
            program(folder, name)
    env = {"PATH": path_of(old), "VSCMD_ARG_TGT_ARCH": "x86"}
    monkeypatch.setattr(msvc, "developer_environment", lambda env, _: {**env, "PATH": path_of(new, old)})
    assert msvc.enter(env, 10)["PATH"] == path_of(new, old)
    for arch in ({"VSCMD_ARG_TGT_ARCH": "x64"}, {}):
        assert msvc.enter({"PATH": path_of(new), **arch}, 10)["PATH"] == path_of(new)


@pytest.mark.skipif(os.name != "nt", reason="runs cmd.exe")
def test_the_folder_for_temporary_files_may_have_any_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "R&D (x86) ü"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    batch = folder / "VsDevCmd.bat"
    batch.write_text("@set TOLD=%*\n", encoding="ascii")
    told = msvc.captured(batch, {**os.environ, "TEMP": "elsewhere"}, 60)
    assert told["TOLD"].strip() == "-arch=x64 -host_arch=x64 -no_logo"
    assert list(folder.iterdir()) == [batch]


def test_a_machine_without_visual_studio_is_told_what_to_install(tmp_path: Path) -> None:
    env = {"PATH": str(tmp_path), "ProgramFiles(x86)": str(tmp_path)}
    with pytest.raises(Failure, match="vswhere.exe is missing: install"):
        msvc.enter(env, 10)
