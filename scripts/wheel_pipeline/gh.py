"""GitHub's command line, gh, which takes its token from GH_TOKEN: asked again where that can help, never with a secret
in what it says."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Sequence
from pathlib import Path

from .console import console, duration
from .errors import Failure, UsageError
from .plan import Limits
from .processes import CommandFailed, ask, which

TOKENS = ("GH_TOKEN", "GITHUB_TOKEN", "GH_ENTERPRISE_TOKEN", "GITHUB_ENTERPRISE_TOKEN")
TOKEN = re.compile(r"\b(gh[a-z]_|github_pat_)\w+")
# The refusals that another try, or another try at once, does not help.
LIMITED = "GitHub limits how often it is asked: wait an hour, then run this again"
ADVICE = {
    401: "the token in GH_TOKEN is wrong or has expired: give a valid one",
    403: "the token may not do this: give the job the permission `contents: write`",
    429: LIMITED,
}
PATIENCE = 12  # how many times longer to wait where GitHub limits how often it is asked


def masked(text: str) -> str:
    """The text without any token."""
    for token in filter(None, map(os.environ.get, TOKENS)):
        text = text.replace(token, "***")
    return TOKEN.sub("***", text)


def refusal(said: str) -> int | None:
    """Which of the HTTP statuses with advice it is."""
    found = re.search(r"\bHTTP (\d{3})\b", said)
    status = int(found[1]) if found else 0
    if status == 403 and re.search(r"rate limit|abuse", said, re.IGNORECASE):
        return 429
    return status if status in ADVICE else None


class Gh:
    """gh, found once."""

    def __init__(self, limits: Limits, pause: float | None = None) -> None:
        program = which("gh")
        if program is None:
            raise UsageError("gh is missing: install the GitHub CLI, https://cli.github.com")
        self.program, self.limits = program, limits
        self.pause = limits.pause if pause is None else pause

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
        attempts = 1 if once else self.limits.attempts
        for attempt in range(1, attempts + 1):
            try:
                answer = ask([self.program, *words], timeout=limit, env=env, cwd=cwd)
                said = "; ".join(answer.stderr.split("\n")[:3]).strip("; ") or f"exit status {answer.status}"
                if answer.status == 0 or (absent and re.search(absent, said)):
                    return masked(answer.stdout) if answer.status == 0 else ""
            except CommandFailed as unanswered:
                said = str(unanswered)
            refused = refusal(said)
            told = advice if advice and refused in (None, 403) else ADVICE[refused] if refused else ""
            failure = Failure(masked(f"gh {about} failed: {said}{f'; {told}' if told else ''}"))
            if attempt == attempts or refused in (401, 403):
                raise failure
            seconds = self.pause * attempt * (PATIENCE if refused else 1)
            console.say(f"{failure}; trying again in {duration(seconds)}")
            time.sleep(seconds)
        raise AssertionError("there is at least one attempt")

    def field(self, path: str, field: str, *, absent: bool = False) -> str:
        """A field of what GitHub's API says of a path; "" where that is not there, if `absent` allows it."""
        reading = "give the job the permission `contents: read`, and its token in GH_TOKEN"
        return self.ask(
            ["api", "--method", "GET", path, "--jq", field],
            f"api {path}",
            absent=r"HTTP 404" if absent else "",
            advice=reading,
        ).strip()
