"""The shared libraries of Windows."""

from __future__ import annotations

import contextlib
import importlib
from collections.abc import Iterator
from typing import Any

from ..core.errors import Failure
from .interface import Interface

MANY = 1 << 24  # exports; pefile leaves out by default what comes after some thousands


@contextlib.contextmanager
def opened(name: str, data: bytes, *directories: str) -> Iterator[Any]:
    """A library with some of its directories read."""
    try:
        pefile: Any = importlib.import_module("pefile")
    except ImportError as error:
        raise Failure("pefile is missing, which reads DLLs: install the runtime's requirements again") from error
    try:
        with pefile.PE(data=data, fast_load=True, max_symbol_exports=MANY) as image:
            wanted = [pefile.DIRECTORY_ENTRY[f"IMAGE_DIRECTORY_ENTRY_{each}"] for each in directories]
            image.parse_data_directories(wanted)
            yield image
    except pefile.PEFormatError as error:
        raise Failure(f"{name} is not a Windows library ({error}): is it for this machine?") from error


def interface(name: str, data: bytes) -> Interface:
    """Of a DLL. An export without a name is told by its number."""
    with opened(name, data, "IMPORT", "EXPORT") as image:
        directory = getattr(image, "DIRECTORY_ENTRY_EXPORT", None)
        symbols = directory.symbols if directory else []
        exports = {(text(each.name) or f"#{each.ordinal}", kind(image, each)) for each in symbols}
        return Interface(frozenset(exports), frozenset(imported(image)), text(directory.name) if directory else None)


def needed_libraries(name: str, data: bytes) -> set[str]:
    """What a DLL asks for by name, in lower case; nothing where it is none."""
    return {library.lower() for library in imports(name, data)} if data.startswith(b"MZ") else set()


def imports(name: str, data: bytes) -> set[str]:
    """What a DLL asks for by name."""
    with opened(name, data, "IMPORT") as image:
        return imported(image)


def imported(image: Any) -> set[str]:
    return {text(entry.dll) or "" for entry in getattr(image, "DIRECTORY_ENTRY_IMPORT", [])}


def text(name: bytes | None) -> str | None:
    return name.decode("utf-8", "replace") if name else None


def kind(image: Any, symbol: Any) -> str:
    """What an export is: its section says whether it can be called."""
    if symbol.forwarder:
        return "forwarder"
    section = image.get_section_by_rva(symbol.address)
    return "function" if section and section.IMAGE_SCN_MEM_EXECUTE else "data"
