"""Images, by what Docker Hub and quay.io know of their tags."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import NamedTuple

from ..core.errors import Failure
from .look import Look, Raised, moment

REFERENCE = re.compile(r"(?P<registry>[^/]+)/(?P<path>[^:@]+):(?P<tag>[^@]+)@(?P<digest>sha256:[0-9a-f]{64})")
PAGES = 5  # of a hundred tags each, the newest first


class Tag(NamedTuple):
    numbers: tuple[int, ...]
    name: str
    digest: str
    pushed: datetime


def images(look: Look) -> Iterator[Raised]:
    """Every image at the highest tag that has the form of its own; one of the same tag may have been built anew."""
    pins = look.plan.pins
    for key, reference in (
        ("micromamba", pins.micromamba),
        ("buildkit", pins.buildkit),
        ("dockerfileFrontend", pins.dockerfile_frontend),
        ("sbomScanner", pins.sbom_scanner),
        ("baseImage", pins.base_image),
        ("aarch64BaseImage", pins.aarch64_base_image),
    ):
        found = REFERENCE.fullmatch(reference or "")
        if found is None:
            continue
        registry, path, tag, digest = found.group("registry", "path", "tag", "digest")
        if look.holds(key, path, path.rpartition("/")[2]):
            continue
        form = re.compile(re.sub(r"\d+", r"\\d+", re.escape(tag)))
        newest = max(
            (
                each
                for each in tags(look, registry, path)
                if form.fullmatch(each.name) and look.is_old_enough(each.pushed)
            ),
            default=None,
        )
        if newest is None or newest.numbers < numbers(tag) or newest.digest == digest:
            continue
        value, new = f"{registry}/{path}:{newest.name}@{newest.digest}", newest.name
        if new == tag:
            new = f"{tag}, built anew"
        yield Raised("image", f"{registry}/{path}", (key,), value, tag, new, newest.pushed, page_of(registry, path))


def numbers(tag: str) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"\d+", tag)))


def page_of(registry: str, path: str) -> str:
    where = {"docker.io": f"https://hub.docker.com/r/{path}/tags", "quay.io": f"https://quay.io/repository/{path}"}
    return where[registry]


def tags(look: Look, registry: str, path: str) -> Iterator[Tag]:
    if registry == "docker.io":
        yield from docker_hub(look, path)
    elif registry == "quay.io":
        yield from quay(look, path)
    else:
        raise Failure(f"{registry} does not say when it got an image: raise {registry}/{path} by hand, or hold it")


def docker_hub(look: Look, path: str) -> Iterator[Tag]:
    for page in range(1, PAGES + 1):
        url = f"{look.web.at.docker_hub}/v2/repositories/{path}/tags?page_size=100&ordering=last_updated&page={page}"
        answer = look.web.json(url)
        for each in answer["results"]:
            if each.get("digest") and each.get("tag_last_pushed"):
                yield Tag(numbers(each["name"]), each["name"], each["digest"], moment(each["tag_last_pushed"]))
        if not answer.get("next"):
            return


def quay(look: Look, path: str) -> Iterator[Tag]:
    for page in range(1, PAGES + 1):
        url = f"{look.web.at.quay}/api/v1/repository/{path}/tag/?limit=100&onlyActiveTags=true&page={page}"
        answer = look.web.json(url)
        for each in answer["tags"]:
            pushed = datetime.fromtimestamp(int(each["start_ts"]), UTC)
            yield Tag(numbers(each["name"]), each["name"], each["manifest_digest"], pushed)
        if not answer.get("has_additional"):
            return
