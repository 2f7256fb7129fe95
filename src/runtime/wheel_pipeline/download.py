"""Downloads by pip: what the package index does not give is told in words, and a file that is another one at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from .core.errors import Passing
from .core.processes import CommandFailed, run
from .core.retry import retry
from .plan import Limits

OTHER_FILE = "DO NOT MATCH THE HASHES"  # how pip says it


def is_other_file(failure: Passing) -> bool:
    """Whether a file came that is not the pinned one: another try would not make it right."""
    return isinstance(failure, CommandFailed) and any(OTHER_FILE in line for line in failure.tail)


def download(argv: Sequence[str], what: str, limits: Limits, env: Mapping[str, str], cwd: Path) -> None:
    """Run pip, some times if need be."""
    try:
        retry(
            lambda: run(argv, env=env, cwd=cwd, timeout=limits.download),
            limits,
            patience=lambda failure: not is_other_file(failure),
        )
    except CommandFailed as failure:
        if is_other_file(failure):
            told = f"the index has another file of {what} than the pinned one: do not use it; see who has changed it"
        else:
            told = (
                f"cannot download {what}: check that the package index is reachable, or set PIP_INDEX_URL to another"
                f" ({failure})"
            )
        raise failure.saying(told) from failure
