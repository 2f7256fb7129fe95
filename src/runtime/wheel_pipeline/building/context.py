"""The state that the steps of one build share."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from packaging.version import Version

from ..core.git import commit_of, is_dirty
from ..plan import Wheel
from ..session import Session
from ..steps import finished_for
from ..wheels.cache import KeptWheel
from ..wheels.change import Change
from ..wheels.files import read_json, write_json
from ..wheels.identity import identity
from ..wheels.sources import Sources
from ..wheels.wheel import wheel_files
from ..workspace import Workspace
from .facts import facts_of, hash_of_given
from .selection import Selection

CHANGES = "records/changes.json"
SOURCES = "records/sources.json"


class BuildContext:
    """The session of a build, its folders, and the results of its steps so far."""

    def __init__(self, session: Session, workspace: Workspace, tree: Path | None) -> None:
        self.session, self.workspace, self.tree = session, workspace, tree
        self.plan, self.build, self.platform = session.plan, session.build, session.platform
        self.inputs, self.root = session.inputs, workspace.root
        self.state = self.root / "build.state.json"
        self.source, self.finished = self.root / "source", self.root / "finished"
        self.sources = Sources(self.source, self.build.wheels, self.root / SOURCES)
        self.env = session.environment()
        self.tools: dict[str, str] = {}
        self.counted: dict[str, str] = {}
        self.build_paths: list[str] = []
        self.statistics: dict[str, Any] = {}
        self.durations: list[tuple[str, float]] = []
        self.commit, self.dirty = self.built_commit()
        self.version = self.inputs.version or self.development_version()
        files = hash_of_given(tree, session) if tree and (self.dirty or not self.commit) else ""
        self.facts = facts_of(session, self.commit, files, self.version)
        done = set(finished_for(self.state, self.facts))
        built = [wheel for wheel in self.build.wheels if done.issuperset(self.step_ids(wheel))]
        self.wheels = Selection(self.build, self.inputs.only, self.finished, built)
        # What lies in the stages is of the same only once an earlier run has emptied them for it.
        prepared = bool(self.inputs.from_step) and "environment" in done
        self.goes_on = prepared or bool(self.wheels.built_before)

    def built_commit(self) -> tuple[str, bool]:
        """The commit that is built, empty where it cannot be known, and whether the tree has changes of its own."""
        if not self.tree:
            return self.plan.source.commit, False
        timeout = self.plan.limits.command
        dirty = is_dirty(self.tree, self.env, timeout)
        return commit_of(self.tree, self.tree, self.env, timeout), bool(dirty)

    def development_version(self) -> str:
        """Return the version of a build without a release tag; its local part has the commit."""
        base = Version(self.plan.source.base_version)
        if self.plan.source.sdist and not self.commit:
            return str(base)
        local = f"g{self.commit[:9]}" if self.commit else "local"
        return f"{base.base_version}.dev0+{local}{'.dirty' if self.dirty else ''}"

    def step_ids(self, wheel: Wheel) -> list[str]:
        return [id for id in self.build.steps.on(self.platform.system) if id.endswith(f":{wheel.distribution}")]

    def kept(self, wheel: Wheel) -> KeptWheel:
        """Return the cache entry of a wheel that is slow to build, with everything that its build depends on."""
        limits = self.plan.limits
        facts = identity(
            self.build,
            wheel,
            self.platform,
            self.source,
            self.tools,
            self.counted,
            limits.command,
            files=self.sources.fingerprint(wheel),
            build_dir=self.root,
        )
        return KeptWheel(self.inputs.wheel_cache_dir, wheel, facts, limits.kept_wheels)

    def note(self, step: str, change: Change | None) -> None:
        """Keep what a step changed for the record, also over a run that goes on from a later step."""
        changes = self.changes()
        changes.pop(step, None)
        if change and change.facts:
            changes[step] = change.entry()
        write_json(self.root / CHANGES, changes)

    def changes(self) -> dict[str, dict[str, Any]]:
        path = self.root / CHANGES
        return dict(read_json(path)) if path.exists() else {}

    def forget_finished(self, wheel: Wheel) -> None:
        """Remove an earlier run's wheel of a distribution; that run may have ended before it made the folder."""
        self.finished.mkdir(exist_ok=True)
        for path in wheel_files(self.finished).values():
            if path.name.lower().startswith(f"{wheel.key.replace('-', '_')}-"):
                path.unlink()
