"""A library that is loaded through ctypes, as MLC-LLM's are."""

import ctypes
from pathlib import Path

_library = ctypes.CDLL(str(Path(__file__).with_name("libdemo.so")))


def answer(question: int) -> int:
    """What native code makes of a number."""
    return int(_library.answer(question))
