"""Ships the code of a wheel's shared libraries once, where the plan says that one repeats another.

The repeated library becomes a small one that needs the other, found beside itself: whoever loads it, or looks a symbol
up in it, gets the other's code. Nothing is replaced unless both export the same symbols and need the same libraries.
"""

from __future__ import annotations

import os
import shlex
import zipfile
from collections.abc import Mapping
from pathlib import Path

from ..core.compilers import compiler, named
from ..core.console import console, megabytes
from ..core.errors import Failure
from ..core.processes import ask, quoted
from ..plan import Alias, System
from ..plan import Wheel as Declared
from .change import Change
from .interface import Interface
from .wheel import Wheel, the_wheel
from .writing import write_wheel

LINKING = 300.0  # seconds; it takes less than one


def share_code(
    folder: Path,
    declared: Declared,
    system: System,
    work_dir: Path,
    env: Mapping[str, str],
    *,
    output_dir: Path,
    epoch: int,
) -> Change:
    """Write the wheel anew, with its aliases; the compiler and its flags are the environment's."""
    aliases = declared.aliases_on(system)
    wheel = the_wheel(folder, declared)
    changed = {alias.alias: replacement(wheel, alias, system, work_dir, env) for alias in aliases}
    before = wheel.path.stat().st_size
    stem = "-".join(wheel.path.name.split("-")[:2])
    target = output_dir / wheel.path.name
    write_wheel(wheel, stem, target, epoch=epoch, replaced=changed)
    console.say(f"{target.name}: {megabytes(before)} → {megabytes(target.stat().st_size)}")
    facts = {"aliases": [{"alias": each.alias, "target": each.target} for each in aliases]}
    return Change(declared.distribution, wheel.path.name, wheel.path.name, facts)


def replacement(wheel: Wheel, alias: Alias, system: System, work_dir: Path, env: Mapping[str, str]) -> bytes:
    """The small library, once the two are known to be the same."""
    # What reads a format is there where wheels are of that format.
    if system == "linux":
        from .elf import interface
    else:
        from .pe import interface

    with zipfile.ZipFile(wheel.path) as archive:
        missing = [name for name in (alias.alias, alias.target) if name not in archive.namelist()]
        if missing:
            raise Failure(f"{wheel.path.name} has no {' and no '.join(missing)}: correct the wheel's aliases")
        repeated, code = archive.read(alias.alias), archive.read(alias.target)
    ours, theirs = interface(alias.alias, repeated), interface(alias.target, code)
    if differ := ours.differences(theirs):
        raise Failure(
            f"{alias.alias} is not {alias.target} under another name ({', '.join(differ)}): take it out of aliases"
        )
    name, other = Path(alias.alias).name, Path(alias.target).name
    if theirs.own_name not in (None, other):
        raise Failure(f"{alias.target} calls itself {theirs.own_name}: nobody would find it beside {name}")
    work_dir.mkdir(parents=True, exist_ok=True)
    if system == "linux":
        small = compile_alias(name, other, code, work_dir, env)
    else:
        small = link_forwarders(name, other, theirs, work_dir, env)
    if interface(alias.alias, small).needed != {other}:
        raise Failure(f"the linker left {other} out of {name}: is it another linker than GNU's, LLVM's or Microsoft's?")
    console.say(
        f"{alias.alias}: {megabytes(len(repeated))} → {len(small)} bytes that load {other}, which exports the same"
    )
    return small


def compile_alias(alias: str, of: str, code: bytes, folder: Path, env: Mapping[str, str]) -> bytes:
    """A library of Linux without code that needs the other ($ORIGIN); the same bytes from any folder."""
    (folder / of).write_bytes(code)
    command = [
        *(compiler("CC", env) or named("CC", env) or ["cc"]),
        *shlex.split(env.get("LDFLAGS") or ""),
        *("-shared", "-nostdlib", "-x", "c", os.devnull, "-o", alias),
        *("-x", "none", "-Wl,--no-as-needed", of),
        *(f"-Wl,{option}" for option in (f"-soname,{alias}", "-rpath,$ORIGIN", "--build-id=none", "-z,noexecstack")),
        *("-Wl,--allow-shlib-undefined", "-s"),
    ]
    do(command, folder, env)
    return (folder / alias).read_bytes()


def link_forwarders(alias: str, of: str, exports: Interface, folder: Path, env: Mapping[str, str]) -> bytes:
    """A DLL without code whose exports are the other's, by Windows' own means.

    Windows loads what forwarders name only when one of them is looked up. The DLL also imports one of them, so that the
    other is loaded, and has registered what it registers, as soon as the DLL is.

    @see https://learn.microsoft.com/en-us/cpp/build/reference/exports
    """
    names = sorted(name for name, _ in exports.exports)
    module = of.removesuffix(".dll")
    if strange := [each for each in [module, *names] if each.startswith("#") or "." in each or " " in each]:
        raise Failure(f"{of} cannot be forwarded to ({', '.join(strange[:5])}): take {alias} out of aliases")
    if not names:
        raise Failure(f"{of} exports nothing that {alias} could hand on: take it out of aliases")
    (folder / "of.def").write_text("\n".join([f'LIBRARY "{of}"', "EXPORTS", *names, ""]), encoding="ascii")
    forwarders = [f"{name}={module}.{name}" for name in names]
    (folder / "alias.def").write_text("\n".join([f'LIBRARY "{alias}"', "EXPORTS", *forwarders, ""]), encoding="ascii")
    machine, link = "/machine:x64", "link.exe"
    do([link, "/lib", "/nologo", machine, "/def:of.def", "/out:of.lib"], folder, env)
    options = ["/dll", "/noentry", "/Brepro", f"/include:__imp_{names[0]}"]
    do([link, "/nologo", machine, *options, "/def:alias.def", f"/out:{alias}", "of.lib"], folder, env)
    return (folder / alias).read_bytes()


def do(command: list[str], folder: Path, env: Mapping[str, str]) -> None:
    answer = ask(command, timeout=LINKING, env=env, cwd=folder)
    if answer.status != 0:
        said = answer.stderr.strip() or answer.stdout.strip() or answer.reason
        raise Failure(f"{quoted(command)} failed: {said}")
