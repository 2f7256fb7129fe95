"""The command line of a release: `release plan`, `verify`, `notes` and `publish`, for its workflow and a dry run."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from ..arguments import Parser
from ..console import console
from ..errors import UsageError, nearest
from ..plan import Plan
from . import notes as release_notes
from . import publishing, verification
from .version import plan_release


def release(plan: Plan, _: Path, argv: Sequence[str]) -> int:
    """Decide what a release is, whether its wheels are fit for it, and publish it: all of them or nothing."""
    if not argv or argv[0] in ("-h", "--help"):
        console.say(f"Usage: {console.program} STEP …\n\nSteps: {', '.join(STEPS)}\n\nEach has its own --help.")
        return 0 if argv else 2
    name, *rest = argv
    if name not in STEPS:
        raise UsageError(f"unknown step {name!r}: use one of {', '.join(STEPS)}{nearest(name, STEPS)}")
    console.program = f"{console.program} {name}"
    add_options, act = STEPS[name]
    parser = Parser(prog=console.program, description=act.__doc__, allow_abbrev=False)
    add_options(parser)
    parser.add_argument("--plain", action="store_true", help="plain lines, as in a log")
    problems = act(plan, parser.parse(rest))
    for problem in problems:
        console.error(problem)
    return 1 if problems else 0


def built_options(parser: Parser) -> None:
    add = parser.add_argument
    add("dist", type=Path, metavar="DIST", help="the folder that holds a folder for each platform")
    add("--version", required=True, help="what versioned wheels must have, with or without a leading v")
    add("--commit", default="", help="what was built (default: the plan's)")
    add("--allow-source-dir", action="store_true", help="accept wheels of another tree than the plan's source")
    tag_help = "expect this tag, not the plan's; repeatable"
    add("--platform-tag", action="append", default=[], metavar="PLATFORM=TAG", help=tag_help)
    add("--expect-digest", default="", metavar="DIGEST", help="the sums-digest that verify told")
    add("--require-tests", action="store_true", help="refuse wheels without the report of their test")


def expected(args: Namespace) -> verification.Expected:
    return verification.Expected(
        dist=args.dist,
        version=args.version,
        commit=args.commit,
        allow_source_dir=args.allow_source_dir,
        platform_tags=tuple(args.platform_tag),
        expect_digest=args.expect_digest,
        require_tests=args.require_tests,
    )


def released_options(parser: Parser) -> None:
    built_options(parser)
    parser.add_argument("--tag", required=True, help="such as v0.1.0")
    parser.add_argument("--repository", required=True, metavar="OWNER/NAME", help="where it is released")


def plan_options(parser: Parser) -> None:
    parser.add_argument("--tag", required=True, help="such as v0.1.0 or v0.2.0rc1")


def plan_step(_: Plan, args: Namespace) -> list[str]:
    """The version that a tag names, by PEP 440, and whether it is a prerelease."""
    plan_release(args.tag)
    return []


def verify_options(parser: Parser) -> None:
    built_options(parser)
    parser.add_argument("--sums", type=Path, metavar="FILE", help="where to write the hashes of all wheels to")


def verify_step(plan: Plan, args: Namespace) -> list[str]:
    """See that every platform and wheel of the plan is there, and that all of them agree; tells every finding."""
    return verification.verify(plan, expected(args), args.sums)


def notes_options(parser: Parser) -> None:
    released_options(parser)
    image_help = "a toolchain image; repeatable (default: what the records say)"
    parser.add_argument("--image", action="append", default=[], metavar="NAME@DIGEST", help=image_help)
    parser.add_argument("--run-url", default="", metavar="URL", help="the run that built the wheels")


def notes_step(plan: Plan, args: Namespace) -> list[str]:
    """Print the release notes, in Markdown."""
    about = release_notes.About(args.tag, args.repository, tuple(args.image), args.run_url)
    text, problems = release_notes.notes(plan, expected(args), about)
    if not problems:
        console.say(text.rstrip("\n"))
    return problems


def publish_options(parser: Parser) -> None:
    released_options(parser)
    parser.add_argument("--notes", type=Path, required=True, metavar="FILE", help="what the notes step printed")
    parser.add_argument("--prerelease", action="store_true", help="mark it as one, whatever its version is")
    parser.add_argument("--pause", type=float, metavar="SECONDS", help="between tries (default: the plan's)")


def publish_step(plan: Plan, args: Namespace) -> list[str]:
    """Verify, fill a draft, download it again, compare, and only then publish; needs gh, and its token in GH_TOKEN."""
    pause = plan.limits.pause if args.pause is None else args.pause
    options = publishing.Options(args.tag, args.repository, args.notes, args.prerelease, pause)
    return publishing.publish(plan, expected(args), options)


type Step = tuple[Callable[[Parser], None], Callable[[Plan, Namespace], list[str]]]

STEPS: Mapping[str, Step] = {
    "plan": (plan_options, plan_step),
    "verify": (verify_options, verify_step),
    "notes": (notes_options, notes_step),
    "publish": (publish_options, publish_step),
}
