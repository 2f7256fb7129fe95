"""The tree that is built: a copy, whatever it comes from, and of exactly what is pinned."""

from __future__ import annotations

import sys
import tarfile
from collections.abc import Mapping
from pathlib import Path

from ..core.console import console
from ..core.errors import Failure
from ..core.processes import CommandFailed, ask, run
from ..core.retry import retry
from ..download import download
from ..plan import GitSource, Limits, SdistSource

# Git for Windows writes CRLF and stops at paths of 260 characters, unless it is told otherwise. Said with a command,
# this counts in its submodules too, and wins over what the machine's configuration says.
SAME_EVERYWHERE = ("-c", "core.autocrlf=false", "-c", "core.eol=lf", "-c", "core.longpaths=true")


def fetch_git(source: GitSource, tree: Path, limits: Limits, env: Mapping[str, str]) -> None:
    """A shallow fetch of one commit, then of the listed submodules only, each at the commit that its parent names."""

    def git(folder: Path, *words: str) -> list[str]:
        return ["git", *SAME_EVERYWHERE, "-C", str(folder), *words]

    def fetch(argv: list[str]) -> None:
        retry(lambda: run(argv, env=env, timeout=limits.download), limits)

    run(git(tree, "init", "--quiet"), env=env)
    run(git(tree, "remote", "add", "origin", source.repository), env=env)
    try:
        fetch(git(tree, "fetch", "--quiet", "--depth=1", "origin", source.commit))
    except CommandFailed as failure:
        told = f"cannot fetch {source.commit} of {source.repository}: check that the repository is reachable and has"
        raise failure.saying(f"{told} that commit ({failure})") from failure
    run(git(tree, "checkout", "--quiet", "--detach", "FETCH_HEAD"), env=env)
    for module in source.submodules:
        folder = tree / module.parent if module.parent else tree
        inside = module.path.removeprefix(f"{module.parent}/")
        fetch(git(folder, "submodule", "--quiet", "update", "--init", "--depth=1", "--", inside))
    head = ask(git(tree, "rev-parse", "HEAD"), timeout=limits.command, env=env).stdout.strip()
    if head != source.commit:
        raise Failure(f"{source.repository} answered with {head or 'nothing'}, not with the pinned {source.commit}")


def fetch_sdist(source: SdistSource, folder: Path, tree: Path, limits: Limits, env: Mapping[str, str]) -> None:
    """pip asks its configured index, so that mirrors and credentials work, and refuses a file of another hash."""
    lock = folder / "requirement.txt"
    lock.write_text(f"{source.distribution}=={source.version} --hash=sha256:{source.sha256}\n", encoding="utf-8")
    options = ["--no-deps", "--no-build-isolation", "--no-binary=:all:", "--require-hashes"]
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "download", *options]
    argv = [*pip, f"--requirement={lock}", f"--dest={folder}"]
    download(argv, f"{source.distribution} {source.version}", limits, env, folder)
    archives = sorted(folder.glob("*.tar.gz"))
    if len(archives) != 1:
        raise Failure(f"pip left {len(archives)} archives in {folder}, not one: see the log")
    extract(archives[0], tree)


def extract(archive: Path, tree: Path) -> None:
    """Unpack a source distribution without its one top folder."""
    console.say(f"unpacking {archive.name}")
    try:
        with tarfile.open(archive) as opened:
            for member in opened:
                _, slash, member.name = member.name.partition("/")
                if slash and member.name:
                    opened.extract(member, tree, filter="data")
    except tarfile.ReadError as error:
        raise Failure(f"{archive.name} is no archive ({error}): download it again") from error
    except tarfile.FilterError as error:
        raise Failure(f"{archive.name} holds a member that leaves its folder ({error}): do not use it") from error
