"""Whether a C compiler is there and works: a build would find out after minutes, in words of CMake's."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

from ..core.compilers import NAMES, compiler, named
from ..core.errors import Failure
from ..core.processes import ask

PROGRAM = "int main(void) { return 0; }\n"
TOOLCHAIN = "use the toolchain image"


def check_c_compiler(env: Mapping[str, str], timeout: float) -> None:
    """Build a program of one line."""
    command = compiler("CC", env)
    if not command:
        given = named("CC", env)
        told = f"{given[0]}, which CC names" if given else f"({', '.join(NAMES['CC'])})"
        raise Failure(f"there is no C compiler {told}: {TOOLCHAIN}, or install one (Debian: gcc), or set CC to one")
    with tempfile.TemporaryDirectory() as folder:
        source, program = Path(folder, "x.c"), Path(folder, "x")
        source.write_text(PROGRAM, encoding="utf-8")
        answer = ask([*command, str(source), "-o", str(program)], timeout=timeout, env=env)
    if answer.status != 0:
        told = f"the C compiler {command[0]} cannot build a program ({answer.reason})"
        raise Failure(f"{told}: {TOOLCHAIN}, or repair it")
