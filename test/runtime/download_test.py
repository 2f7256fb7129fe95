"""What an index does not give is told in words; a file that is another one is not asked for again."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from conftest import LIMITS
from wheel_pipeline.core.processes import CommandFailed
from wheel_pipeline.download import download


def failing(tmp_path: Path, said: str) -> tuple[CommandFailed, int]:
    """How it fails where pip says this, and how often pip was called."""
    code = f"open('calls', 'a').write('x'); print({said!r}); raise SystemExit(1)"
    with pytest.raises(CommandFailed) as failed:
        download([sys.executable, "-c", code], "demo 1.0", LIMITS, {}, tmp_path)
    return failed.value, len((tmp_path / "calls").read_text())


def test_an_index_out_of_reach_is_told_after_every_try(tmp_path: Path) -> None:
    failure, calls = failing(tmp_path, "connection refused")
    assert "cannot download demo 1.0: check that the package index is reachable, or set PIP_INDEX_URL" in str(failure)
    assert (calls, failure.tail) == (LIMITS.attempts, ["connection refused"])


def test_another_file_is_told_at_once(tmp_path: Path) -> None:
    failure, calls = failing(tmp_path, "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.")
    assert "the index has another file of demo 1.0 than the pinned one: do not use it" in str(failure)
    assert calls == 1
