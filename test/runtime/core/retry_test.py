"""What reaches over a network is tried again: how often, after how long, and not where that would not help."""

from __future__ import annotations

import dataclasses

import pytest

from conftest import LIMITS
from wheel_pipeline.core import retry as module
from wheel_pipeline.core.errors import Failure, Passing
from wheel_pipeline.core.retry import retry

THREE = dataclasses.replace(LIMITS, attempts=3, pause=10)


class Flaky:
    """Gives an answer after so many failures."""

    def __init__(self, failures: int) -> None:
        self.failures, self.calls = failures, 0

    def __call__(self) -> str:
        self.calls += 1
        if self.calls <= self.failures:
            raise Passing(f"failure {self.calls}")
        return "answer"


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    found = list[float]()
    monkeypatch.setattr(module.time, "sleep", found.append)
    return found


def test_each_pause_is_longer_and_said(pauses: list[float], capsys: pytest.CaptureFixture[str]) -> None:
    assert retry(Flaky(2), THREE) == "answer"
    assert pauses == [10, 20]
    assert capsys.readouterr().out.splitlines() == [
        "attempt 1 of 3 failed (failure 1); trying again in 10 s",
        "attempt 2 of 3 failed (failure 2); trying again in 20 s",
    ]


def test_the_last_failure_is_the_callers(pauses: list[float]) -> None:
    flaky = Flaky(9)
    with pytest.raises(Failure, match="failure 3"):
        retry(flaky, THREE)
    assert (flaky.calls, pauses) == (3, [10, 20])


@pytest.mark.parametrize(("patience", "calls", "waited"), [(0, 1, []), (12, 3, [120, 240]), (True, 3, [10, 20])])
def test_a_failure_says_whether_and_when_another_try_helps(
    patience: float, calls: int, waited: list[float], pauses: list[float]
) -> None:
    flaky = Flaky(9)
    with pytest.raises(Failure):
        retry(flaky, THREE, lambda _: patience)
    assert (flaky.calls, pauses) == (calls, waited)


@pytest.mark.parametrize("kind", [Failure, ValueError])
def test_what_does_not_pass_is_not_tried_again(kind: type[Exception], pauses: list[float]) -> None:
    def mistake() -> None:
        raise kind("a mistake")

    with pytest.raises(kind):
        retry(mistake, THREE)
    assert pauses == []
