"""What one run of build, test or reproduce works with."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from .environment import clean
from .inputs import Inputs, inputs_of
from .plan import IN_BUILD, Build, Plan, Platform
from .steps import Step, Steps
from .toolchain import with_python_packages
from .workspace import ROOM, Workspace, owned


@dataclass(frozen=True)
class Session:
    command: str
    root: Path
    """The checkout."""
    plan: Plan
    build: Build
    platform: Platform
    inputs: Inputs

    @property
    def platform_tag(self) -> str:
        """The tag that wheels are repaired for: the manylinux images say theirs, elsewhere the caller does."""
        return self.inputs.platform_tag or self.platform.platform_tag

    def runner(self, steps: Iterable[Step], state: Path) -> Steps:
        """What runs this command's steps; `state` is the file of what they have done."""
        takes = inputs_of(self.command, self.platform.system)
        can_resume = any(each.name == "from-step" for each in takes)
        system, hooks = self.platform.system, self.build.hooks
        return Steps(steps, hooks, system, state, self.logs, root=self.root, can_resume=can_resume)

    @property
    def logs(self) -> Path:
        return self.inputs.build_dir / IN_BUILD["logs"] / self.command

    @property
    def unfinished(self) -> Path:
        """A file beside OUTPUT_DIR that is there while the wheels in it are not those of the last build."""
        output = self.inputs.output_dir
        return output.with_name(f".{output.name}.unfinished")

    def begin_output(self) -> None:
        """Note that what OUTPUT_DIR holds is from before; delivery takes the note away."""
        self.unfinished.parent.mkdir(parents=True, exist_ok=True)
        self.unfinished.write_text("The last build has not delivered its wheels.\n", encoding="utf-8")

    def environment(self) -> dict[str, str]:
        """The variables of what it starts."""
        home = self.inputs.build_dir / "home"
        home.mkdir(parents=True, exist_ok=True)
        return with_python_packages(clean(os.environ, home), self.build, self.platform.system)

    @contextlib.contextmanager
    def workspace(self, room: int = ROOM) -> Iterator[Workspace]:
        """Lock BUILD_DIR for this run; `room` is the required free space in bytes."""
        with owned(self.inputs.build_dir, "BUILD_DIR", self.title, room=room):
            yield Workspace(self.inputs.build_dir)

    @property
    def title(self) -> str:
        """The command as a person may have typed it."""
        variant = f" --variant {self.build.variant}" if self.build.variant else ""
        return f"{self.command}{variant}"
