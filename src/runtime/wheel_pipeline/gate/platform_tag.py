"""Whether auditwheel finds a wheel as compatible as its name says, but for what it leaves to other wheels."""

from __future__ import annotations

import fnmatch
import json
import re
from collections.abc import Iterator
from typing import Any

from packaging.version import Version

from ..core.errors import Failure
from ..core.processes import which
from .environment import LIBRARY
from .process import Ended
from .runner import Attempt
from .subject import Subject

OLDEST_AUDITWHEEL = "6.8"  # the first that knows `show --json`
INSTALL = f"run python -m pip install 'auditwheel>={OLDEST_AUDITWHEEL}'"
LEGACY_TAGS = {
    "manylinux1_": "manylinux_2_5_",
    "manylinux2010_": "manylinux_2_12_",
    "manylinux2014_": "manylinux_2_17_",
}


def libc_version(tag: str) -> tuple[int, int] | None:
    """The oldest libc that a platform tag promises to run on."""
    for old, new in LEGACY_TAGS.items():
        tag = tag.replace(old, new)
    found = re.fullmatch(r"(?:many|musl)linux_(\d+)_(\d+)_\w+", tag)
    return (int(found[1]), int(found[2])) if found else None


def platform_tag(subject: Subject, attempt: Attempt) -> Iterator[str]:
    wheel = subject.file
    promises = [libc for tag in wheel.tags if (libc := libc_version(tag.platform))]
    if not promises or not any(LIBRARY.fullmatch(info.filename) for info in wheel.infos):
        return  # a tag without a libc, or nothing that could need one
    shown = show(subject, attempt)
    overall, symbols = (libc_version(shown[key]) for key in ("overall_tag", "sym_tag"))
    upgrades = {libc_version(tag): upgrade for tag, upgrade in shown["policy_upgrades"].items()}
    promise = min(promises)
    if overall and overall <= promise:
        return
    named = ".".join(sorted({tag.platform for tag in wheel.tags}))
    found = f"{wheel.path.name} has the tag {named}, but auditwheel reports {shown['overall_tag']}"
    if symbols is None or symbols > promise:
        yield f"{found}: its symbols need {shown['sym_tag']}; build it on an older base"
    elif promise not in upgrades:
        yield f"{found}: see {attempt.log.name}.stdout.log; repair it for a tag that auditwheel knows"
    upgrade = upgrades.get(promise, {})
    excludes = subject.declared.excludes.linux
    for library in upgrade.get("libs_to_eliminate", []):
        if not any(fnmatch.fnmatchcase(library, pattern) for pattern in excludes):
            yield f"{found}: it needs {library}; bundle it, or exclude it and say who provides it"
    for library, names in upgrade.get("blacklisted_symbols", {}).items():
        yield f"{found}: it uses {', '.join(names)} of {library}; do without"
    for flag in ("pyfpe", "ucs2", "unsupported_isa"):
        if shown.get(flag):
            yield f"{found}, for {flag}; build it without"


def show(subject: Subject, attempt: Attempt) -> dict[str, Any]:
    """What auditwheel says of the wheel."""
    path = subject.file.path
    auditwheel = which("auditwheel")
    if not auditwheel:
        raise Failure(f"auditwheel is not on the PATH: {INSTALL}")
    ran = attempt.run([auditwheel, "show", "--json", str(path.resolve())])
    try:
        shown: dict[str, Any] = json.loads(ran.stdout)
        if "error" not in shown:
            return {key: shown[key] for key in ("overall_tag", "sym_tag", "policy_upgrades")} | shown
    except (ValueError, KeyError, TypeError) as error:
        raise Failure(why_silent(auditwheel, ran, attempt)) from error
    raise Failure(f"auditwheel cannot read {path.name} ({shown['error']}): build it again")


def why_silent(auditwheel: str, ran: Ended, attempt: Attempt) -> str:
    """Why auditwheel does not answer: it is too old, or broken."""
    asked = attempt.run([auditwheel, "--version"]).stdout
    version = re.search(r"\d+(?:\.\d+)+", asked)
    if version and Version(version[0]) < Version(OLDEST_AUDITWHEEL):
        return f"auditwheel {version[0]} has no show --json: {INSTALL}"
    return f"auditwheel {ran.how or 'shows no tag'}, see {ran.stderr_log}: {INSTALL}"
