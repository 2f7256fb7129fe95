"""A library that is loaded through ctypes, as MLC-LLM's are, and needs one of another wheel."""

import ctypes
from pathlib import Path

import base_demo  # noqa: F401

library = ctypes.CDLL(str(Path(__file__).with_name("native_demo.dll")))
library.demo_built.restype = ctypes.c_char_p
