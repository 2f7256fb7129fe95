"""What a release has beside the wheels: for each platform the requirements to install them by, and what is in each."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

from .sbom import SUFFIX, sbom
from .verification import Built, File


def download_url(repository: str, tag: str, name: str) -> str:
    return f"https://github.com/{repository}/releases/download/{quote(tag)}/{quote(name, safe='@')}"


def requirements_name(platform: str) -> str:
    return f"requirements-{platform}.txt"


def requirements(built: Built, platform: str, tag: str, repository: str) -> bytes:
    """The wheels of a platform by address and hash: nothing else of their names can take their place."""
    lines = [f"# {built.plan.name} {built.version} for {platform}: pip install --no-deps --require-hashes -r THIS"]
    for file in files_of(built, platform):
        name = file.wheel.metadata.get("Name")[0]
        lines.append(f"{name} @ {download_url(repository, tag, file.name)} --hash=sha256:{file.digest}")
    return ("\n".join(lines) + "\n").encode("utf-8")


def files_of(built: Built, platform: str) -> list[File]:
    return [file for file in built.files if file.platform == platform]


def further_assets(built: Built, tag: str, repository: str) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of each; the same whoever makes them."""
    for platform in built.builds:
        yield requirements_name(platform), requirements(built, platform, tag, repository)
    if not built.plan.release.sbom:
        return
    for file in built.assets:
        url = download_url(repository, tag, file.name)
        yield f"{file.name}{SUFFIX}", sbom(file.wheel, file.digest, url)
