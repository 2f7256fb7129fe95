#!/usr/bin/env python3
# Synthesized by projen from .projenrc.ts (mlc-llm-pipeline: src/scripts/wheelcache.py). Do not edit it here:
# change the declaration and run `npx projen`.
"""Keeps a built wheel, and takes it again while nothing that it is made of has changed.

  take CACHE --distribution NAME --source DIR --platform P --tools FILE --output-dir DIR --identity FILE
      copies the kept wheel to the folder, if there is one that was made of the very same; says why, if there is none
  keep CACHE --distribution NAME --identity FILE --wheel-dir DIR
      keeps the wheel that was built instead

The same is: the files and the commit of the wheel's project, its settings in the plan, and the toolchain: the tools,
the compilers, the Conda or Python packages, the C library. All of it is written down beside the wheel, with the
wheel's SHA-256, and compared before it is used. It is the wheel as its build backend wrote it, so that the version
can be another each time.

keep also tells $GITHUB_OUTPUT, if set, that there is something to save. Exit status: 0 when all is well, also when
nothing is taken; 1 for a finding, 2 for bad usage.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import json
import os
import platform
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

from wheelfiles import (
    Declared,
    Failure,
    Plan,
    add_entries,
    default_plan,
    exit_status,
    git_commit,
    megabytes,
    read_json,
    read_text,
    set_outputs,
    sha256,
    the_wheel,
    use_utf8,
    write_json,
)

IDENTITY = "identity.json"
GENERATIONS = 3  # of a wheel: enough to go back and forth between two trees
VARIABLES = ("CC", "CXX", "CMAKE_ARGS", "CMAKE_GENERATOR", "SOURCE_DATE_EPOCH")
PREFIXES = ("SKBUILD_", "CARGO_PROFILE_")


def tree_hash(root: Path) -> str:
    """One hash of every file below a folder, with its path and whether it can be run; git's own are left out."""
    digest = hashlib.sha256()
    for path in sorted(files_below(root), key=lambda each: each.as_posix()):
        mode = path.lstat().st_mode
        if stat.S_ISLNK(mode):
            kind, data = "link", os.readlink(path).encode("utf-8", "surrogateescape")
        else:
            kind, data = "program" if mode & 0o100 and os.name != "nt" else "file", path.read_bytes()
        name = path.relative_to(root).as_posix()
        digest.update(f"{sha256(data)} {kind} {name}\n".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


def files_below(root: Path) -> Iterator[Path]:
    for folder, folders, names in os.walk(root):
        links = [name for name in folders if Path(folder, name).is_symlink()]
        folders[:] = [name for name in folders if name != ".git" and name not in links]
        yield from (Path(folder, name) for name in [*names, *links] if name != ".git")


def compilers() -> dict[str, str]:
    """What the compilers say they are: the first line of it."""
    named = {"CC": os.environ.get("CC") or "cc", "CXX": os.environ.get("CXX") or "c++"}
    found = {name: [*command.split(), "--version"] for name, command in named.items()}
    if os.name == "nt":
        found["MSVC"] = ["cl"]  # without a file it only says what it is
    said = {}
    for name, argv in found.items():
        if program := shutil.which(argv[0]):
            options: dict[str, Any] = {"errors": "replace", "stdin": subprocess.DEVNULL, "timeout": 60}
            ran = subprocess.run([program, *argv[1:]], capture_output=True, text=True, check=False, **options)
            said[name] = next(iter((ran.stdout + ran.stderr).splitlines()), "")
    return said


def packages() -> list[str]:
    """What is installed: the Conda environment's packages with their builds, or else this Python's."""
    prefix = os.environ.get("CONDA_PREFIX")
    if prefix and (records := sorted(path.stem for path in Path(prefix, "conda-meta").glob("*.json"))):
        return records
    return sorted({f"{found.name}=={found.version}" for found in metadata.distributions() if found.name})


def identity(args: argparse.Namespace, plan: Plan, declared: Declared) -> dict[str, Any]:
    """All that the wheel is made of."""
    project = args.source / declared.project_dir
    variables = {key: value for key, value in os.environ.items() if key in VARIABLES or key.startswith(PREFIXES)}
    return {
        "schema": 1,
        "distribution": declared.distribution,
        "platform": args.platform,
        "project": {"files": tree_hash(project), "commit": git_commit(project, args.source)},
        "settings": declared.build.get(plan.systems[args.platform], {}),
        "environment": {**variables, **plan.environment},
        "toolchain": {
            "tools": read_text(args.tools).splitlines(),
            "compilers": compilers(),
            "packages": packages(),
            "python": str(sys.implementation.cache_tag),
            "libc": " ".join(platform.libc_ver()),
        },
    }


def key_of(facts: dict[str, Any]) -> str:
    return sha256(json.dumps(facts, sort_keys=True).encode("utf-8"))[:20]


def different(facts: Any, kept: Any, at: str = "") -> Iterator[str]:
    """The names of the values that differ."""
    if isinstance(facts, dict) and isinstance(kept, dict):
        for name in sorted(facts.keys() | kept.keys()):
            yield from different(facts.get(name), kept.get(name), f"{at}.{name}" if at else name)
    elif facts != kept:
        yield at


def generations(folder: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    """What is kept of a wheel, newest first; an entry that cannot be read is as good as none."""
    found = [path for path in folder.glob(f"*/{IDENTITY}") if path.is_file()]
    for path in sorted(found, key=lambda path: path.stat().st_mtime, reverse=True):
        with contextlib.suppress(Failure):
            kept = read_json(path)
            if isinstance(kept, dict) and {"identity", "file", "sha256"} <= kept.keys():
                yield path.parent, kept


def take(args: argparse.Namespace) -> int:
    plan = Plan(args.plan)
    declared = plan.wheel(args.distribution)
    plan.platform_tag(args.platform)
    facts = identity(args, plan, declared)
    write_json(args.identity, facts)
    folder = args.cache / declared.key
    for entry, kept in list(generations(folder)):
        if kept["identity"] != facts:
            continue
        wheel = entry / Path(kept["file"]).name
        if not wheel.is_file() or sha256(wheel.read_bytes()) != kept["sha256"]:
            print(f"{wheel} is not the file that was kept: it is built anew")
            shutil.rmtree(entry)
            break
        args.output_dir.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(wheel, args.output_dir / wheel.name)
        os.utime(entry / IDENTITY)
        if args.changes:
            reused = {"distribution": declared.distribution, "from": wheel.name, "reused": kept["sha256"]}
            add_entries(args.changes, reused)
        print(f"{wheel.name} was made of the same (SHA-256 {kept['sha256']}): it is taken, not built")
        return 0
    if newest := next(generations(folder), None):
        names = list(different(facts, newest[1]["identity"]))
        print(f"the {declared.distribution} wheel kept last was made of another {', '.join(names[:6]) or 'file'}")
    else:
        print(f"no wheel of {declared.distribution} is kept in {args.cache}")
    return 0


def keep(args: argparse.Namespace) -> int:
    declared = Plan(args.plan).wheel(args.distribution)
    facts = read_json(args.identity)
    wheel = the_wheel(args.wheel_dir, declared).path
    folder = args.cache / declared.key
    entry = folder / key_of(facts)
    shutil.rmtree(entry, ignore_errors=True)
    entry.mkdir(parents=True)
    shutil.copyfile(wheel, entry / wheel.name)
    digest = sha256(wheel.read_bytes())
    # Last: an entry without it is not there.
    write_json(entry / IDENTITY, {"identity": facts, "file": wheel.name, "sha256": digest})
    for old, _ in list(generations(folder))[GENERATIONS:]:
        shutil.rmtree(old)
    set_outputs(kept_wheels="true")
    print(f"kept {wheel.name} ({megabytes(wheel.stat().st_size)}, SHA-256 {digest})")
    return 0


def main(argv: Sequence[str] | None = None) -> int:
    use_utf8()
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=raw, allow_abbrev=False)
    commands = parser.add_subparsers(required=True, dest="command", metavar="COMMAND")
    common = argparse.ArgumentParser(add_help=False)
    add = common.add_argument
    add("cache", type=Path, metavar="CACHE", help="the folder that wheels are kept in")
    add("--plan", type=Path, default=default_plan(), help="default: %(default)s")
    add("--distribution", required=True, metavar="NAME", help="which wheel of the plan it is")
    add("--identity", type=Path, required=True, metavar="FILE", help="what the wheel is made of: take writes it")
    add = commands.add_parser("take", parents=[common]).add_argument
    add("--source", type=Path, required=True, metavar="DIR", help="the tree that is built")
    add("--platform", required=True)
    add("--tools", type=Path, required=True, metavar="FILE", help="lines of name, tab, version")
    add("--output-dir", type=Path, required=True, metavar="DIR")
    add("--changes", type=Path, metavar="FILE", help="JSON list to append to that the wheel was taken")
    commands.add_parser("keep", parents=[common]).add_argument(
        "--wheel-dir", type=Path, required=True, metavar="DIR", help="holds the wheel that was built"
    )
    args = parser.parse_args(argv)
    runs = {"take": take, "keep": keep}
    return exit_status(f"wheelcache {args.command}", lambda: runs[args.command](args))


if __name__ == "__main__":
    sys.exit(main())
