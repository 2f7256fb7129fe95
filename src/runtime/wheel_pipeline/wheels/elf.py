"""The shared libraries of Linux."""

from __future__ import annotations

import io
from collections.abc import Iterator

from elftools.common.exceptions import ELFError
from elftools.elf.dynamic import DynamicSection
from elftools.elf.elffile import ELFFile
from elftools.elf.sections import SymbolTableSection

from ..core.errors import Failure
from .interface import Interface


def tags(dynamic: DynamicSection, field: str) -> Iterator[str]:
    return (str(getattr(tag, field)) for tag in dynamic.iter_tags(f"DT_{field.upper()}"))


def interface(name: str, data: bytes) -> Interface:
    try:
        elf = ELFFile(io.BytesIO(data))
    except ELFError as error:
        raise Failure(f"{name} is no ELF library ({error}): name shared libraries under aliases") from error
    symbols, dynamic = elf.get_section_by_name(".dynsym"), elf.get_section_by_name(".dynamic")
    if not isinstance(symbols, SymbolTableSection) or not isinstance(dynamic, DynamicSection):
        raise Failure(f"{name} has no dynamic symbols: it is no shared library")
    exports = (
        (each.name, each["st_info"]["type"])
        for each in symbols.iter_symbols()
        if each["st_shndx"] != "SHN_UNDEF" and each["st_info"]["bind"] != "STB_LOCAL"
    )
    return Interface(frozenset(exports), frozenset(tags(dynamic, "needed")), next(tags(dynamic, "soname"), None))


def needed_libraries(name: str, data: bytes) -> set[str]:
    """What a library of Linux asks for by name; nothing where it is none."""
    if not data.startswith(b"\x7fELF"):
        return set()
    try:
        dynamic = ELFFile(io.BytesIO(data)).get_section_by_name(".dynamic")
    except ELFError:
        return set()
    return set(tags(dynamic, "needed")) if isinstance(dynamic, DynamicSection) else set()
