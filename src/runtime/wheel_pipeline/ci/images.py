"""Names of toolchain images, and queries of their registry."""

from __future__ import annotations

import json
import os
import re
import tempfile
from pathlib import Path
from urllib.parse import quote

from ..core.console import add_summary, console
from ..core.errors import Failure, Passing, UsageError
from ..core.processes import CommandFailed, ask
from ..core.retry import retry
from ..plan import Build, Limits, Plan
from ..wheels.files import hash_of, read_text

HASH = 16  # hex digits of the hash in a tag
DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
ABSENT = re.compile(r"not found|manifest unknown|name unknown|\b404\b", re.IGNORECASE)
REFUSED = re.compile(r"denied|unauthorized|forbidden|\b40[13]\b", re.IGNORECASE)


def environment_tag(build: Build, root: Path) -> str:
    """Return the tag of an image: a hash of its build files."""
    there = [name for name in build.image_files if (root / name).is_file()]
    if not there or there[0] != build.image_files[0]:
        raise UsageError(f"{build.name} has no Dockerfile ({', '.join(build.image_files)}): run npx projen")
    return f"env-{hash_of([[name, read_text(root / name)] for name in there])[:HASH]}"


def output_of(build: Build) -> str:
    """Return the name of a build's image output in a workflow."""
    return f"image-{re.sub(r'[^A-Za-z0-9_-]', '_', build.variant)}" if build.variant else "image"


def settings_url(name: str, repository: str) -> str:
    """Return the address of a ghcr.io package's settings, such as its visibility; empty for another registry."""
    registry, _, path = name.partition("/")
    package = path.partition("/")[2]
    return f"https://github.com/{repository}/pkgs/container/{quote(package, safe='')}" if registry == "ghcr.io" else ""


def inspect(reference: str, template: str, limits: Limits) -> tuple[str, str]:
    """Query the registry of an image. Return the reason instead if the image is absent or unreadable."""
    argv = ["docker", "buildx", "imagetools", "inspect", reference, "--format", template]

    def look_up() -> tuple[str, str]:
        try:
            answer = ask(argv, timeout=limits.command)
            if answer.status == 0 and answer.stdout.strip():
                return answer.stdout.strip(), ""
            reason = answer.reason
            if answer.status != 0 and (ABSENT.search(reason) or REFUSED.search(reason)):
                return "", reason
        except CommandFailed as failure:
            reason = str(failure)
        told = f"{reference} cannot be looked up ({reason})"
        raise Passing(f"{told}: check that its registry is reachable, then rerun this job")

    return retry(look_up, limits)


def digest_of(reference: str, limits: Limits) -> tuple[str, str]:
    """Return the digest of an image, or the reason why there is none."""
    digest, reason = inspect(reference, "{{.Manifest.Digest}}", limits)
    if digest and not DIGEST.fullmatch(digest):
        raise Failure(f"docker buildx printed no digest of {reference} ({digest[:80]!r}): update Docker Buildx")
    return digest, reason


def label_of(image: str, label: str, limits: Limits) -> str:
    """Return a label of an image; empty if it is not set, or differs between platforms."""
    text, reason = inspect(image, "{{json .Image}}", limits)
    if reason:
        raise Failure(f"{image} cannot be read ({reason}): rerun this job")
    data = json.loads(text) or {}
    # One image, or one per platform, such as linux/amd64.
    images = list(data.values()) if all("/" in key for key in data) else [data]
    labels = {((each.get("config") or {}).get("Labels") or {}).get(label, "") for each in images}
    return labels.pop() if len(labels) == 1 else ""


def tell_published(plan: Plan, image: str, repository: str) -> None:
    """Report the published image and its access. A new package is private; no API can make it public."""
    with tempfile.TemporaryDirectory() as folder:
        # No credentials, but the user's plugins.
        plugins = Path(os.environ.get("DOCKER_CONFIG") or Path.home() / ".docker") / "cli-plugins"
        if plugins.is_dir():
            Path(folder, "cli-plugins").symlink_to(plugins)
        env = {**os.environ, "DOCKER_CONFIG": folder}
        answer = ask(["docker", "buildx", "imagetools", "inspect", image], timeout=plan.limits.command, env=env)
    url = settings_url(re.sub(r"(:[^/@]+)?(@.*)?$", "", image), repository)
    rows = [["published", "access"], [f"`{image}`", "public"]]
    if answer.status != 0 and REFUSED.search(answer.stderr + answer.stdout):
        where = f": make it public ({url}, Package settings), or leave it private" if url else ""
        rows[1][1] = f"private{where}"
        console.warning(f"the image is private, so only users and jobs with access can pull it{where}", "Private image")
    elif answer.status != 0:
        rows[1][1] = f"unknown ({answer.reason})"
    else:
        console.say(f"{image} is public")
    add_summary("The toolchain image", rows)
