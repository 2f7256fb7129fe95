"""The command line of a release: `release plan`, `verify`, `notes` and `publish`, for its workflow and a dry run."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from ..arguments import Parser, chosen
from ..core.console import console, set_outputs
from ..core.errors import UsageError
from ..gh import Gh
from ..plan import Plan
from ..wheels.files import write_text
from . import notes as release_notes
from . import publishing, reproduced, verification
from .tag import Run, release_problems, resolve_tag, see_same_commit
from .version import plan_release


def release(plan: Plan, _: Path, argv: Sequence[str]) -> int:
    """Decide what a release is, whether its wheels are fit for it, and publish it: all of them or nothing."""
    found = chosen("step", STEPS, argv)
    if found is None:
        return 0 if argv else 2
    act, parser, rest = found
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
    sums_help = "the SHA-256 of the SHA256SUMS that a platform's build made; repeatable"
    add("--expect-sums", action="append", default=[], metavar="PLATFORM=DIGEST", help=sums_help)


def expected(args: Namespace) -> verification.Expected:
    return verification.Expected(
        dist=args.dist,
        version=args.version,
        commit=args.commit,
        allow_source_dir=args.allow_source_dir,
        platform_tags=tuple(args.platform_tag),
        expect_digest=args.expect_digest,
        require_tests=args.require_tests,
        sums=tuple(args.expect_sums),
    )


def released_options(parser: Parser) -> None:
    built_options(parser)
    parser.add_argument("--tag", required=True, help="such as v0.1.0")
    parser.add_argument("--repository", required=True, metavar="OWNER/NAME", help="where it is released")


def plan_options(parser: Parser) -> None:
    add = parser.add_argument
    add("--tag", required=True, help="such as v0.1.0 or v0.2.0rc1")
    add("--repository", default="", metavar="OWNER/NAME", help="where it is released; without it, GitHub is not asked")
    add("--ref", default="", metavar="REF", help="what the run is on, such as refs/tags/v0.1.0")
    add("--sha", default="", metavar="COMMIT", help="the commit of that")
    add("--publish", action="store_true", help="refuse a run that may not publish the tag; else it is only told")


def plan_step(plan: Plan, args: Namespace) -> list[str]:
    """The version that a tag names, by PEP 440, whether it is a prerelease, and the tag's commit."""
    plan_release(args.tag)
    if not args.repository:
        return []
    gh = Gh(plan.limits)
    resolved = resolve_tag(gh, args.repository, args.tag)
    run = Run(args.repository, args.ref, args.sha, args.publish)
    problems = list(release_problems(plan, gh, run, args.tag, resolved))
    if not problems:
        set_outputs(commit=resolved.commit)
    return problems


def dry_run_options(parser: Parser) -> None:
    parser.add_argument("dist", type=Path, metavar="DIST", help="the folder that holds a folder for each platform")
    parser.add_argument("tag", nargs="?", default="", metavar="TAG", help="such as v0.1.0")


def dry_run_step(plan: Plan, args: Namespace) -> list[str]:
    """What a release would say of a tag and of the wheels here, without asking GitHub."""
    if not args.tag:
        raise UsageError("name the tag: npx projen release:dry-run v0.1.0")
    plan_release(args.tag)
    return verification.verify(plan, verification.Expected(dist=args.dist, version=args.tag), None)


def same_commit_options(parser: Parser) -> None:
    parser.add_argument("--tag", required=True, help="such as v0.1.0")
    parser.add_argument("--repository", required=True, metavar="OWNER/NAME", help="where it is released")
    parser.add_argument("--tag-commit", required=True, metavar="COMMIT", help="the commit that was built")


def same_commit_step(plan: Plan, args: Namespace) -> list[str]:
    """See that a tag still names the commit that was built."""
    return see_same_commit(Gh(plan.limits), args.repository, args.tag, args.tag_commit)


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
    parser.add_argument("--changes", action="store_true", help="ask GitHub what has changed since the last release")
    parser.add_argument("--attested", action="store_true", help="print how to verify the attestations of the wheels")
    parser.add_argument(
        "--output", type=Path, metavar="FILE", help="where to write them to (default: they are printed)"
    )


def notes_step(plan: Plan, args: Namespace) -> list[str]:
    """The release notes, in Markdown."""
    images, run = tuple(args.image), args.run_url
    about = release_notes.About(args.tag, args.repository, images, run, args.changes, args.attested)
    text, problems = release_notes.notes(plan, expected(args), about)
    if args.output and not problems:
        write_text(args.output, text)
    elif not problems:
        console.say(text.rstrip("\n"))
    return problems


def publish_options(parser: Parser) -> None:
    released_options(parser)
    parser.add_argument("--notes", type=Path, required=True, metavar="FILE", help="what the notes step printed")
    parser.add_argument("--prerelease", action="store_true", help="mark it as one, whatever its version is")
    commit_help = "the commit that was built, which the tag must name still"
    parser.add_argument("--tag-commit", default="", metavar="COMMIT", help=commit_help)
    parser.add_argument("--signature", type=Path, metavar="FILE", help="what GitHub signed of the wheels")


def publish_step(plan: Plan, args: Namespace) -> list[str]:
    """Verify, fill a draft, download it again, compare, and only then publish; needs gh, and its token in GH_TOKEN."""
    prerelease, commit, signature = args.prerelease, args.tag_commit, args.signature
    options = publishing.Options(args.tag, args.repository, args.notes, prerelease, commit, signature)
    return publishing.publish(plan, expected(args), options)


def recorded_options(parser: Parser) -> None:
    parser.add_argument("--tag", default="", help="such as v0.1.0 (default: the highest release's)")
    parser.add_argument("--repository", required=True, metavar="OWNER/NAME", help="where it is released")
    parser.add_argument("--workflow-ref", required=True, metavar="FILE@REF", help="the workflow of this run")


def recorded_step(plan: Plan, args: Namespace) -> list[str]:
    """What is needed to make a release again: the outputs tag, commit, version, and each image."""
    reproduced.tell_release(plan, args.tag, args.repository, args.workflow_ref)
    return []


def reproduced_options(parser: Parser) -> None:
    parser.add_argument("dist", type=Path, metavar="DIST", help="the folder that holds a folder for each platform")
    parser.add_argument("--tag", required=True, help="such as v0.1.0")
    parser.add_argument("--repository", required=True, metavar="OWNER/NAME", help="where it is released")
    parser.add_argument("--run-url", default="", metavar="URL", help="the run that made them again, for the issue")


def reproduced_step(plan: Plan, args: Namespace) -> list[str]:
    """Compare wheels that were made again with those of a release; where they differ, open an issue."""
    return reproduced.compare_with_release(plan, args.dist, args.tag, args.repository, args.run_url)


type Step = tuple[Callable[[Parser], None], Callable[[Plan, Namespace], list[str]]]

STEPS: Mapping[str, Step] = {
    "plan": (plan_options, plan_step),
    "dry-run": (dry_run_options, dry_run_step),
    "same-commit": (same_commit_options, same_commit_step),
    "verify": (verify_options, verify_step),
    "notes": (notes_options, notes_step),
    "publish": (publish_options, publish_step),
    "recorded": (recorded_options, recorded_step),
    "reproduced": (reproduced_options, reproduced_step),
}
