"""Visual Studio's compiler environment, as its developer prompt has it (Windows)."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from ..core.console import console
from ..core.errors import Failure
from ..core.processes import ask, which

ADVICE = 'install "Build Tools for Visual Studio 2022" with the workload "Desktop development with C++"'
TOOLS = "Microsoft.VisualStudio.Component.VC.Tools.x86.x64"
VARIABLES = "import json, os; print(json.dumps(dict(os.environ)))"
SCRIPT = f"""@echo off
call "%WHEEL_PIPELINE_BATCH%" -arch=x64 -host_arch=x64 -no_logo >nul
if not errorlevel 1 "%WHEEL_PIPELINE_PYTHON%" -I -c "{VARIABLES}"
"""


def enter(env: Mapping[str, str], timeout: float) -> dict[str, str]:
    """The environment in which CMake's Ninja generator and cargo find cl.exe and link.exe."""
    entered = dict(env) if is_entered(env) else developer_environment(env, timeout)
    compiler = which("cl.exe", entered)
    if compiler is None:
        raise Failure(f"cl.exe is not on the PATH of Visual Studio's developer environment: {ADVICE}")
    linker = which("link.exe", entered)
    if linker is None or Path(linker).parent != Path(compiler).parent:
        # Git's and Conda's link.exe is another program, which makes hard links.
        entered["PATH"] = os.pathsep.join([str(Path(compiler).parent), entered["PATH"]])
    console.say(f"cl.exe is {compiler}")
    # CMake looks for cc and gcc first, in every folder of the PATH, where GitHub's runner has MinGW's; and Conda's
    # compilers name themselves in these variables.
    return without_gcc({**entered, "CC": "cl.exe", "CXX": "cl.exe"})


def is_entered(env: Mapping[str, str]) -> bool:
    """Whether this is a developer prompt for x64; the one that Visual Studio calls just so is for 32 bits."""
    return which("cl.exe", env) is not None and env.get("VSCMD_ARG_TGT_ARCH", "x64") == "x64"


def without_gcc(env: Mapping[str, str]) -> dict[str, str]:
    """Without the folders of another compiler, beside which CMake would find libraries that are for it."""
    folders = env["PATH"].split(os.pathsep)
    others = [each for each in folders if each and Path(each, "gcc.exe").is_file()]
    if others:
        console.say(f"left out of the PATH, since gcc is there: {', '.join(others)}")
    return {**env, "PATH": os.pathsep.join(each for each in folders if each not in others)}


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
    return captured(batch, env, timeout)


def captured(batch: Path, env: Mapping[str, str], timeout: float) -> dict[str, str]:
    """The variables after a batch file of cmd.exe; Python writes them, since `set` has an encoding of its own.

    So has a script, hence the paths are in variables; and cmd.exe takes a path apart at an ampersand or a parenthesis,
    hence it is started in the script's folder.
    """
    script = Path(tempfile.gettempdir(), f"developer-environment-{os.getpid()}.cmd")
    script.write_text(SCRIPT, encoding="ascii")
    paths = {"WHEEL_PIPELINE_BATCH": str(batch), "WHEEL_PIPELINE_PYTHON": sys.executable}
    try:
        argv = ["cmd.exe", "/d", "/c", rf".\{script.name}"]
        answer = ask(argv, timeout=timeout, env={**env, **paths}, cwd=script.parent)
    finally:
        script.unlink(missing_ok=True)
    try:
        variables: dict[str, str] = json.loads(answer.stdout[answer.stdout.index("{") :])
    except ValueError:
        raise Failure(f"{batch} fails ({answer.reason}): repair Visual Studio, or {ADVICE}") from None
    return {name: value for name, value in variables.items() if name not in paths}
