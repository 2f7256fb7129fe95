#!/usr/bin/env python3
"""Stands for gh in the tests: the `gh release` commands that a release uses, on folders instead of GitHub.

    $GH_STANDIN_FOLDER/<tag>/release.json    what is known of the release
    $GH_STANDIN_FOLDER/<tag>/assets/         its files
    $GH_STANDIN_FOLDER/tags.txt              the tags of the repository, a line each; any tag, if there is no such file
    $GH_STANDIN_FOLDER/calls.jsonl           every call's arguments, written here

GH_STANDIN_FAIL="upload:2,view:1+" makes the second upload fail, and every view from the first on.
GH_STANDIN_CORRUPT="part of a name" makes such files arrive with another last byte.
E2E_PERMISSIONS="contents:read …" are the rights of the job's token; without it, the token may do anything.
GH_STANDIN_API is the script that all but `gh release` goes to, such as gh_api.py.

Flags, messages and exit statuses are gh's own (github.com/cli/cli, pkg/cmd/release). One thing is stricter: for a tag
that has a draft already, GitHub would make a second draft; here, that fails.
"""

from __future__ import annotations

import fnmatch
import json
import os
import re
import shutil
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

HOST = "https://github.com"
TEXT, FLAG = "text", "flag"
FILES: tuple[str, ...] = ("apiUrl", "contentType", "createdAt", "downloadCount", "id", "label", "name", "size")
FILES += ("state", "updatedAt", "url")
FIELDS: tuple[str, ...] = ("apiUrl", "author", "assets", "body", "createdAt", "databaseId", "id", "isDraft")
FIELDS += ("isPrerelease", "name", "publishedAt", "tagName", "tarballUrl", "targetCommitish", "uploadUrl", "url")
FIELDS += ("zipballUrl",)


@dataclass
class Command:
    """What a command takes: its flags by name, short ones by letter, and how many arguments."""

    usage: str
    flags: dict[str, str]
    least: int
    most: int | None
    short: dict[str, str] = field(default_factory=dict)


NOTES = {"title": TEXT, "notes": TEXT, "notes-file": TEXT, "draft": FLAG, "prerelease": FLAG, "verify-tag": FLAG}
SHORT = {"t": "title", "n": "notes", "F": "notes-file"}
COMMANDS = {
    "view": Command("view [<tag>]", {"json": TEXT}, 0, 1),
    "create": Command("create [<tag>] [<files>...]", NOTES, 0, None, {**SHORT, "d": "draft", "p": "prerelease"}),
    "edit": Command("edit <tag>", {**NOTES, "tag": TEXT, "latest": FLAG}, 1, 1, SHORT),
    "list": Command("list", {"json": TEXT, "limit": TEXT, "exclude-drafts": FLAG}, 0, 0, {"L": "limit"}),
    "upload": Command("upload <tag> <files>...", {"clobber": FLAG}, 2, None),
    "download": Command(
        "download [<tag>]",
        {"dir": TEXT, "pattern": TEXT, "clobber": FLAG, "skip-existing": FLAG},
        0,
        1,
        {"D": "dir", "p": "pattern"},
    ),
    "delete-asset": Command("delete-asset <tag> <asset-name>", {"yes": FLAG}, 2, 2, {"y": "yes"}),
}


def fail(message: str, status: int = 1) -> NoReturn:
    print(message, file=sys.stderr)
    sys.exit(status)


def misuse(message: str, command: Command) -> NoReturn:
    fail(f"{message}\n\nUsage:  gh release {command.usage} [flags]\n")


def parse(command: Command, argv: list[str]) -> tuple[list[str], dict[str, Any]]:
    """Arguments and flags in any order, the way cobra reads them."""
    kinds = {**command.flags, "repo": TEXT}
    letters = {**command.short, "R": "repo"}
    rest, given, words = list[str](), dict[str, Any](), list(argv)
    while words:
        word = words.pop(0)
        if word == "--":
            rest += words
            break
        if not word.startswith("-") or word == "-":
            rest.append(word)
            continue
        shown, equals, value = word.partition("=")
        if shown.startswith("--"):
            name = shown[2:]
            if name not in kinds:
                misuse(f"unknown flag: {shown}", command)
        else:
            if shown[1] not in letters:
                misuse(f"unknown shorthand flag: {shown[1]!r} in {shown}", command)
            name = letters[shown[1]]
            if shown[2:]:
                equals, value = "=", word[2:].removeprefix("=")
        if kinds[name] == FLAG:
            if equals and value not in ("true", "false"):
                reason = f'strconv.ParseBool: parsing "{value}": invalid syntax'
                misuse(f'invalid argument "{value}" for "--{name}" flag: {reason}', command)
            given[name] = value != "false"
        elif not equals and not words:
            misuse(f"flag needs an argument: {shown}", command)
        else:
            given[name] = value if equals else words.pop(0)
    if command.most is not None and command.least == command.most != len(rest):
        misuse(f"accepts {command.most} arg(s), received {len(rest)}", command)
    if len(rest) < command.least:
        misuse(f"requires at least {command.least} arg(s), only received {len(rest)}", command)
    if command.most is not None and len(rest) > command.most:
        misuse(f"accepts at most {command.most} arg(s), received {len(rest)}", command)
    return rest, given


