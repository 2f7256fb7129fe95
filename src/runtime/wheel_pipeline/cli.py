"""The commands: build, test, reproduce and test-image for people and jobs; the release's for its workflow."""

from __future__ import annotations

import os
import tempfile
import traceback
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from pathlib import Path

from . import plan as plans
from . import program
from .arguments import current_platform, parser_of
from .core.console import console
from .core.errors import Failure, Stopped, UsageError, from_system, nearest
from .core.signals import listen_to_signals
from .inputs import inputs_of, resolve
from .session import Session
from .steps import explain, say_how_to_resume
from .workspace import check_temporary

PLANNED: Mapping[str, tuple[str, str]] = {
    "build": ("Builds the wheels from source, repairs, inspects and records them.", "building.build:run_build"),
    "test": ("Installs the wheels into a fresh environment and tests them there.", "gate.run:run_test"),
    "reproduce": (
        "Builds the wheels twice, in different folders, each from nothing, and compares them byte by byte.",
        "reproduction:run_reproduction",
    ),
    "preflight": (
        "Tests the toolchain on a small library with the same dependencies as the wheels.",
        "trial:run_preflight",
    ),
}
"""Commands whose inputs the plan declares: description and function. The function is imported on use."""

OTHERS: Mapping[str, str] = {
    "tools": "image:tools",
    "test-image": "image:test_image",
    "image-size": "image_size:image_size",
    "lock": "locks:lock",
    "conda-lock": "locks:conda_lock",
    "compare": "comparing:compare_builds",
    "compare-records": "comparing:compare_with_record",
    "ci": "ci.commands:ci",
    "release": "release.commands:release",
    "upkeep": "upkeep.commands:upkeep",
}


def function(where: str) -> Callable[..., int]:
    """Import a command's function, without the modules of other commands."""
    module, _, name = where.partition(":")
    found: Callable[..., int] = getattr(import_module(f".{module}", __package__), name)
    return found


def main(argv: Sequence[str], scripts: Path | None = None) -> int:
    """Run a command with the plan of a folder; return the exit status."""
    scripts = scripts or program.scripts()
    os.umask(0o022)  # the modes of files go into wheels
    listen_to_signals()
    verbose = "--verbose" in argv
    console.configure(plain="--plain" in argv, verbose=verbose)
    try:
        return command(argv, plans.load(scripts / "plan.json"), scripts.parent)
    except Failure as failure:
        explain(failure)
        return failure.status
    except Stopped as stopped:
        console.error(f"stopped by {stopped}: what was under way has ended, and nothing was delivered")
        say_how_to_resume(stopped.resume)
        return 128 + stopped.number
    except OSError as error:
        explain(from_system(error))
        return 1
    except Exception as error:
        told = f"internal error ({type(error).__name__}: {error})"
        console.error(f"{told}: please report it, with {keep_trace(traceback.format_exc())}")
        return 1
    finally:
        console.close_log()


def keep_trace(trace: str) -> str:
    """Where the trace of an error of ours is, which tells a caller nothing."""
    if console.log is None:
        with tempfile.NamedTemporaryFile("w", prefix="wheel-pipeline-", suffix=".log", delete=False) as file:
            file.write(trace)
        return file.name
    console.record(trace)
    return str(console.log_path)


def command(argv: Sequence[str], plan: plans.Plan, root: Path) -> int:
    known = [*PLANNED, *OTHERS]
    if not argv or argv[0] in ("-h", "--help"):
        console.say(f"Usage: {console.program} COMMAND …\n\nCommands: {', '.join(known)}\n\nEach has its own --help.")
        return 0 if argv else 2
    name, *rest = argv
    if name not in known:
        raise UsageError(f"unknown command {name!r}: use one of {', '.join(known)}{nearest(name, known)}")
    console.program = f"{console.program} {name}"
    if name in PLANNED:
        return function(PLANNED[name][1])(session_of(plan, root, name, rest))
    return function(OTHERS[name])(plan, root, rest)


def session_of(plan: plans.Plan, root: Path, name: str, argv: Sequence[str]) -> Session:
    """What a planned command works with: everything that the caller gave is checked here, before any work."""
    wheels = ", ".join(wheel.distribution for wheel in plan.build().wheels)
    help_text = f"{PLANNED[name][0]} The wheels: {wheels}."
    given = vars(parser_of(plan, name, help_text, console.program).parse(argv))
    check_temporary(os.environ)
    variant = given.get("variant") or os.environ.get("WHEEL_VARIANT", "").strip()
    build = plan.build(variant)
    platform = current_platform(build)
    inputs = resolve(inputs_of(name, platform.system), given, build, platform, root, os.environ)
    return Session(name, root, plan, build, platform, inputs)
