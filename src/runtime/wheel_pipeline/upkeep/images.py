"""Removes old images from GitHub's registry, and never one that a release names, or a part of it.

An image is a list of others: one for each processor, and what was signed and told of them. They are versions of their
own without a tag, and go only with what names them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

from ..ci.images import ABSENT, REFUSED, environment_tag, settings_url
from ..core.console import add_summary, console
from ..core.errors import Failure
from ..core.processes import Answer, ask
from ..plan import Plan
from ..wheels.wheel import RECORD
from .look import moment
from .web import NotFound, Web

DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
REGISTRY = "ghcr.io/"


@dataclass(frozen=True)
class Image:
    """A version of a package, as GitHub calls it."""

    id: int
    digest: str
    created: datetime
    tags: tuple[str, ...]


class Registry:
    """The images of a pipeline."""

    def __init__(self, plan: Plan, root: Path, repository: str, web: Web) -> None:
        if not plan.image.name.startswith(REGISTRY):
            raise Failure(
                f"only images of ghcr.io can be removed, not those of {plan.image.name}: leave cleanup.yml out"
            )
        self.plan, self.root, self.repository, self.web = plan, root, repository, web
        owner, _, package = plan.image.name.removeprefix(REGISTRY).partition("/")
        kind = "orgs" if web.json(f"{web.at.github}/users/{owner}")["type"] == "Organization" else "users"
        self.url = f"{web.at.github}/{kind}/{owner}/packages/container/{quote(package, safe='')}/versions"

    def images(self) -> list[Image]:
        """List the versions of the package; empty if no image has been published yet."""
        try:
            versions = list(self.web.pages(self.url))
        except NotFound:
            self.check_absent()
            return []
        return [
            Image(each["id"], each["name"], moment(each["created_at"]), tuple(each["metadata"]["container"]["tags"]))
            for each in versions
        ]

    def check_absent(self) -> None:
        """Fail if the registry has an image: GitHub returns 404 for absent packages and for missing permissions."""
        name, refused = self.plan.image.name, False
        access = 'under "Manage Actions access" in the settings of the package'
        if url := settings_url(name, self.repository):
            access += f" ({url})"
        for tag in sorted(self.needed_tags()):
            answer = self.inspect(f"{name}:{tag}")
            if answer.status == 0:
                raise Failure(
                    f"{name}:{tag} is in the registry, but this job cannot list its versions (HTTP 404):"
                    f" grant this repository the Admin role {access}"
                )
            if REFUSED.search(answer.reason):
                refused = True
            elif not ABSENT.search(answer.reason):
                raise Failure(f"{name}:{tag} cannot be looked up ({answer.reason}): rerun this job")
        if refused:
            console.warning(
                f"nothing to clean up: GitHub lists no package {name}, and the registry denies access to it."
                f" If the package exists, grant this repository the Admin role {access}",
                "No images found",
            )
        else:
            console.say(f"nothing to clean up: {name} has no images yet")

    def remove(self, image: Image) -> None:
        self.web.ask(f"{self.url}/{image.id}", "DELETE")

    def released(self) -> set[str]:
        """Every digest that a release names, in its notes or in a record of its builds."""
        found: set[str] = set()
        for release in self.web.pages(f"{self.web.at.github}/repos/{self.repository}/releases"):
            found |= set(DIGEST.findall(release["body"] or ""))
            for asset in release["assets"]:
                if re.fullmatch(rf"{Path(RECORD).stem}(-.*)?\.json", asset["name"]):
                    text = self.web.ask(asset["url"], accept="application/octet-stream")[0].decode("utf-8", "replace")
                    found |= set(DIGEST.findall(text))
        return found

    def needed_tags(self) -> set[str]:
        """What people pull, and what jobs find by what their image is made from."""
        builds = [build for build in self.plan.builds if build.image_files]
        latest = {build.image.rpartition(":")[2] for build in builds}
        return latest | {environment_tag(build, self.root) for build in builds}

    def inspect(self, reference: str) -> Answer:
        """Read the manifest of an image from the registry."""
        argv = ["docker", "buildx", "imagetools", "inspect", "--raw", reference]
        return ask(argv, timeout=self.plan.limits.command)

    def parts(self, digest: str) -> list[str]:
        """The digests that an image lists; none of one that is no list."""
        reference = f"{self.plan.image.name}@{digest}"
        answer = self.inspect(reference)
        try:
            if answer.status != 0:
                raise ValueError(answer.reason)
            return [str(each["digest"]) for each in json.loads(answer.stdout).get("manifests", [])]
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise Failure(f"{reference} cannot be read ({error}): nothing is removed; run this again") from error


def kept(registry: Registry, images: list[Image], now: datetime) -> dict[str, str]:
    """The digests that stay, each with the reason."""
    young = now - timedelta(days=registry.plan.upkeep.keep_images_days)
    released, tags = registry.released(), registry.needed_tags()
    reasons: dict[str, str] = {}
    for image in images:
        if image.digest in released:
            reasons[image.digest] = "a release names it"
        elif needed := sorted(tags & set(image.tags)):
            reasons[image.digest] = f"it is {', '.join(needed)}"
        elif image.created > young:
            reasons[image.digest] = f"it is younger than {registry.plan.upkeep.keep_images_days} days"
    spread(registry, images, reasons)
    return reasons


def spread(registry: Registry, images: list[Image], reasons: dict[str, str]) -> None:
    """What belongs to one that stays, stays: the images that it lists, and what was signed of it."""
    known = {image.digest for image in images}
    waiting = sorted(known & reasons.keys())
    while waiting:
        digest = waiting.pop()
        for part in (*registry.parts(digest), *signatures(images, digest)):
            if part in known and part not in reasons:
                reasons[part] = f"it belongs to {digest[:19]}…"
                waiting.append(part)


def signatures(images: Iterable[Image], digest: str) -> Iterator[str]:
    """What is attached to an image has a tag of its digest, with a dash in the place of the colon."""
    start = digest.replace(":", "-")
    return (image.digest for image in images if any(tag.startswith(start) for tag in image.tags))


def clean_up(registry: Registry, *, remove: bool, now: datetime | None = None) -> list[str]:
    """Remove what nothing needs; without `remove`, say what that is."""
    images = registry.images()
    if not images:
        return []
    reasons = kept(registry, images, now or datetime.now(UTC))
    old = [image for image in images if image.digest not in reasons]
    done = "removed" if remove else "would be removed"
    rows = [["image", "tags", "published", "what becomes of it"]]
    failures = []
    for image in images:
        what = f"stays: {reasons[image.digest]}" if image.digest in reasons else done
        if remove and image in old:
            try:
                registry.remove(image)
            except Failure as failure:
                # Such as a public one that many have pulled, which GitHub does not remove.
                what = "could not be removed"
                failures.append(str(failure))
        rows.append([image.digest[:19], ", ".join(image.tags) or "none", f"{image.created:%Y-%m-%d}", what])
    console.table(rows)
    add_summary(f"Images: {len(old)} of {len(images)} {done}", rows)
    for told in failures:
        console.warning(told, "Not removed")
    # That of all of them is a missing right.
    return (
        ["none could be removed: give the job the permission `packages: write`"]
        if len(failures) == len(old) > 0
        else []
    )
