"""A release on GitHub, by gh, which takes its token from GH_TOKEN."""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ..console import console, duration
from ..errors import Failure, UsageError
from ..plan import Limits
from ..processes import CommandFailed, ask, which
from ..wheels.wheel import RECORD

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


@dataclass(frozen=True)
class Release:
    """What GitHub knows of a release."""

    draft: bool
    assets: dict[str, int]
    """Name and size of each file."""
    body: str
    url: str


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


class GitHub:
    """The release of one tag."""

    def __init__(self, tag: str, repository: str, limits: Limits, pause: float) -> None:
        program = which("gh")
        if program is None:
            raise UsageError("gh is missing: install the GitHub CLI, https://cli.github.com")
        self.program, self.tag, self.repository = program, tag, repository
        self.limits, self.pause = limits, pause

    def gh(self, verb: str, *rest: str, once: bool = False, transfer: bool = False, cwd: Path | None = None) -> str:
        """What gh answers; "" to a view of a release that is not there. What can be done twice is tried again."""
        command = [self.program, "release", verb, self.tag, *rest, "--repo", self.repository]
        env = {name: value for name, value in os.environ.items() if name not in ("GH_DEBUG", "DEBUG")}
        env |= {"GH_PROMPT_DISABLED": "1", "GH_NO_UPDATE_NOTIFIER": "1", "NO_COLOR": "1"}
        limit = self.limits.upload if transfer else self.limits.command
        attempts = 1 if once else self.limits.attempts
        for attempt in range(1, attempts + 1):
            try:
                answer = ask(command, timeout=limit, env=env, cwd=cwd)
                said = "; ".join(answer.stderr.split("\n")[:3]).strip("; ") or f"exit status {answer.status}"
                if answer.status == 0 or (verb == "view" and said == "release not found"):
                    return masked(answer.stdout)
            except CommandFailed as unanswered:
                said = str(unanswered)
            refused = refusal(said)
            advice = f"; {ADVICE[refused]}" if refused else ""
            failure = Failure(masked(f"gh release {verb} {self.tag} failed: {said}{advice}"))
            if attempt == attempts or refused in (401, 403):
                raise failure
            seconds = self.pause * attempt * (PATIENCE if refused else 1)
            console.say(f"{failure}; trying again in {duration(seconds)}")
            time.sleep(seconds)
        raise AssertionError("there is at least one attempt")

    def view(self) -> Release | None:
        """The release; none where there is none."""
        answer = self.gh("view", "--json", "isDraft,assets,body,url")
        try:
            said = json.loads(answer or "null")
            assets = {each["name"]: each["size"] for each in said["assets"]} if said else {}
            return Release(said["isDraft"], assets, said["body"], said["url"]) if said else None
        except (ValueError, KeyError, TypeError) as error:
            raise Failure(f"gh does not say what it knows of {self.tag} ({answer[:80]!r}): update gh") from error

    def create_draft(self, title: str, notes: Path, prerelease: bool) -> None:
        options = ["--prerelease"] if prerelease else []
        self.gh("create", "--draft", "--verify-tag", "--title", title, "--notes-file", str(notes), *options, once=True)

    def edit_draft(self, title: str, notes: Path, prerelease: bool) -> None:
        about = ["--title", title, "--notes-file", str(notes), f"--prerelease={str(prerelease).lower()}"]
        self.gh("edit", "--tag", self.tag, "--verify-tag", *about)

    def delete(self, asset: str) -> None:
        self.gh("delete-asset", asset, "--yes", once=True)

    def upload(self, path: Path) -> None:
        # By name alone: gh reads a # in a path as a label.
        self.gh("upload", path.name, "--clobber", transfer=True, cwd=path.parent)

    def download(self, folder: Path) -> None:
        self.gh("download", "--dir", str(folder), "--clobber", transfer=True)

    def publish(self, prerelease: bool) -> str:
        """Make the draft public; where it is then."""
        return self.gh("edit", "--draft=false", *(["--prerelease"] if prerelease else [])).strip()


def differences(ours: Path, theirs: Path, rebuilt: bool = False) -> Iterator[str]:
    """How the files of a release, downloaded, differ from ours; `rebuilt`: if ours are of a repeated run.

    A record tells how long its build took, so that each run writes another one of the same wheels.
    """
    left, right = ({path.name: path.read_bytes() for path in each.iterdir()} for each in (ours, theirs))
    yield from (f"{name} is not there" for name in sorted(left.keys() - right))
    yield from (f"{name} is not of this build" for name in sorted(right.keys() - left))
    for name in sorted(left.keys() & right):
        if left[name] != right[name] and not (rebuilt and name.startswith(Path(RECORD).stem)):
            yield f"{name} has other bytes"
