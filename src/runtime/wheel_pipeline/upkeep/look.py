"""What is being looked for: something newer than a pin, and old enough."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from packaging.version import InvalidVersion, Version

from ..core.errors import Failure
from ..plan import Plan
from .web import Web


@dataclass(frozen=True)
class Raised:
    """A pin that can be raised."""

    kind: str
    name: str
    key: tuple[str, ...]
    """Where it stands in the file of pins."""
    value: Any
    old: str
    new: str
    released: datetime
    url: str
    """Where a person can read of it."""


@dataclass(frozen=True)
class Look:
    plan: Plan
    web: Web
    before: datetime
    """What is public since a later day is too young."""

    def holds(self, *names: str) -> bool:
        """Whether it is declared that something stays as it is."""
        return any(name in self.plan.upkeep.hold for name in names)

    def is_old_enough(self, moment: datetime) -> bool:
        return moment <= self.before


def moment(text: str) -> datetime:
    """A point in time, as all of them write it in some form of ISO 8601."""
    try:
        read = datetime.fromisoformat(text)
    except (TypeError, ValueError) as error:
        raise Failure(f"{text!r} is no date: has an API changed?") from error
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def version_of(text: str) -> Version | None:
    """A version as PEP 440 reads it, v in front or not; none where it is none, or one that is not final."""
    try:
        read = Version(text)
    except InvalidVersion:
        return None
    return None if read.is_prerelease else read
