"""What is asked over HTTP is asked again where an answer breaks off."""

from __future__ import annotations

import pytest

from careless_host import DATA, host
from conftest import LIMITS
from wheel_pipeline.core.errors import Passing
from wheel_pipeline.upkeep.web import Web


def test_an_answer_that_breaks_off_is_asked_for_again() -> None:
    with host(breaks_off=1) as listening:
        assert Web(LIMITS, "").text(listening.address) == DATA.decode()
        assert listening.asked == 2


def test_answers_that_always_break_off_are_told() -> None:
    with host(breaks_off=9) as listening, pytest.raises(Passing, match=r"IncompleteRead.*: see whether it answers"):
        Web(LIMITS, "").ask(listening.address)
