"""What has changed since the last release: in this repository, in the source, and in the tools."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from packaging.version import Version

from ..core.errors import Failure, UsageError
from ..gh import Gh
from ..plan import Plan
from ..wheels.files import read_json
from ..wheels.wheel import RECORD
from .github import GitHub, Published
from .tag import resolve_tag
from .version import tagged_version

COMMITS = 30  # shown at most


def versions(published: Iterable[Published]) -> Iterator[tuple[Version, Published]]:
    """The releases that a pipeline made: those whose tag names a version."""
    for each in published:
        with contextlib.suppress(UsageError):
            yield tagged_version(each.tag), each


def is_highest(version: Version, published: Iterable[Published]) -> bool:
    """Whether a version is the one to show first: higher than every other that is no prerelease."""
    others = [known for known, each in versions(published) if not (each.prerelease or known.is_prerelease)]
    return not version.is_prerelease and all(known <= version for known in others)


def previous(version: Version, published: Iterable[Published]) -> str:
    """The tag of the release before; empty where there is none."""
    before = [
        (known, each.tag)
        for known, each in versions(published)
        if known < version and (version.is_prerelease or not (each.prerelease or known.is_prerelease))
    ]
    return max(before)[1] if before else ""


def changes(
    plan: Plan, version: Version, tag: str, repository: str, records: Mapping[str, Mapping[str, Any]]
) -> list[str]:
    """The part of the notes about it, in Markdown; empty for a first release."""
    github = GitHub(tag, repository, plan.limits)
    before = previous(version, github.published())
    if not before:
        return []
    gh = Gh(plan.limits)
    lines = [f"## Changes since {before}", ""]
    with tempfile.TemporaryDirectory() as folder:
        earlier = records_of(GitHub(before, repository, plan.limits), Path(folder))
    lines += [f"- {line}" for line in (*source_changes(plan, earlier, records), *tool_changes(earlier, records))]
    old, new = resolve_tag(gh, repository, before).commit, resolve_tag(gh, repository, tag).commit
    url = f"https://github.com/{repository}/compare/{before}...{tag}"
    field = '.commits | reverse | .[] | .sha[0:9] + " " + (.commit.message | split("\\n")[0])'
    commits = gh.field(f"repos/{repository}/compare/{old}...{new}", field, absent=True).splitlines()
    lines += [f"- [{len(commits)} changes to the pipeline]({url})", ""]
    lines += [f"  - {quoted(line)}" for line in commits[:COMMITS]]
    lines += [f"  - and {len(commits) - COMMITS} more"] if len(commits) > COMMITS else []
    return [*lines, ""]


def quoted(line: str) -> str:
    """Somebody's words, as text that is neither a link nor a call for somebody."""
    commit, _, subject = line.partition(" ")
    return f"`{commit}` `{subject.replace('`', chr(39))[:100]}`"


def records_of(github: GitHub, folder: Path) -> dict[str, Any]:
    """The build records of a release by platform; none where it has none, or they cannot be read."""
    with contextlib.suppress(Failure):
        github.gh("download", "--dir", str(folder), "--pattern", f"{Path(RECORD).stem}-*.json", transfer=True)
    records = {}
    for path in sorted(folder.iterdir()):
        with contextlib.suppress(Failure, KeyError, TypeError):
            record = read_json(path)
            records[str(record["platform"])] = {"source": dict(record["source"]), "tools": dict(record["tools"])}
    return records


def source_changes(plan: Plan, earlier: Mapping[str, Any], records: Mapping[str, Any]) -> Iterator[str]:
    def commits(of: Mapping[str, Any]) -> list[str]:
        return sorted({str(record["source"].get("builtCommit") or "") for record in of.values()} - {""})

    old, new = commits(earlier), commits(records)
    if len(old) == len(new) == 1 and old != new:
        url = plan.source.compare_url(old[0], new[0])
        told = f"from `{old[0][:9]}` to `{new[0][:9]}`"
        yield f"The source: [{told}]({url})" if url else f"The source: {told}"
    elif old and old == new:
        yield "The source is the same"


def tool_changes(earlier: Mapping[str, Any], records: Mapping[str, Any]) -> Iterator[str]:
    for platform, record in records.items():
        old, new = earlier.get(platform, {}).get("tools", {}), record["tools"]
        changed = [
            f"{tool} {old.get(tool, 'not there')} → {new.get(tool, 'not there')}"
            for tool in sorted(old.keys() | new.keys())
            if old.get(tool) != new.get(tool)
        ]
        if old and changed:
            yield f"Tools on {platform}: {', '.join(changed)}"
