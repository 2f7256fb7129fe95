"""A small library that uses what the real wheels use: the toolchain is tried on it before hours of compiling."""

from __future__ import annotations

import dataclasses
import json
import sys
from contextlib import AbstractContextManager
from importlib.resources import as_file
from pathlib import Path
from typing import Any

from .. import program
from ..core.console import console
from ..core.errors import UsageError
from ..core.processes import run
from ..gate.check_files import check_files
from ..session import Session
from ..wheels.files import read_json, sha256, write_json
from ..wheels.identity import different, identity
from ..wheels.sources import tree_hash
from .context import BuildContext

FOLDER = "preflight"
"""In BUILD_DIR."""


class Preflight:
    """What a build does about it: nothing, where the very same toolchain has passed before."""

    def __init__(self, build: BuildContext) -> None:
        self.build = build

    def run(self) -> None:
        session, inputs = self.build.session, self.build.inputs
        passed, facts = stamp(session), self.facts()
        changed = list(different(facts, read_json(passed))) if passed.is_file() else ["not tried here before"]
        if not changed:
            console.say(f"this toolchain has passed before ({passed})")
            return
        console.say(f"trying the toolchain: {', '.join(changed)}")
        given = {
            "--variant": session.build.variant,
            "--jobs": inputs.jobs,
            "--platform-tag": inputs.platform_tag,
            "--source-date-epoch": inputs.source_date_epoch,
            "--build-dir": inputs.build_dir / FOLDER,
            "--compiler-cache-dir": inputs.compiler_cache_dir,
        }
        options = [f"{name}={value}" for name, value in given.items() if value]
        run([sys.executable, str(program.path()), "preflight", "--plain", *options], env=self.build.env)
        passed.parent.mkdir(parents=True, exist_ok=True)
        write_json(passed, facts)

    def facts(self) -> dict[str, Any]:
        """All that the library is made of and built with."""
        build, preflight = self.build, self.build.build.preflight
        assert preflight
        root = build.session.root
        with library(build.session) as tree:
            made_of = identity(
                build.build,
                preflight.wheel,
                build.platform,
                tree,
                build.tools,
                build.env,
                build.plan.limits.command,
                files=tree_hash(tree),
                build_dir=build.root,
            )
        # What it is linked with is one half of the trial, what is asked of it then the other.
        tried = json.loads(json.dumps(dataclasses.asdict(preflight.wheel)))
        checks = {
            check.name: {file: sha256(data) for file, data in check_files(check.python[0], root).items()}
            for check in preflight.wheel.checks
            if check.python
        }
        return {**made_of, "wheel": tried, "checks": checks, "platformTag": build.session.platform_tag}


def stamp(session: Session) -> Path:
    """Where it is written what has passed, beside the wheels that are kept."""
    return session.inputs.wheel_cache_dir / f"preflight-{session.platform.id}.json"


def is_declared(session: Session) -> bool:
    preflight = session.build.preflight
    return preflight is not None and preflight.system in (None, session.platform.system)


def library(session: Session) -> AbstractContextManager[Path]:
    """Provide the library's source as a folder on disk; the packed program extracts its own copy temporarily."""
    assert session.build.preflight
    name = session.build.preflight.folder
    folder = program.declared(name, session.root)
    if not folder.is_dir():
        raise UsageError(f"folder {name} not found: restore it, or correct preflight.folder in .projenrc.ts")
    return as_file(folder)
