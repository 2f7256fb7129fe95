"""Locks: what is installed, by hash. `npx projen lock` makes them; their first line says what they are of."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from .arguments import Parser
from .core.console import console
from .core.errors import Failure, nearest
from .core.processes import run
from .plan import FOLDERS, Build, Plan, Platform
from .wheels.files import write_text

REFRESH = "run `npx projen lock`, and commit what it writes"
OF = "# Locked: "
KINDS = ("test", "build")


def lock_file(plan: Plan, requirements: str, platform: Platform) -> str:
    """The lock of a requirements file for a platform, from the checkout's root; whoever shares the file shares it."""
    kind = PurePosixPath(requirements).stem.replace("-requirements", "")
    return f"{FOLDERS['locks']}/{kind}-{platform.system}-{platform.machine.lower()}.txt"


def identity_of(plan: Plan, requirements: Path) -> str:
    """What a lock is of: the requirements, without the words at their top, and the Python that takes them."""
    lines = requirements.read_text(encoding="utf-8").splitlines()
    wanted = [line for line in lines if line and not line.startswith("#")]
    return hashlib.sha256("\n".join([plan.python, *wanted]).encode()).hexdigest()


def locked_requirements(plan: Plan, root: Path, build: Build, platform: Platform) -> list[str]:
    """pip's options for a build's test requirements: by hash, where they are locked."""
    requirements = root / build.test_requirements_file
    told = lock_file(plan, build.test_requirements_file, platform)
    lock = root / told
    if not lock.is_file():
        console.warning(f"the test requirements are not locked by hash, as there is no {told}: {REFRESH}")
        return [f"--requirement={requirements}"]
    first = lock.read_text(encoding="utf-8").partition("\n")[0]
    if first != OF + identity_of(plan, requirements):
        raise Failure(f"{told} is outdated because {build.test_requirements_file} has changed: {REFRESH}")
    return ["--require-hashes", f"--requirement={lock}"]


def lock(plan: Plan, root: Path, argv: Sequence[str]) -> int:
    """Lock the requirements of tests and builds for each platform, by the hash of every file (with uv)."""
    parser = Parser(prog=console.program, description=lock.__doc__, allow_abbrev=False)
    parser.add_argument("--only", default="", metavar="KIND", help=f"only {' or '.join(KINDS)} (default: both)")
    only = parser.parse(argv).only
    if only and only not in KINDS:
        raise Failure(f"--only: {only!r} must be {' or '.join(KINDS)}{nearest(only, KINDS)}", 2)
    done = set[str]()
    for kind in [only] if only else KINDS:
        for build in plan.builds:
            requirements = build.test_requirements_file if kind == "test" else FOLDERS["buildRequirements"]
            for platform in build.platforms:
                told = lock_file(plan, requirements, platform)
                if told not in done:
                    compile_lock(plan, root, requirements, platform, root / told)
                    count = (root / told).read_text(encoding="utf-8").count("==")
                    console.say(f"{told}: {count} distributions")
                done.add(told)
    return 0


def compile_lock(plan: Plan, root: Path, requirements: str, platform: Platform, target: Path) -> None:
    """Resolve a platform's requirements on whatever machine this is, wheels alone, with what they need in turn."""
    target.parent.mkdir(parents=True, exist_ok=True)
    resolved = target.with_suffix(".new")
    # From nothing: what an earlier lock says would otherwise stay.
    resolved.unlink(missing_ok=True)
    options = ["--generate-hashes", "--only-binary=:all:", "--no-annotate", "--no-header", "--quiet"]
    options += [f"--python-platform={uv_platform(platform)}", f"--python-version={plan.python}"]
    source = root / requirements
    # A line says which processor and system it is for; the lock is of one, and of a Python that uv need not have.
    try:
        run(
            [*uv(), "pip", "compile", *options, f"--output-file={resolved}", str(source)],
            env=dict(os.environ),
            cwd=root,
        )
        text = resolved.read_text(encoding="utf-8")
    finally:
        resolved.unlink(missing_ok=True)
    write_text(target, f"{OF}{identity_of(plan, source)}\n{text}")


def uv() -> list[str]:
    """The program that resolves for other platforms than this one."""
    if found := shutil.which("uv"):
        return [found]
    if importlib.util.find_spec("uv"):
        return [sys.executable, "-m", "uv"]
    raise Failure("uv is missing, which makes the locks: run python3 -m pip install uv")


def uv_platform(platform: Platform) -> str:
    """The platform as uv calls it: with the C library that the wheels run on at least."""
    if platform.system == "windows":
        return "x86_64-pc-windows-msvc"
    return f"{platform.machine}-{platform.platform_tag.removesuffix(f'_{platform.machine}')}"


def conda_lock(plan: Plan, root: Path, argv: Sequence[str]) -> int:
    """Print the explicit lock of the Conda environment that this runs in: every package by address and hash."""
    parser = Parser(prog=console.program, description=conda_lock.__doc__, allow_abbrev=False)
    parser.add_argument("--output", metavar="FILE", help="write it there (default: to the output)")
    output = parser.parse(argv).output
    prefix = os.environ.get("CONDA_PREFIX", "")
    records = sorted(Path(prefix, "conda-meta").glob("*.json")) if prefix else []
    if not records:
        raise Failure("no Conda environment is active, whose packages could be locked: run it in the toolchain image")
    found = [json.loads(path.read_text(encoding="utf-8")) for path in records]
    lines = sorted(f"{each['url']}#sha256:{each['sha256']}" for each in found)
    text = "\n".join(["@EXPLICIT", *lines]) + "\n"
    if output:
        write_text(Path(output), text)
    else:
        sys.stdout.write(text)
    return 0
