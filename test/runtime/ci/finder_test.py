"""The toolchain image of a run."""

from __future__ import annotations

import dataclasses
import sys
from pathlib import Path

import pytest
from image_bench import DIGEST, DOCKER, NAME, OTHER, PLAN, PRIVATE, Bench, attesting

from conftest import make_build, make_wheel
from wheel_pipeline.core.errors import Failure, UsageError

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the stand-ins are scripts")
OWN = {"image": "", "build-image": "true", "layers-image": ""}


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Bench:
    return Bench(tmp_path, monkeypatch, capsys)


def found(image: str) -> dict[str, str]:
    return {"image": image, "build-image": "false", "layers-image": ""}


def test_latest_is_used_if_it_was_built_from_the_files_of_the_commit(bench: Bench) -> None:
    image = bench.publish("latest")
    bench.attest()
    said = bench.ask("images")
    assert said.startswith(f"using {NAME}:latest ({image}): built from this commit's files ({bench.tag}), attested by")
    assert bench.outputs("images") == found(image)
    assert sum(f"{NAME}:latest" in call for call in bench.calls) == 2  # once a run


@pytest.mark.parametrize("label", ["", "env-0123456789abcdef"])
def test_otherwise_the_image_with_the_tag_of_the_environment_is_used(bench: Bench, label: str) -> None:
    bench.publish("latest", digest=OTHER, label=label)
    bench.attest(OTHER)
    image = bench.publish(bench.tag)
    bench.attest()
    assert bench.outputs("images") == found(image)


def test_otherwise_the_run_builds_it_with_the_layers_of_a_verified_latest(bench: Bench) -> None:
    bench.publish("latest", label="env-other")
    assert bench.outputs("images") == OWN
    bench.attest()
    assert bench.outputs("images") == {**OWN, "layers-image": f"{NAME}@{DIGEST}"}
    said = bench.ask("images")
    assert f"warning: {NAME}:latest was built from other files; image {NAME}:{bench.tag} not found (ERROR: " in said
    assert "run docker.yml on the default branch (`gh workflow run docker.yml --repo owner/name --ref main`)" in said
    assert "This run builds the image itself" in said and PRIVATE not in said


def test_neither_runs_without_verified_provenance(bench: Bench) -> None:
    """Anyone who can push an image can set its tags and its label."""
    bench.publish("latest")
    bench.publish(bench.tag, digest=OTHER)
    bench.attest(path=".github/workflows/linux.yml")
    assert bench.outputs("images") == OWN
    doubt = "cannot be used because docker.yml has not attested it on refs/heads/main"
    said = bench.ask("images")
    assert f"{NAME}:latest {doubt}; {NAME}:{bench.tag} {doubt}: run docker.yml" in said
    bench.attest(OTHER)
    assert bench.outputs("images") == found(f"{NAME}@{OTHER}")


def test_the_tag_of_an_environment_does_not_prove_the_contents_of_the_image(bench: Bench) -> None:
    bench.publish(bench.tag, label="env-other")
    bench.attest()
    assert bench.outputs("images") == OWN
    assert f"{NAME}:{bench.tag} was built from other files" in bench.ask("images")


def test_the_message_for_a_private_image_names_its_settings_page(bench: Bench) -> None:
    bench.refuse(f"{NAME}:latest", f"{NAME}:{bench.tag}")
    assert f"grant this repository read access ({PRIVATE}, Package settings)" in bench.ask("images")
    assert bench.outputs("images") == OWN


def test_a_release_needs_a_published_and_verified_image(bench: Bench) -> None:
    with pytest.raises(Failure, match="a release needs a published image, but .* run docker.yml .*, then rerun"):
        bench.ask("images", "--released")
    bench.publish("latest")
    with pytest.raises(Failure, match="docker.yml has not attested it on refs/heads/main"):
        bench.ask("images", "--released")
    bench.attest()
    assert bench.outputs("images", "--released") == found(f"{NAME}@{DIGEST}")


def test_a_private_repository_finds_the_image_that_its_run_recorded(bench: Bench) -> None:
    image = bench.publish("latest")
    bench.attest()
    assert bench.outputs("images", visibility="private") == OWN
    bench.record()
    assert bench.outputs("images", "--released", visibility="private") == found(image)


def test_a_fork_builds_its_own_image_without_queries(bench: Bench) -> None:
    bench.publish("latest")
    bench.attest()
    argv = ("images", "--repository", "somebody/name")
    assert bench.outputs(*argv) == OWN
    assert "somebody/name publishes no image: only owner/name does. This run builds" in bench.ask(*argv)
    assert bench.outputs("layers", "--repository", "somebody/name") == {"layers-image": ""}
    assert bench.calls == []


