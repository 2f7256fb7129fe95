"""The command line of upkeep: `upkeep look`, `pack` and `propose`, and `upkeep images`."""

from __future__ import annotations

import os
from argparse import Namespace
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from ..arguments import Parser, chosen
from ..core.console import console
from ..gh import TOKENS
from ..plan import Plan
from . import proposal
from .images import Registry, clean_up
from .search import search
from .web import Web


def upkeep(plan: Plan, root: Path, argv: Sequence[str]) -> int:
    """Raise versions, and remove old images."""
    found = chosen("step", STEPS, argv)
    if found is None:
        return 0 if argv else 2
    act, parser, rest = found
    parser.add_argument("--plain", action="store_true", help="plain lines, as in a log")
    problems = act(plan, root, parser.parse(rest))
    for problem in problems:
        console.error(problem)
    return 1 if problems else 0


def web_of(plan: Plan) -> Web:
    """With the token that gh would take."""
    return Web(plan.limits, next(filter(None, map(os.environ.get, TOKENS)), ""))


def output_options(parser: Parser) -> None:
    help_text = "the folder for what was found and why"
    parser.add_argument("--output", type=Path, required=True, metavar="DIR", help=help_text)


def look_step(plan: Plan, root: Path, args: Namespace) -> list[str]:
    """Look for newer versions and write them into the file of pins: the output found."""
    return search(plan, root, args.output, web_of(plan))


def pack_step(plan: Plan, root: Path, args: Namespace) -> list[str]:
    """Keep what has changed in the checkout since then, for another job."""
    return proposal.pack(plan, root, args.output)


def propose_options(parser: Parser) -> None:
    add = parser.add_argument
    add("folder", type=Path, metavar="DIR", help="what look and pack wrote")
    as_help = "a pull request needs the token of an app in GH_TOKEN; an issue, that of a job"
    add("--as", dest="kind", required=True, choices=("pull-request", "issue"), help=as_help)
    add("--repository", required=True, metavar="OWNER/NAME", help="where it is proposed")
    add("--run-url", default="", metavar="URL", help="the run that looked")


def propose_step(plan: Plan, root: Path, args: Namespace) -> list[str]:
    """Propose what was found, in the place of an earlier proposal; needs gh, and its token in GH_TOKEN."""
    about = proposal.About(args.repository, args.run_url)
    if args.kind == "issue":
        return proposal.issue(plan, args.folder, about)
    return proposal.pull_request(plan, root, args.folder, about)


def images_options(parser: Parser) -> None:
    parser.add_argument("--repository", required=True, metavar="OWNER/NAME", help="whose releases name images")
    parser.add_argument("--remove", action="store_true", help="remove them; without it, it is only said")


def images_step(plan: Plan, root: Path, args: Namespace) -> list[str]:
    """Remove images that no release names, that have no tag in use, and that are old."""
    return clean_up(Registry(plan, root, args.repository, web_of(plan)), remove=args.remove)


type Step = tuple[Callable[[Parser], None], Callable[[Plan, Path, Namespace], list[str]]]

STEPS: Mapping[str, Step] = {
    "look": (output_options, look_step),
    "pack": (output_options, pack_step),
    "propose": (propose_options, propose_step),
    "images": (images_options, images_step),
}
