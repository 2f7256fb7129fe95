#!/usr/bin/env python3
"""Stands for `gh api` and `gh attestation verify` in the tests, on a git repository instead of GitHub.

    $GH_STANDIN_REPOSITORY                     the repository that tags, branches and commits are read from
    $GH_STANDIN_FOLDER/repository.json         what GitHub says of the repository: fork, visibility
    $GH_STANDIN_FOLDER/attested.txt            "SUBJECT SIGNER SOURCE" of each attestation, a line each
    $GH_STANDIN_FOLDER/calls.jsonl             every call's arguments, written here
    $GH_STANDIN_RUNS/<id>/run.json             what GitHub says of a run, beside what it has made:
                          artifacts/<name>     its artifacts
                          attestations/*/subjects   "SHA256  NAME" of what it has attested

E2E_PERMISSIONS="contents:read actions:read" are the rights of the job's token; without it, the token may do anything.
A program for --jq is answered if a workflow uses it, and refused otherwise. Issues are in gh_issues.py.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import gh_issues

PROGRAMS: dict[str, Callable[[Any], str]] = {
    "": json.dumps,
    ".fork": lambda data: str(data["fork"]).lower(),
    ".visibility": lambda data: str(data["visibility"]),
    ".object.sha": lambda data: str(data["object"]["sha"]),
    ".status": lambda data: str(data["status"]),
    '.object.type + " " + .object.sha': lambda data: f"{data['object']['type']} {data['object']['sha']}",
    '.ref + " " + .object.type + " " + .object.sha': (
        lambda data: f"{data['ref']} {data['object']['type']} {data['object']['sha']}"
    ),
    '.commits | reverse | .[] | .sha[0:9] + " " + (.commit.message | split("\\n")[0])': (
        lambda data: "\n".join(reversed(data["commits"]))
    ),
    ".status, (.files[] | .filename, (.previous_filename // empty))": (
        lambda data: "\n".join([data["status"], *data["files"]])
    ),
}


def fail(message: str, status: int = 1) -> NoReturn:
    print(message, file=sys.stderr)
    sys.exit(status)


def git(*words: str) -> str | None:
    argv = ["git", "-c", "safe.directory=*", "-C", os.environ["GH_STANDIN_REPOSITORY"], *words]
    answer = subprocess.run(argv, check=False, capture_output=True, text=True)
    return answer.stdout.strip() if answer.returncode == 0 else None


def reference(name: str) -> Any:
    sha = git("rev-parse", "--verify", "--quiet", name)
    return sha and {"ref": name, "object": {"type": git("cat-file", "-t", sha), "sha": sha}}


def tag_object(sha: str) -> Any:
    text = git("cat-file", "tag", sha)
    words = dict(line.split(" ", 1) for line in text.splitlines()[:2]) if text else {}
    return words and {"object": {"type": words["type"], "sha": words["object"]}}


def facts(rest: str) -> Any:
    path = Path(os.environ["GH_STANDIN_FOLDER"], "repository.json")
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() and not rest else None


def compare(pair: str) -> Any:
    one, other = (git("rev-parse", "--verify", "--quiet", name) or name for name in pair.split("..."))
    base = git("merge-base", one, other)
    if base is None:
        return None
    status = "identical" if one == other else "ahead" if base == git("rev-parse", one) else "behind"
    if base not in (git("rev-parse", one), git("rev-parse", other)):
        status = "diverged"
    commits = (git("log", "--reverse", "--abbrev=9", "--format=%h %s", f"{one}..{other}") or "").splitlines()
    files = (git("diff", "--name-only", "--no-renames", f"{base}..{other}") or "").splitlines()
    return {"status": status, "commits": commits, "files": files}


def need(right: str) -> None:
    """Fail as GitHub does if the job's token lacks a permission."""
    granted = os.environ.get("E2E_PERMISSIONS")
    scope = right.partition(":")[0]
    if granted is not None and not {right, f"{scope}:write"} & set(granted.split()):
        fail("gh: Resource not accessible by integration (HTTP 403)")


