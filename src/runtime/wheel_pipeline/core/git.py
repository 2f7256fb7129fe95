"""What git knows of a tree: its commit, and whether it has been changed since."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from .errors import Failure
from .processes import ask

# Those that lead git to another repository than the one it is started in: `git rev-parse --local-env-vars`, and more.
LOCAL_VARIABLES = frozenset(
    f"GIT_{name}"
    for name in (
        *("ALTERNATE_OBJECT_DIRECTORIES", "COMMON_DIR", "CONFIG", "CONFIG_COUNT", "CONFIG_PARAMETERS", "DIR"),
        *("GRAFT_FILE", "IMPLICIT_WORK_TREE", "INDEX_FILE", "INTERNAL_SUPER_PREFIX", "NAMESPACE"),
        *("NO_REPLACE_OBJECTS", "OBJECT_DIRECTORY", "PREFIX", "QUARANTINE_PATH", "REPLACE_REF_BASE"),
        *("SHALLOW_FILE", "WORK_TREE"),
    )
)
# A tree may belong to another user, as in a container: we build it, so we may read it. Nothing of it is run for that.
READING = ("-c", "safe.directory=*", "-c", "core.fsmonitor=false", "--no-optional-locks")


def without_repository(env: Mapping[str, str]) -> dict[str, str]:
    """The variables without those of a repository that git was started in, such as by a hook."""
    return {name: value for name, value in env.items() if name not in LOCAL_VARIABLES}


def commit_of(folder: Path, root: Path, env: Mapping[str, str], timeout: float) -> str:
    """The commit of the repository that a folder belongs to; empty where that is none at or below the root."""
    if not repository_of(folder, root):
        return ""  # a tree inside somebody else's checkout is not that checkout's commit
    return said(folder, ("rev-parse", "--verify", "--quiet", "HEAD"), env, timeout) or ""


def is_dirty(root: Path, env: Mapping[str, str], timeout: float) -> bool | None:
    """Whether a tree has files that are not as they were committed, new ones too; None where it is no repository."""
    if not repository_of(root, root):
        return None
    status = said(root, ("status", "--porcelain", "--untracked-files=normal"), env, timeout)
    if status is None:
        linked = missing_repository(root)
        told = f"{root} is a worktree or a submodule of a repository that is not here ({linked})" if linked else ""
        advice = "give a clone" if linked else "repair that repository"
        raise Failure(f"{told or f'git status does not work in {root}'}: {advice}, or give a tree without .git")
    return status != ""


def missing_repository(root: Path) -> str:
    """Return the repository that a worktree or a submodule names, if it does not exist here, as in a container."""
    file = root / ".git"
    words = file.read_text(encoding="utf-8", errors="surrogateescape").split(":", 1) if file.is_file() else []
    named = words[1].strip() if words[:1] == ["gitdir"] and words[1:] else ""
    return named if named and not (root / named).exists() else ""


def repository_of(folder: Path, root: Path) -> Path | None:
    """The innermost repository that a folder lies in, at or below the root."""
    folder, root = folder.resolve(), root.resolve()
    for each in (folder, *folder.parents):
        if root not in (each, *each.parents):
            return None
        if (each / ".git").exists():
            return each
    return None


def said(folder: Path, words: tuple[str, ...], env: Mapping[str, str], timeout: float) -> str | None:
    """What git answers; None where it fails."""
    answer = ask(["git", *READING, "-C", str(folder), *words], timeout=timeout, env=without_repository(env))
    return answer.stdout.strip() if answer.status == 0 else None
