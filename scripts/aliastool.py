#!/usr/bin/env python3
# Synthesized by projen from .projenrc.ts (mlc-llm-pipeline: src/scripts/aliastool.py). Do not edit it here:
# change the declaration and run `npx projen`.
"""Ships the code of a wheel's shared libraries once, where the plan says that one repeats another (Linux).

  aliastool DIR --distribution NAME --work-dir DIR [--changes FILE]

The repeated library becomes a small one that needs the other, found beside itself ($ORIGIN): whoever loads it, or
looks a symbol up in it, gets the other's code. Nothing is replaced unless both export the same symbols and need the
same libraries.
Exit status: 0 when all is well, 1 for a finding, 2 for bad usage.
"""

from __future__ import annotations

import argparse
import io
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from elftools.common.exceptions import ELFError
from elftools.elf.dynamic import DynamicSection
from elftools.elf.elffile import ELFFile
from elftools.elf.sections import SymbolTableSection
from wheelfiles import (
    Failure,
    Plan,
    Wheel,
    add_entries,
    default_plan,
    exit_status,
    megabytes,
    the_wheel,
    use_utf8,
)
from wheeltool import write_wheel


def tags(dynamic: DynamicSection, field: str) -> Iterator[str]:
    return (str(getattr(tag, field)) for tag in dynamic.iter_tags(f"DT_{field.upper()}"))


class Interface:
    """What a shared library offers and asks for: all that those who load it can tell it by."""

    def __init__(self, name: str, data: bytes) -> None:
        try:
            elf = ELFFile(io.BytesIO(data))
        except ELFError as error:
            raise Failure(f"{name} is no ELF library ({error}): name shared libraries under aliases") from error
        symbols, dynamic = elf.get_section_by_name(".dynsym"), elf.get_section_by_name(".dynamic")
        if not isinstance(symbols, SymbolTableSection) or not isinstance(dynamic, DynamicSection):
            raise Failure(f"{name} has no dynamic symbols: it is no shared library")
        self.exports = {
            (each.name, each["st_info"]["type"])
            for each in symbols.iter_symbols()
            if each["st_shndx"] != "SHN_UNDEF" and each["st_info"]["bind"] != "STB_LOCAL"
        }
        self.needed = set(tags(dynamic, "needed"))
        self.soname = next(tags(dynamic, "soname"), None)


def differences(alias: Interface, of: Interface) -> list[str]:
    symbols = sorted({name for name, _ in alias.exports ^ of.exports})
    return [
        *(f"symbol {name}" for name in symbols[:5]),
        *([f"and {len(symbols) - 5} more symbols"] if len(symbols) > 5 else []),
        *(f"needed library {name}" for name in sorted(alias.needed ^ of.needed)),
    ]


def compile_alias(alias: str, of: str, code: bytes, folder: Path) -> bytes:
    """A library without code that needs the other; the same bytes from any folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / of).write_bytes(code)
    command = [
        *(os.environ.get("CC") or "cc").split(),
        *("-shared", "-nostdlib", "-x", "c", os.devnull, "-o", alias),
        *("-x", "none", "-Wl,--no-as-needed", of),
        *(f"-Wl,{option}" for option in (f"-soname,{alias}", "-rpath,$ORIGIN", "--build-id=none", "-z,noexecstack")),
        *("-Wl,--allow-shlib-undefined", "-s"),
    ]
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300)
    if result.returncode != 0:
        raise Failure(f"{' '.join(command)} failed: {result.stderr.strip()}")
    return (folder / alias).read_bytes()


def replacement(wheel: Wheel, alias: str, of: str, folder: Path) -> bytes:
    with zipfile.ZipFile(wheel.path) as archive:
        missing = [name for name in (alias, of) if name not in archive.namelist()]
        if missing:
            raise Failure(f"{wheel.path.name} has no {' and no '.join(missing)}: correct the wheel's aliases")
        repeated, code = archive.read(alias), archive.read(of)
    ours, theirs = Interface(alias, repeated), Interface(of, code)
    if differ := differences(ours, theirs):
        raise Failure(f"{alias} is not {of} under another name ({', '.join(differ)}): take it out of aliases")
    name, other = Path(alias).name, Path(of).name
    if theirs.soname not in (None, other):
        raise Failure(f"{of} calls itself {theirs.soname}: nobody would find it beside {name}")
    small = compile_alias(name, other, code, folder)
    if Interface(alias, small).needed != {other}:
        raise Failure(f"the linker left {other} out of {name}: is it another linker than GNU's or LLVM's?")
    print(f"{alias}: {megabytes(len(repeated))} → {len(small)} bytes that load {other}, which exports the same")
    return small


def replace(args: argparse.Namespace) -> int:
    declared = Plan(args.plan).wheel(args.distribution)
    wheel = the_wheel(args.dir, declared)
    changed = {each["alias"]: replacement(wheel, each["alias"], each["of"], args.work_dir) for each in declared.aliases}
    if args.changes:
        entry = {"distribution": declared.distribution, "from": wheel.path.name, "aliases": declared.aliases}
        add_entries(args.changes, entry)
    before = wheel.path.stat().st_size
    stem = "-".join(wheel.path.name.split("-")[:2])
    write_wheel(wheel, stem, wheel.path, changed)
    print(f"{wheel.path.name}: {megabytes(before)} → {megabytes(wheel.path.stat().st_size)}")
    return 0


def main(argv: Sequence[str] | None = None) -> int:
    use_utf8()
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False
    )
    parser.add_argument("dir", type=Path, metavar="DIR", help="holds the wheel; it is replaced there")
    parser.add_argument("--distribution", required=True)
    parser.add_argument("--work-dir", type=Path, required=True, metavar="DIR")
    parser.add_argument("--changes", type=Path, metavar="FILE", help="JSON list to append what changed to")
    parser.add_argument("--plan", type=Path, default=default_plan(), help="default: %(default)s")
    args = parser.parse_args(argv)
    return exit_status("aliastool", lambda: replace(args))


if __name__ == "__main__":
    sys.exit(main())
