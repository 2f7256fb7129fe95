"""Which toolchain image a run works in.

An image has the tag `env-<hash>` of all that it is made from. So a run finds the very image that its commit declares;
and where nobody has published that yet, such as for a pull request that changes it, the run builds it for itself.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from ..console import add_summary, console
from ..errors import Failure, Passing, UsageError
from ..gh import Gh
from ..plan import Build, Plan
from ..processes import CommandFailed, ask
from ..retry import retry
from ..wheels.files import hash_of, read_text

HASH = 16  # digits of an environment's hash that a tag has
REFERENCE = re.compile(r"[a-z0-9][a-z0-9._:/-]*(?::[A-Za-z0-9_][\w.-]{0,127}|@sha256:[0-9a-f]{64})", re.ASCII)
DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
ABSENT = re.compile(r"not found|manifest unknown|name unknown|\b404\b", re.IGNORECASE)
REFUSED = re.compile(r"denied|unauthorized|forbidden|\b40[13]\b", re.IGNORECASE)


def environment_tag(build: Build, root: Path) -> str:
    """The tag of an image by what it is made from."""
    there = [name for name in build.image_files if (root / name).is_file()]
    if not there or there[0] != build.image_files[0]:
        raise UsageError(f"{build.name} has no Dockerfile here ({', '.join(build.image_files)}): run npx projen")
    return f"env-{hash_of([[name, read_text(root / name)] for name in there])[:HASH]}"


def output_of(build: Build) -> str:
    """What the image of a build is called in a workflow."""
    return f"image-{re.sub(r'[^A-Za-z0-9_-]', '_', build.variant)}" if build.variant else "image"


def settings_url(name: str, repository: str) -> str:
    """Where the settings of a package of ghcr.io are, its visibility among them; empty for another registry."""
    registry, _, path = name.partition("/")
    package = path.partition("/")[2]
    return f"https://github.com/{repository}/pkgs/container/{quote(package, safe='')}" if registry == "ghcr.io" else ""


class Finder:
    """Looks images up in their registry."""

    def __init__(self, plan: Plan, root: Path, repository: str) -> None:
        self.plan, self.root, self.repository = plan, root, repository

    def find_all(self, given: Mapping[str, str], *, released: bool) -> dict[str, str]:
        """The outputs of a job, for every build with an image."""
        builds = {output_of(build): build for build in self.plan.builds if build.image_files}
        if unknown := sorted(given.keys() - builds):
            raise UsageError(f"--given {unknown[0]}: no image is called so; they are {', '.join(builds) or 'none'}")
        outputs: dict[str, str] = {}
        for name, build in builds.items():
            image = self.given(given[name]) if given.get(name) else self.find(build, released)
            outputs[name], outputs[f"build-{name}"] = image, str(not image).lower()
        return outputs

    @staticmethod
    def given(image: str) -> str:
        if not REFERENCE.fullmatch(image):
            raise UsageError(
                f"the image {image!r} is no name with a tag or digest: write it like ghcr.io/owner/name:tag"
            )
        return image

    def find(self, build: Build, released: bool) -> str:
        """The image by digest; empty where the run has to build it."""
        published = "docker" in self.plan.workflows
        # Where somebody else publishes the image, its tag is all that is known of it.
        reference = f"{self.plan.image.name}:{environment_tag(build, self.root)}" if published else build.image
        digest, reason = self.digest_of(reference)
        if not digest:
            advice = self.advice(reference, reason)
            if released or not published:
                raise Failure(f"{advice}, then run this again")
            console.warning(f"{advice}. This run builds the image for itself", "No published image")
            return ""
        image = f"{reference.rpartition(':')[0]}@{digest}"
        console.say(f"{reference} is {digest}")
        if released and published and self.plan.release.attest:
            self.verify(image)
        return image

    def digest_of(self, reference: str) -> tuple[str, str]:
        """The digest, or why there is none: the registry says that it is not there, or that it may not be read."""
        argv = ["docker", "buildx", "imagetools", "inspect", reference, "--format", "{{.Manifest.Digest}}"]

        def look_up() -> tuple[str, str]:
            try:
                answer = ask(argv, timeout=self.plan.limits.command)
                if answer.status == 0 and DIGEST.fullmatch(answer.stdout.strip()):
                    return answer.stdout.strip(), ""
                reason = answer.reason
                if answer.status != 0 and (ABSENT.search(reason) or REFUSED.search(reason)):
                    return "", reason
            except CommandFailed as failure:
                reason = str(failure)
            told = f"{reference} cannot be looked up ({reason})"
            raise Passing(f"{told}: see whether its registry answers, and run this again")

        return retry(look_up, self.plan.limits)

    def advice(self, reference: str, reason: str) -> str:
        """What to do where there is no image, in words."""
        workflow = self.plan.workflow("docker")
        start = f"gh workflow run {workflow} --repo {self.repository} --ref {self.plan.default_branch}"
        if "docker" not in self.plan.workflows:
            return f"there is no image {reference} ({reason}): publish it, or declare another one in image.name"
        told = f"there is no image {reference} ({reason}): run {workflow} on the default branch (`{start}`)"
        if not REFUSED.search(reason):
            return told
        url = settings_url(self.plan.image.name, self.repository)
        where = f" ({url}, Package settings)" if url else ""
        return f"{told}, or, where it is there but private, let this repository read it{where}"

    def verify(self, image: str) -> None:
        """Fail where an image is not what docker.yml made of the default branch."""
        source = f"refs/heads/{self.plan.default_branch}"
        signer = f"{self.repository}/.github/workflows/{self.plan.workflow('docker')}"
        words = ["attestation", "verify", f"oci://{image}", "--repo", self.repository]
        words += ["--signer-workflow", signer, "--source-ref", source]
        workflow = self.plan.workflow("docker")
        start = f"gh workflow run {workflow} --repo {self.repository} --ref {self.plan.default_branch}"
        advice = f"a release is built in images only that {workflow} has signed on {source}: run it there (`{start}`)"
        Gh(self.plan.limits).ask(words, f"attestation verify oci://{image}", advice=advice)
        console.say(f"{image} is signed by {workflow} on {source}")


def tell_published(plan: Plan, image: str, repository: str) -> None:
    """Say what was published, and who can pull it: a new package is private, and only a person can change that."""
    with tempfile.TemporaryDirectory() as folder:
        # Without anybody's credentials, but with the plugins that a user has.
        plugins = Path(os.environ.get("DOCKER_CONFIG") or Path.home() / ".docker") / "cli-plugins"
        if plugins.is_dir():
            Path(folder, "cli-plugins").symlink_to(plugins)
        env = {**os.environ, "DOCKER_CONFIG": folder}
        answer = ask(["docker", "buildx", "imagetools", "inspect", image], timeout=plan.limits.command, env=env)
    url = settings_url(re.sub(r"(:[^/@]+)?(@.*)?$", "", image), repository)
    rows = [["published", "who can pull it"], [f"`{image}`", "everybody"]]
    if answer.status != 0 and REFUSED.search(answer.stderr + answer.stdout):
        where = f": make it public ({url}, Package settings), or leave it so" if url else ""
        rows[1][1] = f"only who may read the package{where}"
        console.warning(
            f"the image is private: jobs of {repository} can pull it, and nobody else{where}", "Private image"
        )
    elif answer.status != 0:
        rows[1][1] = f"not known ({answer.reason})"
    else:
        console.say(f"everybody can pull {image}")
    add_summary("The toolchain image", rows)