class Releases:
    """The releases of the one repository that the folder stands for."""

    def __init__(self, folder: Path, repository: str) -> None:
        self.folder, self.repository = folder, repository

    def assets(self, tag: str) -> Path:
        return self.folder / tag / "assets"

    def read(self, tag: str) -> dict[str, Any]:
        path = self.folder / tag / "release.json"
        if not path.is_file():
            fail("release not found")
        release: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return release

    def write(self, tag: str, release: dict[str, Any]) -> None:
        self.assets(tag).mkdir(parents=True, exist_ok=True)
        text = json.dumps(release, indent=2, ensure_ascii=False)
        (self.folder / tag / "release.json").write_text(text + "\n", encoding="utf-8")
        print(release["url"])

    def must_have_tag(self, tag: str) -> None:
        tags = self.folder / "tags.txt"
        if tags.is_file() and tag not in tags.read_text(encoding="utf-8").split():
            fail(f"tag {tag} doesn't exist in the repo {self.repository}, aborting due to --verify-tag flag")

    def change(self, release: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
        named = {"title": "name", "notes": "body", "draft": "isDraft", "prerelease": "isPrerelease"}
        named |= {"latest": "isLatest"}
        release |= {named[flag]: value for flag, value in given.items() if flag in named}
        if file := given.get("notes-file"):
            release["body"] = sys.stdin.read() if file == "-" else read_file(file).decode("utf-8")
        shown = "untagged-0123456789abcdef0123" if release["isDraft"] else release["tagName"]
        release["url"] = f"{HOST}/{self.repository}/releases/tag/{shown}"
        return release


def read_file(name: str) -> bytes:
    try:
        return Path(name).read_bytes()
    except OSError as error:
        fail(f"open {name}: {str(error.strerror).lower()}")


def stored_name(name: str) -> str:
    """What GitHub makes of a file's name."""
    value = re.sub(r"[^A-Za-z0-9_+@-]+", ".", name).strip(".")
    return value if value == name or "." in value else f"default.{value}"


def view(releases: Releases, rest: list[str], given: dict[str, Any]) -> None:
    if not rest:
        fail("release not found")  # the latest one: nothing here asks for it
    fields = given.get("json", "").split(",") if "json" in given else []
    for name in fields:
        if name not in FIELDS:
            fail(f'Unknown JSON field: "{name}"\nAvailable fields:\n' + "".join(f"  {each}\n" for each in FIELDS))
    release = releases.read(rest[0])
    files = sorted(releases.assets(rest[0]).iterdir())
    facts = [{"name": file.name, "size": file.stat().st_size, "state": "uploaded"} for file in files]
    release["assets"] = [{key: known.get(key, "") for key in FILES} for known in facts]
    if fields:
        print(json.dumps({name: release.get(name, "") for name in fields}, sort_keys=True, separators=(",", ":")))
    else:
        print(f"title:\t{release['name']}\ntag:\t{release['tagName']}\ndraft:\t{str(release['isDraft']).lower()}")


def list_all(releases: Releases, _: list[str], given: dict[str, Any]) -> None:
    tags = sorted(path.parent.name for path in releases.folder.glob("*/release.json"))
    found = [releases.read(tag) for tag in tags]
    fields = given.get("json", "tagName").split(",")
    shown = [each for each in found if not (given.get("exclude-drafts") and each["isDraft"])]
    print(json.dumps([{name: each[name] for name in fields} for each in shown]))


def create(releases: Releases, rest: list[str], given: dict[str, Any]) -> None:
    if not rest:
        misuse("tag required when not running interactively", COMMANDS["create"])
    if given.get("verify-tag"):
        releases.must_have_tag(rest[0])
    if (releases.folder / rest[0] / "release.json").exists():
        fail(f"a release with the same tag name already exists: {rest[0]}")
    empty = {"tagName": rest[0], "name": "", "body": "", "isDraft": False, "isPrerelease": False}
    releases.write(rest[0], releases.change(empty, given))
    if rest[1:]:
        upload(releases, rest, given)


def edit(releases: Releases, rest: list[str], given: dict[str, Any]) -> None:
    release = releases.read(rest[0])
    if given.get("verify-tag") and given.get("tag"):
        releases.must_have_tag(given["tag"])
    if given.get("tag", rest[0]) != rest[0]:
        fail("this stand-in cannot move a release to another tag")
    releases.write(rest[0], releases.change(release, given))


def upload(releases: Releases, rest: list[str], given: dict[str, Any]) -> None:
    paths = [Path(word.partition("#")[0]) for word in rest[1:]]  # after a #, there is a label
    for path in paths:
        if not path.exists():
            fail(f"stat {path}: no such file or directory")
    releases.read(rest[0])
    targets = {path: releases.assets(rest[0]) / stored_name(path.name) for path in paths}
    existing = [target.name for target in targets.values() if target.exists()]
    if existing and not given.get("clobber"):
        fail(f"asset under the same name already exists: [{' '.join(existing)}]")
    for path, target in targets.items():
        data = path.read_bytes()
        corrupt = os.environ.get("GH_STANDIN_CORRUPT")
        target.write_bytes(data[:-1] + bytes([data[-1] ^ 1]) if corrupt and corrupt in target.name else data)


def download(releases: Releases, rest: list[str], given: dict[str, Any]) -> None:
    if not rest:
        misuse("`--pattern` or `--archive` is required when downloading the latest release", COMMANDS["download"])
    releases.read(rest[0])
    files = sorted(releases.assets(rest[0]).iterdir())
    if not files:
        fail("no assets to download")
    files = [file for file in files if fnmatch.fnmatchcase(file.name, given.get("pattern", "*"))]
    if not files:
        fail("no assets match the file pattern")
    for file in files:
        target = Path(given.get("dir", "."), file.name)
        if target.exists() and given.get("skip-existing"):
            continue
        if target.exists() and not given.get("clobber"):
            advice = "use `--clobber` to overwrite file or `--skip-existing` to skip file"
            fail(f"{target} already exists ({advice})")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)


