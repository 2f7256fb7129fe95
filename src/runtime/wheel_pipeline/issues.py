"""The issues that a job's own token opens: each is found again by its title, and brought up to date."""

from __future__ import annotations

from .gh import Gh

APP = "github-actions"  # whom GitHub names as their author
ADVICE = "give the job the permission `issues: write`"


class Issue:
    """One issue of a repository, known by its title. Anybody may open one of that title: such a one does not count."""

    def __init__(self, gh: Gh, repository: str, title: str) -> None:
        self.gh, self.repository, self.title = gh, repository, title

    def number(self) -> str:
        """The number of the open one; empty where there is none."""
        words = ["issue", "list", "--repo", self.repository, "--state", "open", "--app", APP]
        words += ["--search", f'"{self.title}" in:title']
        found = self.gh.listed(words, ("number", "title"), "issue list", advice=ADVICE)
        return next((str(each["number"]) for each in found if each["title"] == self.title), "")

    def create(self, body: str) -> str:
        """Open it; its address."""
        return self.gh.ask(["issue", "create", *self.words(body)], "issue create", once=True, advice=ADVICE).strip()

    def edit(self, number: str, body: str) -> str:
        """Bring it up to date; its address."""
        return self.gh.ask(["issue", "edit", number, *self.words(body)], "issue edit", advice=ADVICE).strip()

    def words(self, body: str) -> list[str]:
        return ["--repo", self.repository, "--title", self.title, "--body", body]
