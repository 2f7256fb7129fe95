"""Whether the shared libraries of a wheel find what they need, once they are installed."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from ..core.errors import Failure
from ..core.processes import ask, which
from ..wheels import pe
from ..wheels.neighbours import brought_by
from ..wheels.wheel import same_library
from .environment import Environment
from .process import environment as clean_environment
from .runner import Attempt
from .subject import Subject


def shared_libraries(subject: Subject, attempt: Attempt) -> Iterator[str]:
    excluded = subject.declared.excluded_on(subject.system)
    system = subject.declared.system_libraries.on(subject.system)
    for file in subject.installed.files:
        if not file.is_library:
            continue
        missing = (
            pe_missing(file.path, subject.environment)
            if subject.system == "windows"
            else elf_missing(file.path, attempt.timeout, attempt.variables)
        )
        for needed in missing:
            if any(same_library(pattern, needed) for pattern in system):
                by = brought_by(needed)
                attempt.note(f"{file.name} needs {needed}, which is not here: {by} brings it, not the wheel")
            elif not any(same_library(pattern, needed) for pattern in excluded):
                yield f"{file.name} needs {needed}, which is not found: bundle it, or declare who provides it"
            elif needed.lower() not in subject.environment.libraries:
                yield (
                    f"{file.name} needs {needed}, which was not bundled, and nothing installed provides it: require it"
                )


def elf_missing(path: Path, timeout: float, variables: Mapping[str, str] | None = None) -> list[str]:
    """What the dynamic linker does not find for a library: names, or lines on symbol versions."""
    with path.open("rb") as file:
        if file.read(4) != b"\x7fELF":
            return []  # such as a linker script
    if not which("ldd"):
        raise Failure("ldd is not on the PATH: install glibc's tools (Debian's libc-bin, Fedora's glibc-common)")
    env = {**clean_environment(Path(tempfile.gettempdir())), **(variables or {}), "LC_ALL": "C"}
    said = ask(["ldd", str(path)], timeout=timeout, env=env)
    lines = [line.strip() for line in (said.stdout + said.stderr).splitlines() if "not found" in line]
    if said.status and not lines:
        reason = " ".join((said.stderr.strip() or said.stdout).split())
        raise Failure(f"ldd fails on {path} ({reason}): is it for this machine?")
    return sorted({line.removesuffix(" => not found") for line in lines})


def pe_missing(path: Path, environment: Environment) -> list[str]:
    """The DLLs that a library imports and that Windows would not find."""
    needed = pe.imports(str(path), path.read_bytes())
    folders = [*environment.folders, Path(os.environ.get("SYSTEMROOT", "C:/Windows"), "System32")]
    return sorted(
        name
        for name in needed
        if not name.lower().startswith(("api-ms-win-", "ext-ms-"))  # API sets: names that Windows resolves by itself
        and name.lower() not in environment.libraries
        and not any((folder / name).is_file() for folder in folders)
    )
