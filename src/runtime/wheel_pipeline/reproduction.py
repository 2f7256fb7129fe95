"""Do two builds give the same bytes? Each is made from nothing, in a folder of its own with another name."""

from __future__ import annotations

import sys
from functools import partial

from . import program
from .building.disk import measured_room
from .core.console import console
from .core.errors import Failure
from .core.processes import run
from .plan import IN_BUILD
from .session import Session
from .steps import Step
from .wheels.comparison import compare

BUILDS = ("first", "second-build")  # of different length: a path that is baked in shows


def run_reproduction(session: Session) -> int:
    """Build twice and compare; what differs is named, file by file."""
    inputs = session.inputs
    folder = inputs.build_dir / "reproduce"
    with session.workspace(measured_room(session, [folder], len(BUILDS))) as workspace:
        problems: list[str] = []
        workspace.begin(["reproduce"])

        def prepare() -> None:
            workspace.empty("reproduce")

        def build(name: str) -> None:
            place = folder / name
            given = {
                "--source-dir": inputs.source_dir,
                "--version": inputs.version,
                "--variant": session.build.variant,
                "--jobs": inputs.jobs,
                "--platform-tag": inputs.platform_tag,
                "--source-date-epoch": inputs.source_date_epoch,
                "--toolchain-image": inputs.toolchain_image,
                "--build-dir": place / "build",
                "--compiler-cache-dir": place / "cache",
                "--wheel-cache-dir": place / IN_BUILD["wheelCache"],
                "--output-dir": place / "wheels",
            }
            options = [f"{name}={value}" for name, value in given.items() if value]
            # Also where a compiler cache is shared, everything is compiled: what it holds may be of another folder.
            env = {**session.environment(), "SCCACHE_RECACHE": "1"}
            run([sys.executable, str(program.path()), "build", "--plain", *options], env=env)

        def compare_them() -> None:
            problems.extend(compare(*(folder / name / "wheels" for name in BUILDS)))
            if problems:
                raise Failure("the two builds differ:\n" + "\n".join(f"  {problem}" for problem in problems))
            console.say("the two builds are the same, byte by byte")

        steps = [
            Step("prepare", "Make room", prepare),
            *(
                Step(f"build:{name}", f"Build the wheels, {name.replace('-', ' ')}", partial(build, name))
                for name in BUILDS
            ),
            Step("compare", "Compare them", compare_them),
        ]
        state = inputs.build_dir / "reproduce.state.json"
        runner = session.runner(steps, state)
        runner.check("", {})
        runner.run(session.environment)
    return 0
