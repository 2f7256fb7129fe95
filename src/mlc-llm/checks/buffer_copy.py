"""Copy numbers to a tvm device and back: buffer_copy.py vulkan|cuda|rocm"""

from __future__ import annotations

import argparse

from _vulkan_driver import skip_without_vulkan_driver

TITLES = {"vulkan": "Vulkan", "cuda": "CUDA", "rocm": "ROCm"}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("device", choices=TITLES)
    name = parser.parse_args().device
    title = TITLES[name]
    missing = f"no {title} device: use a runner that has one"
    if name == "vulkan":
        skip_without_vulkan_driver()
        missing = "the loader finds a device, but tvm does not"

    # After the skip, as these imports take seconds.
    import numpy
    import tvm

    device = tvm.device(name)
    assert device.exist, missing
    print(f"{title}: {device.device_name}")
    numbers = numpy.arange(1 << 20, dtype="float32")
    assert (tvm.runtime.tensor(numbers, device).numpy() == numbers).all()


if __name__ == "__main__":
    main()
