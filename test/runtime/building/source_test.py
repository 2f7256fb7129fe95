"""The source: one commit and the listed submodules, or a source distribution of one hash."""

from __future__ import annotations

import hashlib
import io
import os
import subprocess
import tarfile
from pathlib import Path

import pytest

from conftest import LIMITS, make_repository
from wheel_pipeline.building import source
from wheel_pipeline.core.errors import Failure
from wheel_pipeline.core.processes import CommandFailed
from wheel_pipeline.environment import clean
from wheel_pipeline.plan import GitSource, SdistSource, Submodule


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    # git refuses submodules from folders unless it is told; a product's are at https addresses.
    config = tmp_path / "gitconfig"
    config.write_text('[protocol "file"]\n\tallow = always\n[user]\n\tname = x\n\temail = x@example.com\n')
    return {**clean(os.environ, tmp_path), "GIT_CONFIG_GLOBAL": str(config)}


@pytest.fixture
def repositories(tmp_path: Path, env: dict[str, str]) -> Path:
    """outer has inner as a submodule at lib/inner, and another that nobody asked for."""
    for name in ("inner", "unwanted", "outer"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "code.c").write_bytes(f"// {name}\n".encode())
        if name == "outer":
            subprocess.run(["git", "-C", str(tmp_path / name), "init", "-q"], check=True)
            for module in ("inner", "unwanted"):
                words = ["submodule", "--quiet", "add", str(tmp_path / module), f"lib/{module}"]
                subprocess.run(["git", "-C", str(tmp_path / name), *words], check=True, env=env)
        make_repository(tmp_path / name)
    return tmp_path


def head(folder: Path) -> str:
    return subprocess.check_output(["git", "-C", str(folder), "rev-parse", "HEAD"], text=True).strip()


def test_a_commit_and_its_listed_submodules_are_fetched(
    repositories: Path, env: dict[str, str], tmp_path: Path
) -> None:
    tree = tmp_path / "tree"
    tree.mkdir()
    commit = head(repositories / "outer")
    declared = GitSource(str(repositories / "outer"), commit, (Submodule("lib/inner", None),), None)
    source.fetch_git(declared, tree, LIMITS, env)
    assert (tree / "code.c").read_text() == "// outer\n" and (tree / "lib/inner/code.c").exists()
    assert list((tree / "lib/unwanted").iterdir()) == []
    assert head(tree) == commit


def test_the_files_are_the_same_on_every_machine(repositories: Path, env: dict[str, str], tmp_path: Path) -> None:
    """Git for Windows comes with a configuration that writes CRLF."""
    for name in ("inner", "outer"):
        (tmp_path / name / ".gitattributes").write_text("*.txt text\n")
        (tmp_path / name / "text.txt").write_bytes(b"text\n")
        make_repository(tmp_path / name)
    inner, outer = tmp_path / "inner", tmp_path / "outer"
    subprocess.run(["git", "-C", str(outer / "lib/inner"), "pull", "-q", str(inner)], check=True, env=env)
    commit = make_repository(outer)
    system = tmp_path / "system"
    for setting in ("autocrlf = true", "autocrlf = false\n\teol = crlf"):
        system.write_text(f"[core]\n\t{setting}\n")
        tree = tmp_path / f"tree-{len(setting)}"
        tree.mkdir()
        declared = GitSource(str(outer), commit, (Submodule("lib/inner", None),), None)
        source.fetch_git(declared, tree, LIMITS, {**env, "GIT_CONFIG_SYSTEM": str(system)})
        for folder in (tree, tree / "lib/inner"):
            assert (folder / "text.txt").read_bytes() == b"text\n"
            assert b"\r" not in (folder / "code.c").read_bytes()


def test_a_git_folder_in_the_environment_is_not_touched(
    repositories: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As inside a git hook, which runs with GIT_DIR set."""
    mine = make_repository(tmp_path / "mine")
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "mine/.git"))
    tree = tmp_path / "tree"
    tree.mkdir()
    cleaned = clean(os.environ, tmp_path)
    commit = subprocess.check_output(
        ["git", "-C", str(repositories / "outer"), "rev-parse", "HEAD"], text=True, env=cleaned
    ).strip()
    source.fetch_git(GitSource(str(repositories / "outer"), commit, (), None), tree, LIMITS, cleaned)
    monkeypatch.delenv("GIT_DIR")
    assert head(tmp_path / "mine") == mine
    assert subprocess.check_output(["git", "-C", str(tmp_path / "mine"), "remote"], text=True) == ""


def test_a_commit_that_is_not_there_is_tried_again_and_told(
    repositories: Path, env: dict[str, str], tmp_path: Path
) -> None:
    tree = tmp_path / "tree"
    tree.mkdir()
    with pytest.raises(CommandFailed, match="git ended with exit status"):
        source.fetch_git(GitSource(str(repositories / "outer"), "0" * 40, (), None), tree, LIMITS, env)


def archive(path: Path, members: dict[str, str]) -> None:
    with tarfile.open(path, "w:gz") as opened:
        for name, text in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(text)
            opened.addfile(info, io.BytesIO(text.encode()))


def test_an_archive_is_unpacked_without_its_top_folder(tmp_path: Path) -> None:
    archive(tmp_path / "demo-1.0.tar.gz", {"demo-1.0/pyproject.toml": "x", "demo-1.0/src/code.c": "y"})
    source.extract(tmp_path / "demo-1.0.tar.gz", tmp_path / "tree")
    assert (tmp_path / "tree/src/code.c").read_text() == "y"


def test_an_archive_that_climbs_out_is_refused(tmp_path: Path) -> None:
    archive(tmp_path / "demo-1.0.tar.gz", {"demo-1.0/../../outside": "x"})
    with pytest.raises(Failure, match="leaves its folder"):
        source.extract(tmp_path / "demo-1.0.tar.gz", tmp_path / "tree")
    assert not (tmp_path / "outside").exists()


def test_a_source_distribution_of_another_hash_is_refused(
    tmp_path: Path, env: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    archive(tmp_path / "demo-1.0.tar.gz", {"demo-1.0/PKG-INFO": "Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n"})
    config = tmp_path / "pip.conf"
    config.write_text(f"[global]\nno-index = true\nfind-links = {tmp_path}\n")
    folder, tree = tmp_path / "sdist", tmp_path / "tree"
    folder.mkdir()
    right = hashlib.sha256((tmp_path / "demo-1.0.tar.gz").read_bytes()).hexdigest()
    with pytest.raises(CommandFailed):
        wrong = SdistSource("demo", "1.0", "0" * 64)
        source.fetch_sdist(wrong, folder, tree, LIMITS, {**env, "PIP_CONFIG_FILE": str(config)})
    assert f"Got        {right}" in capsys.readouterr().out


def test_a_failure_of_the_archive_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "demo-1.0.tar.gz").write_bytes(b"no archive")
    with pytest.raises(Failure, match="demo-1.0.tar.gz is no archive"):
        source.extract(tmp_path / "demo-1.0.tar.gz", tmp_path / "tree")
