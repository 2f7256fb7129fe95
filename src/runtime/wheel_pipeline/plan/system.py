"""An operating system, and what differs by it."""

# Annotations are not deferred here: up to 3.12.3, Python does not find a class's type parameter in those.
from dataclasses import dataclass
from typing import Literal

System = Literal["linux", "windows"]


@dataclass(frozen=True)
class BySystem[T]:
    """One value for each operating system."""

    linux: T
    windows: T

    def on(self, system: System) -> T:
        return self.linux if system == "linux" else self.windows
