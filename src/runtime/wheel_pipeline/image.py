"""Tries the toolchain image, before it is published and on anybody's machine. It needs Docker and nothing else."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

from . import program
from .arguments import Parser, current_platform
from .core.console import add_summary, console
from .core.errors import Failure
from .core.processes import CommandFailed, ask, run
from .environment import clean
from .image_size import Sizes
from .plan import Plan
from .toolchain import check_python_packages, with_python_packages
from .tools import check_tools

ANYBODY = 12345  # nobody's number: neither root's, nor the image's own, nor that of a runner
TIMEOUT = 600.0  # seconds for one look at the image
WORKSPACE = "/workspace"

# Prints the user, and fails unless the user and the files that it creates are ANYBODY's.
OWNER = rf"""
id
test "$(id --user):$(id --groups)" = {ANYBODY}:{ANYBODY}
touch file ~/file
test "$(stat --format=%u:%g file)" = {ANYBODY}:{ANYBODY}
"""

# As root, who sees every folder; what is mounted is another file system.
RISKY = r"""
found=$(
  find / -xdev -type f '(' -perm /6000 -o -perm -0002 ')'
  find / -xdev -type d -perm -0002 ! -perm -1000
  find / -xdev -type f '(' -name .netrc -o -name .pypirc -o -name .npmrc -o -name .git-credentials -o -name 'id_*sa' \
    -o -name id_ed25519 -o -path '*/.docker/config.json' ')'
)
if [[ $found ]]; then
  printf '%s\n' 'Set-uid, for everybody to write, or a credential:' "$found" >&2
  exit 1
fi
"""


def test_image(plan: Plan, root: Path, argv: Sequence[str]) -> int:
    """Try an image: its tools, its user, its environment, a checkout of another owner; then say how large it is."""
    parser = Parser(prog=console.program, description=test_image.__doc__, allow_abbrev=False)
    parser.add_argument("--variant", default="", help="the variant whose image it is (default: the pipeline's own)")
    parser.add_argument("--image", default="", help="the image, by tag or digest (default: the declared one)")
    parser.add_argument("--plain", action="store_true", help="plain lines, as in a log")
    parser.add_argument(
        "--summary", action="store_true", help="show its size in the summary of a GitHub Actions job too"
    )
    args = parser.parse(argv)
    build = plan.build(args.variant)
    image = args.image or build.image
    once = ["docker", "run", "--rm"]
    mounted = f"--volume={root}:{WORKSPACE}:ro"
    anybody = [*once, mounted, f"--user={ANYBODY}:{ANYBODY}", image]
    owned = f"--tmpfs={WORKSPACE}:uid={ANYBODY},gid={ANYBODY},mode=0755"
    variant = [f"--variant={build.variant}"] if build.variant else []
    own = ["python", program.path().relative_to(root).as_posix()]
    looks: list[tuple[str, list[str]]] = [
        ("Find Docker", ["docker", "version"]),
        (
            "Check the tools and their versions",
            [*anybody, *own, "tools", *variant],
        ),
        ("Run as the owner of a mounted workspace", [*once, owned, image, "bash", "-ec", OWNER]),
        (
            "Run as root without a mounted workspace, as the base image does",
            [*once, image, "bash", "-c", 'id; test "$(id --user)" -eq 0'],
        ),
        (
            "Find no setuid program, no world-writable file, no credential",
            [*once, "--user=0", "--entrypoint=bash", image, "-c", RISKY],
        ),
        ("Find the environment without a shell", [*once, image, "python", "--version"]),
        ("Find it in a login shell", [*once, image, "bash", "-lc", "python --version"]),
        ("Find it without the entry point", [*once, "--entrypoint=sh", image, "-c", "python --version"]),
        (
            "Read a checkout as another user than its owner, and write to a home folder",
            [*anybody, "bash", "-c", "test -r scripts/plan.json && touch ~/file && git init --quiet ~/repository"],
        ),
    ]
    if build.preflight and build.preflight.system in (None, "linux"):
        library = build.preflight.wheel.distribution
        tried = [*variant, "--plain", "--build-dir=/tmp/preflight"]
        looks.append((f"Build, repair and load {library} in it", [*anybody, *own, "preflight", *tried]))
    for number, (title, argv_of_look) in enumerate(looks, 1):
        console.say(f"==> {number}/{len(looks)} {title}", "bold")
        try:
            run(argv_of_look, timeout=TIMEOUT)
        except Failure as failure:
            raise Failure(f"step {number}, {title}: {failure}: see the lines above") from failure
    measured = sizes([*once, mounted, "--user=0", f"--entrypoint={own[0]}", image, *own[1:], "image-size"])
    rows = measured.rows()
    console.table(rows)
    if args.summary:
        add_summary(f"Size of the toolchain image{f' of {build.variant}' if build.variant else ''}", rows)
    console.say(f"{image} is fit for use")
    return 0


def sizes(argv: Sequence[str]) -> Sizes:
    """What an image says of its own size. Root, who sees every folder, asks it."""
    answer = ask(argv, timeout=TIMEOUT)
    if answer.status != 0:
        raise CommandFailed(argv, f"could not measure the image: {answer.reason}", answer.stderr.splitlines())
    return Sizes.from_json(answer.stdout)


def tools(plan: Plan, _: Path, argv: Sequence[str]) -> int:
    """The declared tools and their versions, as they are here; an error where one is missing or too old."""
    parser = Parser(prog=console.program, description=tools.__doc__, allow_abbrev=False)
    parser.add_argument("--variant", default="", help="the variant whose tools they are (default: the pipeline's own)")
    build = plan.build(parser.parse(argv).variant)
    system = current_platform(build).system
    with tempfile.TemporaryDirectory() as home:
        env = with_python_packages(clean(os.environ, Path(home)), build, system)
        packages = check_python_packages(build, system)  # first: they bring some of the tools
        versions = check_tools(plan, build.tools, system, env) | packages
    console.table([["tool", "version"], *([name, version] for name, version in versions.items())])
    return 0
