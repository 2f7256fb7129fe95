"""GitHub's command line, gh, which takes its token from GH_TOKEN: asked again where that can help, never with a secret
in what it says."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

from .core.credentials import masked
from .core.errors import Failure, Passing, UsageError
from .core.processes import CommandFailed, ask, which
from .core.retry import retry
from .plan import Limits

TOKENS = ("GH_TOKEN", "GITHUB_TOKEN", "GH_ENTERPRISE_TOKEN", "GITHUB_ENTERPRISE_TOKEN")
# The refusals that another try, or another try at once, does not help.
LIMITED = "GitHub limits how often it is asked: wait an hour, then run this again"
ADVICE = {
    401: "the token in GH_TOKEN is wrong or has expired: give a valid one",
    403: "the token may not do this: give the job the permission `contents: write`",
    429: LIMITED,
}
COMPARISON = ".status, (.files[] | .filename, (.previous_filename // empty))"
MOST_FILES = 300  # files that GitHub lists of a comparison
PATIENCE = 12  # how many times longer to wait where GitHub limits how often it is asked


def refusal(said: str) -> int | None:
    """Which of the HTTP statuses with advice it is."""
    found = re.search(r"\bHTTP (\d{3})\b", said)
    status = int(found[1]) if found else 0
    if status == 403 and re.search(r"rate limit|abuse", said, re.IGNORECASE):
        return 429
    return status if status in ADVICE else None


class Refused(Passing):
    """A call that gave nothing, with what to do about it; `http` where that is a status with advice."""

    def __init__(self, about: str, said: str, advice: str) -> None:
        self.http = refusal(said)
        told = advice if advice and self.http in (None, 403) else ADVICE[self.http] if self.http else ""
        super().__init__(masked(f"gh {about} failed: {said}{f'; {told}' if told else ''}"))


def patience(failure: Passing) -> float:
    """How much longer to wait before another try: one at once helps neither a wrong token nor a limit."""
    http = failure.http if isinstance(failure, Refused) else None
    return {401: 0, 403: 0, 429: PATIENCE}.get(http or 0, 1)


class Gh:
    """gh, found once."""

    def __init__(self, limits: Limits) -> None:
        program = which("gh")
        if program is None:
            raise UsageError("gh is missing: install the GitHub CLI, https://cli.github.com")
        self.program = program
        self.limits = limits

    def ask(
        self,
        words: Sequence[str],
        about: str,
        *,
        absent: str = "",
        once: bool = False,
        transfer: bool = False,
        cwd: Path | None = None,
        advice: str = "",
    ) -> str:
        """What gh answers; "" where it says `absent`: that what is asked for is not there.

        `about` names the call in a message; what can be done twice is tried again.
        """
        env = {name: value for name, value in os.environ.items() if name not in ("GH_DEBUG", "DEBUG")}
        env |= {"GH_PROMPT_DISABLED": "1", "GH_NO_UPDATE_NOTIFIER": "1", "NO_COLOR": "1"}
        limit = self.limits.upload if transfer else self.limits.command

        def answer_of() -> str:
            try:
                answer = ask([self.program, *words], timeout=limit, env=env, cwd=cwd)
                said = "; ".join(answer.stderr.split("\n")[:3]).strip("; ") or f"exit status {answer.status}"
                if answer.status == 0 or (absent and re.search(absent, said)):
                    return masked(answer.stdout) if answer.status == 0 else ""
            except CommandFailed as unanswered:
                said = str(unanswered)
            raise Refused(about, said, advice)

        return retry(answer_of, replace(self.limits, attempts=1) if once else self.limits, patience)

    def listed(
        self, words: Sequence[str], fields: Sequence[str], about: str, *, advice: str = ""
    ) -> list[dict[str, Any]]:
        """The entries of a list, each with these fields."""
        answer = self.ask([*words, "--json", ",".join(fields)], about, advice=advice)
        try:
            return [{field: each[field] for field in fields} for each in json.loads(answer)]
        except (ValueError, KeyError, TypeError) as error:
            raise Failure(f"gh {about} gives no list of {', '.join(fields)} ({answer[:80]!r}): update gh") from error

    def field(self, path: str, field: str, *, absent: bool = False) -> str:
        """A field of what GitHub's API says of a path; "" where that is not there, if `absent` allows it."""
        reading = "give the job the permission `contents: read`, and its token in GH_TOKEN"
        return self.ask(
            ["api", "--method", "GET", path, "--jq", field],
            f"api {path}",
            absent=r"HTTP 404" if absent else "",
            advice=reading,
        ).strip()

    def json(self, path: str, *, advice: str) -> Any:
        """Query a path of GitHub's API."""
        answer = self.ask(["api", "--method", "GET", path], f"api {path}", advice=advice)
        try:
            return json.loads(answer)
        except ValueError as error:
            raise Failure(f"gh api {path} printed no JSON ({answer[:80]!r}): update gh") from error

    def is_on_branch(self, repository: str, commit: str, branch: str) -> bool:
        """Check that a branch contains a commit. A tag may have the branch's name."""
        newest = self.field(f"repos/{repository}/git/ref/heads/{quote(branch)}", ".object.sha")
        return self.compared(repository, commit, newest)[0] in ("identical", "ahead")

    def compared(self, repository: str, base: str, head: str) -> tuple[str, list[str]]:
        """Compare two commits or branches: return the status and the changed files. A renamed file has both names.

        The status is "" if GitHub does not find one of them. GitHub lists at most `MOST_FILES` files.
        """
        path = f"repos/{repository}/compare/{quote(base)}...{quote(head)}"
        status, *files = self.field(path, COMPARISON, absent=True).splitlines() or [""]
        return status, files
