"""Names of images, and queries of their registry."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from image_bench import DIGEST, NAME, PLAN, PRIVATE, Bench

from conftest import LIMITS, make_build, make_plan
from wheel_pipeline.ci.commands import ci
from wheel_pipeline.ci.images import digest_of, environment_tag, label_of, settings_url
from wheel_pipeline.core.errors import Failure, UsageError

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the stand-ins are shell scripts")
LABEL = PLAN.image.label


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Bench:
    return Bench(tmp_path, monkeypatch, capsys)


def test_a_tag_depends_on_all_build_files_of_the_image(bench: Bench) -> None:
    build, tags = make_build(), set[str]()
    for name, text in (
        ("Dockerfile", "FROM x\n"),
        ("Dockerfile", "FROM y\n"),
        ("environment.yml", "name: y\n"),
        ("conda-linux-64.lock", "a\n"),
        ("conda-linux-64.lock", "b\n"),
    ):
        (bench.root / "docker" / name).write_text(text, encoding="utf-8")
        tags.add(environment_tag(build, bench.root))
    assert len(tags) == 5 and all(len(tag) == len("env-") + 16 and tag.startswith("env-") for tag in tags)
    before = environment_tag(build, bench.root)
    (bench.root / "docker" / "Dockerfile").write_bytes(b"FROM y\r\n")  # as git may check it out on Windows
    (bench.root / "docker" / "other").write_text("x", encoding="utf-8")
    assert environment_tag(build, bench.root) == before
    (bench.root / "docker" / "Dockerfile").unlink()
    with pytest.raises(UsageError, match="has no Dockerfile "):
        environment_tag(build, bench.root)


def test_a_label_is_read_from_one_image_or_from_all_platforms(bench: Bench) -> None:
    image = bench.publish(label="env-1")
    one, other = bench.images["configs"][DIGEST], {"config": {"Labels": {LABEL: "env-2"}}}
    for configs, label in (
        (one, "env-1"),
        ({"linux/amd64": one, "linux/arm64": one}, "env-1"),
        ({"linux/amd64": one, "linux/arm64": other}, ""),
        ({"linux/amd64": one, "linux/arm64": {"config": {}}}, ""),
        ({"architecture": "amd64", "config": {}}, ""),
        ({"architecture": "amd64", "config": {"Labels": None}}, ""),
    ):
        bench.images["configs"][DIGEST] = configs
        bench.write()
        assert label_of(image, LABEL, LIMITS) == label


def test_an_unreachable_registry_is_retried_and_then_reported(bench: Bench) -> None:
    bench.answer("docker", f"#!/bin/sh\necho x >>{bench.folder}/calls\necho 'dial tcp: i/o timeout' >&2\nexit 1\n")
    with pytest.raises(Failure, match="cannot be looked up .*i/o timeout.*check that its registry is reachable"):
        digest_of(f"{NAME}:latest", LIMITS)
    assert len(bench.calls) == 2
    bench.answer("docker", "#!/bin/sh\necho v1\n")
    with pytest.raises(Failure, match="docker buildx printed no digest .*: update Docker Buildx"):
        digest_of(f"{NAME}:latest", LIMITS)


@pytest.mark.parametrize(
    ("script", "told"),
    [
        ("exit 0", f"{NAME}@{DIGEST} is public"),
        ("echo 'ERROR: 401 Unauthorized' >&2; exit 1", f"make it public ({PRIVATE}, Package settings), or leave it"),
        ("echo 'ERROR: timeout' >&2; exit 1", ""),
    ],
)
def test_the_access_of_a_published_image_is_reported(bench: Bench, summary: Path, script: str, told: str) -> None:
    bench.answer("docker", f'#!/bin/sh\n[ -z "$(ls "$DOCKER_CONFIG")" ] || exit 3\n{script}\n')
    argv = ["published", "--image", f"{NAME}@{DIGEST}", "--repository", "owner/name"]
    assert ci(make_plan(), bench.root, argv) == 0
    assert told in bench.capsys.readouterr().out
    assert f"`{NAME}@{DIGEST}`" in summary.read_text(encoding="utf-8")


def test_only_packages_of_ghcr_have_settings_there() -> None:
    assert settings_url("ghcr.io/owner/a/b", "owner/name") == "https://github.com/owner/name/pkgs/container/a%2Fb"
    assert settings_url("quay.io/owner/a", "owner/name") == ""
