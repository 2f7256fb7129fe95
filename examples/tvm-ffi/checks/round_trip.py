"""Calls a Python function, converts a list and passes an array through native code."""

import numpy as np
import tvm_ffi

tvm_ffi.register_global_func("gate.add_one", lambda x: x + 1)
assert tvm_ffi.get_global_func("gate.add_one")(41) == 42
assert list(tvm_ffi.convert([1, 2, 3])) == [1, 2, 3]
array = np.arange(6, dtype="float32").reshape(2, 3)
tensor = tvm_ffi.from_dlpack(array)
back = np.from_dlpack(tvm_ffi.convert(lambda value: value)(tensor))
assert tensor.shape == (2, 3) and (back == array).all()
