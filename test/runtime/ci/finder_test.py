"""The toolchain image of a run."""

from __future__ import annotations

import dataclasses
import sys
from pathlib import Path

import pytest
from image_bench import DIGEST, DOCKER, NAME, OTHER, PLAN, PRIVATE, Bench, attesting

from conftest import make_build, make_wheel
from wheel_pipeline.errors import Failure, UsageError

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the stand-ins are scripts")
OWN = {"image": "", "build-image": "true", "layers-image": ""}


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Bench:
    return Bench(tmp_path, monkeypatch, capsys)


def found(image: str) -> dict[str, str]:
    return {"image": image, "build-image": "false", "layers-image": ""}


def test_latest_is_used_where_it_is_built_from_the_files_of_the_commit(bench: Bench) -> None:
    image = bench.publish("latest")
    bench.attest()
    said = bench.ask("images")
    assert said.startswith(f"{NAME}:latest is {image}: built from this commit's files ({bench.tag}), and docker.yml")
    assert bench.outputs("images") == found(image)
    assert sum(f"{NAME}:latest" in call for call in bench.calls) == 2  # once a run


@pytest.mark.parametrize("label", ["", "env-0123456789abcdef"])
def test_otherwise_the_image_that_has_the_tag_of_the_environment(bench: Bench, label: str) -> None:
    bench.publish("latest", digest=OTHER, label=label)
    bench.attest(OTHER)
    image = bench.publish(bench.tag)
    bench.attest()
    assert bench.outputs("images") == found(image)


def test_otherwise_the_run_builds_it_with_the_layers_of_a_proven_latest(bench: Bench) -> None:
    bench.publish("latest", label="env-other")
    assert bench.outputs("images") == OWN
    bench.attest()
    assert bench.outputs("images") == {**OWN, "layers-image": f"{NAME}@{DIGEST}"}
    said = bench.ask("images")
    assert f"warning: {NAME}:latest was built from other files; there is no image {NAME}:{bench.tag} (ERROR: " in said
    assert "run docker.yml on the default branch (`gh workflow run docker.yml --repo owner/name --ref main`)" in said
    assert "This run builds the image for itself" in said and PRIVATE not in said


def test_neither_runs_where_its_origin_is_not_proven(bench: Bench) -> None:
    """Whoever may push an image chooses its tags and its label."""
    bench.publish("latest")
    bench.publish(bench.tag, digest=OTHER)
    bench.attest(path=".github/workflows/linux.yml")
    assert bench.outputs("images") == OWN
    doubt = "may not run here, since docker.yml has not attested it on refs/heads/main"
    said = bench.ask("images")
    assert f"{NAME}:latest {doubt}; {NAME}:{bench.tag} {doubt}: run docker.yml" in said
    bench.attest(OTHER)
    assert bench.outputs("images") == found(f"{NAME}@{OTHER}")


def test_the_tag_of_an_environment_is_no_proof_of_what_is_in_the_image(bench: Bench) -> None:
    bench.publish(bench.tag, label="env-other")
    bench.attest()
    assert bench.outputs("images") == OWN
    assert f"{NAME}:{bench.tag} was built from other files" in bench.ask("images")


def test_where_it_is_private_the_place_to_change_that_is_named(bench: Bench) -> None:
    bench.refuse(f"{NAME}:latest", f"{NAME}:{bench.tag}")
    assert f"let this repository read it ({PRIVATE}, Package settings)" in bench.ask("images")
    assert bench.outputs("images") == OWN


def test_a_release_needs_one_that_is_published_and_proven(bench: Bench) -> None:
    with pytest.raises(Failure, match="a release needs a published image, but .* run docker.yml .*, then run this"):
        bench.ask("images", "--released")
    bench.publish("latest")
    with pytest.raises(Failure, match="docker.yml has not attested it on refs/heads/main"):
        bench.ask("images", "--released")
    bench.attest()
    assert bench.outputs("images", "--released") == found(f"{NAME}@{DIGEST}")


def test_a_private_repository_finds_what_its_run_has_recorded(bench: Bench) -> None:
    image = bench.publish("latest")
    bench.attest()
    assert bench.outputs("images", visibility="private") == OWN
    bench.record()
    assert bench.outputs("images", "--released", visibility="private") == found(image)


