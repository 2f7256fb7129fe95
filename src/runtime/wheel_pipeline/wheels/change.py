"""What was done to a wheel after its build backend had written it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Change:
    """One change of a wheel, for the build record's amendments; without facts, nothing changed."""

    distribution: str
    before: str
    """The file that it was."""
    after: str
    """The file that it is."""
    facts: dict[str, Any] = field(default_factory=dict)
    """What was done, by the record's names."""

    def entry(self) -> dict[str, Any]:
        """How the record tells it."""
        return {"distribution": self.distribution, "from": self.before, **self.facts}

    @classmethod
    def from_entry(cls, entry: dict[str, Any]) -> Change:
        """The change that an entry tells of, for a build that goes on from a later step."""
        facts = {name: value for name, value in entry.items() if name not in ("distribution", "from")}
        return cls(entry["distribution"], entry["from"], entry.get("to", entry["from"]), facts)
