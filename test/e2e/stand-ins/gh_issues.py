"""Stands for `gh issue`, `gh pr`, `gh workflow run` and changes of a pull request, as an app's token sees them.

    $GH_STANDIN_FOLDER/tracker.json    the issues and pull requests: kind, number, title, body, author, head, fork

Flags, messages and exit statuses are gh's own (github.com/cli/cli, pkg/cmd/issue, pkg/cmd/pr). `gh pr edit` is refused,
as it is to an app that may not read projects once a pull request is in one.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any

HOST = "https://github.com"
APP = "app/github-actions"


class Tracker:
    def __init__(self) -> None:
        self.path = Path(os.environ["GH_STANDIN_FOLDER"], "tracker.json")
        self.entries: list[dict[str, Any]] = json.loads(self.path.read_text()) if self.path.exists() else []

    def add(self, **entry: Any) -> int:
        number = 7 + len(self.entries)
        self.entries.append({"number": number, "author": APP, "head": "", "fork": False, **entry})
        self.path.write_text(json.dumps(self.entries), encoding="utf-8")
        return number

    def change(self, number: int, **fields: str) -> None:
        next(each for each in self.entries if each["number"] == number).update(fields)
        self.path.write_text(json.dumps(self.entries), encoding="utf-8")

    def newest(self, kind: str) -> list[dict[str, Any]]:
        return [each for each in reversed(self.entries) if each["kind"] == kind]


def options(argv: list[str], *names: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser(allow_abbrev=False)
    for name in ("repo", *names):
        parser.add_argument(f"--{name}", required=name == "repo", action="append" if name.endswith("field") else None)
    return parser.parse_args(argv)


def show(entries: list[dict[str, Any]], fields: str) -> None:
    known = {"number": "number", "title": "title", "isCrossRepository": "fork"}
    print(json.dumps([{name: each[known[name]] for name in fields.split(",")} for each in entries]))


def answer(argv: list[str]) -> int:
    tracker, kind, verb, rest = Tracker(), argv[0], argv[1], argv[2:]
    match kind, verb:
        case "issue", "list":
            given = options(rest, "state", "app", "search", "json")
            phrase = given.search.partition('"')[2].partition('"')[0].lower()
            found = [each for each in tracker.newest(kind) if phrase in each["title"].lower()]
            show([each for each in found if not given.app or each["author"] == f"app/{given.app}"], given.json)
        case "pr", "list":
            given = options(rest, "state", "head", "json")
            show([each for each in tracker.newest(kind) if each["head"] == given.head], given.json)
        case "issue", "create":
            given = options(rest, "title", "body")
            number = tracker.add(kind=kind, title=given.title, body=given.body)
            print(f"{HOST}/{given.repo}/issues/{number}")
        case "pr", "create":
            given = options(rest, "title", "body", "head", "base")
            if any(each["head"] == given.head and not each["fork"] for each in tracker.newest(kind)):
                return refuse(f'a pull request for branch "{given.head}" into branch "{given.base}" already exists')
            number = tracker.add(kind=kind, title=given.title, body=given.body, head=given.head)
            print(f"{HOST}/{given.repo}/pull/{number}")
        case "issue", "edit":
            given = options(rest[1:], "title", "body")
            tracker.change(int(rest[0]), title=given.title, body=given.body)
            print(f"{HOST}/{given.repo}/issues/{rest[0]}")
        case "api", "--method" if rest[0] == "PATCH":
            owner_and_name, _, number = rest[1].removeprefix("repos/").partition("/pulls/")
            given = options(["--repo", owner_and_name, *rest[2:]], "raw-field", "jq")
            tracker.change(int(number), **dict(field.split("=", 1) for field in given.raw_field))
            print(f"{HOST}/{owner_and_name}/pull/{number}")
        case "workflow", "run" if "/" not in rest[0] and rest[0].endswith(".yml"):
            options(rest[1:], "ref", "field")
        case "pr", "edit":
            return refuse("GraphQL: Resource not accessible by integration (repository.pullRequest.projectItems.nodes)")
        case _:
            return refuse(f"unknown command {argv[:3]} for the stand-in")
    return 0


def refuse(message: str) -> int:
    print(message, file=sys.stderr)
    return 1
