"""Ships the code of a wheel's shared libraries once, where the plan says that one repeats another (Linux).

The repeated library becomes a small one that needs the other, found beside itself ($ORIGIN): whoever loads it, or
looks a symbol up in it, gets the other's code. Nothing is replaced unless both export the same symbols and need the
same libraries.
"""

from __future__ import annotations

import os
import shlex
import zipfile
from collections.abc import Mapping
from pathlib import Path

from ..console import console, megabytes
from ..errors import Failure
from ..plan import Alias
from ..plan import Wheel as Declared
from ..processes import ask, quoted
from .change import Change
from .wheel import Wheel, the_wheel
from .writing import write_wheel

LINKING = 300.0  # seconds; it takes less than one


def share_code(
    folder: Path, declared: Declared, work_dir: Path, env: Mapping[str, str], *, epoch: int
) -> Change | None:
    """Replace the wheel in the folder, if it has aliases; the compiler and its flags are the environment's."""
    if not declared.aliases:
        return None
    wheel = the_wheel(folder, declared)
    changed = {alias.alias: replacement(wheel, alias, work_dir, env) for alias in declared.aliases}
    before = wheel.path.stat().st_size
    stem = "-".join(wheel.path.name.split("-")[:2])
    write_wheel(wheel, stem, wheel.path, epoch=epoch, replaced=changed)
    console.say(f"{wheel.path.name}: {megabytes(before)} → {megabytes(wheel.path.stat().st_size)}")
    facts = {"aliases": [{"alias": each.alias, "of": each.of} for each in declared.aliases]}
    return Change(declared.distribution, wheel.path.name, wheel.path.name, facts)


def replacement(wheel: Wheel, alias: Alias, work_dir: Path, env: Mapping[str, str]) -> bytes:
    """The small library, once the two are known to be the same."""
    from .elf import Interface  # pyelftools is there where wheels are ELF's

    with zipfile.ZipFile(wheel.path) as archive:
        missing = [name for name in (alias.alias, alias.of) if name not in archive.namelist()]
        if missing:
            raise Failure(f"{wheel.path.name} has no {' and no '.join(missing)}: correct the wheel's aliases")
        repeated, code = archive.read(alias.alias), archive.read(alias.of)
    ours, theirs = Interface(alias.alias, repeated), Interface(alias.of, code)
    if differ := ours.differences(theirs):
        raise Failure(
            f"{alias.alias} is not {alias.of} under another name ({', '.join(differ)}): take it out of aliases"
        )
    name, other = Path(alias.alias).name, Path(alias.of).name
    if theirs.soname not in (None, other):
        raise Failure(f"{alias.of} calls itself {theirs.soname}: nobody would find it beside {name}")
    small = compile_alias(name, other, code, work_dir, env)
    if Interface(alias.alias, small).needed != {other}:
        raise Failure(f"the linker left {other} out of {name}: is it another linker than GNU's or LLVM's?")
    console.say(
        f"{alias.alias}: {megabytes(len(repeated))} → {len(small)} bytes that load {other}, which exports the same"
    )
    return small


def compile_alias(alias: str, of: str, code: bytes, folder: Path, env: Mapping[str, str]) -> bytes:
    """A library without code that needs the other; the same bytes from any folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / of).write_bytes(code)
    command = [
        *(shlex.split(env.get("CC") or "") or ["cc"]),
        *shlex.split(env.get("LDFLAGS") or ""),
        *("-shared", "-nostdlib", "-x", "c", os.devnull, "-o", alias),
        *("-x", "none", "-Wl,--no-as-needed", of),
        *(f"-Wl,{option}" for option in (f"-soname,{alias}", "-rpath,$ORIGIN", "--build-id=none", "-z,noexecstack")),
        *("-Wl,--allow-shlib-undefined", "-s"),
    ]
    answer = ask(command, timeout=LINKING, env=env, cwd=folder)
    if answer.status != 0:
        raise Failure(f"{quoted(command)} failed: {answer.stderr.strip() or answer.reason}")
    return (folder / alias).read_bytes()
