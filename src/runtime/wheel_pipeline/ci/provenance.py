"""Proof of which workflow built an image. A tag or a label proves nothing: whoever may push an image chooses both.

An image may run if docker.yml of this repository built it from the default branch. Where the repository attests, its
attestation proves that. Elsewhere, a run of docker.yml proves it by an artifact whose name has the image's digest.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

from ..errors import Failure
from ..gh import Gh
from ..plan import Plan

RECORD = "toolchain-image-"  # what the name of that artifact begins with; src/github/publish-image.ts uploads it
EVENTS = ("push", "workflow_dispatch", "schedule")  # that run what is on the branch, and nothing of a pull request
UNATTESTED = r"no attestations found|HTTP 404|verifying with issuer"


class Provenance:
    """The images that docker.yml of a repository has built from its default branch."""

    def __init__(self, plan: Plan, repository: str, visibility: str = "") -> None:
        """Take the visibility of the repository from the event; where that lacks it, GitHub is asked."""
        self.plan, self.repository, self.visibility = plan, repository, visibility
        self.docker = plan.workflow("docker")
        self.file = f".github/workflows/{self.docker}"
        self.branch, self.ref = plan.default_branch, f"refs/heads/{plan.default_branch}"
        self.doubts: dict[str, str] = {}

    @cached_property
    def gh(self) -> Gh:
        return Gh(self.plan.limits)

    @cached_property
    def attests(self) -> bool:
        """Whether this repository attests its images."""
        declared = self.plan.release.attest
        if declared != "public":
            return declared == "always"
        return (self.visibility or self.gh.field(f"repos/{self.repository}", ".visibility")) == "public"

    @property
    def proof(self) -> str:
        """The proof of an image that may run, for a message."""
        return f"{self.docker} has {self.verb} it on {self.ref}"

    @property
    def verb(self) -> str:
        return "attested" if self.attests else "recorded"

    def doubt(self, image: str) -> str:
        """The reason why an image by digest may not run; empty where its origin is proven."""
        if image not in self.doubts:
            try:
                proven = self.is_attested(image) if self.attests else self.is_recorded(image)
                self.doubts[image] = "" if proven else f"{self.docker} has not {self.verb} it on {self.ref}"
            except Failure as failure:
                self.doubts[image] = f"its origin cannot be verified ({failure})"
        return self.doubts[image]

    def is_attested(self, image: str) -> bool:
        """Verify the attestation: who signed it, and from which branch."""
        signer = f"{self.repository}/{self.file}"
        words = ["attestation", "verify", f"oci://{image}", "--repo", self.repository, "--format", "json"]
        words += ["--signer-workflow", signer, "--source-ref", self.ref]
        advice = "give the job the permission `attestations: read`"
        return bool(self.gh.ask(words, f"attestation verify oci://{image}", absent=UNATTESTED, advice=advice))

    def is_recorded(self, image: str) -> bool:
        """Look for a run of docker.yml on the default branch that has recorded the digest."""
        name = f"{RECORD}{image.rpartition('@')[2].replace(':', '-')}"
        found = self.ask(f"actions/artifacts?name={name}&per_page=100")
        runs = [each["workflow_run"] for each in found["artifacts"] if each["name"] == name and each["workflow_run"]]
        # The branch of a fork may have the same name.
        ours = [run for run in runs if run["head_repository_id"] == run["repository_id"]]
        return any(self.is_ours(run["id"]) for run in ours if run["head_branch"] == self.branch)

    def is_ours(self, run_id: int) -> bool:
        """Whether a run is one of docker.yml on the default branch."""
        run = self.ask(f"actions/runs/{run_id}")
        # A tag may have the branch's name, and its commit another docker.yml.
        return (
            run["path"] in (self.file, f"{self.file}@{self.branch}", f"{self.file}@{self.ref}")
            and run["event"] in EVENTS
            and self.gh.is_on_branch(self.repository, run["head_sha"], self.branch)
        )

    def ask(self, path: str) -> Any:
        advice = "give the job the permission `actions: read`"
        return self.gh.json(f"repos/{self.repository}/{path}", advice=advice)
