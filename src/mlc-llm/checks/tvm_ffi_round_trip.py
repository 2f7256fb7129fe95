"""Pass an array through tvm's foreign function interface and back."""

import numpy
import tvm_ffi

array = numpy.arange(6, dtype="float32").reshape(2, 3)
tensor = tvm_ffi.from_dlpack(array)
back = numpy.from_dlpack(tvm_ffi.convert(lambda value: value)(tensor))
assert tensor.shape == (2, 3) and (back == array).all()
