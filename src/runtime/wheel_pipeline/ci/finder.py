"""The toolchain image of a run.

A run resolves `latest` once. It uses that image if its label matches the hash of the commit's image files. Otherwise,
it uses the image with this hash as its tag. Either image runs only if its provenance is verified. If neither can run,
such as in a pull request that changes the image, the run builds it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ..core.console import console
from ..core.errors import Failure, UsageError
from ..plan import Build, Plan
from .home import is_home
from .images import REFUSED, digest_of, environment_tag, label_of, output_of, settings_url
from .provenance import Provenance

# A name with a tag, a digest or both; where there are both, the digest alone decides.
REFERENCE = re.compile(
    r"(?P<name>[a-z0-9][a-z0-9.-]*(?::[0-9]+)?(?:/[a-z0-9][a-z0-9._-]*)+|[a-z0-9][a-z0-9._-]*)"
    r"(?::(?P<tag>[A-Za-z0-9_][\w.-]{0,127}))?(?:@(?P<digest>sha256:[0-9a-f]{64}))?",
    re.ASCII,
)


@dataclass(frozen=True)
class Found:
    """The images of a build, each by digest or empty."""

    image: str = ""
    """The image to run; if empty, the run builds it."""
    layers: str = ""
    """An older image whose layers the build may reuse."""


@dataclass(frozen=True)
class Run:
    """The workflow run that needs an image, from GitHub's event."""

    repository: str
    visibility: str = ""
    """The repository's visibility; empty if the event does not have it."""
    workflow_ref: str = ""
    """OWNER/NAME/FILE@REF of the top-level workflow: linux.yml, or its caller."""


class Finder:
    """A search for images in their registry."""

    def __init__(self, plan: Plan, root: Path, run: Run) -> None:
        self.plan, self.root, self.run = plan, root, run
        self.provenance = Provenance(plan, run.repository, run.visibility)
        self.docker = plan.workflow("docker")

    @property
    def builds(self) -> dict[str, Build]:
        """Builds with an image, by output name."""
        return {output_of(build): build for build in self.plan.builds if build.image_files}

    def find_all(self, given: Mapping[str, str], *, released: bool) -> dict[str, str]:
        """Return a job's outputs: each build's image, or that it must be built and an image to reuse layers of."""
        builds, outputs = self.builds, dict[str, str]()
        if unknown := sorted(given.keys() - builds):
            raise UsageError(f'--given: unknown image "{unknown[0]}"; use one of {", ".join(builds) or "none"}')
        for name, build in builds.items():
            found = self.given(build, given[name]) if given.get(name) else self.find(build, released)
            outputs |= {
                name: found.image,
                f"build-{name}": str(not found.image).lower(),
                f"layers-{name}": found.layers,
            }
        return outputs

    def all_layers(self) -> dict[str, str]:
        """Return the outputs of the publishing job: for each build, the image whose layers it may reuse."""
        return {f"layers-{name}": self.layers_of(self.latest(build)[0]) for name, build in self.builds.items()}

    def given(self, build: Build, reference: str) -> Found:
        """Verify an image that the caller passes: docker.yml passes the one it has just built, without provenance."""
        parts = REFERENCE.fullmatch(reference)
        if not parts or not (parts["tag"] or parts["digest"]):
            told = f"invalid image {reference!r}"
            raise UsageError(f"{told}: set a name in lower case with a tag or digest, such as ghcr.io/owner/name:tag")
        name, digest = parts["name"], parts["digest"]
        started = self.run.workflow_ref.partition("@")[0].lower()
        if started == f"{self.run.repository}/{self.provenance.file}".lower():
            if not digest:
                raise UsageError(f"{self.docker} passes the image {reference} by tag: pass its digest")
            console.say(f"using {reference}, built by this run of {self.docker}")
            return Found(f"{name}@{digest}")
        if not digest:
            digest, reason = digest_of(reference, self.plan.limits)
            if not digest:
                raise UsageError(f"image {reference} not found ({reason}): pass another image, or none")
        image = f"{name}@{digest}"
        proof, doubt = self.origin(build, image)
        if doubt:
            raise UsageError(f"{reference} cannot be used because {doubt}: pass another image, or none")
        console.say(f"using {reference} ({digest}), {proof}")
        return Found(image)

    def origin(self, build: Build, image: str) -> tuple[str, str]:
        """Return the proof that an image may run, or the reason against it."""
        if build.image_digest and image == f"{self.plan.image.name}@{build.image_digest}":
            return "declared in image.digest", ""
        if "docker" not in self.plan.workflows:
            return "", "image.digest declares another image"
        doubt = self.provenance.doubt(image)
        return "" if doubt else self.provenance.proof, doubt

    def find(self, build: Build, released: bool) -> Found:
        """Find the image of a commit."""
        if build.image_digest:
            return self.declared(build)
        if not is_home(self.plan, self.run.repository):
            return self.own(f"{self.run.repository} publishes no image: only {self.plan.repository} does")
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
            reasons.append(f"image {tagged} not found ({absent})")
        told = f"{'; '.join(reasons)}: {self.advice(absent)}"
        if released:
            raise Failure(f"a release needs a published image, but {told}, then rerun the release")
        return self.own(told, self.layers_of(latest))

    def latest(self, build: Build) -> tuple[str, str]:
        """Return the latest image by digest, or the reason why there is none."""
        if build.image_digest or not is_home(self.plan, self.run.repository):
            return "", ""
        digest, reason = digest_of(build.image, self.plan.limits)
        image = f"{self.plan.image.name}@{digest}" if digest else ""
        return image, f"image {build.image} not found ({reason})" if reason else ""

    def mismatch(self, reference: str, image: str, tag: str) -> str:
        """Return the reason why an image does not match a commit; empty if it does."""
        if label_of(image, self.plan.image.label, self.plan.limits) != tag:
            return f"{reference} was built from other files"
        if doubt := self.provenance.doubt(image):
            return f"{reference} cannot be used because {doubt}"
        console.say(f"using {reference} ({image}): built from this commit's files ({tag}), {self.provenance.proof}")
        return ""

    def layers_of(self, latest: str) -> str:
        """Return the image whose layers a build may reuse: the latest, if its provenance is verified."""
        return "" if not latest or self.provenance.doubt(latest) else latest

    def declared(self, build: Build) -> Found:
        """Return the image that is declared by digest."""
        image = f"{self.plan.image.name}@{build.image_digest}"
        _, reason = digest_of(image, self.plan.limits)
        if reason:
            raise Failure(f"image {image} not found ({reason}): publish it, or declare another one in image.digest")
        console.say(f"using {image}, declared in image.digest")
        return Found(image)

    def own(self, reason: str, layers: str = "") -> Found:
        """Return no image, so that the run builds it; print the reason."""
        console.warning(f"{reason}. This run builds the image itself", "No published image")
        return Found(layers=layers)

    def advice(self, absent: str) -> str:
        """Return the fix for a message: publish the image, or make it readable."""
        start = f"gh workflow run {self.docker} --repo {self.run.repository} --ref {self.plan.default_branch}"
        told = f"run {self.docker} on the default branch (`{start}`)"
        if not REFUSED.search(absent):
            return told
        url = settings_url(self.plan.image.name, self.run.repository)
        where = f" ({url}, Package settings)" if url else ""
        return f"{told}, or, if the image exists but is private, grant this repository read access{where}"
