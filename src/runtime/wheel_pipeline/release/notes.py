"""The release notes, in Markdown."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ..core.console import megabytes
from ..core.errors import UsageError
from ..plan import Plan
from ..wheels.wheel import SUMS, pep440
from .assets import download_url, files_of, requirements_name
from .since import changes
from .verification import Built, Expected
from .version import tagged_version

REPOSITORY = re.compile(r"[A-Za-z0-9-]+/[\w.-]+", re.ASCII)
IMAGE = re.compile(r"\S+@sha256:[0-9a-f]{64}")


@dataclass(frozen=True)
class About:
    """What the notes say of the release beside what was built."""

    tag: str
    repository: str
    """owner/name, where it is released."""
    images: tuple[str, ...] = ()
    """The toolchain images, each with its digest; without any, what the records say."""
    run_url: str = ""
    """The run that built the wheels."""
    changes: bool = False
    """Whether GitHub is asked what has changed since the last release."""
    attested: bool = False
    """True if GitHub attests the wheels, so that their attestations can be verified."""


def check_release(tag: str, version: str, repository: str) -> None:
    """Fail where the tag is not that of the version, or the repository is none."""
    if tagged_version(tag) != pep440(version):
        raise UsageError(f"the tag {tag} does not name version {version}: give the version that it names")
    if not REPOSITORY.fullmatch(repository):
        raise UsageError(f"--repository {repository!r} is not owner/name: write it so")


def notes(plan: Plan, expected: Expected, about: About) -> tuple[str, list[str]]:
    """The notes, and what is wrong; where anything is, the notes are empty."""
    check_release(about.tag, expected.version, about.repository)
    for image in about.images:
        if not IMAGE.fullmatch(image):
            raise UsageError(f"--image {image!r} names no digest: write it like ghcr.io/owner/name@sha256:…")
    built = Built(plan, expected)
    problems = [*built.problems, *image_problems(built, about)]
    if problems:
        return "", problems
    changed = changes(plan, built.version, about.tag, about.repository, built.records) if about.changes else []
    sections = (changed, installing(built, about), wheels(built), verifying(built, about), origin(built, about))
    return ("\n".join(line for each in sections for line in each).rstrip() + "\n", [])


def recorded_images(built: Built) -> list[str]:
    return sorted({str(record["image"]) for record in built.records.values() if record["image"]})


def image_problems(built: Built, about: About) -> list[str]:
    digests = {image.rpartition("@")[2] for image in about.images}
    others = [image for image in recorded_images(built) if digests and image.rpartition("@")[2] not in digests]
    wanted = " or ".join(about.images)
    return [f"a platform was built in the image {image}, not in {wanted}: build it in that" for image in others]


def installing(built: Built, about: About) -> list[str]:
    """Two lines for each platform: exactly these wheels, by address and hash; then what they need of others."""
    lines: list[str] = []
    for build in built.plan.builds:
        for platform in build.platforms:
            url = download_url(about.repository, about.tag, requirements_name(platform.id))
            files = files_of(built, platform.id)
            names = " ".join(f"{build.wheel(file.wheel.key).distribution}=={file.wheel.version}" for file in files)
            lines += [
                f"# {platform.title}",
                f"pip install --no-deps --require-hashes -r {url}",
                f"pip install {names}  # what they need beside each other",
            ]
    return ["## Install", "", "```bash", *lines, "```", ""]


def wheels(built: Built) -> list[str]:
    rows = [[f"`{file.name}`", file.platform, megabytes(file.size), f"`{file.digest}`"] for file in built.files]
    return ["## Wheels", "", *table(["Wheel", "Platform", "Size", "SHA-256"], *rows), ""]


def verifying(built: Built, about: About) -> list[str]:
    lines = [f"gh release download {about.tag} --repo {about.repository}", f"sha256sum --check {SUMS}"]
    if about.attested:
        workflow = f".github/workflows/{built.plan.workflow('release')}"
        signer = f"--signer-workflow {about.repository}/{workflow}"
        source = f"--source-ref refs/tags/{about.tag}"
        lines += [
            f"gh attestation verify {file.name} --repo {about.repository} {signer} {source}" for file in built.assets
        ]
    return ["## Verify", "", "```bash", *lines, "```", ""]


def origin(built: Built, about: About) -> list[str]:
    """Source, image and tools."""
    facts = {key: value for key, value in built.plan.source.facts().items() if key not in ("kind", "commit") and value}
    shown = {key: ", ".join(value) if isinstance(value, list) else value for key, value in facts.items()}
    lines = [f"{key}: {value}" for key, value in sorted(shown.items())]
    commits = sorted({str(record["source"]["builtCommit"] or "") for record in built.records.values()} - {""})
    lines += [f"commit: {link_to_commit(built.plan, commit)}" for commit in commits]
    lines += [f"toolchain image: `{image}`" for image in about.images or recorded_images(built)]
    lines += [f"built by: {about.run_url}"] if about.run_url else []
    tools = sorted({tool for record in built.records.values() for tool in record["tools"]})
    used = [[tool, *(record["tools"].get(tool, "–") for record in built.records.values())] for tool in tools]
    listed = [f"- {text[:1].upper()}{text[1:]}" for text in lines]
    return ["## Source and toolchain", "", *listed, "", *(table(["Tool", *built.records], *used) if used else [])]


def link_to_commit(plan: Plan, commit: str) -> str:
    url = plan.source.commit_url(commit)
    return f"[`{commit}`]({url})" if url.startswith("https://github.com/") else f"`{commit}`"


def table(header: Sequence[str], *rows: Sequence[str]) -> list[str]:
    return [f"| {' | '.join(line)} |" for line in (header, ["---"] * len(header), *rows)]
