"""What a build is of: a later run goes on from it, and keeps its wheels, only where it is of the very same."""

from __future__ import annotations

import os
from pathlib import Path

from ..plan import FOLDERS
from ..session import Session
from ..wheels.files import hash_of, read_bytes, sha256
from ..wheels.sources import tree_hash


def facts_of(session: Session, commit: str, files: str, version: str) -> dict[str, str]:
    """Each has the name that a message gives it; `files`: the hash of the tree where the commit does not say it.

    The caller's variables that compilers read are not among them: another flag is often what lets a build go on.
    """
    inputs, plan = session.inputs, session.plan
    overlay = {path: sha256(read_bytes(session.root / FOLDERS["overlay"] / path)) for path in plan.source.overlay}
    return {
        "plan": sha256(read_bytes(session.root / "scripts" / "plan.json")),
        "variant": session.build.variant or "",
        "source": str(inputs.source_dir or ""),
        "commit": commit,
        "state of the source's files": files,
        "overlay": hash_of(overlay),
        "version": version,
        "platform tag": session.platform_tag,
        "SOURCE_DATE_EPOCH": str(inputs.source_date_epoch),
    }


def hash_of_given(tree: Path, session: Session) -> str:
    """One hash of a tree that somebody gives. It is copied whole, so that reading it costs no more than that."""
    return tree_hash(tree.resolve(), [Path(os.path.realpath(path)) for path in own_paths(session)])


def own_paths(session: Session) -> list[Path]:
    """What this program may have made in a tree that somebody gives, which is no part of the source."""
    output = session.inputs.output_dir
    beside = output.parent.iterdir() if output.parent.is_dir() else ()
    return [session.inputs.build_dir, output, *(path for path in beside if path.name.startswith(f".{output.name}."))]
