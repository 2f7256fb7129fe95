"""Newer versions are found, each by the one who publishes it, and only those that are old enough."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from publishers import NOW, OLD, YOUNG, Publishers, publishers

from conftest import LINUX, PINS, SOURCE, make_build, make_plan
from wheel_pipeline import plan as plans
from wheel_pipeline.upkeep.search import search

A, B, C = (digit * 40 for digit in "abc")
DIGEST = "sha256:" + "1" * 64
NEWER = "sha256:" + "2" * 64


@pytest.fixture
def world() -> Iterator[Publishers]:
    with publishers() as made:
        yield made


class Found:
    """What a search left."""

    def __init__(self, folder: Path, status: list[str], said: str) -> None:
        file, reasons = folder / "pins.json", folder / "out" / "reasons.md"
        self.pins: Any = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else None
        self.reasons = reasons.read_text(encoding="utf-8") if reasons.is_file() else ""
        self.problems, self.said = status, said


@pytest.fixture
def look(world: Publishers, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    for program in ("zizmor", "uv"):
        world.answers.setdefault(f"/python/pypi/{program}/json", {"releases": {}})

    def searched(hold: tuple[str, ...] = (), **pins: Any) -> Found:
        more = {"builds": pins.pop("builds", (make_build(),)), "source": pins.pop("source_of", SOURCE)}
        upkeep = plans.Upkeep(cooldown_days=7, hold=hold, keep_images_days=90)
        plan = make_plan(pins=dataclasses.replace(PINS, **pins), upkeep=upkeep, **more)
        status = search(plan, tmp_path, tmp_path / "out", world.web, NOW)
        return Found(tmp_path, status, capsys.readouterr().out)

    return searched


def test_an_action_goes_to_the_commit_of_its_highest_release(world: Publishers, look: Any) -> None:
    world.releases(
        "actions/cache", ("v5.1.0", OLD), ("v6", OLD), ("v5.2.0-rc1", OLD), ("v5.2.0", YOUNG), **{"v5_1_0": B}
    )
    parts = {f"actions/cache/{part}": f"{A} # v5.0.5" for part in ("restore", "save")}
    found = look(actions=parts)
    assert found.pins == {"actions": {name: f"{B} # v5.1.0" for name in parts}}
    assert (
        "| action actions/cache/save | v5.0.5 | v5.1.0 | 2026-11-01 | https://github.com/actions/cache/rel"
        in found.reasons
    )
    assert found.said.endswith("found=true\n")
    github = [token for _, path, token in world.asked if path.startswith("/github/")]
    assert set(github) == {"Bearer the-token"}


def wheels(name: str, kinds: dict[str, str], day: str = OLD) -> list[dict[str, Any]]:
    """The files of a version on the index: each kind of wheel with its hash."""
    about = {"yanked": False, "upload_time_iso_8601": day}
    return [
        {"filename": f"{name}-1-py3-none-{kind}.whl", "digests": {"sha256": sha256}, **about}
        for kind, sha256 in kinds.items()
    ]


def test_a_package_of_the_toolchain_goes_to_a_version_with_the_same_kinds_of_wheel(
    world: Publishers, look: Any
) -> None:
    both = {"manylinux_2_28_x86_64": "1" * 64, "manylinux_2_28_aarch64": "2" * 64, "macosx_11_0_arm64": "3" * 64}
    newer = {"manylinux_2_28_aarch64": "5" * 64, "manylinux_2_28_x86_64": "4" * 64}
    releases = {
        "2025.5": wheels("spirv", both),
        "2026.1": wheels("spirv", newer),
        "2026.2": wheels("spirv", {"manylinux_2_28_x86_64": "6" * 64}),
        "2026.3": wheels("spirv", newer, YOUNG),
    }
    world.answers["/python/pypi/spirv/json"] = {"releases": releases}
    pinned = {"spirv": plans.WheelsPin("2025.5", ("1" * 64, "2" * 64))}
    found = look(python_packages=pinned)
    assert found.pins == {"pythonPackages": {"spirv": {"version": "2026.1", "sha256": ["4" * 64, "5" * 64]}}}
    assert "| toolchain package spirv | 2025.5 | 2026.1 | 2026-11-01 | https://pypi.org/project/spirv/2026.1/ |" in (
        found.reasons
    )
    assert "found=false" in look(hold=("spirv",), python_packages=pinned).said
    world.answers["/python/pypi/spirv/json"] = {"releases": {"2025.5": wheels("spirv", newer)}}
    assert "the index does not have the pinned wheels of spirv 2025.5" in look(python_packages=pinned).said


def test_what_is_too_young_or_held_stays(world: Publishers, look: Any) -> None:
    world.releases("actions/cache", ("v5.1.0", OLD), v5_1_0=B)
    world.releases("actions/checkout", ("v8.0.0", YOUNG), v8_0_0=B)
    pins = {"actions/cache/save": f"{A} # v5.0.5", "actions/checkout": f"{A} # v7.0.1"}
    found = look(hold=("actions/cache",), actions=pins)
    assert found.pins is None and "found=false" in found.said
    assert "everything is as new as what has been public for 7 days" in found.said


GIT = plans.GitSource("https://github.com/mlc/llm", A, (), "v0.20.0")


def source_of(tag: str | None) -> dict[str, Any]:
    git = dataclasses.replace(GIT, tag=tag)
    return {"source": plans.SourcePin(A, A, tag), "source_of": dataclasses.replace(SOURCE, git=git)}


def test_the_source_goes_to_its_newest_release(world: Publishers, look: Any) -> None:
    world.releases("mlc/llm", ("v0.21.0", OLD), ("v0.22.0", YOUNG), v0_21_0=B)
    found = look(**source_of("v0.20.0"))
    assert found.pins == {"source": {"replaces": A, "commit": B, "tag": "v0.21.0"}}
    assert f"https://github.com/mlc/llm/compare/{A}...{B}" in found.reasons


def test_a_source_that_only_has_tags_goes_by_the_dates_of_their_commits(world: Publishers, look: Any) -> None:
    world.releases("mlc/llm", v0_21_0=B)
    at = "/github/repos/mlc/llm"
    world.answers[f"{at}/tags"] = [{"name": "v0.21.0", "commit": {"sha": B}}, {"name": "x", "commit": {"sha": C}}]
    world.answers[f"{at}/commits/{B}"] = {"commit": {"committer": {"date": OLD}}}
    assert look(**source_of("v0.20.0")).pins["source"]["commit"] == B


def test_a_source_without_a_tag_goes_to_its_newest_commit_ahead(world: Publishers, look: Any) -> None:
    at = "/github/repos/mlc/llm"
    world.answers[f"{at}/commits"] = [{"sha": B, "commit": {"committer": {"date": OLD}}}]
    world.answers[f"{at}/compare/{A}...{B}"] = {"status": "diverged"}
    assert look(**source_of(None)).pins is None
    world.answers[f"{at}/compare/{A}...{B}"] = {"status": "ahead"}
    assert look(**source_of(None)).pins == {"source": {"replaces": A, "commit": B}}
    assert any("commits?until=2026-11-17T00:00:00Z" in path for _, path, _ in world.asked)


def hub(*tags: tuple[str, str, str]) -> dict[str, Any]:
    results = [{"name": name, "digest": digest, "tag_last_pushed": day} for name, digest, day in tags]
    return {"results": results, "next": None}


def test_an_image_goes_to_the_highest_tag_of_its_form(world: Publishers, look: Any) -> None:
    tags = (("2.9.0-debian12", NEWER, OLD), ("2.4.0", NEWER, OLD), ("2.5.0", NEWER, YOUNG), ("latest", NEWER, OLD))
    world.answers["/hub/v2/repositories/mambaorg/micromamba/tags"] = hub(*tags)
    found = look(micromamba=f"docker.io/mambaorg/micromamba:2.3.3@{DIGEST}")
    assert found.pins == {"micromamba": f"docker.io/mambaorg/micromamba:2.4.0@{NEWER}"}


def test_a_base_image_is_asked_of_quay_and_one_that_was_built_anew_is_told(world: Publishers, look: Any) -> None:
    tag = {"name": "2026.10.01-1", "manifest_digest": NEWER, "start_ts": 1_790_000_000}
    world.answers["/quay/api/v1/repository/pypa/manylinux/tag/"] = {"tags": [tag], "has_additional": False}
    pin = "quay.io/pypa/manylinux:2026.10.01-1"
    found = look(base_image=f"{pin}@{DIGEST}")
    assert found.pins == {"baseImage": f"{pin}@{NEWER}"} and "2026.10.01-1, built anew" in found.reasons


def test_a_registry_that_tells_no_dates_is_said(look: Any) -> None:
    found = look(buildkit=f"ghcr.io/own/er:1@{DIGEST}")
    assert "ghcr.io does not say when it got an image: raise ghcr.io/own/er by hand" in found.said


def test_a_conda_package_goes_to_a_newer_series_where_it_is_for_every_system(world: Publishers, look: Any) -> None:
    both = [(version, place, OLD) for version in ("3.31.9", "3.32.1") for place in ("linux-64", "win-64")]
    world.conda("cmake", *both, ("3.33.0", "linux-64", OLD), ("4.1.0", "linux-64", OLD), ("4.1.0", "win-64", OLD))
    world.conda("patchelf", ("0.18.0", "linux-64", OLD), ("0.19.0", "linux-64", YOUNG))
    world.conda("rich", ("15.0.0", "noarch", OLD), ("16.0.0", "noarch", OLD))
    pins = {"cmake": "3.31.*", "patchelf": "0.18.*", "rich": "15.*", "git": ">=2.49", "glslang": "*"}
    found = look(packages=pins)
    assert found.pins == {"packages": {"cmake": "3.32.*", "rich": "16.*"}}
    assert "| Conda package cmake | 3.31.* | 3.32.* (3.32.1) | 2026-11-01 |" in found.reasons


def test_a_conda_package_comes_from_the_first_channel_that_has_it(world: Publishers, look: Any) -> None:
    both = [(version, place, OLD) for version in ("15.0.0", "16.0.0") for place in ("linux-64", "win-64")]
    world.conda("rich", *both)
    assert look(packages={"rich": "15.*"}, channels=("own", "conda-forge")).pins == {"packages": {"rich": "16.*"}}


@pytest.mark.parametrize("labels", [["main", "broken"], ["patchelf_dev"]])
def test_a_conda_package_that_nobody_can_install_is_not_taken(world: Publishers, look: Any, labels: list[str]) -> None:
    world.conda("patchelf", ("0.17.2", "linux-64", OLD))
    world.conda("patchelf", ("0.18.0", "linux-64", OLD), labels=labels)
    assert look(packages={"patchelf": "0.17.*"}, builds=(make_build(platforms=(LINUX,)),)).pins is None


def test_distributions_that_require_each_other_are_raised_together(world: Publishers, look: Any) -> None:
    world.distribution(
        "pydantic",
        ("2.0", OLD),
        ("2.1", OLD),
        ("2.2", OLD),
        **{
            "v2_0": ["core==5.0"],
            "v2_1": ["core==5.1", 'email>=1; extra == "email"'],
            "v2_2": ["core==5.1", "brand-new"],
        },
    )
    world.distribution("core", ("5.0", OLD), ("5.1", OLD), ("5.2", OLD), ("5.3", YOUNG))
    found = look(test_requirements={"pydantic==2.0": "2.0", "core==5.0": "5.0"})
    assert found.pins == {"testRequirements": {"pydantic==2.0": "2.1", "core==5.0": "5.1"}}


def test_what_others_do_not_allow_stays(world: Publishers, look: Any) -> None:
    world.distribution("app", ("1.0", OLD), v1_0=["lib<2"])
    world.distribution("lib", ("1.0", OLD), ("2.0", OLD))
    assert look(test_requirements={"app==1.0": "1.0", "lib==1.0": "1.0"}).pins is None


def test_a_program_s_wheel_is_that_for_the_runner(world: Publishers, look: Any) -> None:
    about = {"yanked": False, "upload_time_iso_8601": OLD}
    names = {"zizmor-1.2.0.tar.gz": "1", "zizmor-1.2.0-py3-none-manylinux_2_28_x86_64.whl": "2"}
    files = [{"filename": name, "digests": {"sha256": digit * 64}, **about} for name, digit in names.items()]
    only_source = [{"filename": "zizmor-1.3.0.tar.gz", "digests": {"sha256": "3" * 64}, **about}]
    world.answers["/python/pypi/zizmor/json"] = {"releases": {"1.2.0": files, "1.3.0": only_source}}
    assert look().pins == {"zizmor": {"version": "1.2.0", "sha256": "2" * 64}}


def test_the_vulkan_sdk_comes_with_the_checksum_that_is_told_of_it(world: Publishers, look: Any) -> None:
    world.answers["/lunarg/sdk/versions/windows.json"] = ["1.4.9.0", "1.4.8.0", "1.4.7.0"]
    for version, day in (("1.4.9.0", "Fri, 20 Nov 2026 00:00:00 GMT"), ("1.4.8.0", "Sun, 01 Nov 2026 00:00:00 GMT")):
        world.answers[f"HEAD /sdk/download/{version}/windows/sdk-{version}.exe"] = (200, {"Last-Modified": day})
        world.answers[f"/sdk/sha/{version}/windows/sdk-{version}.exe.txt"] = f"{'e' * 64}  sdk-{version}.exe\n"
    url = f"{world.address}/sdk/download/1.4.7.0/windows/sdk-1.4.7.0.exe"
    build = make_build(vulkan_sdk=plans.VulkanSdk("1.4.7.0", url, "f" * 64))
    found = look(vulkan_sdk=plans.FilePin("1.4.7.0", "f" * 64), builds=(build,))
    assert found.pins == {"vulkanSdk": {"version": "1.4.8.0", "sha256": "e" * 64}}


def test_micromamba_for_windows_comes_with_the_checksum_that_github_tells(world: Publishers, look: Any) -> None:
    def release(tag: str, day: str, digest: str | None = "e") -> dict[str, Any]:
        assets = [{"name": "micromamba-win-64.exe", "digest": digest and f"sha256:{digest * 64}"}]
        return {"tag_name": tag, "draft": False, "prerelease": False, "published_at": day, "assets": assets}

    at = "/github/repos/mamba-org/micromamba-releases/releases"
    world.answers[at] = [release("2.5.0-0", YOUNG), release("2.4.0-1", OLD), release("2.4.0-0", OLD, "d")]
    pin = plans.FilePin("2.3.3-0", "f" * 64)
    assert look(micromamba_exe=pin).pins == {"micromambaExe": {"version": "2.4.0-1", "sha256": "e" * 64}}
    world.answers[at] = [release("2.4.0-0", OLD, None)]
    assert "GitHub tells no checksum of micromamba-win-64.exe 2.4.0-0" in look(micromamba_exe=pin).said


def test_one_who_does_not_answer_is_told_and_stops_nobody_else(world: Publishers, look: Any) -> None:
    world.releases("actions/cache", ("v5.1.0", OLD), v5_1_0=B)
    world.answers["/python/pypi/numpy/json"] = 503
    world.answers["/conda/package/conda-forge/cmake/files"] = {"error": "we have moved"}
    found = look(
        actions={"actions/cache/save": f"{A} # v5.0.5"},
        test_requirements={"numpy==1.0": "1.0"},
        packages={"cmake": "3.31.*"},
    )
    assert list(found.pins) == ["actions"] and found.problems == []
    assert "Not looked at this time:" in found.reasons and "HTTP 503" in found.reasons
    assert "Conda packages: the answer is not what it was" in found.reasons
    assert sum("/numpy/" in path for _, path, _ in world.asked) == 2  # as often as the plan says


def test_what_the_file_says_already_stays_and_what_has_no_effect_goes(
    world: Publishers, look: Any, tmp_path: Path
) -> None:
    stale = {
        "source": {"replaces": C, "commit": B},
        "testRequirements": {"gone==1.0": "2.0"},
        "packages": {"old": "1.*"},
    }
    kept = {"buildkit": "docker.io/moby/buildkit:v1"}
    (tmp_path / "pins.json").write_text(json.dumps({**stale, **kept}), encoding="utf-8")
    world.releases("actions/cache", ("v5.1.0", OLD), v5_1_0=B)
    found = look(actions={"actions/cache/save": f"{A} # v5.0.5"})
    assert found.pins == {**kept, "actions": {"actions/cache/save": f"{B} # v5.1.0"}}


def test_a_committed_lock_is_told_of_since_it_is_what_gets_installed(
    world: Publishers, look: Any, tmp_path: Path
) -> None:
    (tmp_path / "docker").mkdir()
    (tmp_path / "docker/conda-linux-64.lock").touch()
    world.conda("rich", ("15.0.0", "noarch", OLD), ("16.0.0", "noarch", OLD))
    told = "Not in effect before they are made anew, since they are what gets installed: docker/conda-linux-64.lock."
    assert told in look(packages={"rich": "15.*"}).reasons


def test_a_package_for_one_system_is_asked_for_there_alone(world: Publishers, look: Any) -> None:
    world.conda("cmake", ("3.31.0", "linux-64", OLD), ("3.32.0", "linux-64", OLD), ("3.32.0", "osx-64", YOUNG))
    found = look(packages={"cmake": "3.31.*"}, builds=(make_build(platforms=(LINUX,)),))
    assert found.pins == {"packages": {"cmake": "3.32.*"}}
