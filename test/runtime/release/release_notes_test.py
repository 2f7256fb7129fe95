"""The release notes."""

from __future__ import annotations

import dataclasses
import shutil
from pathlib import Path
from typing import Any

import pytest
from release_bench import COMMIT, IMAGE, LINUX, REPOSITORY, TAG, WINDOWS, Project, whole_project

from conftest import make_plan
from wheel_pipeline.core.errors import UsageError
from wheel_pipeline.plan import GitSource
from wheel_pipeline.release.notes import About, notes

ABOUT = About("v1.0", REPOSITORY)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return whole_project(tmp_path)


def test_they_say_how_to_install_and_verify_it_and_where_it_is_from(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    project.record(LINUX, image=IMAGE)
    capsys.readouterr()
    about = About("v1.0", REPOSITORY, (IMAGE,), "https://github.com/owner/name/actions/runs/1", attested=True)
    text, problems = notes(project.plan, project.expected(), about)
    assert (problems, capsys.readouterr().out) == ([], "")
    page = "https://github.com/owner/name/releases/download/v1.0"
    signer = "--signer-workflow owner/name/.github/workflows/release.yml --source-ref refs/tags/v1.0"
    for part in (
        f"\npip install --no-deps --require-hashes -r {page}/requirements-{LINUX.id}.txt\n",
        "\npip install demo==1.0 tvm==0.9 ",
        "\nsha256sum --check SHA256SUMS\n",
        f"\ngh attestation verify demo-1.0-py3-none-{TAG}.whl --repo owner/name {signer}\n",
        f"\n- Commit: `{COMMIT}`\n",
        "\n- Repository: https://example.com/demo\n- Tag: v1.0\n",
        f"\n- Toolchain image: `{IMAGE}`\n",
        "\n- Built by: https://github.com/owner/name/actions/runs/1\n",
        f"\n| Tool | {LINUX.id} | {WINDOWS.id} |\n| --- | --- | --- |\n| cmake | 4.1 | 4.2 |\n| ninja | 1.13 | – |\n",
    ):
        assert part in text
    for line in project.sums().splitlines():
        digest, name = line.split("  ")
        assert f"| `{name}` | {LINUX.id if TAG in name else WINDOWS.id} | 0.00 MB | `{digest}` |\n" in text
    assert notes(project.plan, project.expected(), about) == (text, [])
    unsigned, _ = notes(project.plan, project.expected(), dataclasses.replace(about, attested=False))
    assert "attestation" not in unsigned and "\nsha256sum --check SHA256SUMS\n" in unsigned


def test_they_link_to_a_commit_on_github_and_name_an_overlay(project: Project) -> None:
    git = GitSource("https://github.com/upstream/demo.git", COMMIT, (), "v1.0")
    source = dataclasses.replace(project.plan.source, git=git, overlay=("a.patch", "b/c"))
    project.plan = make_plan(*project.plan.builds, source=source)
    for platform in (LINUX, WINDOWS):
        project.record(platform)
    text, problems = notes(project.plan, project.expected(), ABOUT)
    assert problems == [] and "image" not in text
    assert f"- Commit: [`{COMMIT}`](https://github.com/upstream/demo/commit/{COMMIT})\n" in text
    assert "- Overlay: a.patch, b/c\n" in text


def test_they_are_not_written_for_wheels_that_do_not_verify(project: Project) -> None:
    shutil.rmtree(project.path(WINDOWS))
    text, [problem] = notes(project.plan, project.expected(), ABOUT)
    assert text == "" and "there is no folder" in problem


def test_another_image_than_the_recorded_is_a_finding(project: Project) -> None:
    project.record(LINUX, image=IMAGE.replace("1", "2"))
    text, [problem] = notes(project.plan, project.expected(), dataclasses.replace(ABOUT, images=(IMAGE,)))
    assert text == "" and f"not in {IMAGE}" in problem


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"images": ("toolchain:latest",)}, "names no digest"),
        ({"tag": "v2.0"}, "the tag v2.0 does not name version 1.0"),
        ({"repository": "name"}, "--repository 'name' is not owner/name"),
    ],
)
def test_bad_usage_is_told(project: Project, given: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        notes(project.plan, project.expected(), dataclasses.replace(ABOUT, **given))
