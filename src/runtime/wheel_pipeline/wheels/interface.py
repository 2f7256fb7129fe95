"""What a shared library offers and asks for, whatever its format."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Interface:
    """All that those who load a library can tell it by."""

    exports: frozenset[tuple[str, str]]
    """Names, each with what it is: a function, data …"""
    needed: frozenset[str]
    """Other libraries, by name."""
    own_name: str | None
    """What it calls itself."""

    def differences(self, other: Interface) -> list[str]:
        symbols = sorted({name for name, _ in self.exports ^ other.exports})
        return [
            *(f"symbol {name}" for name in symbols[:5]),
            *([f"and {len(symbols) - 5} more symbols"] if len(symbols) > 5 else []),
            *(f"needed library {name}" for name in sorted(self.needed ^ other.needed)),
        ]
