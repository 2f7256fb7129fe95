"""The version that a tag names."""

from __future__ import annotations

import contextlib
import re

from packaging.version import InvalidVersion, Version

from ..core.console import set_outputs
from ..core.errors import UsageError


def tagged_version(tag: str) -> Version:
    """Only a v and a version in PEP 440's normal form: so no version has two tags that differ in spelling."""
    version = None
    if re.fullmatch(r"v[0-9]\S*", tag):
        with contextlib.suppress(InvalidVersion):
            version = Version(tag[1:])
    if version is None:
        raise UsageError(f"the tag {tag!r} is not a v and a version by PEP 440: write it like v1.2.3 or v1.2.3rc1")
    if version.local or version.epoch:
        right = f"v{version.public.rpartition('!')[2]}"
        kind = "a local version" if version.local else "an epoch"
        raise UsageError(f"the tag {tag!r} names {kind}, which a release cannot have: tag {right}")
    if tag != f"v{version}":
        raise UsageError(f"the tag {tag!r} is not in PEP 440's normal form: tag v{version}")
    return version


def plan_release(tag: str) -> None:
    """Answer what a tag names: the outputs tag, version and prerelease."""
    version = tagged_version(tag)
    set_outputs(tag=tag, version=str(version), prerelease=str(version.is_prerelease).lower())
