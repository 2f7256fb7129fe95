"""What is released on GitHub: actions, and the source that is built."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import quote

from packaging.version import Version

from ..core.errors import Failure
from .look import Look, Raised, moment, version_of

ON_GITHUB = re.compile(r"https://github\.com/([\w.-]+/[\w.-]+?)(?:\.git)?/?")
EXACT = re.compile(r"v\d+\.\d+\.\d+")  # v4 moves, v4.1.2 does not


class Release(NamedTuple):
    version: Version
    tag: str
    released: datetime


def actions(look: Look) -> Iterator[Raised]:
    """Every action by its release's commit; parts of one repository move together."""
    by_repository: dict[str, list[str]] = {}
    for action in look.plan.pins.actions:
        by_repository.setdefault("/".join(action.split("/")[:2]), []).append(action)
    for repository, names in by_repository.items():
        if look.holds(repository, *names):
            continue
        newest = highest(look, [each for each in releases(look, repository) if EXACT.fullmatch(each.tag)])
        for name in names:
            commit, _, old = look.plan.pins.actions[name].partition(" # ")
            current = version_of(old)
            if newest is None or (current is not None and newest.version <= current):
                continue
            new = commit_of(look, repository, newest.tag)
            if new != commit:
                value, url = f"{new} # {newest.tag}", f"https://github.com/{repository}/releases/tag/{newest.tag}"
                yield Raised("action", name, ("actions", name), value, old, newest.tag, newest.released, url)


def source(look: Look) -> Iterator[Raised]:
    """The source at its newest release; at its newest commit, where the declared one has no tag."""
    pin, git = look.plan.pins.source, look.plan.source.git
    if pin is None or git is None or look.holds("source"):
        return
    found = ON_GITHUB.fullmatch(git.repository)
    if found is None:
        raise Failure(f"only github.com can be asked for newer commits, not {git.repository}: hold source")
    repository, current = found[1], version_of(pin.tag or "")
    if current is None:
        yield from newest_commit(look, repository, pin.replaces, pin.commit)
        return
    newest = highest(look, releases(look, repository) or tags(look, repository))
    if newest is None or newest.version <= current:
        return
    commit = commit_of(look, repository, newest.tag)
    value = {"replaces": pin.replaces, "commit": commit, "tag": newest.tag}
    url = f"https://github.com/{repository}/compare/{pin.commit}...{commit}"
    yield Raised("source", repository, ("source",), value, str(pin.tag), newest.tag, newest.released, url)


def newest_commit(look: Look, repository: str, declared: str, current: str) -> Iterator[Raised]:
    at = f"{look.web.at.github}/repos/{repository}"
    until = look.before.strftime("%Y-%m-%dT%H:%M:%SZ")
    commits: list[Any] = look.web.json(f"{at}/commits?until={until}&per_page=1")
    if not commits or commits[0]["sha"] == current:
        return
    commit = str(commits[0]["sha"])
    # The declared one may be a commit of another branch, or a newer one.
    if look.web.json(f"{at}/compare/{current}...{commit}")["status"] != "ahead":
        return
    released = moment(commits[0]["commit"]["committer"]["date"])
    url = f"https://github.com/{repository}/compare/{current}...{commit}"
    value = {"replaces": declared, "commit": commit}
    yield Raised("source", repository, ("source",), value, current[:12], commit[:12], released, url)


def releases(look: Look, repository: str) -> list[Release]:
    """What is published as final."""
    found = []
    for each in look.web.json(f"{look.web.at.github}/repos/{repository}/releases?per_page=100"):
        version = version_of(each["tag_name"])
        if version is not None and not each["draft"] and not each["prerelease"]:
            found.append(Release(version, each["tag_name"], moment(each["published_at"])))
    return found


def tags(look: Look, repository: str) -> list[Release]:
    """Where nothing is published, the newest tags, by the dates of their commits."""
    at = f"{look.web.at.github}/repos/{repository}"
    named = [(version_of(each["name"]), each) for each in look.web.json(f"{at}/tags?per_page=100")]
    newest = sorted(((version, each) for version, each in named if version), key=lambda pair: pair[0])[-5:]
    found = []
    for version, each in newest:
        commit = look.web.json(f"{at}/commits/{each['commit']['sha']}")
        found.append(Release(version, each["name"], moment(commit["commit"]["committer"]["date"])))
    return found


def highest(look: Look, found: list[Release]) -> Release | None:
    return max((each for each in found if look.is_old_enough(each.released)), default=None)


def commit_of(look: Look, repository: str, tag: str) -> str:
    at = f"{look.web.at.github}/repos/{repository}/git"
    named = look.web.json(f"{at}/ref/tags/{quote(tag)}")["object"]
    while named["type"] == "tag":
        named = look.web.json(f"{at}/tags/{named['sha']}")["object"]
    return str(named["sha"])
