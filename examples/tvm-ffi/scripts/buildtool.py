#!/usr/bin/env python3
# Synthesized by projen from .projenrc.ts (mlc-llm-pipeline: src/scripts/buildtool.py). Do not edit it here:
# change the declaration and run `npx projen`.
"""Answers what the build and test scripts ask: about the tools, the source, the version and the folders.

  tools --platform P --output FILE   are the declared tools there, and new enough? writes name, tab, version
  commit --source-dir DIR            the commit that is built; nothing where it cannot be known
  version --version V --commit C     the wheels' version, by PEP 440
  platform-tag --platform P          the tag that the wheels are repaired for
  only DIR PATTERN                   the one file of a folder that a pattern names
  python-of DIR                      the interpreter of a virtual environment
  cargo-home                         the folder in which cargo keeps its crates
  rust-flags --map FROM=TO …         what rustc needs to leave paths out, for CARGO_ENCODED_RUSTFLAGS
  cache-port                         a free port for the compiler cache's server; the caller's, where he names one
  cache-stats --output FILE          the compiler cache's statistics, as JSON
  deliver FROM TO                    move finished wheels to where they are wanted; nothing else there is touched

Each prints its answer and nothing else. Exit status: 0 when all is well, 1 for a finding, 2 for bad usage.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Sequence
from importlib import metadata
from pathlib import Path

from packaging.version import Version
from wheelfiles import (
    RECORD,
    SUMS,
    Failure,
    Plan,
    add_summary,
    default_plan,
    exit_status,
    git_commit,
    pep440,
    read_text,
    use_utf8,
    write_text,
)

VERSION_LINE = re.compile(r"(?<![\w.])v?(\d+(?:\.\d+)+)")


def tool_version(command: str) -> str | None:
    """What a command says its version is: the first number with a dot in its output; None where it is missing."""
    found = shutil.which(command)
    if found is None:
        return None
    result = subprocess.run([found, "--version"], capture_output=True, text=True, errors="replace", timeout=120)
    match = VERSION_LINE.search(result.stdout + result.stderr)
    if result.returncode != 0 or match is None:
        with contextlib.suppress(metadata.PackageNotFoundError):
            return metadata.version(command)  # delvewheel has no --version
        said = (result.stderr or result.stdout).strip().splitlines()[-1:] or ["nothing"]
        raise Failure(f"{command} --version does not work (exit status {result.returncode}): {said[0]}")
    return match[1]


def tools(args: argparse.Namespace) -> str:
    plan = Plan(args.plan)
    plan.platform_tag(args.platform)
    versions = [("python", ".".join(map(str, sys.version_info[:3])))]
    problems = []
    for tool in plan.tools:
        if tool["only"] not in (None, plan.systems[args.platform]):
            continue
        command, minimum = tool["command"], tool["minimum"]
        version = tool_version(command)
        if version is None:
            if not tool["optional"]:
                problems.append(f"{command} is missing")
        elif minimum and Version(version) < Version(minimum):
            problems.append(f"{command} is {version}, at least {minimum} is needed")
        else:
            versions.append((command, version))
    if problems:
        advice = "use the toolchain image, or install what docker/environment.yml lists"
        raise Failure(f"{'; '.join(problems)}: {advice}")
    write_text(args.output, "".join(f"{name}\t{version}\n" for name, version in versions))
    return "\n".join(f"{name:<12} {version}" for name, version in versions)


def commit(args: argparse.Namespace) -> str:
    if not args.source_dir:
        return str(Plan(args.plan).source.get("commit") or "")
    return git_commit(Path(args.source_dir), Path(args.source_dir))


def version(args: argparse.Namespace) -> str:
    """The given version, or a development version: its local part says which commit it is of."""
    if args.version:
        return str(pep440(args.version))
    plan = Plan(args.plan)
    if plan.source["kind"] == "sdist" and not args.commit:
        return str(pep440(plan.base_version))
    base = pep440(plan.base_version)
    return f"{base.base_version}.dev0+{f'g{args.commit[:9]}' if args.commit else 'local'}"


def platform_tag(args: argparse.Namespace) -> str:
    plan = Plan(args.plan)
    declared = plan.platform_tag(args.platform)
    # The manylinux images say which policy they are made for; elsewhere, the caller does.
    given = os.environ.get("AUDITWHEEL_PLAT", "") if plan.systems[args.platform] == "linux" else ""
    return given or declared


def only(args: argparse.Namespace) -> str:
    found = sorted(args.dir.glob(args.pattern)) if args.dir.is_dir() else []
    if len(found) != 1:
        names = ", ".join(path.name for path in found) or "none"
        raise Failure(f"{args.dir} must hold exactly one {args.pattern}, it has: {names}")
    return str(found[0])


def python_of(args: argparse.Namespace) -> str:
    for name in ("bin/python", "Scripts/python.exe"):
        if (args.dir / name).exists():
            return str(args.dir / name)
    raise Failure(f"{args.dir} has no interpreter: make the environment again, with python -m venv")


def cargo_home(_: argparse.Namespace) -> str:
    """Where cargo keeps the crates' sources: https://doc.rust-lang.org/cargo/guide/cargo-home.html"""
    return os.environ.get("CARGO_HOME") or str(Path.home() / ".cargo")


