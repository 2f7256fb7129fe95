"""What has changed since the last release, and which release is the latest."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest
from packaging.version import Version
from release_hub import LINUX, REPOSITORY, Hub, needs_shell

from conftest import COMMIT, make_plan
from wheel_pipeline.plan import GitSource
from wheel_pipeline.release.github import Published
from wheel_pipeline.release.notes import About, notes
from wheel_pipeline.release.since import is_highest, previous

RELEASES = [
    *(Published(tag, False) for tag in ("v0.9", "v1.0", "v1.1", "v2.0", "nightly")),
    *(Published(tag, True) for tag in ("v1.2rc1", "v3.0")),
]


@pytest.mark.parametrize(
    ("version", "highest", "before"),
    [
        ("2.1", True, "v2.0"),
        ("1.1.1", False, "v1.1"),
        ("2.0", True, "v1.1"),
        ("0.1", False, ""),
        ("1.2rc2", False, "v1.2rc1"),
    ],
)
def test_the_latest_is_the_highest_that_is_no_prerelease(version: str, highest: bool, before: str) -> None:
    assert is_highest(Version(version), RELEASES) is highest
    assert previous(Version(version), RELEASES) == before


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Hub:
    return Hub(tmp_path, monkeypatch, capsys)


@pytest.mark.slow
@needs_shell
def test_a_backport_is_not_the_latest(hub: Hub) -> None:
    hub.gh("create", "v2.0", "--title", "x")
    assert hub.publish() == []
    assert hub.release()["isLatest"] is False
    hub.project.build(LINUX, "2.1", tvm="")
    assert hub.publish(version="2.1") == []
    assert hub.release("v2.1")["isLatest"] is True


@pytest.mark.slow
@needs_shell
def test_a_signature_is_released_too_and_signing_again_changes_nothing(hub: Hub) -> None:
    bundle = hub.project.folder / "bundle.json"
    bundle.write_text("{}", encoding="utf-8")
    assert hub.publish(signature=bundle) == []
    assert hub.assets()["demo-1.0.sigstore.json"] == b"{}"
    bundle.write_text('{"again": true}', encoding="utf-8")
    assert hub.publish(signature=bundle) == []
    assert "v1.0 is already published, the same files" in hub.output
    assert hub.assets()["demo-1.0.sigstore.json"] == b"{}"


@needs_shell
def test_the_notes_say_what_has_changed(hub: Hub) -> None:
    source = GitSource("https://github.com/up/stream.git", COMMIT, (), None)
    hub.project.plan = make_plan(
        *hub.project.plan.builds, source=dataclasses.replace(hub.project.plan.source, git=source)
    )
    for platform, old in ((LINUX, "b" * 40),):
        hub.project.record(platform, tools={"cmake": "4.1"})
        record = json.loads((hub.project.path(platform) / "build-record.json").read_text(encoding="utf-8"))
        record["source"]["builtCommit"], record["tools"] = old, {"cmake": "4.0"}
        earlier = hub.project.folder / f"build-record-{platform.id}.json"
        earlier.write_text(json.dumps(record), encoding="utf-8")
    hub.git("init", "-q")
    for subject, tag in (("one", "v0.9"), ("two `x` @somebody", ""), ("three", "v1.0")):
        hub.git("commit", "-q", "--allow-empty", "-m", subject)
        if tag:
            hub.git("tag", tag)
    hub.gh("create", "v0.9", "--title", "x", str(earlier))
    about = About("v1.0", REPOSITORY, changes=True)
    text, problems = notes(hub.project.plan, hub.project.expected(), about)
    assert problems == []
    assert text.startswith(
        "## Changes since v0.9\n\n"
        f"- The source: [from `bbbbbbbbb` to `aaaaaaaaa`](https://github.com/up/stream/compare/{'b' * 40}...{COMMIT})\n"
        f"- Tools on {LINUX.id}: cmake 4.0 → 4.1\n"
        "- [2 changes to the pipeline](https://github.com/owner/name/compare/v0.9...v1.0)\n"
    )
    assert "`two 'x' @somebody`" in text


@needs_shell
def test_the_first_release_has_nothing_to_compare_with(hub: Hub) -> None:
    text, problems = notes(hub.project.plan, hub.project.expected(), About("v1.0", REPOSITORY, changes=True))
    assert (problems, text.startswith("## Install")) == ([], True)
