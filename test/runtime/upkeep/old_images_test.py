"""Old images go; what a release names, what people and jobs pull, and all that belongs to it, stays."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from publishers import NOW, Publishers, publishers

from conftest import make_plan
from wheel_pipeline import plan as plans
from wheel_pipeline.ci.images import environment_tag
from wheel_pipeline.core.errors import Failure
from wheel_pipeline.upkeep.images import Registry, clean_up

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the stand-in is started through a shell script")

ANCIENT, RECENT = "2026-01-01T00:00:00Z", "2026-11-20T00:00:00Z"
PACKAGE = "/github/orgs/owner/packages/container/name/versions"
DOCKER = """#!/bin/sh
file="$LISTS/${5##*:}"
[ -e "$LISTS/answer" ] && { echo "ERROR: $5: $(cat "$LISTS/answer")" >&2; exit 1; }
[ -e "$LISTS/broken" ] && { echo 'ERROR: connection reset' >&2; exit 1; }
[ -e "$file" ] && cat "$file" || echo '{"layers": []}'
"""


def digest(name: str) -> str:
    return "sha256:" + name.encode().hex().ljust(64, "0")


class World:
    """A registry with images, and releases that name some of them."""

    def __init__(self, server: Publishers, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.server, self.folder, self.lists = server, folder, folder / "lists"
        self.plan = make_plan()
        for path in (folder / "docker/Dockerfile", folder / "docker/environment.yml", folder / "bin/docker"):
            path.parent.mkdir(exist_ok=True)
            path.write_text(DOCKER, encoding="utf-8")
        (folder / "bin/docker").chmod(0o755)
        self.lists.mkdir()
        monkeypatch.setenv("PATH", f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}")
        monkeypatch.setenv("LISTS", str(self.lists))
        server.answers |= {
            "/github/users/owner": {"type": "Organization"},
            "/github/repos/owner/name/releases": [],
            PACKAGE: [],
        }

    def image(self, name: str, *tags: str, created: str = ANCIENT, parts: Sequence[str] = ()) -> None:
        versions = self.server.answers[PACKAGE]
        metadata = {"container": {"tags": list(tags)}}
        versions.append({"id": len(versions) + 1, "name": digest(name), "created_at": created, "metadata": metadata})
        self.server.answers[f"DELETE {PACKAGE}/{len(versions)}"] = (204, {})
        if parts:
            manifests = [{"digest": digest(part)} for part in parts]
            (self.lists / digest(name).partition(":")[2]).write_text(json.dumps({"manifests": manifests}))

    def release(self, body: str = "", **assets: str) -> None:
        listed = []
        for name, text in assets.items():
            self.server.answers[f"/github/assets/{name}"] = text
            listed.append({"name": f"build-record-{name}.json", "url": f"{self.server.address}/github/assets/{name}"})
        self.server.answers["/github/repos/owner/name/releases"].append({"body": body, "assets": listed})

    def clean_up(self, remove: bool = True) -> list[str]:
        """What is wrong."""
        return clean_up(Registry(self.plan, self.folder, "owner/name", self.server.web), remove=remove, now=NOW)

    def removed(self) -> set[str]:
        ids = [int(path.rpartition("/")[2]) for method, path, _ in self.server.asked if method == "DELETE"]
        names = {digest(name): name for name in "abcdefghij"}
        return {names[self.server.answers[PACKAGE][each - 1]["name"]] for each in ids}


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    with publishers() as server:
        yield World(server, tmp_path, monkeypatch)


def test_what_is_old_and_needed_by_nothing_goes(world: World) -> None:
    world.image("a", "f" * 40)
    world.image("b")
    world.image("c", "new", created=RECENT)
    assert world.clean_up() == [] and world.removed() == {"a", "b"}


def test_what_a_release_names_stays_whether_its_notes_or_its_records_do(world: World) -> None:
    world.image("a")
    world.image("b")
    world.image("c")
    world.release(f"Built in ghcr.io/owner/name@{digest('a')}")
    world.release(linux=json.dumps({"image": f"ghcr.io/owner/name@{digest('b')}"}))
    assert world.clean_up() == [] and world.removed() == {"c"}


def test_what_people_and_jobs_pull_stays(world: World) -> None:
    build = world.plan.build()
    world.plan = make_plan(plans.Build(**{**build.__dict__, "image": "ghcr.io/owner/name:latest"}))
    world.image("a", "latest")
    world.image("b", environment_tag(build, world.folder))
    world.image("c", "env-0123456789abcdef")
    assert world.clean_up() == [] and world.removed() == {"c"}


def test_the_parts_and_signatures_of_what_stays_stay(world: World) -> None:
    world.image("a", parts=["b", "c"])  # an image of two processors
    world.image("b", parts=["d"])
    world.image("c")
    world.image("d")
    world.image("e", digest("a").replace(":", "-"), parts=["f"])  # what was signed of it
    world.image("f")
    world.image("g", digest("h").replace(":", "-"))  # of an image that goes
    world.image("h", parts=["i"])
    world.image("i")
    world.release(digest("a"))
    assert world.clean_up() == [] and world.removed() == {"g", "h", "i"}


def test_by_hand_it_only_says_what_it_would_remove(
    world: World, capsys: pytest.CaptureFixture[str], summary: Path
) -> None:
    world.image("a")
    assert world.clean_up(remove=False) == [] and world.removed() == set()
    assert "would be removed" in capsys.readouterr().out
    assert "1 of 1 would be removed" in summary.read_text(encoding="utf-8")


def test_where_an_image_or_a_release_cannot_be_read_nothing_is_removed(world: World) -> None:
    world.image("a")
    world.image("b")
    world.release(digest("a"))
    (world.lists / "broken").touch()
    with pytest.raises(Failure, match="cannot be read .*nothing is removed"):
        world.clean_up()
    (world.lists / "broken").unlink()
    world.release(linux="{}")
    world.server.answers["/github/assets/linux"] = 500
    with pytest.raises(Failure, match="HTTP 500"):
        world.clean_up()
    assert world.removed() == set()


def test_one_that_github_does_not_remove_is_told_and_all_of_them_are_a_missing_right(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.image("a")
    world.image("b")
    world.server.answers[f"DELETE {PACKAGE}/1"] = 400
    assert world.clean_up() == [] and "HTTP 400" in capsys.readouterr().out
    world.server.answers[f"DELETE {PACKAGE}/2"] = 403
    assert world.clean_up() == ["none could be removed: give the job the permission `packages: write`"]


def test_the_images_of_a_person_are_found_too(world: World) -> None:
    answers: dict[str, Any] = world.server.answers
    answers["/github/users/owner"] = {"type": "User"}
    answers["/github/users/owner/packages/container/name/versions"] = []
    assert world.clean_up() == []


@pytest.mark.parametrize("owner", ["Organization", "User"])
def test_before_the_first_image_there_is_nothing_to_clean_up(
    world: World, owner: str, capsys: pytest.CaptureFixture[str]
) -> None:
    world.server.answers["/github/users/owner"] = {"type": owner}
    del world.server.answers[PACKAGE]
    (world.lists / "answer").write_text("not found")
    assert world.clean_up() == []
    assert capsys.readouterr().out == "nothing to clean up: ghcr.io/owner/name has no images yet\n"


def test_a_missing_permission_is_not_reported_as_a_missing_package(world: World) -> None:
    world.server.answers[PACKAGE] = 404
    with pytest.raises(
        Failure, match=r"is in the registry, but .*grant this repository the Admin role .*pkgs/container"
    ):
        world.clean_up()
    (world.lists / "answer").write_text("connection reset")
    with pytest.raises(Failure, match=r"cannot be looked up .*connection reset.*rerun this job"):
        world.clean_up()


def test_an_ambiguous_404_is_a_warning(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    world.server.answers[PACKAGE] = 404
    (world.lists / "answer").write_text("403 Forbidden")
    assert world.clean_up() == []
    assert "warning: nothing to clean up: GitHub lists no package" in capsys.readouterr().out


def test_an_owner_that_does_not_exist_is_an_error(world: World) -> None:
    world.server.answers["/github/users/owner"] = 404
    with pytest.raises(Failure, match="HTTP 404"):
        world.clean_up()


def test_another_registry_is_refused(world: World) -> None:
    world.plan = make_plan(image=plans.Images("quay.io/owner/name", (), "label"))
    with pytest.raises(Failure, match=r"only images of ghcr\.io can be removed"):
        world.clean_up()
