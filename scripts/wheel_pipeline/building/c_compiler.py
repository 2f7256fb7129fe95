"""Whether a C compiler is there and works: a build would find out after minutes, in words of CMake's."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

from ..errors import Failure
from ..processes import ask, which

NAMES = ("cc", "gcc", "clang")  # as CMake looks for one
PROGRAM = "int main(void) { return 0; }\n"
TOOLCHAIN = "use the toolchain image"


def check_c_compiler(env: Mapping[str, str], timeout: float) -> None:
    """Build a program of one line."""
    chosen = env.get("CC", "").split()
    found = [name for name in ([chosen[0]] if chosen else NAMES) if which(name, env)]
    if not found:
        named = f"{chosen[0]}, which CC names" if chosen else f"({', '.join(NAMES)})"
        raise Failure(f"there is no C compiler {named}: {TOOLCHAIN}, or install one (Debian: gcc), or set CC to one")
    with tempfile.TemporaryDirectory() as folder:
        source, program = Path(folder, "x.c"), Path(folder, "x")
        source.write_text(PROGRAM, encoding="utf-8")
        answer = ask([found[0], *chosen[1:], str(source), "-o", str(program)], timeout=timeout, env=env)
    if answer.status != 0:
        raise Failure(f"the C compiler {found[0]} cannot build a program ({answer.reason}): {TOOLCHAIN}, or repair it")