def rust_flags(args: argparse.Namespace) -> str:
    """For CARGO_ENCODED_RUSTFLAGS, which wins over a RUSTFLAGS that a build sets itself."""
    return "\x1f".join(f"--remap-path-prefix={each}" for each in args.map)


def cache_port(args: argparse.Namespace) -> str:
    if given := os.environ.get("SCCACHE_SERVER_PORT"):
        return given
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


def cache_stats(args: argparse.Namespace) -> str:
    command = ["sccache", "--show-stats", "--stats-format=json"]
    result = subprocess.run(command, capture_output=True, text=True, timeout=120)
    if result.returncode != 0:
        raise Failure(f"{' '.join(command)} failed: {result.stderr.strip()}")
    write_text(args.output, result.stdout)
    stats = json.loads(result.stdout).get("stats", {})
    hits, misses = (sum(stats.get(name, {}).get("counts", {}).values()) for name in ("cache_hits", "cache_misses"))
    add_summary("Compiler cache", [["hits", "misses"], [str(hits), str(misses)]])
    return subprocess.run(["sccache", "--show-stats"], capture_output=True, text=True, timeout=120).stdout.strip()


def deliver(args: argparse.Namespace) -> str:
    """Replaces what an earlier delivery left, by its own SHA256SUMS; a foreign wheel is an error, not deleted."""
    target: Path = args.to
    target.mkdir(parents=True, exist_ok=True)
    sums = target / SUMS
    ours = {line.split("  ", 1)[1] for line in read_text(sums).splitlines() if "  " in line} if sums.exists() else set()
    foreign = sorted(path.name for path in target.glob("*.whl") if path.name not in ours)
    new = sorted(path for path in args.source.iterdir() if path.suffix == ".whl" or path.name in (SUMS, RECORD))
    blocking = [name for name in foreign if name not in {path.name for path in new}]
    if blocking:
        raise Failure(f"{target} has wheels of another origin ({', '.join(blocking)}): move them, or set OUTPUT_DIR")
    for name in ours:
        (target / Path(name).name).unlink(missing_ok=True)
    for path in new:
        shutil.copyfile(path, target / path.name)
    return "\n".join(path.name for path in new)


def arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=raw, allow_abbrev=False)
    commands = parser.add_subparsers(required=True, dest="command", metavar="COMMAND")
    planned = argparse.ArgumentParser(add_help=False)
    planned.add_argument("--plan", type=Path, default=default_plan(), help="default: %(default)s")

    def command(name: str, run: Callable[[argparse.Namespace], str]) -> argparse.ArgumentParser:
        each = commands.add_parser(name, parents=[planned])
        each.set_defaults(run=run)
        return each

    add = command("tools", tools).add_argument
    add("--platform", required=True)
    add("--output", type=Path, required=True, metavar="FILE")
    command("commit", commit).add_argument("--source-dir", default="", metavar="DIR", help="empty: the pinned source")
    add = command("version", version).add_argument
    add("--version", default="", help="with or without a leading v; empty: a development version")
    add("--commit", default="")
    command("platform-tag", platform_tag).add_argument("--platform", required=True)
    add = command("only", only).add_argument
    add("dir", type=Path, metavar="DIR")
    add("pattern", metavar="PATTERN")
    command("python-of", python_of).add_argument("dir", type=Path, metavar="DIR")
    command("cargo-home", cargo_home)
    command("rust-flags", rust_flags).add_argument("--map", action="append", default=[], metavar="FROM=TO")
    command("cache-port", cache_port)
    command("cache-stats", cache_stats).add_argument("--output", type=Path, required=True, metavar="FILE")
    add = command("deliver", deliver).add_argument
    add("source", type=Path, metavar="FROM")
    add("to", type=Path, metavar="TO")
    return parser.parse_args(argv)


def answer(args: argparse.Namespace) -> int:
    if text := args.run(args):
        print(text)
    return 0


def main(argv: Sequence[str] | None = None) -> int:
    use_utf8()
    args = arguments(argv)
    return exit_status(f"buildtool {args.command}", lambda: answer(args))


if __name__ == "__main__":
    sys.exit(main())
