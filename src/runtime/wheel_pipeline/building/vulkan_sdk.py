"""LunarG's Vulkan SDK for Windows: found, or installed from the pinned installer."""

from __future__ import annotations

import hashlib
import tempfile
import urllib.request
from collections.abc import Mapping
from pathlib import Path

from ..core.console import console
from ..core.errors import Failure, Passing
from ..core.network import HEADERS, NO_ANSWER
from ..core.processes import CommandFailed, run
from ..core.retry import retry
from ..environment import with_first
from ..plan import Limits, VulkanSdk
from ..workspace import remove

INSTALL_TIMEOUT = 1800.0  # seconds


def is_sdk(folder: Path) -> bool:
    return (folder / "Include/vulkan/vulkan.h").is_file() and (folder / "Lib/vulkan-1.lib").is_file()


def find_or_install(sdk: VulkanSdk, folder: Path, limits: Limits, env: Mapping[str, str]) -> dict[str, str]:
    """The environment in which CMake finds the SDK: the caller's (VULKAN_SDK), or the pinned one in our folder."""
    given = env.get("VULKAN_SDK", "")
    if given and not is_sdk(Path(given)):
        raise Failure(f"VULKAN_SDK is {given}, which holds no SDK: correct it, or remove it", 2)
    found = Path(given) if given else folder
    if not is_sdk(found):
        install(sdk, found, limits, env)
    console.say(f"the Vulkan SDK is {found}")
    # CMake looks there before it looks beside the programs of the PATH, where Conda's libraries are.
    env = with_first(with_first(env, "PATH", found / "Bin"), "CMAKE_LIBRARY_PATH", found / "Lib")
    return {**env, "VULKAN_SDK": str(found)}


def install(sdk: VulkanSdk, folder: Path, limits: Limits, env: Mapping[str, str]) -> None:
    """Download the installer, run it only if it is the pinned file, and leave nothing of a half installation."""
    remove(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as download:
        installer = Path(download, "vulkan-sdk.exe")
        fetch(sdk, installer, limits)
        # Without administrator's rights it copies its files and registers nothing, which is all that a build needs.
        options = ["--accept-licenses", "--default-answer", "--confirm-command", "install", "copy_only=1"]
        try:
            run([str(installer), "--root", str(folder), *options], env=env, timeout=INSTALL_TIMEOUT)
        except CommandFailed:
            remove(folder)
            raise
    if not is_sdk(folder):
        remove(folder)
        raise Failure(f"the installer of Vulkan SDK {sdk.version} ran, but {folder} holds no SDK: see the log")


def fetch(sdk: VulkanSdk, target: Path, limits: Limits) -> None:
    console.say(f"downloading {sdk.url}")
    actual = retry(lambda: download(sdk.url, target, limits.command), limits)
    if actual != sdk.sha256:
        raise Failure(f"{sdk.url} has the SHA-256 {actual}, not the pinned {sdk.sha256}: it is not run; check the pin")


def download(url: str, target: Path, timeout: float) -> str:
    """Save what an address gives; its SHA-256."""
    digest, size = hashlib.sha256(), 0
    advice = "try again, or set VULKAN_SDK to an SDK"
    request = urllib.request.Request(url, headers=HEADERS)
    try:
        with urllib.request.urlopen(request, timeout=timeout) as answer, target.open("wb") as file:
            while data := answer.read(1 << 20):
                digest.update(data)
                size += file.write(data)
    except NO_ANSWER as error:
        raise Passing(f"cannot download {url} ({error or type(error).__name__}): {advice}") from error
    # Where the connection ends early, reading in pieces says nothing of it.
    whole = int(answer.headers.get("Content-Length") or size)
    if size != whole:
        raise Passing(f"the download of {url} was cut off after {size} of {whole} bytes: {advice}")
    return digest.hexdigest()
