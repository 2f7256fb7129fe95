"""Provenance of images: the workflow that built them."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from image_bench import DIGEST, NAME, OTHER, Bench, attesting

from wheel_pipeline.ci.provenance import Provenance

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the stand-ins are scripts")
IMAGE = f"{NAME}@{DIGEST}"
ELSEWHERE: list[dict[str, Any]] = [
    {"path": ".github/workflows/linux.yml"},
    {"path": ".github/workflows/docker.yml.yml"},
    {"ref": "refs/heads/dev", "head_branch": "dev"},
    {"ref": "refs/pull/1/merge", "head_branch": "topic", "event": "pull_request"},
]


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Bench:
    return Bench(tmp_path, monkeypatch, capsys)


def doubt(how: str = "public", visibility: str = "public") -> str:
    return Provenance(attesting(how), "owner/name", visibility).doubt(IMAGE)


@pytest.mark.parametrize(("how", "visibility"), [("public", "public"), ("always", "private")])
def test_an_attestation_proves_a_build_from_the_default_branch(bench: Bench, how: str, visibility: str) -> None:
    unproven = "docker.yml has not attested it on refs/heads/main"
    assert doubt(how, visibility) == unproven
    bench.record()
    bench.attest(OTHER)
    bench.attest(repository="somebody/name")
    for facts in ELSEWHERE:
        bench.attest(**facts)
        assert doubt(how, visibility) == unproven
    bench.attest()
    assert doubt(how, visibility) == ""


@pytest.mark.parametrize(("how", "visibility"), [("public", "private"), ("public", "internal"), ("never", "public")])
def test_without_attestations_the_run_proves_it(bench: Bench, how: str, visibility: str) -> None:
    unproven = "docker.yml has not recorded it on refs/heads/main"
    assert doubt(how, visibility) == unproven
    bench.attest()
    bench.record(OTHER)
    unmerged = {"head_sha": "1" * 40}  # the commit of a tag named main
    fork = {"head_repository_id": 2}
    for facts in (*ELSEWHERE, unmerged, fork, {"event": "pull_request_target"}, {"event": "issue_comment"}):
        bench.record(**facts)
        assert doubt(how, visibility) == unproven
    bench.record()
    assert doubt(how, visibility) == ""


@pytest.mark.parametrize("suffix", ["", "@main", "@refs/heads/main"])
@pytest.mark.parametrize("event", ["push", "workflow_dispatch", "schedule"])
def test_a_run_of_the_default_branch_is_found_in_every_notation(bench: Bench, event: str, suffix: str) -> None:
    bench.record(path=f".github/workflows/docker.yml{suffix}", event=event)
    assert doubt("never") == ""


def test_a_visibility_that_the_event_lacks_is_queried_from_github(bench: Bench) -> None:
    bench.attest()
    for visibility, proven in (("public", True), ("private", False)):
        bench.hub.mkdir(exist_ok=True)
        (bench.hub / "repository.json").write_text(json.dumps({"visibility": visibility}), encoding="utf-8")
        assert (doubt(visibility="") == "") is proven


@pytest.mark.parametrize(("how", "right"), [("always", "attestations: read"), ("never", "actions: read")])
def test_an_image_that_cannot_be_verified_is_refused(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, how: str, right: str
) -> None:
    bench.attest()
    bench.record()
    monkeypatch.setenv("E2E_PERMISSIONS", "contents:read packages:read")
    assert doubt(how).startswith("its provenance cannot be verified (gh ")
    assert f"grant the job the permission `{right}`" in doubt(how)
