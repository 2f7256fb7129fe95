"""The command line of the workflows: `ci home`, `ci changes`, `ci images` and others."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from ..arguments import Parser, chosen
from ..core.console import set_named_outputs, set_outputs
from ..plan import Plan
from . import changes, home, images, newest
from .finder import Finder, Run


def ci(plan: Plan, root: Path, argv: Sequence[str]) -> int:
    """Run one of the `ci` subcommands, which set step outputs."""
    found = chosen("question", QUESTIONS, argv)
    if found is None:
        return 0 if argv else 2
    answer, parser, rest = found
    answer(plan, root, parser.parse(rest))
    return 0


def home_options(parser: Parser) -> None:
    parser.add_argument("--repository", required=True, metavar="OWNER/NAME", help="the repository of the run")
    fork_help = "true if it is a fork, false if not, empty to query GitHub"
    parser.add_argument("--fork", default="", choices=("true", "false", ""), help=fork_help)


def home_answer(plan: Plan, _: Path, args: Namespace) -> None:
    """Check that the run is in the declared repository or a fork of it. Output: home."""
    home.check_home(plan, args.repository, args.fork)


def changes_options(parser: Parser) -> None:
    add = parser.add_argument
    add("--event", required=True, help="the event that started the run: pull_request, push, …")
    base_help = "the base of a merge queue entry, or the commit before a push"
    add("--base", default="", metavar="COMMIT", help=base_help)
    add(
        "--path",
        action="append",
        default=[],
        metavar="GLOB",
        help="a glob of files that the wheels are built from; repeatable",
    )
    image_help = "a glob of files that start docker.yml when pushed, which also builds the wheels; repeatable"
    add("--image-path", action="append", default=[], metavar="GLOB", help=image_help)
    add("--repository", default="", metavar="OWNER/NAME", help="the repository of the push")
    add("--ref", default="", help="the ref of the run, such as refs/heads/main")
    add("--sha", default="", metavar="COMMIT", help="the commit of the run")
    add("--workflow-ref", default="", metavar="FILE@REF", help="the workflow that GitHub started")


def changes_answer(plan: Plan, root: Path, args: Namespace) -> None:
    """Check if the run has anything to build. Output: build."""
    run = changes.Run(args.event, args.base, args.repository, args.ref, args.sha, args.workflow_ref)
    changes.tell(plan, root, run, tuple(args.path), tuple(args.image_path))


def images_options(parser: Parser) -> None:
    add = parser.add_argument
    given_help = "the image that the caller passes for a build, with the name of its output; repeatable"
    add("--given", action="append", default=[], metavar="NAME=IMAGE", help=given_help)
    add("--released", action="store_true", help="fail if no published image can be used")
    run_options(parser)
    add("--workflow-ref", default="", metavar="FILE@REF", help="the workflow that GitHub started")


def images_answer(plan: Plan, root: Path, args: Namespace) -> None:
    """Find each build's image by digest. Outputs: image, or build-image and layers-image to build it in this run."""
    given = dict(text.partition("=")[::2] for text in args.given)
    run = Run(args.repository or plan.repository, args.visibility, args.workflow_ref)
    set_named_outputs(Finder(plan, root, run).find_all(given, released=args.released))


def run_options(parser: Parser) -> None:
    add = parser.add_argument
    add("--repository", default="", metavar="OWNER/NAME", help="the repository of the run (default: the plan's)")
    add("--visibility", default="", help="its visibility: public, private, internal, or empty to query GitHub")


def layers_answer(plan: Plan, root: Path, args: Namespace) -> None:
    """Find for each build the image whose layers it may reuse, by digest. Output: layers-image."""
    run = Run(args.repository or plan.repository, args.visibility)
    set_named_outputs(Finder(plan, root, run).all_layers())


def tag_options(parser: Parser) -> None:
    parser.add_argument("--variant", default="", help="the variant of the image (default: the pipeline's own build)")


def tag_answer(plan: Plan, root: Path, args: Namespace) -> None:
    """Compute the tag of an image from its build files. Output: tag."""
    set_outputs(tag=images.environment_tag(plan.build(args.variant), root))


def published_options(parser: Parser) -> None:
    parser.add_argument("--image", required=True, metavar="NAME@DIGEST", help="the published image")
    parser.add_argument("--repository", default="", metavar="OWNER/NAME", help="its repository (default: the plan's)")


def published_answer(plan: Plan, _: Path, args: Namespace) -> None:
    """Report the published image and its access in the job summary."""
    images.tell_published(plan, args.image, args.repository or plan.repository)


def newest_options(parser: Parser) -> None:
    add = parser.add_argument
    add("--repository", required=True, metavar="OWNER/NAME", help="the repository of the default branch")
    add("--commit", required=True, help="the commit of the published image")
    add("--path", action="append", default=[], metavar="GLOB", help="a glob of an image's build files; repeatable")


def newest_answer(plan: Plan, _: Path, args: Namespace) -> None:
    """Check that the default branch has no newer image than this commit's. Output: newest."""
    newest.tell(plan, args.repository, args.commit, tuple(args.path))


type Question = tuple[Callable[[Parser], None], Callable[[Plan, Path, Namespace], None]]

QUESTIONS: Mapping[str, Question] = {
    "home": (home_options, home_answer),
    "changes": (changes_options, changes_answer),
    "images": (images_options, images_answer),
    "layers": (run_options, layers_answer),
    "image-tag": (tag_options, tag_answer),
    "published": (published_options, published_answer),
    "newest": (newest_options, newest_answer),
}
