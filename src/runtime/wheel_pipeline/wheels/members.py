"""What no installer should be given: members that leave their place, run by themselves, or are another wheel's."""

from __future__ import annotations

import posixpath
import re
import stat
from collections import defaultdict
from collections.abc import Iterator, Mapping
from zipfile import ZipInfo

from packaging.utils import canonicalize_name

from .wheel import SCHEME, Wheel, installed_name

STARTUP = {"sitecustomize", "usercustomize"}  # Python imports them whenever it starts
CREDENTIALS = {".env", ".git-credentials", ".netrc", ".npmrc", ".pypirc", "_netrc", "id_ecdsa", "id_ed25519", "id_rsa"}
SITE = {"site-packages", "dist-packages"}


def member_problems(wheel: Wheel) -> Iterator[str]:
    """What is wrong with the names and kinds of a wheel's members."""
    for info in wheel.entries:
        name = info.orig_filename  # as it is written: a reader may make another name of it
        if not is_plain(name, info.is_dir()):
            yield f"holds {name!r}, which is no plain path below the folder that it goes to: build it again"
        elif is_link(info):
            yield f"holds {name}, a symbolic link, which no installer makes: put the file there"
        else:
            yield from installed_problems(wheel, info)
    yield from case_problems([info.filename.rstrip("/") for info in wheel.entries])


def is_plain(name: str, folder: bool) -> bool:
    parts = (name.removesuffix("/") if folder else name).split("/")
    if re.search(r"[\\\x00-\x1f\x7f]", name):
        return False
    return not any(part in ("", ".", "..") or re.match(r"[A-Za-z]:", part) for part in parts)


def is_link(info: ZipInfo) -> bool:
    return stat.S_ISLNK(info.external_attr >> 16)


def installed_problems(wheel: Wheel, info: ZipInfo) -> Iterator[str]:
    """What is wrong with the place that a member goes to."""
    name, (top, *rest) = info.filename, installed_name(info.filename).split("/")
    folders = [top, *rest][:-1]
    in_site = not folders or folders[-1] in SITE
    if in_site and name.lower().endswith(".pth"):
        yield f"holds {name}, which runs whenever Python starts: leave it out of the wheel"
    place = rest[-1] if in_site and rest else top
    if name.rpartition("/")[2] in CREDENTIALS:
        yield f"holds {name}, which is a file of credentials: leave it out of the wheel"
    if info.external_attr >> 16 & (stat.S_ISUID | stat.S_ISGID):
        yield f"holds {name}, which would run as its owner: take its set-uid bit away"
    if place.split(".")[0] in STARTUP:
        yield f"holds {name}, which Python imports whenever it starts: leave it out of the wheel"
    if re.search(r"\.(dist|egg)-info$", top, re.IGNORECASE) and top != wheel.dist_info and (rest or info.is_dir()):
        yield f"holds {name}, which is another distribution's: leave it out of the wheel"


def case_problems(names: list[str]) -> Iterator[str]:
    """Paths that are one where upper and lower case are the same; of folders that are, only the folders."""
    spellings = defaultdict[tuple[str, str], set[str]](set)
    for name in names:
        while name:
            folder, _, last = name.rpartition("/")
            spellings[folder, last.casefold()].add(name)
            name = folder
    for same in spellings.values():
        if len(same) > 1:
            yield f"holds {' and '.join(sorted(same))}, one file where case does not count: rename one"


def packages(wheel: Wheel) -> Mapping[str, set[str]]:
    """What it brings to the folder that is imported from: each top-level name and the files below it."""
    found = defaultdict[str, set[str]](set)
    for info in wheel.infos:
        scheme = SCHEME.match(info.filename)
        if scheme and not re.search(r"/(purelib|platlib)/$", scheme[0]):
            continue
        name = installed_name(info.filename)
        top = name.split("/")[0]
        if not top.endswith((".dist-info", ".data")):
            found[top].add(name)
    return found


def shared_packages(wheels: Mapping[str, Wheel]) -> Iterator[tuple[Wheel, str]]:
    """The wheels that bring what one before them brings; a namespace package may be in several."""
    before: list[tuple[Wheel, Mapping[str, set[str]]]] = []
    for wheel in wheels.values():
        ours = packages(wheel)
        for other, theirs in before:
            for top in sorted(ours.keys() & theirs.keys()):
                initial = {posixpath.join(top, "__init__.py"), top}
                if ours[top] & theirs[top] or initial & (ours[top] | theirs[top]):
                    yield wheel, f"brings {top}, as {other.path.name} does: leave it out of one of them"
        before.append((wheel, ours))


def owner_problem(wheel: Wheel) -> Iterator[str]:
    """Its .dist-info folder must be named for it, or installers refuse the wheel."""
    name = canonicalize_name(wheel.dist_info.removesuffix(".dist-info").rpartition("-")[0])
    if name != wheel.key:
        yield f"its metadata lies in {wheel.dist_info}, which is another distribution's: build it again"
