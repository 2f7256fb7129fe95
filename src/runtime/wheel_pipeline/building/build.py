"""The steps of a build: from the plan's source to delivered wheels."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from .. import inputs as checks
from ..core.console import columns, console
from ..core.credentials import secrets
from ..core.findings import fail_with
from ..core.processes import which
from ..environment import add, cargo_home, renamed, with_first, without_paths
from ..plan import FOLDERS, IN_BUILD
from ..session import Session
from ..steps import Step
from ..toolchain import check_python_packages, with_unused_libraries
from ..tools import check_tools
from ..wheels import inspection
from ..wheels.change import Change
from ..wheels.record import Made, check_output, project_commits, write_record
from ..workspace import copy_tree, deliver, owned_output
from . import compiler_cache, msvc, source, vulkan_sdk
from .c_compiler import check_c_compiler
from .context import BuildContext
from .disk import room_for_build
from .facts import own_paths
from .preflight import Preflight
from .report import report_build
from .wheel_build import WheelBuild


def run_build(session: Session) -> int:
    """Build, and deliver the wheels all together, or leave OUTPUT_DIR as it was."""
    inputs, declared = session.inputs, session.plan.source
    tree = inputs.source_dir or (session.root / declared.folder if declared.folder else None)
    told = "SOURCE_DIR" if inputs.source_dir else "source.folder"
    if tree:
        checks.check_source(session.build, tree, told)
    checks.check_folders(inputs, tree, told)
    check_output(inputs.output_dir)
    if inputs.compiler_cache_dir.is_absolute():  # a plan need not have that input
        compiler_cache.check_folder(inputs.compiler_cache_dir)
    with session.workspace(room_for_build(session)) as workspace, owned_output(inputs.output_dir, session.title):
        workspace.begin(checks.EMPTIED)
        run = BuildRun(session, workspace, tree)
        run.wheels.check()
        steps = session.runner(run.steps(), run.state)
        steps.check(inputs.from_step, run.facts, run.beside)
        run.durations = steps.durations
        session.begin_output()
        with compiler_cache.server(lambda: run.env, session.plan.limits.command):
            steps.run(lambda: run.env, inputs.from_step)
        run.report()
    return 0


class BuildRun(BuildContext):
    """The steps of one build."""

    def steps(self) -> list[Step]:
        """Return the plan's steps, in its order; those after all wheels need all wheels."""
        last = [
            Step("inspect", "Inspect the wheels", self.inspect),
            Step("record", "Record the build", self.record),
            Step("deliver", "Deliver the wheels", self.deliver),
        ]
        possible = [
            Step("tools", "Check the tools", self.check_tools, prepares=True),
            Step("compiler", "Enter the compiler environment", self.enter_compiler, prepares=True),
            Step("vulkan-sdk", "Find or install the Vulkan SDK", self.find_vulkan, prepares=True),
            Step("preflight", "Test the toolchain with a small library", Preflight(self).run),
            Step("source", "Fetch the source", self.fetch),
            Step("overlay", "Copy the overlay over the source", self.lay_over),
            Step("environment", "Prepare the environment", self.prepare, prepares=True),
            *(step for wheel in self.build.wheels for step in WheelBuild(self, wheel).steps()),
            *last,
        ]
        left_out = {id for wheel in self.wheels.left_out for id in self.step_ids(wheel)}
        if self.wheels.missing:
            left_out.update(step.id for step in last)
        by_id = {step.id: step for step in possible}
        return [by_id[id] for id in self.build.steps.on(self.platform.system) if id not in left_out]

    @property
    def beside(self) -> list[str]:
        """The steps of the wheels that an earlier run has built and this one leaves out."""
        return [id for wheel in self.wheels.built_before for id in self.step_ids(wheel)]

    # The steps before any wheel.

    def check_tools(self) -> None:
        system = self.platform.system
        packages = check_python_packages(self.build, system)  # first: they bring some of the tools
        self.tools = check_tools(self.plan, self.build.tools, system, self.env) | packages
        if system == "linux":
            check_c_compiler(self.env, self.plan.limits.command)
        console.say("\n".join(columns(list(self.tools.items()))))

    def enter_compiler(self) -> None:
        self.env = msvc.enter(self.env, self.plan.limits.command)

    def find_vulkan(self) -> None:
        assert self.build.vulkan_sdk
        folder = self.root / IN_BUILD["vulkanSdk"] / self.build.vulkan_sdk.version
        self.env = vulkan_sdk.find_or_install(self.build.vulkan_sdk, folder, self.plan.limits, self.env)

    def fetch(self) -> None:
        tree = self.workspace.empty("source")
        self.sources.begin()
        declared, limits = self.plan.source, self.plan.limits
        if self.tree:
            console.say(f"copying {self.tree}")
            copy_tree(self.tree, tree, leave_out=own_paths(self.session))
        elif declared.git:
            source.fetch_git(declared.git, tree, limits, self.env)
        elif declared.sdist:
            source.fetch_sdist(declared.sdist, self.workspace.empty("sdist"), tree, limits, self.env)

    def lay_over(self) -> None:
        for path in self.plan.source.overlay:
            console.say(path)
            target = self.source / path
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(self.session.root / FOLDERS["overlay"] / path, target)

    def prepare(self) -> None:
        """Set what makes two builds the same, to the byte and from any folder, and start the compiler cache."""
        for name in checks.STAGES:
            if not self.goes_on:
                self.workspace.empty(name)
        inputs, system = self.inputs, self.platform.system
        self.env = add(
            self.env,
            {
                "SOURCE_DATE_EPOCH": str(inputs.source_date_epoch),
                "CMAKE_GENERATOR": "Ninja",
                "CMAKE_BUILD_PARALLEL_LEVEL": str(inputs.jobs),
                "CARGO_BUILD_JOBS": str(inputs.jobs),
                # A source that is no repository must not be taken for a part of the checkout around it.
                "GIT_CEILING_DIRECTORIES": str(self.root),
                **self.build.environment.on(system),
            },
        )
        self.counted = dict(self.env)
        if system == "linux":
            folder = self.workspace.empty("unused-libraries")
            self.env = with_unused_libraries(self.env, self.build.unused_libraries, folder)
        # A build path in a library would be another one on every machine. Crates, which bring C code of their own, are
        # compiled where cargo keeps them.
        hidden = {cargo_home(self.env): "/cargo"} if self.build.rust else {}
        hidden |= {self.source: "/src", self.root: "/build"}
        self.build_paths = [str(path) for path in renamed(hidden)]
        self.env = without_paths(self.env, hidden, system, self.build.rust)
        if system == "windows" and (cargo := which("cargo", self.env)):
            # CMake looks there first: builds that look for rustup's cargo too find the one whose version was checked.
            self.env = with_first(self.env, "CMAKE_PROGRAM_PATH", Path(cargo).parent)
        if compiler_cache.is_there(self.env):
            self.env |= compiler_cache.variables(inputs.compiler_cache_dir, self.env)
            self.env |= compiler_cache.distrust(inputs.compiler_cache_dir)
            compiler_cache.start(self.env, self.plan.limits.command)
        console.say(f"version {self.version}" + (f" of commit {self.commit}" if self.commit else ""))

    # The steps after all wheels.

    def inspect(self) -> None:
        fail_with(
            inspection.inspect(
                self.build,
                self.platform,
                self.finished,
                platform_tag=self.session.platform_tag,
                version=self.version,
                build_paths=self.build_paths,
                secrets=secrets(os.environ),
            )
        )

    def record(self) -> None:
        if compiler_cache.is_there(self.env):
            self.statistics = compiler_cache.statistics(self.env, self.plan.limits.command)
        changes = self.changes()
        made = Made(
            commit="" if self.dirty else self.commit,
            source_dir=self.inputs.source_dir is not None,
            dirty=self.dirty if self.tree else None,
            image=self.inputs.toolchain_image,
            tools=self.tools,
            changes=[Change.from_entry(changes[step.id]) for step in self.steps() if step.id in changes],
            durations=self.durations,
            compiler_cache=self.statistics or None,
            project_commits=project_commits(self.build, self.source, self.env, self.plan.limits.command),
        )
        fail_with(write_record(self.plan, self.build, self.platform, self.finished, made))

    def deliver(self) -> None:
        deliver(self.finished, self.inputs.output_dir)
        self.session.unfinished.unlink(missing_ok=True)

    def report(self) -> None:
        if self.wheels.missing:
            names = ", ".join(self.wheels.missing)
            console.warning(f"nothing is delivered: there is no wheel of {names} yet; build without --only")
            return
        title = f"{self.build.name} for {self.platform.title}"
        report_build(title, self.inputs.output_dir, self.durations, self.statistics)
