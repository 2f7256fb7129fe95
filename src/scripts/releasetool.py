#!/usr/bin/env python3
"""Decides what a release is, whether its wheels are fit for it, and publishes it: all of them or nothing.

  plan --tag TAG       the version that a tag names, by PEP 440, and whether it is a prerelease
  verify DIST          every platform and wheel of the plan is there, and all of them agree; tells every finding
  notes DIST           the release notes, in Markdown
  publish DIST         verify, fill a draft, download it again, compare, and only then publish; needs gh

DIST holds a folder per platform, each as build.sh left it. What to expect is read from the plan, plan.json beside
this file. plan and verify also append their answers to $GITHUB_OUTPUT, if set. gh takes its token from GH_TOKEN.
Exit status: 0 when all is well, 1 for a finding, 2 for bad usage.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from packaging.version import InvalidVersion, Version
from wheelfiles import (
    RECORD,
    SUMS,
    Failure,
    Plan,
    Wheel,
    add_summary,
    collect,
    default_plan,
    exit_status,
    megabytes,
    pep440,
    read_json,
    report_problems,
    set_outputs,
    sha256,
    use_utf8,
    write_text,
)
from wheeltool import name_problems, verify_sums

ASSET_NAME = re.compile(r"[\w+@-]+(\.[\w+@-]+)*", re.ASCII)  # GitHub writes a dot for whatever else is in a file's name
REPOSITORY = re.compile(r"[A-Za-z0-9-]+/[\w.-]+", re.ASCII)
TRIES, TIMEOUT = 3, 1800


def tell(**values: str) -> None:
    """Print answers, and pass them on to the next steps of a GitHub Actions job."""
    print(set_outputs(**values), end="", flush=True)


# plan


def tagged_version(tag: str) -> Version:
    try:
        version = Version(tag[1:])
    except InvalidVersion:
        version = None
    if version is None or not re.fullmatch(r"v[0-9]\S*", tag):
        raise Failure(f"the tag {tag!r} is not a v and a version by PEP 440: write it like v1.2.3 or v1.2.3rc1", 2)
    if version.local or version.epoch:
        right = f"v{version.public.rpartition('!')[2]}"
        kind = "a local version" if version.local else "an epoch"
        raise Failure(f"the tag {tag!r} names {kind}, which a release cannot have: tag {right}", 2)
    return version


def plan(args: argparse.Namespace) -> list[str]:
    version = tagged_version(args.tag)
    tell(tag=args.tag, version=str(version), prerelease=str(version.is_prerelease).lower())
    return []


# verify


class File(NamedTuple):
    """A wheel to release."""

    platform: str
    name: str
    wheel: Wheel
    size: int
    digest: str


class Built:
    """The wheels and records of every platform, and what is wrong with them."""

    def __init__(self, args: argparse.Namespace) -> None:
        self.args, self.plan, self.version = args, Plan(args.plan), pep440(args.version)
        # A variant's platforms are its own.
        self.plans = {name: plan for plan in [self.plan, *map(Plan, self.plan.variants)] for name in plan.tags}
        self.files: list[File] = []
        self.records: dict[str, dict[str, Any]] = {}
        if not args.dist.is_dir():
            raise Failure(f"there is no folder {args.dist}: name the one that holds the platforms' folders", 2)
        tags = {name: plan.tags[name] for name, plan in self.plans.items()}
        for text in args.platform_tag:
            platform, equals, tag = text.partition("=")
            if not (equals and tag):
                raise Failure(f"--platform-tag {text!r} is not PLATFORM=TAG: write it so", 2)
            self.plans.get(platform, self.plan).platform_tag(platform)
            tags[platform] = tag
        self.problems = list(self.folder_problems())
        for platform, tag in tags.items():
            folder = args.dist / platform
            checks = (self.sum_problems(folder), self.wheel_problems(folder, tag), self.record_problems(folder))
            for check in checks if folder.is_dir() else ():
                self.problems += [f"{platform}: {problem}" for problem in told(check)]
        self.problems += self.common_problems()
        self.sums = "".join(f"{file.digest}  {file.name}\n" for file in self.assets())
        self.digest = sha256(self.sums.encode("utf-8"))
        if args.expect_digest and args.expect_digest != self.digest:
            expected = f"the sums' digest is {self.digest}, not {args.expect_digest}"
            self.problems.append(f"a wheel changed since it was verified ({expected}): verify again, from the build on")

    def assets(self) -> list[File]:
        """Each file once: a wheel that a variant does not change is built with every one of them."""
        return sorted({file.name: file for file in self.files}.values(), key=lambda file: file.name)

    def folder_problems(self) -> Iterator[str]:
        for platform in self.plans:
            if not (self.args.dist / platform).is_dir():
                yield f"there is no folder {self.args.dist / platform}: build {platform}, or declare it no more"
        others = {path.parent for name in ("*.whl", "*/*.whl", f"*/{RECORD}") for path in self.args.dist.glob(name)}
        for folder in sorted(others - {self.args.dist / platform for platform in self.plans}):
            yield f"{folder} holds wheels, but is no platform of the plan: remove them, or declare {folder.name}"

    def sum_problems(self, folder: Path) -> Iterator[str]:
        with contextlib.redirect_stdout(io.StringIO()):
            problems = verify_sums(argparse.Namespace(dir=folder))
        yield from problems

    def wheel_problems(self, folder: Path, tag: str) -> Iterator[str]:
        plan = self.plans[folder.name]
        wheels, problems = collect(plan, folder)
        yield from problems
        for key, wheel in wheels.items():
            data = wheel.path.read_bytes()
            self.files.append(File(folder.name, wheel.path.name, wheel, len(data), sha256(data)))
            for problem in told(name_problems(wheel, plan.wheel(key), tag, self.version, wheels)):
                yield f"{wheel.path.name}: {problem}"

    def record_problems(self, folder: Path) -> Iterator[str]:
        record, pinned = read_json(folder / RECORD), self.plan.source.get("commit")
        try:
            source = dict(record["source"])
            commit, from_folder = source.pop("builtCommit"), source.pop("sourceDir")
            facts = (("schema", 1), ("name", self.plans[folder.name].name), ("platform", folder.name))
            differing = [(key, record[key], value) for key, value in facts if record[key] != value]
            version, _, _ = record["version"], record["image"], dict(record["tools"])  # what notes needs is there
        except (KeyError, TypeError, ValueError) as error:
            raise Failure(f"{RECORD} is not a build record ({type(error).__name__}: {error}): record again") from error
        self.records[folder.name] = record
        for key, actual, wanted in differing:
            yield f"{RECORD} has the {key} {actual!r}, not {wanted!r}: put this platform's own build there"
        for reused in (each["distribution"] for each in record.get("amendments", []) if "reused" in each):
            yield f"the wheel of {reused} was kept from an earlier build: build it anew, with an empty WHEEL_CACHE_DIR"
        if source != self.plan.source:
            yield f"was built for the source {source}, the plan has {self.plan.source}: build it again"
        if from_folder and not self.args.allow_source_dir:
            yield "was built from another tree than the plan's source: build it without SOURCE_DIR"
        wanted_commits = {self.args.commit, None if self.args.allow_source_dir else pinned}
        for wanted in sorted(filter(None, wanted_commits)):
            if commit != wanted:
                yield f"was built from commit {commit}, not from {wanted}: build that one"
        if any(wheel.versioned for wheel in self.plan.wheels) and pep440(str(version)) != self.version:
            yield f"{RECORD} has the version {version}, not {self.version}: build it with WHEEL_VERSION={self.version}"

    def common_problems(self) -> Iterator[str]:
        """What is wrong between the platforms."""
        commits = {platform: record["source"]["builtCommit"] for platform, record in self.records.items()}
        if len(set(commits.values())) > 1:
            each = ", ".join(f"{platform} from {commit}" for platform, commit in commits.items())
            yield f"the platforms were built from different commits ({each}): build them from one"
        for declared in self.plan.wheels:
            versions = {file.platform: str(file.wheel.version) for file in self.files if file.wheel.key == declared.key}
            if not declared.versioned and len(set(versions.values())) > 1:
                each = ", ".join(f"{version} for {platform}" for platform, version in versions.items())
                yield f"{declared.distribution} has different versions ({each}): build them from one source"
        same: dict[str, list[File]] = {}
        for file in self.files:
            same.setdefault(file.name, []).append(file)
        for name, of in same.items():
            if len({file.digest for file in of}) > 1:
                each = " and ".join(file.platform for file in of)
                yield f"{name} is there for {each}, and differs: a release holds one file of a name, so tag it apart"
            if not ASSET_NAME.fullmatch(name):
                yield f"GitHub would rename {name}: give it a version of letters, digits, dots and + only"


def told(found: Iterator[str]) -> Iterator[str]:
    """Findings, with what stops the search for more as the last."""
    try:
        yield from found
    except Failure as failure:
        yield str(failure)
    except (OSError, zipfile.BadZipFile) as error:
        yield f"{error}: copy the folder again, as the build left it"


def verify(args: argparse.Namespace) -> list[str]:
    built = Built(args)
    rows = [["platform", "wheel", "version", "size", "SHA-256"]]
    for file in built.files:
        rows.append([file.platform, file.name, str(file.wheel.version), megabytes(file.size), file.digest])
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    if not built.problems:
        add_summary(f"{built.plan.name} {built.version}: every wheel is there, and all agree", rows)
        if args.sums:
            write_text(args.sums, built.sums)
        tell(sums_digest=built.digest)
    return built.problems


# notes


def check_release(args: argparse.Namespace) -> None:
    if tagged_version(args.tag) != pep440(args.version):
        raise Failure(f"the tag {args.tag} does not name version {args.version}: give the version that it names", 2)
    if not REPOSITORY.fullmatch(args.repository):
        raise Failure(f"--repository {args.repository!r} is not owner/name: write it so", 2)


def link_to_commit(source: dict[str, Any], commit: str) -> str:
    url = str(source.get("repository", "")).removesuffix("/").removesuffix(".git")
    return f"[`{commit}`]({url}/commit/{commit})" if url.startswith("https://github.com/") else f"`{commit}`"


def table(header: Sequence[str], *rows: Sequence[str]) -> list[str]:
    return [f"| {' | '.join(line)} |" for line in (header, ["---"] * len(header), *rows)]


def notes(args: argparse.Namespace) -> list[str]:
    check_release(args)
    built = Built(args)
    images = {str(record["image"]) for record in built.records.values() if record["image"]}
    for image in args.image:
        if not re.fullmatch(r"\S+@sha256:[0-9a-f]{64}", image):
            raise Failure(f"--image {image!r} names no digest: write it like ghcr.io/owner/name@sha256:…", 2)
    digests = {image.rpartition("@")[2] for image in args.image}
    for image in sorted(images):
        if digests and image.rpartition("@")[2] not in digests:
            wanted = " or ".join(args.image)
            built.problems.append(f"a platform was built in the image {image}, not in {wanted}: build it in that")
    if built.problems:
        return built.problems
    source, repository = built.plan.source, args.repository
    about = [f"{key}: {value}" for key, value in sorted(source.items()) if key not in ("kind", "commit") and value]
    commits = sorted({str(record["source"]["builtCommit"] or "") for record in built.records.values()} - {""})
    about += [f"commit: {link_to_commit(source, commit)}" for commit in commits]
    about += [f"toolchain image: `{image}`" for image in (args.image or sorted(images))]
    about += [f"built by: {args.run_url}"] if args.run_url else []
    tools = sorted({tool for record in built.records.values() for tool in record["tools"]})
    used = [[tool, *(record["tools"].get(tool, "–") for record in built.records.values())] for tool in tools]
    wheels = [[f"`{file.name}`", file.platform, megabytes(file.size), f"`{file.digest}`"] for file in built.files]
    # One line for each variant: their wheels hold the same packages.
    plans = list(dict.fromkeys(built.plans.values()))
    names = [
        " ".join(f"{each.distribution}=={built.version}" if each.versioned else each.distribution for each in of.wheels)
        for of in plans
    ]
    page = f"https://github.com/{repository}/releases/expanded_assets/{args.tag}"
    verifying = [f"gh release download {args.tag} --repo {repository}", f"sha256sum --check {SUMS}"]
    verifying += [f"gh attestation verify {file.name} --repo {repository}" for file in built.assets()]
    installing = [f"pip install --find-links {page} {each}" for each in names]
    if len(plans) > 1:
        installing = [f"{line}  # {of.name}" for line, of in zip(installing, plans, strict=True)]
    lines = ["## Install", "", "```bash", *installing, "```", ""]
    lines += ["## Wheels", "", *table(["Wheel", "Platform", "Size", "SHA-256"], *wheels), ""]
    lines += ["## Verify", "", "```bash", *verifying, "```", ""]
    lines += ["## Source and toolchain", "", *(f"- {text[:1].upper()}{text[1:]}" for text in about), ""]
    lines += table(["Tool", *built.records], *used) if used else []
    print("\n".join(lines).rstrip())
    return []


# publish


def gh(args: argparse.Namespace, verb: str, *rest: str, tries: int = TRIES, cwd: Path | None = None) -> str:
    """What gh answers; "" to a view of a release that is not there. What can be done twice is tried again."""
    program = shutil.which("gh")
    if program is None:
        raise Failure("gh is missing: install the GitHub CLI, https://cli.github.com", 2)
    command = [program, "release", verb, args.tag, *rest, "--repo", args.repository]
    env = {**os.environ, "GH_PROMPT_DISABLED": "1", "GH_NO_UPDATE_NOTIFIER": "1", "NO_COLOR": "1"}
    for left in reversed(range(tries)):
        try:
            options: dict[str, Any] = {"encoding": "utf-8", "errors": "replace", "stdin": subprocess.DEVNULL}
            ran = subprocess.run(command, capture_output=True, timeout=TIMEOUT, cwd=cwd, env=env, **options)
            said = "; ".join(ran.stderr.split("\n")[:3]).strip("; ") or f"exit status {ran.returncode}"
            if ran.returncode == 0 or (verb == "view" and said == "release not found"):
                return str(ran.stdout)
        except subprocess.TimeoutExpired:
            said = f"no answer in {TIMEOUT} seconds"
        for token in filter(None, map(os.environ.get, ("GH_TOKEN", "GITHUB_TOKEN"))):
            said = said.replace(token, "***")
        failure = Failure(f"gh release {verb} {args.tag} failed: {said}")
        if left:
            print(f"{failure}; trying again", flush=True)
            time.sleep(args.pause)
    raise failure


def differences(args: argparse.Namespace, assets: Path) -> Iterator[str]:
    """How the files of the release, downloaded again, differ from ours."""
    with tempfile.TemporaryDirectory() as folder:
        gh(args, "download", "--dir", folder, "--clobber")
        ours, theirs = ({path.name: path.read_bytes() for path in each.iterdir()} for each in (assets, Path(folder)))
    yield from (f"{name} is not there" for name in sorted(ours.keys() - theirs))
    yield from (f"{name} is not of this build" for name in sorted(theirs.keys() - ours))
    yield from (f"{name} has other bytes" for name in sorted(ours.keys() & theirs) if ours[name] != theirs[name])


def fill(args: argparse.Namespace, built: Built, assets: Path, draft: dict[str, Any] | None, prerelease: bool) -> None:
    """Make or reuse the draft, so that it has our files and no others."""
    about = ["--title", f"{built.plan.name} {built.version}", "--notes-file", str(args.notes.resolve())]
    if draft is None:
        gh(args, "create", "--draft", "--verify-tag", *about, *(["--prerelease"] if prerelease else []), tries=1)
    else:
        print(f"a draft of {args.tag} is left from a try that failed: using it")
        gh(args, "edit", "--tag", args.tag, "--verify-tag", *about, f"--prerelease={str(prerelease).lower()}")
        for name in sorted({asset["name"] for asset in draft["assets"]} - {path.name for path in assets.iterdir()}):
            gh(args, "delete-asset", name, "--yes", tries=1)
    # A new draft can take a moment to be found, https://github.com/cli/cli/issues/6599: what follows is tried again.
    for path in sorted(assets.iterdir()):
        print(f"uploading {path.name} ({megabytes(path.stat().st_size)})", flush=True)
        gh(args, "upload", path.name, "--clobber", cwd=assets)  # by name alone: gh reads a # in a path as a label
    if changed := list(differences(args, assets)):
        raise Failure(f"the files downloaded again are not those uploaded: {'; '.join(changed)}")


def publish(args: argparse.Namespace) -> list[str]:
    check_release(args)
    if not args.notes.is_file():
        raise Failure(f"there is no file {args.notes}: write it with releasetool.py notes", 2)
    built = Built(args)
    if built.problems:
        return built.problems
    with tempfile.TemporaryDirectory() as folder:
        assets = Path(folder)
        for file in built.assets():
            shutil.copyfile(file.wheel.path, assets / file.name)
        for platform in built.records:
            shutil.copyfile(args.dist / platform / RECORD, assets / f"{Path(RECORD).stem}-{platform}.json")
        write_text(assets / SUMS, built.sums)
        release = json.loads(gh(args, "view", "--json", "isDraft,assets,tagName") or "null")
        if release and not release["isDraft"]:
            print(f"{args.tag} is already published: nothing is changed")
            for difference in told(differences(args, assets)):
                print(f"notice: of the published files, {difference}")
            return []
        prerelease = args.prerelease or built.version.is_prerelease
        try:
            fill(args, built, assets, release, prerelease)
        except Failure as failure:
            raise Failure(f"{failure}; {args.tag} is not published: run this again", failure.code) from failure
        url = gh(args, "edit", "--draft=false", *(["--prerelease"] if prerelease else [])).strip()
    print(f"published {args.tag}: {url}")
    return []


def arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=raw, allow_abbrev=False)
    commands = parser.add_subparsers(required=True, dest="command", metavar="COMMAND")
    built = argparse.ArgumentParser(add_help=False)
    add = built.add_argument
    add("dist", type=Path, metavar="DIST", help="the folder that holds a folder per platform")
    add("--version", required=True, help="what versioned wheels must have, with or without a leading v")
    add("--plan", type=Path, default=default_plan(), help="default: %(default)s")
    add("--commit", help="what was built (default, also when empty: the plan's)")
    add("--allow-source-dir", action="store_true", help="accept wheels of another tree than the plan's source")
    tag_help = "expect this tag, not the plan's; repeatable"
    add("--platform-tag", action="append", default=[], metavar="PLATFORM=TAG", help=tag_help)
    add("--expect-digest", metavar="DIGEST", help="the sums-digest that verify told")
    released = argparse.ArgumentParser(add_help=False, parents=[built])
    released.add_argument("--tag", required=True)
    released.add_argument("--repository", required=True, metavar="OWNER/NAME")

    commands.add_parser("plan").add_argument("--tag", required=True, help="such as v0.1.0 or v0.2.0rc1")
    add = commands.add_parser("verify", parents=[built]).add_argument
    add("--sums", type=Path, metavar="FILE", help="where to write the hashes of all wheels to")
    add = commands.add_parser("notes", parents=[released]).add_argument
    image_help = "a toolchain image; repeatable (default: what the records say)"
    add("--image", action="append", default=[], metavar="NAME@DIGEST", help=image_help)
    add("--run-url", default="", metavar="URL", help="the run that built the wheels")
    add = commands.add_parser("publish", parents=[released]).add_argument
    add("--notes", type=Path, required=True, metavar="FILE", help="what the notes command printed")
    add("--prerelease", action="store_true", help="mark it as one, whatever its version is")
    pause = os.environ.get("RELEASETOOL_PAUSE") or "5"
    add(
        "--pause", type=float, default=pause, metavar="SECONDS", help="between tries (default: $RELEASETOOL_PAUSE or 5)"
    )
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> int:
    use_utf8()
    args, runs = arguments(argv), {"plan": plan, "verify": verify, "notes": notes, "publish": publish}
    title = f"releasetool {args.command}"
    advice = ": check that the file is there, whole and readable"
    return exit_status(title, lambda: report_problems(title, runs[args.command](args)), advice)


if __name__ == "__main__":
    sys.exit(main())
