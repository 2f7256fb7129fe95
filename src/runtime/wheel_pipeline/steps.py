"""Named steps: their number, time, log, hooks and state, and which of them run."""

from __future__ import annotations

import contextlib
import json
import os
import re
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from .core.console import console, duration, in_actions
from .core.errors import Failure, Stopped, UsageError, from_system, nearest
from .core.processes import CommandFailed, run
from .plan import Hook, System


@dataclass(frozen=True)
class Step:
    """A part of a command that a person can name."""

    id: str
    """What `--from-step` and hooks call it, such as `repair:tvm`."""
    title: str
    action: Callable[[], None]
    prepares: bool = False
    """It answers what later steps ask: it runs also where `--from-step` names a later one."""


class State(TypedDict):
    """What a run has done so far, and what it was about."""

    facts: dict[str, str]
    finished: list[str]


class StepFailed(Failure):
    """A step that ended early."""

    def __init__(self, number: int, step: Step, reason: Failure, resume: str) -> None:
        super().__init__(f"step {number}, {step.title}: {reason}", reason.status)
        self.reason, self.resume = reason, resume


class Steps:
    """Runs steps in order. What an earlier run finished is kept in a file, so that a later one can go on from there."""

    def __init__(
        self,
        steps: Iterable[Step],
        hooks: Iterable[Hook],
        system: System,
        state: Path,
        logs: Path,
        *,
        root: Path,
        can_resume: bool,
    ) -> None:
        """`root`: the checkout, where hooks run; `can_resume`: the command takes `--from-step`."""
        self.steps = list(steps)
        self.root, self.can_resume = root, can_resume
        self.hooks = [hook for hook in hooks if hook.system in (None, system)]
        self.state, self.logs = state, logs
        self.durations: list[tuple[str, float]] = []
        self.finished: list[str] = []

    def check(self, from_step: str, facts: Mapping[str, str], beside: Collection[str] = ()) -> None:
        """Fail, before any work, where a step that is to be left out has not been done for the very same.

        `beside`: steps of an earlier run that are not among these, and whose results this run leaves as they are.
        """
        self.facts = dict(facts)
        self.finished = [id for id in finished_for(self.state, self.facts) if id in beside]
        if not from_step:
            return
        earlier = read_state(self.state)
        ids = [step.id for step in self.steps]
        if from_step not in ids:
            raise UsageError(
                f"--from-step: there is no step {from_step!r}{nearest(from_step, ids)}; they are {', '.join(ids)}"
            )
        for name, value in facts.items():
            if earlier["facts"].get(name) != value:
                raise UsageError(f"--from-step: the earlier run had another {name}: run all steps")
        for step in self.steps[: ids.index(from_step)]:
            if not step.prepares and step.id not in earlier["finished"]:
                raise UsageError(f"--from-step: step {step.id} has not run yet: resume from there, or run all steps")
            self.finished.append(step.id)

    def run(self, env: Callable[[], Mapping[str, str]], from_step: str = "") -> None:
        """Run them; `env` gives the variables of hooks as they are by then."""
        console.close_log()
        for old in self.logs.glob("[0-9][0-9]-*.log"):
            with contextlib.suppress(PermissionError):  # Windows keeps what somebody reads
                old.unlink()
        # What an earlier run has finished counts no more: this one changes it.
        write_state(self.state, {"facts": self.facts, "finished": self.finished})
        skipping = bool(from_step)
        for number, step in enumerate(self.steps, 1):
            skipping = skipping and step.id != from_step
            if skipping and not step.prepares:
                console.say(f"==> {number}/{len(self.steps)} {step.title}: done before")
                continue
            self.one(number, step, env)

    def one(self, number: int, step: Step, env: Callable[[], Mapping[str, str]]) -> None:
        started = time.monotonic()
        console.open_log(self.logs / f"{number:02d}-{re.sub(r'[^A-Za-z0-9._-]+', '-', step.id)}.log")
        if in_actions():
            print(f"::group::{number}/{len(self.steps)} {step.title}", flush=True)
        at = duration(started - console.started)
        console.say(f"==> {number}/{len(self.steps)} {step.title} [{at}]", "bold")
        try:
            self.hook("before", step, env)
            step.action()
            self.hook("after", step, env)
        except Failure as failure:
            raise StepFailed(number, step, failure, self.resume(step)) from failure
        except Stopped as stopped:
            stopped.resume = self.resume(step)
            raise
        except OSError as error:
            raise StepFailed(number, step, from_system(error), self.resume(step)) from error
        finally:
            if in_actions():
                print("::endgroup::", flush=True)
        seconds = time.monotonic() - started
        self.durations.append((step.title, round(seconds, 1)))
        console.record(f"done in {duration(seconds)}")
        self.finished.append(step.id)
        write_state(self.state, {"facts": self.facts, "finished": self.finished})

    def resume(self, step: Step) -> str:
        """What `--from-step` takes after a step has failed: nothing where a new run does it all the same."""
        return step.id if self.can_resume and not step.prepares else ""

    def hook(self, when: str, step: Step, env: Callable[[], Mapping[str, str]]) -> None:
        """Run what is declared in the checkout, wherever the caller is."""
        for hook in self.hooks:
            if (hook.when, hook.step) == (when, step.id):
                console.say(f"{hook.name} ({when} this step, as declared)")
                program, *words = hook.command
                if os.path.dirname(program):  # a path of the checkout, unless it is absolute
                    program = str(self.root / program)
                run([program, *words], env=env(), cwd=self.root)


def read_state(path: Path) -> State:
    """What an earlier run has left; one that cannot be read has left nothing."""
    try:
        state = json.loads(path.read_text(encoding="utf-8"))
        return {"facts": dict(state["facts"]), "finished": list(state["finished"])}
    except (OSError, ValueError, KeyError, TypeError):
        return {"facts": {}, "finished": []}


def finished_for(path: Path, facts: Mapping[str, str]) -> list[str]:
    """The steps that an earlier run has finished for the very same."""
    earlier = read_state(path)
    return earlier["finished"] if earlier["facts"] == dict(facts) else []


def write_state(path: Path, state: State) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(state, indent=2), encoding="utf-8")


def explain(failure: Failure) -> None:
    """Tell a person why it ended: the step, the command, the last lines of its output, the log, and how to resume."""
    reason = failure.reason if isinstance(failure, StepFailed) else failure
    console.error(str(failure))
    if isinstance(reason, CommandFailed):
        for line in reason.tail:
            console.say(f"  | {line}")
        console.say(f"  command: {reason.command}")
    if console.log_path:
        console.say(f"  log:     {console.log_path}")
    if isinstance(failure, StepFailed):
        say_how_to_resume(failure.resume)


def say_how_to_resume(step_id: str) -> None:
    """Name the option that skips what is done; in a workflow, the next job starts without this run's files."""
    if step_id and not in_actions():
        console.say(f"  resume:  the same command with --from-step={step_id}; it skips the finished steps")
