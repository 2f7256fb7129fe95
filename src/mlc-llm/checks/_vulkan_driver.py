"""Skip a check on a machine without a Vulkan driver."""

from __future__ import annotations

import ctypes
import ctypes.util
import sys
import unittest


def skip_without_vulkan_driver() -> None:
    """Query the loader directly: if it finds a device but tvm does not, the check fails instead of being skipped."""
    # Windows searches the PATH as well, but Python does not.
    windows = (ctypes.util.find_library("vulkan-1.dll") or "vulkan-1.dll") if sys.platform == "win32" else None
    loader = ctypes.CDLL(windows or "libvulkan.so.1")
    # An empty VkInstanceCreateInfo: its type is 1, all other fields are 0.
    instance, count = ctypes.c_void_p(), ctypes.c_uint32()
    if loader.vkCreateInstance((ctypes.c_uint64 * 8)(1), None, ctypes.byref(instance)) == 0:
        loader.vkEnumeratePhysicalDevices(instance, ctypes.byref(count), None)
    if count.value == 0:
        raise unittest.SkipTest("this machine has no Vulkan driver: install one, such as Mesa's lavapipe for the CPU")
