"""Provenance of images: the workflow that built them. Tags and labels prove nothing, as any pusher can set both.

An image may run if this repository's docker.yml built it from the default branch. If the repository attests, the
attestation proves that. If not, an artifact of a docker.yml run proves it: its name contains the image's digest.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

from ..core.errors import Failure
from ..gh import Gh
from ..plan import Plan

RECORD = "toolchain-image-"  # prefix of that artifact's name; steps/publish-image.ts uploads it
EVENTS = ("push", "workflow_dispatch", "schedule")  # run the branch's code, never that of a pull request
# gh finds no attestation, or one of another repository, workflow or branch.
UNATTESTED = r"no attestations found|HTTP 404|verifying with issuer|expected SourceRepositoryRef to be"


class Provenance:
    """The images that a repository's docker.yml built from the default branch."""

    def __init__(self, plan: Plan, repository: str, visibility: str = "") -> None:
        """Query GitHub for the visibility only if the event does not have it."""
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
        """True if this repository attests its images."""
        declared = self.plan.release.attest
        if declared != "public":
            return declared == "always"
        return (self.visibility or self.gh.field(f"repos/{self.repository}", ".visibility")) == "public"

    @property
    def proof(self) -> str:
        """The proof of provenance, for a message."""
        return f"{self.verb} by {self.docker} on {self.ref}"

    @property
    def verb(self) -> str:
        return "attested" if self.attests else "recorded"

    def doubt(self, image: str) -> str:
        """Return the reason why an image may not run; empty if its provenance is verified."""
        if image not in self.doubts:
            try:
                proven = self.is_attested(image) if self.attests else self.is_recorded(image)
                self.doubts[image] = "" if proven else f"{self.docker} has not {self.verb} it on {self.ref}"
            except Failure as failure:
                self.doubts[image] = f"its provenance cannot be verified ({failure})"
        return self.doubts[image]

    def is_attested(self, image: str) -> bool:
        """Verify the attestation: the workflow that signed it, and its branch."""
        signer = f"{self.repository}/{self.file}"
        words = ["attestation", "verify", f"oci://{image}", "--repo", self.repository, "--format", "json"]
        words += ["--signer-workflow", signer, "--source-ref", self.ref]
        advice = "grant the job the permission `attestations: read`"
        return bool(self.gh.ask(words, f"attestation verify oci://{image}", absent=UNATTESTED, advice=advice))

    def is_recorded(self, image: str) -> bool:
        """Find a run of docker.yml on the default branch that recorded the digest."""
        name = f"{RECORD}{image.rpartition('@')[2].replace(':', '-')}"
        found = self.ask(f"actions/artifacts?name={name}&per_page=100")
        runs = [each["workflow_run"] for each in found["artifacts"] if each["name"] == name and each["workflow_run"]]
        # A fork may have a branch of the same name.
        ours = [run for run in runs if run["head_repository_id"] == run["repository_id"]]
        return any(self.is_ours(run["id"]) for run in ours if run["head_branch"] == self.branch)

    def is_ours(self, run_id: int) -> bool:
        """Check that a run is one of docker.yml on the default branch."""
        run = self.ask(f"actions/runs/{run_id}")
        # A tag may have the branch's name but another docker.yml in its commit.
        return (
            run["path"] in (self.file, f"{self.file}@{self.branch}", f"{self.file}@{self.ref}")
            and run["event"] in EVENTS
            and self.gh.is_on_branch(self.repository, run["head_sha"], self.branch)
        )

    def ask(self, path: str) -> Any:
        advice = "grant the job the permission `actions: read`"
        return self.gh.json(f"repos/{self.repository}/{path}", advice=advice)
