"""A library that another wheel's library needs: whoever imports this has it loaded."""

import ctypes
from pathlib import Path

library = ctypes.CDLL(str(Path(__file__).with_name("base_demo.dll")))
