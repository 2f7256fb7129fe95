"""The repository of a run: the declared one, a fork of it, or a copy."""

from __future__ import annotations

from ..core.console import console, set_outputs
from ..core.errors import Failure
from ..gh import Gh
from ..plan import Plan


def is_home(plan: Plan, repository: str) -> bool:
    """Compare with the declared repository, ignoring case as GitHub does."""
    return repository.lower() == plan.repository.lower()


def check_home(plan: Plan, repository: str, fork: str) -> None:
    """Set the step output `home`; fail in a repository that is neither the declared one nor a fork.

    `fork` is "true", "false", or "" if the event does not include the repository, such as a schedule.
    """
    home = is_home(plan, repository)
    if home:
        console.say(f"{repository} is the declared repository")
    elif (fork or Gh(plan.limits).field(f"repos/{repository}", ".fork")) == "true":
        told = "pull requests and manual runs build and test, but publish nothing"
        console.say(f"{repository} is a fork of {plan.repository}: {told}")
    else:
        declare = f'set githubRepository to "{repository}" there (repository, for a WheelPipeline)'
        fix = f"{declare}, run npx projen, and commit the result"
        raise Failure(f"this repository is {repository}, but .projenrc.ts declares {plan.repository}: {fix}")
    set_outputs(home=str(home).lower())
