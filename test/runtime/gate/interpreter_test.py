"""The Python that wheels are tested with."""

from __future__ import annotations

import os
import shutil
import sys
import sysconfig
import venv
from pathlib import Path

import pytest
from gate_bench import needs_linux

from wheel_pipeline.core.errors import UsageError
from wheel_pipeline.gate import interpreter

TAG, PLATFORM = sys.implementation.cache_tag, sysconfig.get_platform()
VERSION = f"{sys.version_info[0]}.{sys.version_info[1]}"
NAME, SHORT = f"python{VERSION}", VERSION.replace(".", "")

needs_windows = pytest.mark.skipif(sys.platform != "win32", reason="starts programs of Windows")


def answering(path: Path, tag: str | None, conda: bool, platform: str = PLATFORM) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\necho {tag} {platform} {conda}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


@pytest.fixture
def conda(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    own = answering(tmp_path / "conda" / "python", TAG, True)
    monkeypatch.setattr(sys, "executable", str(own))
    return own


def test_is_this_one_where_it_is_not_condas() -> None:
    assert interpreter.users_python(None, {"PATH": ""}) == Path(sys.executable)


@needs_linux
def test_is_another_of_the_same_version_where_this_one_is_condas(tmp_path: Path, conda: Path) -> None:
    answering(tmp_path / "a" / NAME, "cpython-39", False)
    answering(tmp_path / "b" / NAME, TAG, True)
    answering(tmp_path / "d" / NAME, TAG, False, platform="win32")
    wanted = answering(tmp_path / "c" / NAME, TAG, False)
    path = os.pathsep.join(str(tmp_path / name) for name in "abdc")
    assert interpreter.users_python(None, {"PATH": path}) == wanted


@needs_linux
def test_is_condas_where_there_is_no_other_and_that_is_said(conda: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert interpreter.users_python(None, {"PATH": ""}) == conda
    said = capsys.readouterr()
    assert "which is Conda's" in said.out + said.err and "TEST_PYTHON" in said.out + said.err


@needs_linux
def test_is_the_one_that_is_given(tmp_path: Path, conda: Path) -> None:
    given = answering(tmp_path / "given", TAG, True)
    assert interpreter.users_python(given, {"PATH": ""}) == given


@needs_linux
def test_of_another_version_or_that_is_none_is_refused(tmp_path: Path) -> None:
    old = answering(tmp_path / "old", "cpython-39", False)
    told = rf"TEST_PYTHON: {old} is cpython-39 {PLATFORM}: name an interpreter of the wheels' version, {TAG} {PLATFORM}"
    with pytest.raises(UsageError, match=told):
        interpreter.users_python(old)
    with pytest.raises(UsageError, match="does not answer"):
        interpreter.users_python(tmp_path / "nothing")


def programs(root: Path, *paths: str) -> list[Path]:
    found = [root / path / "python.exe" for path in paths]
    for path in found:
        path.parent.mkdir(parents=True)
        path.write_bytes(b"MZ")
    return found


def test_on_windows_is_on_the_path_on_githubs_runner_or_where_installers_put_it(tmp_path: Path) -> None:
    tools, local, all_users = "hostedtoolcache/windows", "Users/me/AppData/Local", "Program Files"
    programs(
        tmp_path,
        f"{tools}/Python/3.9.13/x64",
        f"{tools}/Python/{VERSION}.9/x86",
        f"{tools}/Python/{VERSION}.9/x64-freethreaded",
    )
    wanted = programs(
        tmp_path,
        "micromamba/envs/demo",
        f"{tools}/Python/{VERSION}.9/x64",
        f"{local}/Programs/Python/Python{SHORT}",
        f"{local}/Python/pythoncore-{VERSION}-64",
        f"{all_users}/Python{SHORT}",
    )
    environ = {
        "PATH": os.pathsep.join(["", str(wanted[0].parent)]),
        "RUNNER_TOOL_CACHE": str(tmp_path / tools),
        "LOCALAPPDATA": str(tmp_path / local),
        "PROGRAMFILES": str(tmp_path / all_users),
    }
    assert list(interpreter.on_windows(environ)) == wanted
    assert list(interpreter.on_windows({"PATH": ""})) == []


@needs_windows
def test_on_windows_is_that_of_the_runner_and_never_the_stores_alias(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own, about = Path(sys.executable), interpreter.about
    asked = []

    def answer(python: Path) -> tuple[str, bool] | None:
        asked.append(python)
        return (f"{TAG} {PLATFORM}", True) if python == own else about(python)

    monkeypatch.setattr(interpreter, "about", answer)
    [alias] = programs(tmp_path, "Users/me/AppData/Local/Microsoft/WindowsApps")
    alias.write_bytes(b"")
    [broken, wanted] = programs(
        tmp_path, "broken", f"hostedtoolcache/windows/Python/{VERSION}.{sys.version_info[2]}/x64"
    )
    # The launcher of virtual environments is a whole interpreter, once it is told where the rest of one lies.
    shutil.copyfile(Path(venv.__file__).with_name("scripts") / "nt" / "venvlauncher.exe", wanted)
    wanted.with_name("pyvenv.cfg").write_text(f"home = {sys.base_prefix}\n", encoding="utf-8")
    environ = {
        "PATH": os.pathsep.join(str(each.parent) for each in (own, alias, broken)),
        "RUNNER_TOOL_CACHE": str(tmp_path / "hostedtoolcache" / "windows"),
    }
    assert interpreter.users_python(None, environ) == wanted
    assert asked == [own, own, broken, wanted]
