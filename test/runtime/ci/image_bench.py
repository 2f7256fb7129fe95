"""Stand-ins for a registry and GitHub, for the `ci` commands: `from image_bench import Bench`."""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from conftest import make_build, make_plan, make_repository, stand_in_for_gh
from wheel_pipeline.ci.commands import ci
from wheel_pipeline.ci.images import environment_tag
from wheel_pipeline.plan import Plan

DIGEST, OTHER = "sha256:" + "1" * 64, "sha256:" + "2" * 64
NAME = "ghcr.io/owner/name"
PRIVATE = "https://github.com/owner/name/pkgs/container/name"
DOCKER = "owner/name/.github/workflows/docker.yml@refs/heads/main"
PLAN = make_plan(repository="owner/name")

REGISTRY = """#!{python}
import json, sys
from pathlib import Path
with open({calls!r}, "a", encoding="utf-8") as calls:
    calls.write(" ".join(["docker", *sys.argv[1:]]) + "\\n")
images, (reference, template) = json.loads(Path({images!r}).read_text()), (sys.argv[4], sys.argv[6])
digest = images["tags"].get(reference) or reference.partition("@")[2]
if reference in images["refused"]:
    sys.exit("ERROR: denied: requested access to the resource is denied")
if digest not in images["configs"]:
    sys.exit(f"ERROR: {{reference}}: not found")
print(digest if template == "{{{{.Manifest.Digest}}}}" else json.dumps(images["configs"][digest]))
"""


class Bench:
    """A checkout, its registry, its repository on GitHub, and the repository's runs."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self.root, self.capsys, self.runs, self.folder = folder / "checkout", capsys, folder / "runs", folder
        (self.root / "docker").mkdir(parents=True)
        self.runs.mkdir()
        (self.root / "docker" / "Dockerfile").write_text("FROM x\n", encoding="utf-8")
        (self.root / "docker" / "environment.yml").write_text("name: x\n", encoding="utf-8")
        self.commit = make_repository(folder / "repository")
        subprocess.run(["git", "-C", str(folder / "repository"), "branch", "-q", "-M", "main"], check=True)
        self.hub = stand_in_for_gh(folder, folder / "repository", monkeypatch)
        monkeypatch.setenv("GH_STANDIN_RUNS", str(self.runs))
        self.images: dict[str, Any] = {"tags": {}, "configs": {}, "refused": []}
        texts = {"python": sys.executable, "calls": str(folder / "calls"), "images": str(folder / "images.json")}
        self.answer("docker", REGISTRY.format(**texts))
        self.write()

    @property
    def tag(self) -> str:
        """The tag of the checkout's environment."""
        return environment_tag(make_build(), self.root)

    @property
    def calls(self) -> list[str]:
        path = self.folder / "calls"
        return path.read_text(encoding="utf-8").splitlines() if path.exists() else []

    def answer(self, program: str, script: str) -> None:
        path = self.folder / "bin" / program
        path.write_text(script, encoding="utf-8")
        path.chmod(0o755)

    def write(self) -> None:
        (self.folder / "images.json").write_text(json.dumps(self.images), encoding="utf-8")

    def publish(self, *tags: str, digest: str = DIGEST, label: str | None = None) -> str:
        """Publish an image with these tags and return its reference. The default label is the checkout's tag."""
        labels = {PLAN.image.label: self.tag if label is None else label}
        self.images["configs"][digest] = {"architecture": "amd64", "config": {"Labels": labels}}
        self.images["tags"] |= {f"{NAME}:{tag}": digest for tag in tags}
        self.write()
        return f"{NAME}@{digest}"

    def refuse(self, *references: str) -> None:
        self.images["refused"] += references
        self.write()

    def run(self, **facts: Any) -> Path:
        """Add a run of docker.yml on the default branch and return its folder; `facts` override its fields."""
        number = len(list(self.runs.iterdir())) + 1
        usual = {"path": ".github/workflows/docker.yml", "event": "push", "repository": "owner/name"}
        usual |= {"head_branch": "main", "ref": "refs/heads/main", "head_repository_id": 1, "repository_id": 1}
        folder = self.runs / str(number)
        folder.mkdir()
        run = {"id": number, **usual, "head_sha": self.commit, **facts}
        (folder / "run.json").write_text(json.dumps(run), encoding="utf-8")
        return folder

    def attest(self, digest: str = DIGEST, **facts: Any) -> None:
        folder = self.run(**facts) / "attestations" / "1"
        folder.mkdir(parents=True)
        (folder / "subjects").write_text(f"{digest.removeprefix('sha256:')}  {NAME}\n", encoding="utf-8")

    def record(self, digest: str = DIGEST, **facts: Any) -> None:
        (self.run(**facts) / "artifacts" / f"toolchain-image-{digest.replace(':', '-')}").mkdir(parents=True)

    def ask(self, question: str, *argv: str, plan: Plan = PLAN, visibility: str = "public") -> str:
        self.capsys.readouterr()
        words = [question, "--repository", "owner/name", "--visibility", visibility, *argv]
        assert ci(plan, self.root, words) == 0
        return self.capsys.readouterr().out

    def outputs(self, question: str, *argv: str, **options: Any) -> dict[str, str]:
        lines = self.ask(question, *argv, **options).splitlines()
        return dict(line.split("=", 1) for line in lines if line.split("=")[0].isidentifier() or "image" in line[:12])


def attesting(how: Any) -> Plan:
    return dataclasses.replace(PLAN, release=dataclasses.replace(PLAN.release, attest=how))
