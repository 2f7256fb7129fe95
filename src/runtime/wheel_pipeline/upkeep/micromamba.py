"""micromamba for Windows, as its makers release it on GitHub."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..core.errors import Failure
from .look import Look, Raised, moment
from .registries import numbers

REPOSITORY = "mamba-org/micromamba-releases"
TAG = re.compile(r"\d+\.\d+\.\d+-\d+")
FILE = "micromamba-win-64.exe"


def micromamba(look: Look) -> Iterator[Raised]:
    """The highest release that is old enough, with the checksum that GitHub made of its program."""
    pin = look.plan.pins.micromamba_exe
    if pin is None or look.holds("micromamba"):
        return
    releases = {
        each["tag_name"]: each
        for each in look.web.json(f"{look.web.at.github}/repos/{REPOSITORY}/releases?per_page=100")
        if TAG.fullmatch(each["tag_name"]) and not each["draft"] and not each["prerelease"]
    }
    old_enough = [tag for tag, each in releases.items() if look.is_old_enough(moment(each["published_at"]))]
    newest = max(old_enough, key=numbers, default=pin.version)
    if numbers(newest) <= numbers(pin.version):
        return
    digests = [each.get("digest") for each in releases[newest]["assets"] if each["name"] == FILE]
    found = re.fullmatch(r"sha256:([0-9a-f]{64})", (digests or [None])[0] or "")
    if found is None:
        raise Failure(f"GitHub tells no checksum of {FILE} {newest}: raise it by hand, or hold micromamba")
    value, page = {"version": newest, "sha256": found[1]}, f"https://github.com/{REPOSITORY}/releases/tag/{newest}"
    released = moment(releases[newest]["published_at"])
    yield Raised("program", "micromamba for Windows", ("micromambaExe",), value, pin.version, newest, released, page)
