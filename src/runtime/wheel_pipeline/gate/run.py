"""The steps of a test: exactly the wheels that were built, in a fresh environment, put through the gate."""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Iterable
from pathlib import Path

from ..core.console import console
from ..core.errors import Failure, UsageError
from ..core.findings import fail_with
from ..core.processes import run
from ..download import download
from ..inputs import ENVIRONMENT
from ..locks import lock_file, locked_requirements
from ..plan import IN_BUILD
from ..session import Session
from ..steps import Step
from ..tools import check_tools
from ..wheels import inspection, record
from ..wheels.files import hash_of, read_bytes, sha256
from ..wheels.wheel import SUMS, wheel_files
from ..workspace import Workspace, owned_output
from .gate import Options, check_wheels
from .interpreter import users_python


def run_test(session: Session, leave_out: Collection[str] = ()) -> int:
    """Test the wheels in OUTPUT_DIR; they stay as they are. Some steps can be left out, by their ids."""
    output = session.inputs.output_dir
    if not output.is_dir():
        raise UsageError(f"there are no wheels in {output}: build them first, or set OUTPUT_DIR to their folder")
    if session.unfinished.exists():
        raise Failure(
            f"the last build has not delivered its wheels, those in {output} are of an earlier one: build again, or"
            f" delete {session.unfinished} to test the earlier ones"
        )
    with session.workspace() as workspace, owned_output(output, session.title, reads=True):
        workspace.begin([ENVIRONMENT])
        test = TestRun(session, workspace)
        state = workspace.root / "test.state.json"
        chosen = [step for step in test.steps() if step.id not in leave_out]
        steps = session.runner(chosen, state)
        steps.check(session.inputs.from_step, facts_of(session))
        steps.run(lambda: test.env, session.inputs.from_step)
    return 0


def facts_of(session: Session) -> dict[str, str]:
    """What a test is of: a run goes on only in an environment that was made of the very same."""
    output, build = session.inputs.output_dir, session.build
    requirements = build.test_requirements_file
    lock = lock_file(session.plan, requirements, session.platform)
    return {
        "folder of wheels": str(output),
        "variant": build.variant or "",
        "set of wheels": hash_of_files([output / SUMS, *wheel_files(output).values()]),
        "set of test requirements": hash_of_files([session.root / requirements, session.root / lock]),
        "test Python": str(session.inputs.test_python or sys.executable),
    }


def hash_of_files(paths: Iterable[Path]) -> str:
    """One hash of those that are there, by name."""
    return hash_of({path.name: sha256(read_bytes(path)) for path in paths if path.is_file()})


class TestRun:
    """What the steps of one test hand on to each other."""

    __test__ = False  # for pytest: this is no test of the program

    def __init__(self, session: Session, workspace: Workspace) -> None:
        self.session, self.workspace = session, workspace
        self.output = session.inputs.output_dir
        self.env = session.environment()
        self.folder = workspace.root / ENVIRONMENT

    @property
    def python(self) -> Path:
        """The environment's interpreter."""
        return self.folder / ("Scripts/python.exe" if self.session.platform.system == "windows" else "bin/python")

    def steps(self) -> list[Step]:
        return [
            Step("wheels", "Check the wheels against their record", self.check_wheels),
            Step("test-environment", "Make a fresh environment", self.make_environment),
            Step("requirements", "Install the test requirements", self.install_requirements),
            Step("install", "Install the wheels", self.install_wheels),
            Step("checks", "Check what is installed", self.check_installed),
        ]

    def check_wheels(self) -> None:
        tools = tuple(tool for tool in self.session.build.tools if tool.command == "auditwheel")
        check_tools(self.session.plan, tools, self.session.platform.system, self.env)
        problems = record.verify_sums(self.output)
        if not problems:
            problems = record.record_problems(self.output, self.session.build, self.session.platform)
            problems += inspection.inspect(
                self.session.build,
                self.session.platform,
                self.output,
                platform_tag=self.session.platform_tag,
                version=self.session.inputs.version,
            )
        fail_with(problems)

    def make_environment(self) -> None:
        folder = self.workspace.empty(ENVIRONMENT)
        python = users_python(self.session.inputs.test_python)
        argv = [str(python), "-m", "venv", "--clear", str(folder)]
        run(argv, env=self.env, timeout=self.session.plan.limits.download)
        if not self.python.exists():
            raise Failure(f"{folder} has no interpreter: see that Python's venv module works (Debian: python3-venv)")

    def pip(self, *words: str) -> list[str]:
        pip = [str(self.python), "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--no-deps"]
        return [*pip, "--only-binary=:all:", *words]

    def install_requirements(self) -> None:
        limits = self.session.plan.limits
        session = self.session
        argv = self.pip(*locked_requirements(session.plan, session.root, session.build, session.platform))
        download(argv, "what the tests require", limits, self.env, self.workspace.root)

    def install_wheels(self) -> None:
        """The files by their paths: a name could be taken from elsewhere."""
        wheels = sorted(str(path) for path in self.output.glob("*.whl"))
        run(
            self.pip("--no-index", *wheels),
            env=self.env,
            cwd=self.workspace.root,
            timeout=self.session.plan.limits.download,
        )

    def check_installed(self) -> None:
        report = self.workspace.root / IN_BUILD["testReport"] / f"{self.session.platform.id}.json"
        options = Options(
            python=self.python,
            wheels=self.output,
            root=self.session.root,
            report=report,
            timeout=self.session.plan.limits.check,
            distributions=self.session.inputs.only,
            # Nobody is there to look at the first failure and start again.
            keep_going=self.session.inputs.keep_going or bool(os.environ.get("CI")),
        )
        done = check_wheels(self.session.build, self.session.platform, options)
        console.say(f"report: {report}")
        if not done.passed:
            raise Failure(f'{done.count("failed")} checks failed (see "FAIL" above); full output: next to {report}')
