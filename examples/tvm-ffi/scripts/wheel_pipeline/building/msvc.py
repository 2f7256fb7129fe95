"""Visual Studio's compiler environment, as its developer prompt has it (Windows)."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path

from ..console import console
from ..errors import Failure
from ..processes import ask, which

ADVICE = 'install "Build Tools for Visual Studio 2022" with the workload "Desktop development with C++"'
TOOLS = "Microsoft.VisualStudio.Component.VC.Tools.x86.x64"
VARIABLES = "import json, os; print(json.dumps(dict(os.environ)))"


def enter(env: Mapping[str, str], timeout: float) -> dict[str, str]:
    """The environment in which CMake's Ninja generator and cargo find cl.exe and link.exe."""
    entered = dict(env) if which("cl.exe", env) else developer_environment(env, timeout)
    compiler = which("cl.exe", entered)
    if compiler is None:
        raise Failure(f"cl.exe is not on the PATH of Visual Studio's developer environment: {ADVICE}")
    linker = which("link.exe", entered)
    if linker is None or Path(linker).parent != Path(compiler).parent:
        # Git's and Conda's link.exe is another program, which makes hard links.
        entered["PATH"] = os.pathsep.join([str(Path(compiler).parent), entered["PATH"]])
    console.say(f"cl.exe is {compiler}")
    return entered


def developer_environment(env: Mapping[str, str], timeout: float) -> dict[str, str]:
    """What VsDevCmd.bat of the newest Visual Studio sets."""
    program_files = env.get("ProgramFiles(x86)") or env.get("PROGRAMFILES(X86)") or r"C:\Program Files (x86)"
    vswhere = Path(program_files, "Microsoft Visual Studio", "Installer", "vswhere.exe")
    if not vswhere.is_file():
        raise Failure(f"{vswhere} is missing: {ADVICE}")
    query = ["-latest", "-products", "*", "-requires", TOOLS, "-property", "installationPath", "-utf8"]
    answer = ask([str(vswhere), *query], timeout=timeout, env=env)
    studio = next(iter(answer.stdout.split("\n")), "").strip()
    if answer.status != 0 or not studio:
        raise Failure(f"Visual Studio has no C++ tools for x86-64 ({TOOLS}): {ADVICE}")
    console.say(f"entering the developer environment of {studio}")
    batch = Path(studio, "Common7", "Tools", "VsDevCmd.bat")
    line = f'call "{batch}" -arch=x64 -host_arch=x64 -no_logo >nul && "{sys.executable}" -I -c "{VARIABLES}"'
    return captured(line, env, timeout, batch)


def captured(line: str, env: Mapping[str, str], timeout: float, batch: Path) -> dict[str, str]:
    """The variables after a command line of cmd.exe; Python writes them, since `set` has an encoding of its own."""
    script = Path(env["TEMP"], f"developer-environment-{os.getpid()}.cmd")
    script.write_text(f"@echo off\nchcp 65001 >nul\n{line}\n", encoding="utf-8")
    try:
        answer = ask(["cmd.exe", "/d", "/c", str(script)], timeout=timeout, env=env)
    finally:
        script.unlink(missing_ok=True)
    try:
        variables: dict[str, str] = json.loads(answer.stdout[answer.stdout.index("{") :])
    except ValueError:
        raise Failure(f"{batch} fails ({answer.reason}): repair Visual Studio, or {ADVICE}") from None
    return variables