def test_docker_yml_reuses_the_layers_of_any_verified_latest(bench: Bench) -> None:
    assert bench.outputs("layers") == {"layers-image": ""}
    bench.publish("latest", label="env-other")
    assert bench.outputs("layers") == {"layers-image": ""}
    bench.attest()
    assert bench.outputs("layers") == {"layers-image": f"{NAME}@{DIGEST}"}


def test_docker_yml_passes_the_image_that_it_has_just_built_by_digest(bench: Bench) -> None:
    given = ("images", "--workflow-ref", DOCKER.replace("main", "dev"), "--given")
    assert bench.outputs(*given, f"image={NAME}@{DIGEST}") == found(f"{NAME}@{DIGEST}")
    assert bench.calls == []
    with pytest.raises(UsageError, match="docker.yml passes the image ghcr.io/owner/name:dev by tag: pass its digest"):
        bench.ask(*given, f"image={NAME}:dev")


@pytest.mark.parametrize("workflow", ["linux", "release", "reproduce", "docker-2"])
def test_an_image_from_another_caller_is_refused_unless_it_is_verified(bench: Bench, workflow: str) -> None:
    image = bench.publish("mine", label="env-other")
    started = ("images", "--workflow-ref", DOCKER.replace("docker", workflow), "--given")
    for given in (image, f"{NAME}:mine"):
        told = f"{given} cannot be used because docker.yml has not attested it on refs/heads/main: pass another image"
        with pytest.raises(UsageError, match=told):
            bench.ask(*started, f"image={given}")
    with pytest.raises(UsageError, match=f"image {NAME}:other not found .*: pass another image, or none"):
        bench.ask(*started, f"image={NAME}:other")
    bench.attest()
    for given in (image, f"{NAME}:mine", f"{NAME}:mine@{DIGEST}", f"{NAME}:V1@{DIGEST}"):
        assert bench.outputs(*started, f"image={given}") == found(image)


def test_a_workflow_of_the_same_name_in_another_repository_is_not_trusted(bench: Bench) -> None:
    bench.publish()
    with pytest.raises(UsageError, match="cannot be used because"):
        bench.ask("images", "--workflow-ref", f"somebody/{DOCKER}", "--given", f"image={NAME}@{DIGEST}")


def test_an_invalid_image_name_is_refused(bench: Bench) -> None:
    upper, scheme = f"image={NAME.title()}:latest", f"image=docker://{NAME}:latest"
    untagged = (f"image={NAME}", f"image=localhost:5000/{NAME}")
    for wrong in ("image=$(id)", "image=a b:c", "image=--privileged", "other=x:y", upper, scheme, *untagged):
        with pytest.raises(UsageError, match="set a name in lower case with a tag|unknown image"):
            bench.ask("images", "--given", wrong)
    assert bench.calls == []


@pytest.mark.parametrize("name", ["localhost:5000/thing", "registry.example.com:5000/owner/thing", "thing"])
def test_an_image_of_another_registry_is_one(bench: Bench, name: str) -> None:
    bench.images["tags"][f"{name}:1.0"] = DIGEST
    bench.publish()
    bench.attest()
    for given in (f"{name}:1.0", f"{name}@{DIGEST}"):
        assert bench.outputs("images", "--given", f"image={given}") == found(f"{name}@{DIGEST}")


def test_a_variant_has_its_own_outputs(bench: Bench) -> None:
    image = bench.publish("latest-cuda-12.8", bench.tag)
    bench.attest()
    variant = make_build(make_wheel("demo-cu128"), variant="cuda-12.8", image=f"{NAME}:latest-cuda-12.8")
    outputs = bench.outputs("images", plan=dataclasses.replace(PLAN, builds=(make_build(), variant)))
    assert outputs["image-cuda-12_8"] == image and outputs["build-image-cuda-12_8"] == "false"


class TestWithoutDockerYml:
    """A pipeline that publishes no image and declares each image by digest."""

    plan = dataclasses.replace(
        attesting("public"), workflows=("linux", "release"), builds=(make_build(image_digest=DIGEST),)
    )

    def test_the_declared_image_is_used(self, bench: Bench) -> None:
        with pytest.raises(Failure, match=f"image {NAME}@{DIGEST} not found .*: publish it, or declare another one"):
            bench.ask("images", plan=self.plan)
        image = bench.publish(label="")
        by_name = (image, f"{NAME}:any", f"{NAME}:any@{DIGEST}")
        for argv in ((), ("--released",), *(("--given", f"image={given}") for given in by_name)):
            bench.publish("any", label="")
            assert bench.outputs("images", *argv, plan=self.plan) == found(image)

    def test_another_image_is_refused(self, bench: Bench) -> None:
        other = bench.publish(digest=OTHER)
        bench.attest(OTHER)
        with pytest.raises(UsageError, match="cannot be used because image.digest declares another image"):
            bench.ask("images", "--given", f"image={other}", plan=self.plan)
