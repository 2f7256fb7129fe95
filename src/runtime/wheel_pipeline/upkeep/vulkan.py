"""LunarG's Vulkan SDK for Windows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.utils import parsedate_to_datetime

from ..core.errors import Failure
from .look import Look, Raised
from .registries import numbers


def vulkan_sdk(look: Look) -> Iterator[Raised]:
    """The highest version whose installer is old enough, with the checksum that LunarG tells of it."""
    pin = look.plan.pins.vulkan_sdk
    address = next((build.vulkan_sdk.url for build in look.plan.builds if build.vulkan_sdk), "")
    if pin is None or not address or look.holds("vulkan-sdk"):
        return
    listed = look.web.json(f"{look.web.at.lunarg}/sdk/versions/windows.json")
    for version in sorted(map(str, listed), key=numbers, reverse=True):
        if numbers(version) <= numbers(pin.version) or not re.fullmatch(r"\d+(\.\d+){3}", version):
            continue
        url = address.replace(pin.version, version)
        told = look.web.ask(url, "HEAD")[1]["Last-Modified"]
        if not told:
            raise Failure(
                f"{url} does not say since when it is there: raise the Vulkan SDK by hand, or hold vulkan-sdk"
            )
        released = parsedate_to_datetime(told)
        if not look.is_old_enough(released):
            continue
        checksum = look.web.text(url.replace("/sdk/download/", "/sdk/sha/") + ".txt").split()
        if not checksum or not re.fullmatch(r"[0-9a-f]{64}", checksum[0]):
            raise Failure(
                f"LunarG does not tell the checksum of {url}: raise the Vulkan SDK by hand, or hold vulkan-sdk"
            )
        value, page = {"version": version, "sha256": checksum[0]}, "https://vulkan.lunarg.com/sdk/home"
        yield Raised("Vulkan SDK", "vulkan-sdk", ("vulkanSdk",), value, pin.version, version, released, page)
        return
