"""The library as Python sees it."""

import ctypes
from pathlib import Path

LIBRARY = ctypes.CDLL(str(Path(__file__).with_name("libpreflight.so")))