def test_a_fork_builds_its_own_and_asks_nobody(bench: Bench) -> None:
    bench.publish("latest")
    bench.attest()
    argv = ("images", "--repository", "somebody/name")
    assert bench.outputs(*argv) == OWN
    assert "somebody/name is not owner/name, and publishes no image. This run builds" in bench.ask(*argv)
    assert bench.outputs("layers", "--repository", "somebody/name") == {"layers-image": ""}
    assert bench.calls == []


def test_docker_yml_reuses_the_layers_of_a_proven_latest_whatever_it_was_built_from(bench: Bench) -> None:
    assert bench.outputs("layers") == {"layers-image": ""}
    bench.publish("latest", label="env-other")
    assert bench.outputs("layers") == {"layers-image": ""}
    bench.attest()
    assert bench.outputs("layers") == {"layers-image": f"{NAME}@{DIGEST}"}


def test_docker_yml_gives_what_it_has_just_built_by_digest(bench: Bench) -> None:
    given = ("images", "--workflow-ref", DOCKER.replace("main", "dev"), "--given")
    assert bench.outputs(*given, f"image={NAME}@{DIGEST}") == found(f"{NAME}@{DIGEST}")
    assert bench.calls == []
    with pytest.raises(UsageError, match="docker.yml gives the image ghcr.io/owner/name:dev by tag: give it by digest"):
        bench.ask(*given, f"image={NAME}:dev")


@pytest.mark.parametrize("workflow", ["linux", "release", "reproduce", "docker-2"])
def test_what_anybody_else_gives_is_refused_unless_it_is_proven(bench: Bench, workflow: str) -> None:
    image = bench.publish("mine", label="env-other")
    started = ("images", "--workflow-ref", DOCKER.replace("docker", workflow), "--given")
    for given in (image, f"{NAME}:mine"):
        told = f"{given} may not run here, since docker.yml has not attested it on refs/heads/main: give another image"
        with pytest.raises(UsageError, match=told):
            bench.ask(*started, f"image={given}")
    with pytest.raises(UsageError, match=f"there is no image {NAME}:other .*: give another one, or none"):
        bench.ask(*started, f"image={NAME}:other")
    bench.attest()
    for given in (image, f"{NAME}:mine"):
        assert bench.outputs(*started, f"image={given}") == found(image)


def test_a_workflow_of_the_same_name_elsewhere_is_none_of_this_repository(bench: Bench) -> None:
    bench.publish()
    with pytest.raises(UsageError, match="may not run here"):
        bench.ask("images", "--workflow-ref", f"somebody/{DOCKER}", "--given", f"image={NAME}@{DIGEST}")


def test_what_is_no_image_is_refused(bench: Bench) -> None:
    for wrong in ("image=$(id)", "image=a b:c", "image=--privileged", "other=x:y"):
        with pytest.raises(UsageError, match="write it like|no image is called so"):
            bench.ask("images", "--given", wrong)


def test_a_variant_has_outputs_of_its_own(bench: Bench) -> None:
    image = bench.publish("latest-cuda-12.8", bench.tag)
    bench.attest()
    variant = make_build(make_wheel("demo-cu128"), variant="cuda-12.8", image=f"{NAME}:latest-cuda-12.8")
    outputs = bench.outputs("images", plan=dataclasses.replace(PLAN, builds=(make_build(), variant)))
    assert outputs["image-cuda-12_8"] == image and outputs["build-image-cuda-12_8"] == "false"


class TestWithoutDockerYml:
    """Nothing is published here: the declaration names each image by digest."""

    plan = dataclasses.replace(
        attesting("public"), workflows=("linux", "release"), builds=(make_build(image_digest=DIGEST),)
    )

    def test_the_declared_image_is_used(self, bench: Bench) -> None:
        with pytest.raises(Failure, match=f"there is no image {NAME}@{DIGEST} .*: publish it, or declare another one"):
            bench.ask("images", plan=self.plan)
        image = bench.publish(label="")
        for argv in ((), ("--released",), ("--given", f"image={image}"), ("--given", f"image={NAME}:any")):
            bench.publish("any", label="")
            assert bench.outputs("images", *argv, plan=self.plan) == found(image)

    def test_no_other_one_is(self, bench: Bench) -> None:
        other = bench.publish(digest=OTHER)
        bench.attest(OTHER)
        with pytest.raises(UsageError, match="may not run here, since the declaration names another one"):
            bench.ask("images", "--given", f"image={other}", plan=self.plan)
