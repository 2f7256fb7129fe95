"""A release is public with all of its files, or not at all; and never by mistake."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from release_bench import LINUX, REPOSITORY
from release_hub import MARK, URL, WHEEL, Hub, needs_shell

from conftest import make_wheel_file

pytestmark = [needs_shell, pytest.mark.slow]


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Hub:
    return Hub(tmp_path, monkeypatch, capsys)


def test_a_fresh_release_is_uploaded_compared_and_published_last(hub: Hub) -> None:
    assert hub.publish(expect_digest=hub.project.digest()) == []
    assert hub.assets() == hub.expected()
    release = hub.release()
    assert (release["isDraft"], release["isPrerelease"], release["name"]) == (False, False, "demo 1.0")
    assert release["body"].startswith(f"# What it is\n\n{MARK}")
    assert hub.verbs() == ["view", "create", *["view", "upload"] * 5, "download", "view", "list", "edit"]
    assert hub.output.endswith(f"published v1.0: {URL}\n")


@pytest.mark.parametrize(("version", "options"), [("1.0", {"prerelease": True}), ("1.0rc1", {})])
def test_a_prerelease_is_marked(hub: Hub, version: str, options: dict[str, Any]) -> None:
    hub.project.build(LINUX, version, tvm="")
    assert hub.publish(version=version, **options) == []
    release = hub.release(f"v{version}")
    assert (release["isDraft"], release["isPrerelease"]) == (False, True)


# A draft that is there


def leave_draft(hub: Hub, notes: str) -> None:
    for name in ("SHA256SUMS", "old.whl"):
        (hub.project.folder / name).write_bytes(b"old")
    hub.gh("create", "v1.0", "--draft", "--title", "old", "--notes", notes, "--prerelease")
    hub.gh("upload", "v1.0", *(str(hub.project.folder / name) for name in ("SHA256SUMS", "old.whl")))


def test_a_draft_left_over_is_reused(hub: Hub) -> None:
    leave_draft(hub, f"old\n\n{MARK}0123 -->")
    assert hub.publish() == []
    assert hub.assets() == hub.expected()
    release = hub.release()
    assert (release["isDraft"], release["isPrerelease"], release["name"]) == (False, False, "demo 1.0")
    assert release["body"].startswith("# What it is\n")
    assert "a draft of v1.0 is left from a try that failed: using it" in hub.output
    assert hub.verbs().count("create") == 1


@pytest.mark.parametrize("notes", ["", "by hand", "<!-- mlc-llm-pipeline release v1.0.1 0123 -->"])
def test_a_draft_that_a_person_made_is_left_alone(hub: Hub, notes: str) -> None:
    leave_draft(hub, notes)
    [problem] = hub.publish()
    assert problem.startswith("a draft of v1.0 exists that this pipeline did not make: publish or delete it (https://")
    assert set(hub.assets()) == {"SHA256SUMS", "old.whl"} and hub.release()["body"] == notes
    assert hub.verbs() == ["create", "upload", "view"]


def test_an_interrupted_publish_leaves_a_draft_that_the_next_try_completes(hub: Hub) -> None:
    hub.monkeypatch.setenv("GH_STANDIN_FAIL", "upload:2+")
    [problem] = hub.publish()
    assert problem.startswith("gh release upload v1.0 failed: HTTP 502")
    assert problem.endswith("; v1.0 is not published by this run: run it again")
    assert (hub.is_draft, len(hub.assets()), hub.verbs().count("upload")) == (True, 1, 3)
    hub.monkeypatch.delenv("GH_STANDIN_FAIL")
    assert hub.publish() == []
    assert (hub.is_draft, hub.assets()) == (False, hub.expected())


def test_what_fails_once_is_tried_again(hub: Hub) -> None:
    hub.monkeypatch.setenv("GH_STANDIN_FAIL", "view:1,upload:2,download:1,edit:1")
    assert hub.publish() == []
    assert hub.output.count("trying again") == 4
    assert hub.assets() == hub.expected()


@pytest.mark.parametrize("verb", ["download", "create"])
def test_what_fails_before_the_end_publishes_nothing(hub: Hub, verb: str) -> None:
    hub.monkeypatch.setenv("GH_STANDIN_FAIL", f"{verb}:1+")
    assert f"gh release {verb} v1.0 failed" in hub.publish()[0]
    assert "--draft=false" not in (hub.folder / "calls.jsonl").read_text(encoding="utf-8")


def test_a_corrupted_upload_is_never_published(hub: Hub) -> None:
    hub.monkeypatch.setenv("GH_STANDIN_CORRUPT", WHEEL)
    for _ in range(2):
        [problem] = hub.publish()
        assert f"are not those uploaded: {WHEEL} has other bytes; {WHEEL}.spdx.json" in problem
        assert hub.is_draft
    hub.monkeypatch.delenv("GH_STANDIN_CORRUPT")
    assert hub.publish() == []
    assert hub.assets() == hub.expected()


# Two at once


@pytest.mark.parametrize("verb", ["upload", "download"])
@pytest.mark.parametrize(
    ("change", "message"),
    [
        (f'--notes "{MARK}other -->"', "another run publishes v1.0 at the same time, or its notes were edited"),
        ("--draft=false", "v1.0 was published by somebody else meanwhile (https://"),
    ],
)
def test_another_publish_meanwhile_is_noticed(hub: Hub, verb: str, change: str, message: str) -> None:
    hub.on(verb, f"{hub.stand_in} release edit v1.0 {change} --repo {REPOSITORY}", once=True)
    [problem] = hub.publish()
    assert problem.startswith(message) and "v1.0 is not published by this run" in problem
    assert hub.verbs()[-1] == "view"
    if verb == "upload":
        assert hub.verbs().count("upload") == 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (f'echo more >"$GH_STANDIN_FOLDER/v1.0/assets/{WHEEL}"', "the files of the draft of v1.0 changed"),
        ('touch "$GH_STANDIN_FOLDER/v1.0/assets/more"', "the files of the draft of v1.0 changed"),
        ('rm -r "$GH_STANDIN_FOLDER/v1.0"', "the draft of v1.0 is gone"),
    ],
)
def test_files_that_change_after_they_were_compared_are_not_published(hub: Hub, change: str, message: str) -> None:
    hub.on("download", f'{hub.stand_in} "$@"; status=$?; {change}; exit $status')
    [problem] = hub.publish()
    assert problem.startswith(message)
    assert "edit" not in hub.verbs()


def test_a_new_draft_that_cannot_be_seen_at_once_is_waited_for(hub: Hub) -> None:
    hub.on("create", f'echo \'rm "{hub.hooks}/view"; echo release not found >&2; exit 1\' >"{hub.hooks}/view"')
    assert hub.publish() == []
    assert "attempt 1 of 2 failed (the draft of v1.0 is gone); trying again in 0.0 s" in hub.output


# The last call


@pytest.mark.parametrize(
    ("script", "public", "problems"),
    [
        (
            f"{{gh}} release view v1.0 --repo {REPOSITORY} >/dev/null; echo HTTP 502: no answer >&2; exit 1",
            False,
            [
                "gh release edit v1.0 failed: HTTP 502: no answer; "
                "v1.0 is not public, its draft is whole: run this again"
            ],
        ),
        ('{gh} "$@" >/dev/null; echo HTTP 502: no answer >&2; exit 1', True, []),
        (
            f"{{gh}} release edit v1.0 --notes x --draft=false --repo {REPOSITORY}; echo HTTP 502 >&2; exit 1",
            True,
            [f"gh release edit v1.0 failed: HTTP 502; v1.0 is public, but not by this run ({URL})"],
        ),
        (
            'echo "echo HTTP 502 >&2; exit 1" >"{hooks}/view"; echo HTTP 502 >&2; exit 1',
            False,
            [
                "gh release edit v1.0 failed: HTTP 502; whether v1.0 is public could not be asked: look at "
                "https://github.com/owner/name/releases, then run this again"
            ],
        ),
    ],
)
def test_after_a_failed_publishing_call_it_is_said_whether_it_is_public(
    hub: Hub, script: str, public: bool, problems: list[str]
) -> None:
    hub.on("edit", script.replace("{gh}", hub.stand_in).replace("{hooks}", str(hub.hooks)))
    assert hub.publish() == problems
    assert hub.is_draft is not public
    if public and not problems:
        assert "warning: gh release edit v1.0 failed: HTTP 502: no answer; v1.0 is public all the same" in hub.output
        assert hub.output.endswith(f"published v1.0: {URL}\n")


# A release that is public


def test_the_same_files_published_again_are_a_success(hub: Hub) -> None:
    hub.publish()
    before, calls = hub.release(), len(hub.verbs())
    hub.notes.write_text("other", encoding="utf-8")
    assert hub.publish() == []
    assert f"v1.0 is already published, the same files: {URL}" in hub.output
    assert (hub.release(), hub.verbs()[calls:]) == (before, ["view", "download"])


def test_a_run_that_is_repeated_may_take_another_time(hub: Hub) -> None:
    hub.publish()
    path = hub.project.path(LINUX) / "build-record.json"
    record = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**record, "measured": {"durations": [{"title": "Build", "seconds": 7}]}}))
    assert hub.publish() == []
    path.write_text(json.dumps({**record, "tools": {"cmake": "5"}}))
    [problem] = hub.publish()
    assert f"with other files: build-record-{LINUX.id}.json has other bytes:" in problem


def test_a_published_release_of_other_files_is_left_alone_and_an_error(hub: Hub) -> None:
    hub.publish()
    before = hub.assets()
    make_wheel_file(hub.project.path(LINUX), requires=["psutil"])
    hub.project.record(LINUX)
    (hub.folder / "v1.0" / "assets" / f"build-record-{LINUX.id}.json").unlink()
    (hub.folder / "v1.0" / "assets" / "more").write_bytes(b"")
    assert hub.publish() == [
        f"v1.0 is already published ({URL}) with other files: build-record-{LINUX.id}.json is not there; "
        f"more is not of this build; SHA256SUMS has other bytes; {WHEEL} has other bytes; "
        f"{WHEEL}.spdx.json has other bytes; requirements-{LINUX.id}.txt has other bytes: "
        "nothing is changed; release these under another version"
    ]
    del before[f"build-record-{LINUX.id}.json"]
    assert hub.assets() == {**before, "more": b""}


def test_a_published_release_that_cannot_be_downloaded_is_left_alone_and_an_error(hub: Hub) -> None:
    hub.gh("create", "v1.0", "--title", "by hand")
    [problem] = hub.publish()
    assert problem.startswith(f"v1.0 is already published ({URL}), and cannot be compared: gh release download")
    assert hub.assets() == {}