def all_runs() -> list[tuple[Path, dict[str, Any]]]:
    folder = os.environ.get("GH_STANDIN_RUNS")
    files = sorted(Path(folder).glob("*/run.json")) if folder else []
    return [(file.parent, json.loads(file.read_text(encoding="utf-8"))) for file in files]


def run(number: str) -> Any:
    need("actions:read")
    fields = ("id", "path", "event", "head_branch", "head_sha")
    return next(({key: each[key] for key in fields} for _, each in all_runs() if str(each["id"]) == number), None)


def artifacts(query: str) -> Any:
    need("actions:read")
    name = dict(part.split("=", 1) for part in query.split("&"))["name"]
    fields = ("id", "repository_id", "head_repository_id", "head_branch", "head_sha")
    found = [{key: each[key] for key in fields} for path, each in all_runs() if (path / "artifacts" / name).is_dir()]
    listed = [{"name": name, "expired": False, "workflow_run": each} for each in found]
    return {"total_count": len(listed), "artifacts": listed}


def api(words: list[str]) -> None:
    if words[:2] != ["--method", "GET"] or words[3:4] not in ([], ["--jq"]):
        fail(f"the stand-in for gh api takes --method GET PATH --jq PROGRAM, not {words}")
    path, program = words[2].split("/"), (words[4:] or [""])[0]
    if program not in PROGRAMS:
        fail(f"the stand-in for gh api knows no program {program}")
    rest = "/".join(path[3:])
    answers: dict[str, Callable[[str], Any]] = {
        "git/ref/": lambda name: reference(f"refs/{name}"),
        "git/tags/": tag_object,
        "compare/": compare,
        "actions/artifacts?": artifacts,
        "actions/runs/": run,
        "": facts,
    }
    start = next(each for each in answers if rest.startswith(each))
    data = answers[start](rest.removeprefix(start))
    if not data:
        fail("gh: Not Found (HTTP 404)")
    print(PROGRAMS[program](data))


def attestations(subject: str, repository: str) -> list[tuple[str, str]]:
    """Return the signer and source of each attestation of an image."""
    file = Path(os.environ["GH_STANDIN_FOLDER"], "attested.txt")
    lines = [line.split() for line in file.read_text(encoding="utf-8").splitlines()] if file.is_file() else []
    found = [(signer, source) for name, signer, source in lines if name == subject]
    digest = subject.rpartition("@sha256:")[2]
    for path, each in all_runs():
        subjects = "".join(each.read_text(encoding="utf-8") for each in path.glob("attestations/*/subjects"))
        if each["repository"] == repository and f"{digest}  " in subjects:
            found.append((f"{repository}/{each['path']}", each["ref"]))
    return found


def verify(words: list[str]) -> None:
    need("attestations:read")
    subject, options = words[0], dict(zip(words[1::2], words[2::2], strict=True))
    found = attestations(subject, options["--repo"])
    if not found:
        fail(f"\u2717 No attestations found for subject {subject}\n\nError: no attestations found")
    signed = [source for signer, source in found if signer == options["--signer-workflow"]]
    if not signed:
        fail('verifying with issuer "sigstore.dev"')
    if options["--source-ref"] not in signed:
        fail(f"expected SourceRepositoryRef to be {options['--source-ref']}, got {signed[0]}")
    if options.get("--format") == "json":
        print(json.dumps([{"attestation": {}, "verificationResult": {}}]))


def main(argv: list[str]) -> None:
    folder = Path(os.environ["GH_STANDIN_FOLDER"])
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / "calls.jsonl", "a", encoding="utf-8") as file:
        file.write(json.dumps(argv) + "\n")
    if not os.environ.get("GH_TOKEN"):
        fail("gh: To use GitHub CLI in a GitHub Actions workflow, set the GH_TOKEN environment variable.", 4)
    if argv[0] in ("issue", "pr", "workflow") or argv[:3] == ["api", "--method", "PATCH"]:
        sys.exit(gh_issues.answer(argv))
    if argv[:1] == ["api"]:
        api(argv[1:])
    elif argv[:2] == ["attestation", "verify"]:
        verify(argv[2:])
    else:
        fail(f"unknown command {argv[:2]} for the stand-in")


if __name__ == "__main__":
    main(sys.argv[1:])
