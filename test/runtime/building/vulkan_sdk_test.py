"""The Vulkan SDK: found, or installed from the pinned file; a half installation is never taken for one."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from careless_host import DATA, host
from conftest import LIMITS
from wheel_pipeline.building import vulkan_sdk
from wheel_pipeline.core.errors import Failure, Passing
from wheel_pipeline.core.processes import CommandFailed
from wheel_pipeline.plan import VulkanSdk

ENV = {**os.environ, "VULKAN_SDK": ""}
INSTALLS = '#!/bin/sh\nmkdir -p "$2/Include/vulkan" "$2/Lib"\n: >"$2/Include/vulkan/vulkan.h"\n'
WHOLE = INSTALLS + ': >"$2/Lib/vulkan-1.lib"\n'
posix = pytest.mark.skipif(
    os.name == "nt", reason="the installer is a shell script; the Windows suite brings a program"
)


def pinned(folder: Path, script: str, sha256: str = "") -> VulkanSdk:
    installer = folder / "installer.exe"
    installer.write_text(script)
    return VulkanSdk("1.4", installer.as_uri(), sha256 or hashlib.sha256(installer.read_bytes()).hexdigest())


@pytest.fixture(autouse=True)
def executable_downloads(monkeypatch: pytest.MonkeyPatch) -> None:
    """On Windows every file can be run."""
    fetch = vulkan_sdk.fetch

    def run(sdk: VulkanSdk, target: Path, limits: object) -> None:
        fetch(sdk, target, limits)  # type: ignore[arg-type]
        target.chmod(0o755)

    monkeypatch.setattr(vulkan_sdk, "fetch", run)


@posix
def test_it_is_installed_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "sdk with blanks"
    sdk = pinned(tmp_path, WHOLE)
    for _ in range(2):
        env = vulkan_sdk.find_or_install(sdk, folder, LIMITS, ENV)
    assert env["VULKAN_SDK"] == str(folder) and env["PATH"].startswith(str(folder / "Bin"))
    assert env["CMAKE_LIBRARY_PATH"].split(os.pathsep)[0] == str(folder / "Lib")
    assert capsys.readouterr().out.count("downloading") == 1


def test_another_file_than_the_pinned_one_is_not_run(tmp_path: Path) -> None:
    with pytest.raises(Failure, match="not the pinned 0000"):
        vulkan_sdk.find_or_install(pinned(tmp_path, WHOLE, "0" * 64), tmp_path / "sdk", LIMITS, ENV)
    assert not (tmp_path / "sdk").exists()


@posix
@pytest.mark.parametrize(("script", "error"), [(INSTALLS + "exit 3\n", CommandFailed), (INSTALLS, Failure)])
def test_an_installation_that_breaks_off_leaves_nothing(tmp_path: Path, script: str, error: type[Failure]) -> None:
    with pytest.raises(error):
        vulkan_sdk.find_or_install(pinned(tmp_path, script), tmp_path / "sdk", LIMITS, ENV)
    assert not (tmp_path / "sdk").exists()
    vulkan_sdk.find_or_install(pinned(tmp_path, WHOLE), tmp_path / "sdk", LIMITS, ENV)


def test_an_sdk_of_the_callers_that_is_none_is_told(tmp_path: Path) -> None:
    with pytest.raises(Failure, match="which holds no SDK"):
        vulkan_sdk.find_or_install(pinned(tmp_path, ""), tmp_path / "sdk", LIMITS, {**ENV, "VULKAN_SDK": str(tmp_path)})


def test_a_server_that_does_not_answer_is_told(tmp_path: Path) -> None:
    sdk = VulkanSdk("1.4", (tmp_path / "nowhere.exe").as_uri(), "0" * 64)
    with pytest.raises(Failure, match="cannot download .*: try again, or set VULKAN_SDK"):
        vulkan_sdk.find_or_install(sdk, tmp_path / "sdk", LIMITS, ENV)


def test_a_host_that_refuses_pythons_own_name_gives_the_file(tmp_path: Path) -> None:
    with host() as listening:
        sdk = VulkanSdk("1.4", listening.address, hashlib.sha256(DATA).hexdigest())
        vulkan_sdk.fetch(sdk, tmp_path / "sdk.exe", LIMITS)
    assert (tmp_path / "sdk.exe").read_bytes() == DATA


def test_a_download_that_is_cut_off_is_tried_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with host(breaks_off=1) as listening:
        sdk = VulkanSdk("1.4", listening.address, hashlib.sha256(DATA).hexdigest())
        vulkan_sdk.fetch(sdk, tmp_path / "sdk.exe", LIMITS)
    assert (tmp_path / "sdk.exe").read_bytes() == DATA
    assert "was cut off after 4000 of 10000 bytes" in capsys.readouterr().out


def test_one_that_is_always_cut_off_is_not_told_as_another_file(tmp_path: Path) -> None:
    with host(breaks_off=9) as listening, pytest.raises(Passing, match="was cut off .*: try again, or set VULKAN_SDK"):
        vulkan_sdk.fetch(VulkanSdk("1.4", listening.address, "0" * 64), tmp_path / "sdk.exe", LIMITS)
