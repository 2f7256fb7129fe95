"""Proposes what was found: as a pull request where an app may open one, else as an issue. Nothing is ever merged."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from ..core.console import console
from ..core.errors import Failure
from ..core.git import without_repository
from ..core.processes import ask
from ..gh import Gh
from ..issues import Issue
from ..plan import Plan
from ..wheels.files import read_text, write_text
from .search import REASONS

WHOLE, PINS = "whole.patch", "pins.patch"
TITLE = "Raise pinned versions"
AUTHOR = "upgrade.yml@users.noreply.github.com"  # no user of GitHub has a dot in the name
IDENTITY = ("-c", "user.name=upgrade.yml", "-c", f"user.email={AUTHOR}", "-c", "commit.gpgSign=false")
# gh has the token; git asks it, so that the token stands in no command and in no file.
CREDENTIALS = ("-c", "credential.helper=", "-c", "credential.helper=!gh auth git-credential")
MOST = 60_000  # characters: an issue or a pull request holds 65,536


@dataclass(frozen=True)
class About:
    repository: str
    """owner/name."""
    run_url: str
    """The run that looked."""


class Git:
    """The checkout that is proposed to be changed, from its top."""

    def __init__(self, plan: Plan, root: Path) -> None:
        self.timeout, self.folder = plan.limits.upload, root
        self.folder = Path(self("rev-parse", "--show-toplevel").strip())

    def __call__(self, *words: str) -> str:
        argv = ["git", "-c", "safe.directory=*", "-C", str(self.folder), *words]
        answer = ask(argv, timeout=self.timeout, env=without_repository(os.environ))
        if answer.status != 0:
            raise Failure(f"git {words[0]} failed: {answer.reason}")
        return answer.stdout


def pack(plan: Plan, root: Path, output: Path) -> list[str]:
    """Keep what the new pins change: everything, and, for a person to apply, the file of pins alone."""
    git = Git(plan, root)
    git("add", "--all")
    write_text(output / PINS, git("diff", "--cached", "--", str((root / plan.pins.file).resolve())))
    git("diff", "--cached", "--binary", f"--output={(output / WHOLE).resolve()}")
    console.say(git("diff", "--cached", "--stat").rstrip())
    return []


def branch_of(plan: Plan) -> str:
    return f"upgrade/{plan.place.id or plan.name}"


def title_of(plan: Plan) -> str:
    return f"{TITLE} of {plan.place.id}" if plan.place.id else TITLE


def pull_request(plan: Plan, root: Path, folder: Path, about: About) -> list[str]:
    """Bring the branch up to date, and open a pull request for it, unless there is one."""
    git, gh, branch = Git(plan, root), Gh(plan.limits), branch_of(plan)
    tip = (git(*CREDENTIALS, "ls-remote", "origin", f"refs/heads/{branch}").split() or [""])[0]
    tree = ""
    if tip:
        git(*CREDENTIALS, "fetch", "--quiet", "--depth", "1", "origin", tip)
        author, tree = git("show", "--no-patch", "--format=%ae %T", tip).split()
        if author != AUTHOR:
            told = f"the branch {branch} has a commit of {author} at its end, which a new proposal would remove"
            return [f"{told}: merge it, or delete the branch, and run this again"]
    git("apply", "--index", "--binary", str((folder / WHOLE).resolve()))
    git(*IDENTITY, "commit", "--quiet", "--message", f"{title_of(plan)}\n\n{read_text(folder / REASONS)}")
    if git("rev-parse", "HEAD^{tree}").strip() == tree:
        console.say(f"{branch} has these very versions")
    else:
        # Only in the place of what was seen above.
        lease = f"--force-with-lease=refs/heads/{branch}:{tip}"
        git(*CREDENTIALS, "push", "--quiet", lease, "origin", f"HEAD:refs/heads/{branch}")
    end = f"Looked for by {about.run_url}. Synthesized anew; nothing merges it by itself.\n"
    title, body = title_of(plan), f"{reasons(folder, about)}\n{end}"
    advice = "give the app the permission `Pull requests: write`, and install it on this repository"
    search = ["pr", "list", "--repo", about.repository, "--head", branch, "--state", "open"]
    found = gh.listed(search, ("number", "isCrossRepository"), "pr list", advice=advice)
    # A fork's branch can have the same name.
    ours = [each["number"] for each in found if not each["isCrossRepository"]]
    if ours:
        # `gh pr edit` also reads the projects that the pull request is in, which takes another permission.
        path = f"repos/{about.repository}/pulls/{ours[0]}"
        words = ["api", "--method", "PATCH", path, "--raw-field", f"title={title}", "--raw-field", f"body={body}"]
        console.say(gh.ask([*words, "--jq", ".html_url"], f"api {path}", advice=advice).strip())
    else:
        words = ["pr", "create", "--repo", about.repository, "--title", title, "--body", body]
        words += ["--head", branch, "--base", plan.default_branch]
        console.say(gh.ask(words, "pr create", once=True, advice=advice).strip())
    return []


def issue(plan: Plan, folder: Path, about: About) -> list[str]:
    """Open an issue with the change and the commands that apply it, or bring the open one up to date."""
    ours, text = Issue(Gh(plan.limits), about.repository, title_of(plan)), issue_text(plan, folder, about)
    number = ours.number()
    console.say(ours.edit(number, text) if number else ours.create(text))
    return []


def reasons(folder: Path, about: About) -> str:
    """The list of what is newer, and why it is taken, where GitHub has room for it."""
    told = read_text(folder / REASONS)
    return told if len(told) <= MOST // 2 else f"There are too many to list here: {about.run_url} has them.\n"


def issue_text(plan: Plan, folder: Path, about: About) -> str:
    run = about.run_url.rpartition("/")[2]
    take = f"gh run download {run} --repo {about.repository} --name upgrade --dir build/upgrade"
    patch = read_text(folder / PINS)
    shown = f"The change of `{plan.pins.file}`, of which everything else follows:\n\n```diff\n{patch}```\n"
    if len(patch) > MOST // 2:
        shown = f"The change of `{plan.pins.file}` is too long for an issue; the commands above download it.\n"
    commands = f"git switch --create {branch_of(plan)}\n{take}\ngit apply --index build/upgrade/{WHOLE}\n"
    commands += f'npx projen\ngit commit --all --message "{title_of(plan)}"\ngh pr create --fill\n'
    why = "No GitHub App is set up that may open pull requests here (docs/ci-pipeline.md, Upkeep), so a person has to:"
    return f"{reasons(folder, about)}\n{why}\n\n```bash\n{commands}```\n\n{shown}\nLooked for by {about.run_url}\n"
