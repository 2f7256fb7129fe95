"""Verify tvm's LLVM version and device APIs: compiled_in.py LLVM_MAJOR DEVICE_API…"""

import sys

import tvm

llvm, *devices = sys.argv[1:]
assert tvm.get_global_func("target.llvm_version_major")() == int(llvm)
for device in devices:
    assert tvm.get_global_func(f"device_api.{device}", allow_missing=True) is not None, device
