"""Whether a release can be made again: from its tag, in its records' images, with the same hash for each wheel."""

from __future__ import annotations

import tempfile
from pathlib import Path

from ..ci.images import output_of
from ..core.console import add_summary, console, set_named_outputs
from ..core.errors import Failure
from ..gh import Gh
from ..issues import Issue
from ..plan import Plan
from ..wheels.files import read_json, sha256
from ..wheels.record import listed_sums
from ..wheels.wheel import RECORD, SUMS, wheel_files
from .github import GitHub
from .since import versions
from .tag import resolve_tag
from .version import tagged_version


def latest(github: GitHub) -> str:
    """The tag of the highest release that is no prerelease; empty where there is none."""
    found = [(version, each.tag) for version, each in versions(github.published()) if not each.prerelease]
    return max(found)[1] if found else ""


def tell_release(plan: Plan, tag: str, repository: str, workflow_ref: str) -> None:
    """Answer what is needed to make a release again: tag, commit, version, and each image by digest; without, none.

    `workflow_ref`: OWNER/NAME/FILE@REF of this run's workflow. Only the tag's own fits the tag's scripts: where this is
    another one, a run of the tag's is started instead.
    """
    tag = tag or latest(GitHub(tag, repository, plan.limits))
    if not tag:
        console.say("there is no release yet, and so nothing to make again")
        set_named_outputs({"tag": ""})
        return
    file, _, ref = workflow_ref.partition("@")
    if ref != f"refs/tags/{tag}":
        start_on_tag(Gh(plan.limits), repository, tag, file.rpartition("/")[2])
        set_named_outputs({"tag": ""})
        return
    outputs = {"tag": tag, "commit": resolve_tag(Gh(plan.limits), repository, tag).commit}
    outputs["version"] = str(tagged_version(tag))
    with tempfile.TemporaryDirectory() as folder:
        released = GitHub(tag, repository, plan.limits)
        released.gh("download", "--dir", folder, "--pattern", f"{Path(RECORD).stem}-*.json", transfer=True)
        records = [read_json(path) for path in sorted(Path(folder).iterdir())]
    for build in plan.builds:
        ours = {platform.id for platform in build.platforms if platform.system == "linux"}
        images = {str(record["image"]) for record in records if record.get("platform") in ours and record.get("image")}
        if ours and len(images) != 1:
            told = f"the records of {tag} name {len(images)} images of {build.name}"
            raise Failure(f"{told}: it was made by another pipeline, or before this build was declared")
        if images:
            outputs[output_of(build)] = images.pop()
    set_named_outputs(outputs)


def start_on_tag(gh: Gh, repository: str, tag: str, workflow: str) -> None:
    words = ["workflow", "run", workflow, "--repo", repository, "--ref", f"refs/tags/{tag}", "--field", f"tag={tag}"]
    advice = "give the job the permission `actions: write`"
    gh.ask(words, f"workflow run {workflow}", once=True, advice=advice)
    console.say(f"{tag} is made again by a run of its own {workflow}, which has been started")


def compare_with_release(plan: Plan, dist: Path, tag: str, repository: str, run_url: str) -> list[str]:
    """What differs; where anything does, there is an issue about it afterwards."""
    built = {
        path.name: sha256(path.read_bytes())
        for build in plan.builds
        for platform in build.platforms
        if (dist / platform.id).is_dir()  # its build failed otherwise
        for path in wheel_files(dist / platform.id).values()
    }
    with tempfile.TemporaryDirectory() as folder:
        released = GitHub(tag, repository, plan.limits)
        released.gh("download", "--dir", folder, "--pattern", SUMS, transfer=True)
        published, _ = listed_sums(Path(folder))
    rows = [["wheel", "released", "made again"]]
    problems = []
    for name in sorted(published.keys() | built.keys()):
        old, new = published.get(name, "not there"), built.get(name, "not there")
        rows.append([name, old, "the same" if old == new else new])
        if old != new:
            problems.append(f"{name}: {tag} has {old}, made again it is {new}")
    console.table(rows)
    add_summary(f"{tag}, made again: {'the same' if not problems else f'{len(problems)} wheels differ'}", rows)
    if problems:
        open_issue(Gh(plan.limits), tag, repository, problems, run_url)
    return problems


def open_issue(gh: Gh, tag: str, repository: str, problems: list[str], run_url: str) -> None:
    """Say so where people look; once, however often it is found."""
    ours = Issue(gh, repository, f"{tag} cannot be reproduced")
    if ours.number():
        console.say(f"there is an open issue already: {ours.title}")
        return
    listed = "\n".join(f"- {problem}" for problem in problems)
    told = f"Built again from its tag, in its recorded image, {tag} does not come out the same:"
    console.say(ours.create(f"{told}\n\n{listed}\n\n{run_url}\n"))
