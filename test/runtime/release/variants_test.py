"""A variant's wheels go by other names, and what it does not change is built with it once more."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest
from release_bench import BOTH, IMAGE, LINUX, TAG, TVM, WINDOWS, Project

from conftest import make_build, make_wheel, make_wheel_file
from wheel_pipeline.release.notes import About, notes

CUDA = dataclasses.replace(LINUX, id="linux-x86_64-cuda-12.8")
VARIANT = make_build(
    *(make_wheel("demo-cu128", built_as="demo", pin=("tvm",)), TVM),
    **{"name": "demo-cuda-12.8", "variant": "cuda-12.8", "platforms": (CUDA,)},
)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    made = Project(tmp_path, BOTH, VARIANT)
    for platform in (LINUX, WINDOWS):
        made.build(platform)
    return made


def build(project: Project, **tvm: Any) -> None:
    make_wheel_file(project.path(CUDA), "demo-cu128", requires=["tvm==0.9"])
    make_wheel_file(project.path(CUDA), "tvm", "0.9", **tvm)
    project.record(CUDA, image=IMAGE)


def test_a_release_lacks_nothing_of_it(project: Project) -> None:
    assert project.verify() == [f"there is no folder {project.path(CUDA)}: build {CUDA.id}, or declare it no more"]


def test_a_file_that_both_build_is_published_once(project: Project) -> None:
    build(project)
    sums = project.folder / "SHA256SUMS"
    assert project.verify(sums) == []
    names = [line.split()[1] for line in sums.read_text(encoding="utf-8").splitlines() if TAG in line]
    assert names == [f"{each}-py3-none-{TAG}.whl" for each in ("demo-1.0", "demo_cu128-1.0", "tvm-0.9")]


def test_one_that_comes_out_differently_is_a_finding(project: Project) -> None:
    build(project, files={"tvm/__init__.py": b"other\n"})
    assert project.verify() == [
        f"tvm-0.9-py3-none-{TAG}.whl is there for {LINUX.id} and {CUDA.id}, and differs: "
        "a release holds one file of a name, so tag it apart"
    ]


def test_the_notes_say_how_to_install_each(project: Project) -> None:
    build(project)
    other = IMAGE.replace("1", "2")
    finding = f"a platform was built in the image {IMAGE}, not in {other}: build it in that"
    assert notes(project.plan, project.expected(), About("v1.0", "owner/name", (other,))) == ("", [finding])
    text, problems = notes(project.plan, project.expected(), About("v1.0", "owner/name", (other, IMAGE)))
    assert problems == []
    assert "demo==1.0 tvm==0.9 " in text and "demo-cu128==1.0 tvm==0.9 " in text
