"""Catches in Python what C++ throws."""

import tvm_ffi

try:
    tvm_ffi.get_global_func("testing.test_raise_error")("ValueError", "boom")
except ValueError as error:
    assert "boom" in str(error)
else:
    raise AssertionError("no error came")
