"""The command line of the workflows: `ci home`, `ci changes`, `ci images` and what else a job asks for."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from ..arguments import Parser, chosen
from ..console import set_named_outputs, set_outputs
from ..plan import Plan
from . import changes, home, images, newest
from .finder import Finder, Run


def ci(plan: Plan, root: Path, argv: Sequence[str]) -> int:
    """Answer what a workflow asks."""
    found = chosen("question", QUESTIONS, argv)
    if found is None:
        return 0 if argv else 2
    answer, parser, rest = found
    answer(plan, root, parser.parse(rest))
    return 0


def home_options(parser: Parser) -> None:
    parser.add_argument("--repository", required=True, metavar="OWNER/NAME", help="the repository of the run")
    fork_help = "whether it is a fork: true, false, or empty to ask GitHub"
    parser.add_argument("--fork", default="", choices=("true", "false", ""), help=fork_help)


def home_answer(plan: Plan, _: Path, args: Namespace) -> None:
    """Check that the run is in the declared repository, or in a fork of it: the output home."""
    home.check_home(plan, args.repository, args.fork)


def changes_options(parser: Parser) -> None:
    add = parser.add_argument
    add("--event", required=True, help="what started the run: pull_request, push, …")
    base_help = "the base of a merge queue's entry, or the commit before a push"
    add("--base", default="", metavar="COMMIT", help=base_help)
    add(
        "--path",
        action="append",
        default=[],
        metavar="GLOB",
        help="a glob of files that the wheels are built from; repeatable",
    )
    image_help = "a glob of files whose push starts docker.yml, which builds the wheels as well; repeatable"
    add("--image-path", action="append", default=[], metavar="GLOB", help=image_help)
    add("--repository", default="", metavar="OWNER/NAME", help="the repository that was pushed to")
    add("--ref", default="", help="the ref of the run, such as refs/heads/main")
    add("--sha", default="", metavar="COMMIT", help="the commit of the run")
    add("--workflow-ref", default="", metavar="FILE@REF", help="the workflow that GitHub started")


def changes_answer(plan: Plan, root: Path, args: Namespace) -> None:
    """Decide whether there is anything to build: the output build. A pull request may touch none of the files."""
    run = changes.Run(args.event, args.base, args.repository, args.ref, args.sha, args.workflow_ref)
    changes.tell(plan, root, run, tuple(args.path), tuple(args.image_path))


def images_options(parser: Parser) -> None:
    add = parser.add_argument
    given_help = "the image of a build, given by the caller: its output's name and the image; repeatable"
    add("--given", action="append", default=[], metavar="NAME=IMAGE", help=given_help)
    add("--released", action="store_true", help="fail where no published image may be used")
    run_options(parser)
    add("--workflow-ref", default="", metavar="FILE@REF", help="the workflow that GitHub started")


def images_answer(plan: Plan, root: Path, args: Namespace) -> None:
    """Find each build's image by digest: the output image; or build-image and layers-image, to build it in this run."""
    given = dict(text.partition("=")[::2] for text in args.given)
    run = Run(args.repository or plan.repository, args.visibility, args.workflow_ref)
    set_named_outputs(Finder(plan, root, run).find_all(given, released=args.released))


def run_options(parser: Parser) -> None:
    add = parser.add_argument
    add("--repository", default="", metavar="OWNER/NAME", help="the repository of the run (default: the plan's)")
    add("--visibility", default="", help="its visibility: public, private, internal, or empty to ask GitHub")


def layers_answer(plan: Plan, root: Path, args: Namespace) -> None:
    """Find for each build the image whose layers it may reuse, by digest: the output layers-image."""
    run = Run(args.repository or plan.repository, args.visibility)
    set_named_outputs(Finder(plan, root, run).all_layers())


def tag_options(parser: Parser) -> None:
    parser.add_argument("--variant", default="", help="the variant whose image it is (default: the pipeline's own)")


def tag_answer(plan: Plan, root: Path, args: Namespace) -> None:
    """The tag of an image by what it is made from: the output tag."""
    set_outputs(tag=images.environment_tag(plan.build(args.variant), root))


def published_options(parser: Parser) -> None:
    parser.add_argument("--image", required=True, metavar="NAME@DIGEST", help="what was published")
    parser.add_argument("--repository", default="", metavar="OWNER/NAME", help="who publishes it (default: the plan's)")


def published_answer(plan: Plan, _: Path, args: Namespace) -> None:
    """Say on the run's page what was published, and who can pull it."""
    images.tell_published(plan, args.image, args.repository or plan.repository)


def newest_options(parser: Parser) -> None:
    add = parser.add_argument
    add("--repository", required=True, metavar="OWNER/NAME", help="whose default branch it is")
    add("--commit", required=True, help="the commit whose image was published")
    add("--path", action="append", default=[], metavar="GLOB", help="a glob of what an image is made from; repeatable")


def newest_answer(plan: Plan, _: Path, args: Namespace) -> None:
    """Whether the default branch has no newer image than this commit's: the output newest."""
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
