"""The `preflight` command: build, repair, install and check the small library that tests the toolchain."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from .building.build import run_build
from .building.preflight import is_declared, library
from .core.console import console
from .gate.run import run_test
from .inputs import Inputs
from .plan import IN_BUILD, Source
from .session import Session

WITHOUT_REQUIREMENTS = ("requirements",)
"""The step of a test that would ask the package index: the library needs Python alone."""


def run_preflight(session: Session) -> int:
    """Build, repair, inspect, install and check the library as a wheel of the plan is."""
    if not is_declared(session):
        console.say(f"no preflight is declared for {session.platform.title}")
        return 0
    with library(session) as tree:
        own = session_of_preflight(session, tree)
        run_build(own)
        return run_test(own, leave_out=WITHOUT_REQUIREMENTS)


def session_of_preflight(session: Session, tree: Path) -> Session:
    """Return a session with the same toolchain, the library's source and wheel, and its own folder."""
    plan, inputs, preflight = session.plan, session.inputs, session.build.preflight
    assert preflight
    build = dataclasses.replace(
        session.build, wheels=(preflight.wheel,), preflight=None, hooks=(), steps=preflight.steps
    )
    source = Source(git=None, sdist=None, folder=str(tree), overlay=(), base_version="1.0")
    own: Inputs = dataclasses.replace(
        inputs,
        version="1.0",
        output_dir=inputs.build_dir / "wheels",
        wheel_cache_dir=inputs.build_dir / IN_BUILD["wheelCache"],
    )
    return dataclasses.replace(
        session, plan=dataclasses.replace(plan, source=source, builds=(build,)), build=build, inputs=own
    )