def delete_asset(releases: Releases, rest: list[str], given: dict[str, Any]) -> None:
    releases.read(rest[0])
    path = releases.assets(rest[0]) / rest[1]
    if not path.is_file():
        fail(f"asset {rest[1]} not found in release {rest[0]}")
    path.unlink()


def fail_on_demand(folder: Path, verb: str, argv: list[str]) -> None:
    """Write the call down, and fail it if GH_STANDIN_FAIL says so."""
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / "calls.jsonl", "a+", encoding="utf-8") as file:
        file.write(json.dumps(argv) + "\n")
        file.seek(0)
        number = sum(json.loads(line)[1] == verb for line in file)
    for spec in filter(None, os.environ.get("GH_STANDIN_FAIL", "").split(",")):
        name, _, which = spec.partition(":")
        at = int(which.removesuffix("+"))
        if name == verb and (number == at or (which.endswith("+") and number > at)):
            fail("HTTP 502: Server Error (https://api.github.com/repos/stand-in)")


def main(argv: list[str]) -> None:
    if argv[:1] != ["release"] and (other := os.environ.get("GH_STANDIN_API")):
        os.execv(sys.executable, [sys.executable, other, *argv])
    if argv[:1] != ["release"]:
        fail(f'unknown command "{"".join(argv[:1])}" for "gh"')
    verb = "".join(argv[1:2])
    if verb not in COMMANDS:
        fail(f'unknown command "{verb}" for "gh release"')
    rest, given = parse(COMMANDS[verb], argv[2:])
    if not (os.environ.get("GH_TOKEN") or os.environ.get("GITHUB_TOKEN")):
        hint = "Alternatively, populate the GH_TOKEN environment variable with a GitHub API authentication token."
        fail(f"To get started with GitHub CLI, please run:  gh auth login\n{hint}", 4)
    granted = os.environ.get("E2E_PERMISSIONS", "contents:write").split()
    if verb in ("create", "edit", "upload", "delete-asset") and "contents:write" not in granted:
        fail("HTTP 403: Resource not accessible by integration (https://api.github.com/repos/stand-in)")
    repository = given.pop("repo", os.environ.get("GH_REPO", ""))
    if not re.fullmatch(r"[^/\s]+/[^/\s]+", repository):
        fail(f'expected the "[HOST/]OWNER/REPO" format, got "{repository}"')
    folder = Path(os.environ["GH_STANDIN_FOLDER"])
    fail_on_demand(folder, verb, argv)
    run = {"list": list_all, "view": view, "create": create, "edit": edit, "upload": upload, "download": download}
    {**run, "delete-asset": delete_asset}[verb](Releases(folder, repository), rest, given)


if __name__ == "__main__":
    main(sys.argv[1:])
