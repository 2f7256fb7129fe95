"""The toolchain image of a run.

A run resolves `latest` once. It uses that image if its label has the hash of the files that the commit's image is built
from; otherwise, the image that has this hash as its tag. Either one runs only if its origin is proven. Without one, the
run builds the image itself, as for a pull request that changes it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ..console import console
from ..errors import Failure, UsageError
from ..plan import Build, Plan
from .home import is_home
from .images import REFUSED, digest_of, environment_tag, label_of, output_of, settings_url
from .provenance import Provenance

REFERENCE = re.compile(r"[a-z0-9][a-z0-9._:/-]*(?::[A-Za-z0-9_][\w.-]{0,127}|@sha256:[0-9a-f]{64})", re.ASCII)


@dataclass(frozen=True)
class Found:
    """The images of a build, each by digest, or empty."""

    image: str = ""
    """The image to run; without it, the run builds its own."""
    layers: str = ""
    """An older image, whose layers that build may reuse."""


@dataclass(frozen=True)
class Run:
    """The run that needs an image, as GitHub describes it."""

    repository: str
    visibility: str = ""
    """Of the repository; empty where the event lacks it."""
    workflow_ref: str = ""
    """OWNER/NAME/FILE@REF of the workflow that GitHub started: linux.yml, or its caller."""


class Finder:
    """Finds images in their registry."""

    def __init__(self, plan: Plan, root: Path, run: Run) -> None:
        self.plan, self.root, self.run = plan, root, run
        self.provenance = Provenance(plan, run.repository, run.visibility)
        self.docker = plan.workflow("docker")

    @property
    def builds(self) -> dict[str, Build]:
        """The builds with an image, by the name of their output."""
        return {output_of(build): build for build in self.plan.builds if build.image_files}

    def find_all(self, given: Mapping[str, str], *, released: bool) -> dict[str, str]:
        """The outputs of a job: each build's image, or the need to build it and an image whose layers it may reuse."""
        builds, outputs = self.builds, dict[str, str]()
        if unknown := sorted(given.keys() - builds):
            raise UsageError(f"--given {unknown[0]}: no image is called so; they are {', '.join(builds) or 'none'}")
        for name, build in builds.items():
            found = self.given(build, given[name]) if given.get(name) else self.find(build, released)
            outputs |= {
                name: found.image,
                f"build-{name}": str(not found.image).lower(),
                f"layers-{name}": found.layers,
            }
        return outputs

    def all_layers(self) -> dict[str, str]:
        """The outputs of the job that publishes: for each build, the image whose layers it may reuse."""
        return {f"layers-{name}": self.layers_of(self.latest(build)[0]) for name, build in self.builds.items()}

    def given(self, build: Build, reference: str) -> Found:
        """An image that the caller gives: docker.yml the one that it has just built, anybody else a proven one."""
        if not REFERENCE.fullmatch(reference):
            told = f"the image {reference!r} is no name with a tag or digest"
            raise UsageError(f"{told}: write it like ghcr.io/owner/name:tag")
        name, _, digest = reference.partition("@")
        started = self.run.workflow_ref.partition("@")[0].lower()
        if started == f"{self.run.repository}/{self.provenance.file}".lower():
            if not digest:
                raise UsageError(f"{self.docker} gives the image {reference} by tag: give it by digest")
            console.say(f"{reference} is what this run of {self.docker} has built")
            return Found(reference)
        if not digest:
            name = name.rpartition(":")[0]
            digest, reason = digest_of(reference, self.plan.limits)
            if not digest:
                raise UsageError(f"there is no image {reference} ({reason}): give another one, or none")
        image = f"{name}@{digest}"
        proof, doubt = self.origin(build, image)
        if doubt:
            raise UsageError(f"{reference} may not run here, since {doubt}: give another image, or none")
        console.say(f"{reference} is {digest}: {proof}")
        return Found(image)

    def origin(self, build: Build, image: str) -> tuple[str, str]:
        """The proof that an image may run, or the reason why it may not."""
        if build.image_digest and image == f"{self.plan.image.name}@{build.image_digest}":
            return "the declaration names it", ""
        if "docker" not in self.plan.workflows:
            return "", "the declaration names another one"
        doubt = self.provenance.doubt(image)
        return "" if doubt else self.provenance.proof, doubt

    def find(self, build: Build, released: bool) -> Found:
        """The image of a commit."""
        if build.image_digest:
            return self.declared(build)
        if not is_home(self.plan, self.run.repository):
            return self.own(f"{self.run.repository} is not {self.plan.repository}, and publishes no image")
        tag, reasons = environment_tag(build, self.root), list[str]()
        latest, reason = self.latest(build)
        tagged = f"{self.plan.image.name}:{tag}"
        if latest and not (reason := self.mismatch(build.image, latest, tag)):
            return Found(latest)
        reasons.append(reason)
        digest, absent = digest_of(tagged, self.plan.limits)
        image = f"{self.plan.image.name}@{digest}" if digest else ""
        if image and image != latest:
            if not (reason := self.mismatch(tagged, image, tag)):
                return Found(image)
            reasons.append(reason)
        elif not image:
            reasons.append(f"there is no image {tagged} ({absent})")
        told = f"{'; '.join(reasons)}: {self.advice(absent)}"
        if released:
            raise Failure(f"a release needs a published image, but {told}, then run this again")
        return self.own(told, self.layers_of(latest))

    def latest(self, build: Build) -> tuple[str, str]:
        """The image that is the latest, by digest, or the reason why there is none."""
        if build.image_digest or not is_home(self.plan, self.run.repository):
            return "", ""
        digest, reason = digest_of(build.image, self.plan.limits)
        image = f"{self.plan.image.name}@{digest}" if digest else ""
        return image, f"there is no image {build.image} ({reason})" if reason else ""

    def mismatch(self, reference: str, image: str, tag: str) -> str:
        """The reason why an image is not the one of a commit; empty where it is."""
        if label_of(image, self.plan.image.label, self.plan.limits) != tag:
            return f"{reference} was built from other files"
        if doubt := self.provenance.doubt(image):
            return f"{reference} may not run here, since {doubt}"
        console.say(f"{reference} is {image}: built from this commit's files ({tag}), and {self.provenance.proof}")
        return ""

    def layers_of(self, latest: str) -> str:
        """An image whose layers a build may reuse: the latest, if its origin is proven."""
        return "" if not latest or self.provenance.doubt(latest) else latest

    def declared(self, build: Build) -> Found:
        """The image that the declaration names by digest."""
        image = f"{self.plan.image.name}@{build.image_digest}"
        _, reason = digest_of(image, self.plan.limits)
        if reason:
            raise Failure(f"there is no image {image} ({reason}): publish it, or declare another one in image.digest")
        console.say(f"{image} is declared by its digest")
        return Found(image)

    def own(self, reason: str, layers: str = "") -> Found:
        """No image: the run builds its own, and says why."""
        console.warning(f"{reason}. This run builds the image for itself", "No published image")
        return Found(layers=layers)

    def advice(self, absent: str) -> str:
        """How to publish the image, for a message."""
        start = f"gh workflow run {self.docker} --repo {self.run.repository} --ref {self.plan.default_branch}"
        told = f"run {self.docker} on the default branch (`{start}`)"
        if not REFUSED.search(absent):
            return told
        url = settings_url(self.plan.image.name, self.run.repository)
        where = f" ({url}, Package settings)" if url else ""
        return f"{told}, or, where it is there but private, let this repository read it{where}"
