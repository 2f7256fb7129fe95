"""Makes an instance of Vulkan and prints the name of each of its devices."""

import ctypes

vulkan = ctypes.WinDLL("vulkan-1.dll")


class InstanceCreateInfo(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_uint32),
        ("next", ctypes.c_void_p),
        ("flags", ctypes.c_uint32),
        ("application", ctypes.c_void_p),
        ("layer_count", ctypes.c_uint32),
        ("layers", ctypes.c_void_p),
        ("extension_count", ctypes.c_uint32),
        ("extensions", ctypes.c_void_p),
    )


def called(name: str, *arguments: object) -> None:
    result = getattr(vulkan, name)(*arguments)
    if result != 0:
        raise SystemExit(f"{name}: {result}")


info = InstanceCreateInfo(type=1)
instance = ctypes.c_void_p()
called("vkCreateInstance", ctypes.byref(info), None, ctypes.byref(instance))
count = ctypes.c_uint32()
called("vkEnumeratePhysicalDevices", instance, ctypes.byref(count), None)
devices = (ctypes.c_void_p * count.value)()
called("vkEnumeratePhysicalDevices", instance, ctypes.byref(count), devices)
for device in devices:
    properties = ctypes.create_string_buffer(4096)
    vulkan.vkGetPhysicalDeviceProperties(ctypes.c_void_p(device), properties)
    version = int.from_bytes(properties[:4], "little")
    # The name follows five numbers.
    print(f"{version >> 22}.{version >> 12 & 0x3FF} {ctypes.string_at(ctypes.addressof(properties) + 20).decode()}")
