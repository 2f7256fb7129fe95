"""The steps of one wheel: each takes it from one folder of BUILD_DIR to the next."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from ..core.console import console
from ..core.credentials import secrets
from ..core.processes import CommandFailed
from ..plan import Wheel
from ..steps import Step
from ..wheels import inspection, metadata
from ..wheels.aliases import share_code
from ..wheels.cache import KeptWheel
from ..wheels.change import Change
from ..wheels.neighbours import connect
from ..wheels.wheel import the_wheel
from ..workspace import remove
from . import compiler_cache
from .backend import build_wheel, repair_wheel
from .context import BuildContext


class WheelBuild:
    """One wheel of a build: from its source to `finished`."""

    def __init__(self, run: BuildContext, wheel: Wheel) -> None:
        self.run, self.wheel = run, wheel

    def steps(self) -> list[Step]:
        name = self.wheel.distribution

        def step(kind: str, title: str, action: Callable[[], Change | None]) -> Step:
            id = f"{kind}:{name}"
            return Step(id, title, lambda: self.run.note(id, action()))

        # The metadata before the repair, which writes the version into its software bill of materials.
        return [
            step("build", f"Build the wheel of {name}", self.build),
            step("share", f"Ship the code of {name} once", self.share),
            step("metadata", f"Set the metadata of {name}", self.set_metadata),
            step("repair", f"Repair the wheel of {name}", self.repair),
        ]

    def folder(self, stage: str) -> Path:
        return self.run.root / stage / self.wheel.distribution

    def build(self) -> Change | None:
        run, raw, cmake = self.run, self.folder("raw"), self.folder("cmake")
        remove(raw)
        remove(cmake)
        kept = run.kept(self.wheel) if self.wheel.reuse else None
        if kept and (taken := kept.take(raw)):
            return taken
        run.sources.before_build(self.wheel)
        self.compile(raw, cmake)
        run.sources.after_build(self.wheel)
        if kept:
            self.keep(kept, raw)
        return None

    def keep(self, kept: KeptWheel, raw: Path) -> None:
        """Keep it, but not with a secret or a path of this run: the inspection of another run looks for its own."""
        run = self.run
        found = list(inspection.leaks(the_wheel(raw, self.wheel), run.build_paths, secrets(os.environ)))
        if found:
            console.warning(f"the wheel of {self.wheel.distribution} is not kept: {'; '.join(found)}")
            return
        kept.keep(raw)

    def compile(self, raw: Path, cmake: Path) -> None:
        """Let the backend build it; where the compiler cache is damaged, once more, with a new entry for each file."""
        run = self.run
        try:
            build_wheel(self.wheel, run.platform, run.source, cmake, raw, run.env, run.root, run.plan.limits.build)
        except CommandFailed as failure:
            if not compiler_cache.is_to_blame(failure):
                raise
            console.warning("the compiler cache is damaged: all is compiled anew, and kept anew")
            run.env |= compiler_cache.ANEW
            remove(cmake)
            build_wheel(self.wheel, run.platform, run.source, cmake, raw, run.env, run.root, run.plan.limits.build)

    @property
    def has_aliases(self) -> bool:
        return bool(self.wheel.aliases_on(self.run.platform.system))

    def share(self) -> Change:
        run, shared, work_dir = self.run, self.folder("shared"), self.folder("aliases")
        remove(shared)
        return share_code(
            self.folder("raw"),
            self.wheel,
            run.platform.system,
            work_dir,
            run.env,
            output_dir=shared,
            epoch=run.inputs.source_date_epoch,
        )

    def set_metadata(self) -> Change:
        amended = self.folder("amended")
        remove(amended)
        version = "" if self.wheel.use_source_version else self.run.version
        # A tree with changes of its own is no commit's.
        commit = "" if self.run.dirty else self.run.commit
        source = self.folder("shared" if self.has_aliases else "raw")
        return self.amend(source, amended, version, commit, packed=False)

    def repair(self) -> Change:
        run, repaired = self.run, self.folder("repaired")
        remove(repaired)
        repaired.mkdir(parents=True)
        connected = self.connect()
        amended = the_wheel(self.folder("amended"), self.wheel).path
        repair_wheel(
            self.wheel, run.platform, run.session.platform_tag, amended, repaired, run.env, run.plan.limits.build
        )
        run.forget_finished(self.wheel)
        # Neither repair tool promises the order of its zip entries, so the wheel is written once more.
        change = self.amend(repaired, run.finished, "", None)
        return replace(change, facts={**change.facts, **connected})

    def connect(self) -> dict[str, list[str]]:
        """Before the repair, which keeps the search paths that lead to other wheels."""
        run, epoch = self.run, self.run.inputs.source_date_epoch
        system, work_dir = run.platform.system, self.folder("connected")
        return connect(self.folder("amended"), self.wheel, system, work_dir, run.env, epoch=epoch)

    def amend(self, source: Path, output: Path, version: str, commit: str | None, *, packed: bool = True) -> Change:
        return metadata.amend(
            source,
            self.wheel,
            self.run.build,
            self.run.plan.source,
            version=version,
            commit=commit,
            siblings=self.run.finished,
            output_dir=output,
            epoch=self.run.inputs.source_date_epoch,
            packed=packed,
        )
