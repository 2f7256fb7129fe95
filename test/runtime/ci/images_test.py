"""Which image a run works in, and what is said where there is none."""

from __future__ import annotations

import dataclasses
import os
import sys
from pathlib import Path

import pytest

from conftest import make_build, make_plan, make_wheel
from wheel_pipeline.ci.commands import ci
from wheel_pipeline.ci.images import environment_tag, settings_url
from wheel_pipeline.errors import Failure, UsageError
from wheel_pipeline.plan import Plan

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the stand-ins are shell scripts")
DIGEST = "sha256:" + "1" * 64
NAME = "ghcr.io/owner/name"
PRIVATE = "https://github.com/owner/name/pkgs/container/name"


class Registry:
    """Programs that stand for docker and gh, which answer as files say."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self.root, self.folder, self.capsys = folder / "checkout", folder / "answers", capsys
        (self.root / "docker").mkdir(parents=True)
        self.folder.mkdir()
        (self.root / "docker" / "Dockerfile").write_text("FROM x\n", encoding="utf-8")
        (self.root / "docker" / "environment.yml").write_text("name: x\n", encoding="utf-8")
        for name in ("docker", "gh"):
            program = self.folder / name
            program.write_text(
                f'#!/bin/sh\necho "{name} $*" >>"{self.folder}/calls"\n. "{self.folder}/{name}.answer"\n',
                encoding="utf-8",
            )
            program.chmod(0o755)
            self.answer(name, "exit 99")
        monkeypatch.setenv("PATH", f"{self.folder}{os.pathsep}{os.environ['PATH']}")
        monkeypatch.setenv("GH_TOKEN", "very-secret")

    def answer(self, program: str, script: str) -> None:
        (self.folder / f"{program}.answer").write_text(script + "\n", encoding="utf-8")

    def refuse(self, words: str) -> None:
        self.answer("docker", f"echo 'ERROR: {words}' >&2; exit 1")

    def ask(self, *argv: str, plan: Plan | None = None) -> str:
        self.capsys.readouterr()
        assert ci(plan or make_plan(), self.root, ["images", *argv]) == 0
        return self.capsys.readouterr().out

    @property
    def calls(self) -> list[str]:
        return (self.folder / "calls").read_text(encoding="utf-8").splitlines()


@pytest.fixture
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Registry:
    return Registry(tmp_path, monkeypatch, capsys)


def test_a_tag_is_of_all_that_the_image_is_made_from(registry: Registry) -> None:
    build, tags = make_build(), set[str]()
    for name, text in (
        ("Dockerfile", "FROM x\n"),
        ("Dockerfile", "FROM y\n"),
        ("environment.yml", "name: y\n"),
        ("conda-linux-64.lock", "a\n"),
        ("conda-linux-64.lock", "b\n"),
    ):
        (registry.root / "docker" / name).write_text(text, encoding="utf-8")
        tags.add(environment_tag(build, registry.root))
    assert len(tags) == 5 and all(len(tag) == len("env-") + 16 and tag.startswith("env-") for tag in tags)
    before = environment_tag(build, registry.root)
    (registry.root / "docker" / "Dockerfile").write_bytes(b"FROM y\r\n")  # as git may check it out on Windows
    (registry.root / "docker" / "other").write_text("x", encoding="utf-8")
    assert environment_tag(build, registry.root) == before
    (registry.root / "docker" / "Dockerfile").unlink()
    with pytest.raises(UsageError, match="has no Dockerfile here"):
        environment_tag(build, registry.root)


def test_the_image_of_the_commit_is_found_by_its_digest(registry: Registry) -> None:
    registry.answer("docker", f"echo {DIGEST}")
    tag = environment_tag(make_build(), registry.root)
    assert registry.ask().endswith(f"image={NAME}@{DIGEST}\nbuild-image=false\n")
    assert registry.calls == [f"docker buildx imagetools inspect {NAME}:{tag} --format {{{{.Manifest.Digest}}}}"]


@pytest.mark.parametrize("words", [f"{NAME}:env: not found", "manifest unknown", "name unknown: repository"])
def test_where_nobody_published_it_the_run_builds_its_own_and_says_how_to_publish(
    registry: Registry, words: str
) -> None:
    registry.refuse(words)
    said = registry.ask()
    assert said.endswith("image=\nbuild-image=true\n")
    assert "run docker.yml on the default branch (`gh workflow run docker.yml --repo" in said
    assert PRIVATE not in said


def test_where_it_is_private_the_place_to_change_that_is_named(registry: Registry) -> None:
    registry.refuse("denied: requested access to the resource is denied")
    said = registry.ask("--repository", "owner/name")
    assert said.endswith("build-image=true\n") and f"({PRIVATE}, Package settings)" in said


def test_a_release_needs_one_that_is_published(registry: Registry) -> None:
    registry.refuse("manifest unknown")
    with pytest.raises(Failure, match=r"run docker.yml on the default branch .*, then run this again"):
        registry.ask("--released")


def test_a_release_takes_only_what_docker_yml_signed_on_the_default_branch(registry: Registry) -> None:
    registry.answer("docker", f"echo {DIGEST}")
    registry.answer("gh", "echo 'Error: no attestations found' >&2; exit 1")
    with pytest.raises(Failure, match="images only that docker.yml has signed on refs/heads/main: run it there"):
        registry.ask("--released", "--repository", "owner/name")
    registry.answer("gh", "exit 0")
    assert "is signed by docker.yml on refs/heads/main" in registry.ask("--released", "--repository", "owner/name")
    signer = "--signer-workflow owner/name/.github/workflows/docker.yml --source-ref refs/heads/main"
    assert registry.calls[-1] == f"gh attestation verify oci://{NAME}@{DIGEST} --repo owner/name {signer}"


def test_without_attestations_none_is_asked_for(registry: Registry) -> None:
    registry.answer("docker", f"echo {DIGEST}")
    plan = make_plan()
    registry.ask("--released", plan=dataclasses.replace(plan, release=dataclasses.replace(plan.release, attest=False)))
    assert all(call.startswith("docker ") for call in registry.calls)


def test_a_registry_that_does_not_answer_is_asked_again_and_then_told(registry: Registry) -> None:
    registry.refuse("dial tcp: i/o timeout")
    with pytest.raises(Failure, match="cannot be looked up .*i/o timeout.*see whether its registry answers"):
        registry.ask()
    assert len(registry.calls) == 2


def test_what_the_caller_gives_is_taken(registry: Registry) -> None:
    assert registry.ask("--given", f"image={NAME}:mine").endswith(f"image={NAME}:mine\nbuild-image=false\n")
    registry.answer("docker", f"echo {DIGEST}")
    assert f"image={NAME}@{DIGEST}" in registry.ask("--given", "image=")
    for wrong in ("image=$(id)", "image=a b:c", "image=--privileged", "other=x:y"):
        with pytest.raises(UsageError, match="write it like|no image is called so"):
            registry.ask("--given", wrong)


def test_a_variant_has_an_output_of_its_own(registry: Registry) -> None:
    registry.answer("docker", f"echo {DIGEST}")
    variant = make_build(make_wheel("demo-cu128"), variant="cuda-12.8")
    assert f"image-cuda-12_8={NAME}@{DIGEST}\n" in registry.ask(plan=make_plan(make_build(), variant))


def test_where_somebody_else_publishes_it_its_tag_is_what_is_looked_up(registry: Registry) -> None:
    plan = dataclasses.replace(make_plan(), workflows=("linux", "release"))
    registry.answer("docker", f"echo {DIGEST}")
    registry.ask("--released", plan=dataclasses.replace(plan, builds=(make_build(image="example.com/x:1"),)))
    assert registry.calls[0].split()[4] == "example.com/x:1"
    registry.refuse("manifest unknown")
    with pytest.raises(Failure, match="publish it, or declare another one in image.name"):
        registry.ask(plan=plan)


@pytest.mark.parametrize(
    ("script", "told"),
    [
        ("exit 0", "everybody can pull"),
        ("echo 'ERROR: 401 Unauthorized' >&2; exit 1", f"make it public ({PRIVATE}, Package settings), or leave it so"),
        ("echo 'ERROR: timeout' >&2; exit 1", ""),
    ],
)
def test_who_can_pull_what_was_published_is_said(registry: Registry, summary: Path, script: str, told: str) -> None:
    registry.answer("docker", f'[ -z "$(ls "$DOCKER_CONFIG")" ] || exit 3\n{script}')
    argv = ["published", "--image", f"{NAME}@{DIGEST}", "--repository", "owner/name"]
    assert ci(make_plan(), registry.root, argv) == 0
    assert told in registry.capsys.readouterr().out
    assert f"`{NAME}@{DIGEST}`" in summary.read_text(encoding="utf-8")


def test_only_packages_of_ghcr_have_settings_there() -> None:
    assert settings_url("ghcr.io/owner/a/b", "owner/name") == "https://github.com/owner/name/pkgs/container/a%2Fb"
    assert settings_url("quay.io/owner/a", "owner/name") == ""
