"""Named steps: their order, hooks, logs, what a failure says, and going on from one."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Collection
from pathlib import Path

import pytest

from wheel_pipeline.core.errors import Failure, Stopped, UsageError
from wheel_pipeline.core.processes import run
from wheel_pipeline.plan import Hook
from wheel_pipeline.steps import Step, StepFailed, Steps, explain

FACTS = {"commit": "a"}


def make_steps(listed: list[Step], folder: Path, hooks: tuple[Hook, ...] = (), can_resume: bool = True) -> Steps:
    state, logs = folder / "state.json", folder / "logs"
    return Steps(listed, hooks, "linux", state, logs, root=folder, can_resume=can_resume)


class Trial:
    """Steps that note that they ran."""

    def __init__(
        self,
        folder: Path,
        failing: str = "",
        stopped: str = "",
        hooks: tuple[Hook, ...] = (),
        can_resume: bool = True,
    ) -> None:
        self.ran: list[str] = []
        self.failing, self.stopped = failing, stopped
        listed = [
            Step("tools", "Check the tools", self.action("tools"), prepares=True),
            Step("build:demo", "Build the wheel of demo", self.action("build:demo")),
            Step("record", "Record the build", self.action("record")),
        ]
        self.steps = make_steps(listed, folder, hooks, can_resume)

    def action(self, name: str) -> Callable[[], None]:
        def act() -> None:
            self.ran.append(name)
            if name == self.failing:
                run([sys.executable, "-c", "import sys; print('the reason'); sys.exit(2)"])
            if name == self.stopped:
                raise Stopped(signal.SIGINT)

        return act

    def run(self, from_step: str = "", facts: dict[str, str] = FACTS) -> list[str]:
        self.steps.check(from_step, facts)
        self.steps.run(lambda: {}, from_step)
        return self.ran


def test_steps_run_in_order_each_with_a_number_and_a_log(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert Trial(tmp_path).run() == ["tools", "build:demo", "record"]
    assert "==> 2/3 Build the wheel of demo [" in capsys.readouterr().out
    names = sorted(path.name for path in (tmp_path / "logs").iterdir())
    assert names == ["01-tools.log", "02-build-demo.log", "03-record.log"]


def test_a_failure_names_step_command_output_and_log(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    with pytest.raises(StepFailed) as caught:
        Trial(tmp_path, failing="build:demo").run()
    explain(caught.value)
    said = capsys.readouterr()
    assert "step 2, Build the wheel of demo: " in said.err and "ended with exit status 2" in said.err
    assert "  | the reason\n" in said.out and "  command: " in said.out
    assert f"  log:     {tmp_path / 'logs/02-build-demo.log'}" in said.out
    assert "  resume:  the same command with --from-step=build:demo; it skips the finished steps\n" in said.out

    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    explain(caught.value)
    assert "resume:" not in capsys.readouterr().out


def test_a_failed_preparation_names_no_step_to_resume_from(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(StepFailed) as caught:
        Trial(tmp_path, failing="tools").run()
    explain(caught.value)
    assert "resume:" not in capsys.readouterr().out


def test_a_command_that_cannot_resume_does_not_say_how(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(StepFailed) as caught:
        Trial(tmp_path, failing="record", can_resume=False).run()
    explain(caught.value)
    assert "resume:" not in capsys.readouterr().out
    with pytest.raises(Stopped) as stopped:
        Trial(tmp_path, stopped="record", can_resume=False).run()
    assert stopped.value.resume == ""


@pytest.mark.parametrize(("step", "resume"), [("build:demo", "build:demo"), ("tools", "")])
def test_a_signal_names_the_step_to_resume_from(tmp_path: Path, step: str, resume: str) -> None:
    with pytest.raises(Stopped) as caught:
        Trial(tmp_path, stopped=step).run()
    assert caught.value.resume == resume


def test_what_an_earlier_run_has_done_beside_these_steps_counts_for_the_next_one(tmp_path: Path) -> None:
    Trial(tmp_path).run()

    def one(beside: Collection[str] = (), facts: dict[str, str] = FACTS) -> None:
        steps = make_steps([Step("build:other", "Build", lambda: None)], tmp_path)
        steps.check("", facts, beside)
        steps.run(lambda: {})

    one(beside=["build:demo"])
    assert Trial(tmp_path).run("record") == ["tools", "record"]
    one()
    with pytest.raises(UsageError, match="step build:demo has not run yet"):
        Trial(tmp_path).run("record")
    Trial(tmp_path).run()
    one(beside=["build:demo"], facts={"commit": "b"})
    with pytest.raises(UsageError, match="had another commit"):
        Trial(tmp_path).run("record")


def test_a_run_goes_on_from_a_step_and_prepares_again(tmp_path: Path) -> None:
    with pytest.raises(StepFailed):
        Trial(tmp_path, failing="record").run()
    assert Trial(tmp_path).run("record") == ["tools", "record"]


@pytest.mark.parametrize(
    ("from_step", "facts", "message"),
    [
        ("recrd", FACTS, "there is no step 'recrd'; did you mean record?"),
        ("record", {"commit": "b"}, "had another commit"),
        ("record", FACTS, "step build:demo has not run yet"),
    ],
)
def test_a_run_goes_on_only_from_what_was_done_for_the_same(
    tmp_path: Path, from_step: str, facts: dict[str, str], message: str
) -> None:
    with pytest.raises(StepFailed):
        Trial(tmp_path, failing="build:demo").run()
    trial = Trial(tmp_path)
    with pytest.raises(UsageError, match=message.replace("?", r"\?")):
        trial.run(from_step, facts)
    assert trial.ran == []


def test_hooks_run_before_and_after_their_step_on_their_system(tmp_path: Path) -> None:
    def hook(when: str, text: str, system: str | None = None) -> Hook:
        note = f"open({str(tmp_path / 'notes')!r}, 'a').write({text!r})"
        return Hook("build:demo", when, text, (sys.executable, "-c", note), system)  # type: ignore[arg-type]

    hooks = (hook("after", "after "), hook("before", "before "), hook("before", "elsewhere ", "windows"))
    Trial(tmp_path, hooks=hooks).run()
    assert (tmp_path / "notes").read_text() == "before after "


@pytest.mark.skipif(os.name == "nt", reason="the script is one for sh")
def test_hooks_run_in_the_checkout_wherever_the_caller_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = tmp_path / "checkout/tools/note.sh"
    script.parent.mkdir(parents=True)
    script.write_text("#!/bin/sh\npwd >> notes\n", encoding="utf-8")
    script.chmod(0o755)
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    commands = (("tools/note.sh",), ("sh", "tools/note.sh"))
    hooks = tuple(Hook("build:demo", "before", "note", command, None) for command in commands)
    Trial(tmp_path / "checkout", hooks=hooks).run()
    assert (tmp_path / "checkout/notes").read_text().split() == [str(tmp_path / "checkout")] * 2


def test_an_error_of_the_system_is_told_with_its_file(tmp_path: Path) -> None:
    step = Step("read", "Read", lambda: print((tmp_path / "nowhere").read_text()))
    steps = make_steps([step], tmp_path)
    steps.check("", {})
    with pytest.raises(Failure, match=r"step 1, Read: .*nowhere: No such file or directory"):
        steps.run(lambda: {})
