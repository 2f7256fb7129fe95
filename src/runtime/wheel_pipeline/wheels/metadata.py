"""Amends a wheel's name, version, requirements and source address; the same input gives the same bytes."""

from __future__ import annotations

from pathlib import Path

from packaging.utils import canonicalize_name

from ..core.console import console
from ..core.errors import Failure, UsageError
from ..plan import Build, Source
from ..plan import Wheel as Declared
from .change import Change
from .wheel import COMMIT_URL, Wheel, pep440, requirement, the_wheel
from .writing import write_wheel


def amended_requirements(declared: Declared, present: list[str], pins: dict[str, str]) -> tuple[list[str], list[str]]:
    """The requirements to remove and to add, for what the plan says: drop, then pin, then add."""
    gone = {canonicalize_name(name) for name in declared.requires.drop} | set(pins)
    wanted = list(dict.fromkeys(requirement(text) for text in [*pins.values(), *declared.requires.add]))
    had = {text: requirement(text) for text in present}
    removed = [text for text, each in had.items() if canonicalize_name(each.name) in gone and each not in wanted]
    return removed, [str(each) for each in wanted if each not in had.values()]


def sibling_pins(declared: Declared, build: Build, folder: Path | None) -> dict[str, str]:
    """The requirements on the very versions that were built beside it, by distribution."""
    pins = {}
    for sibling in map(build.wheel, declared.requires.pin):
        if folder is None:
            raise UsageError(f"{declared.distribution} pins {sibling.distribution}: name the folder with its wheel")
        pins[str(sibling.key)] = f"{sibling.distribution}=={the_wheel(folder, sibling).version}"
    return pins


def amend(
    path: Path,
    declared: Declared,
    build: Build,
    source: Source,
    *,
    version: str,
    commit: str | None,
    siblings: Path | None,
    output_dir: Path,
    epoch: int,
    packed: bool = True,
) -> Change:
    """Write a wheel, given as a file or as the folder that holds it, anew as the plan wants it.

    Without a version it keeps its own; a commit of None leaves its address alone, an empty one takes it out. Where
    another step writes it once more, it need not be packed.
    """
    wheel = the_wheel(path, declared) if path.is_dir() else Wheel(path)
    if wheel.key not in (declared.key, declared.built_key):
        raise Failure(f"{wheel.path.name} is no wheel of {declared.distribution}: give one, or declare {wheel.key}")
    if version and declared.use_source_version:
        raise UsageError(f"{declared.distribution} keeps its source's version (useSourceVersion): give it none")
    new = pep440(version) if version else wheel.version
    before = wheel.metadata.to_bytes()
    pins = sibling_pins(declared, build, siblings)
    removed, added = amended_requirements(declared, wheel.metadata.get("Requires-Dist"), pins)
    wheel.metadata.change_requirements(removed, added)
    wheel.metadata.set("Version", str(new))
    if commit is not None:
        wheel.metadata.set_url(COMMIT_URL, source.commit_url(commit))
    if wheel.key != declared.key:
        wheel.metadata.set("Name", declared.distribution)
    stem = f"{declared.key.replace('-', '_')}-{new}"
    target = Path(output_dir, "-".join([stem, *wheel.path.name.split("-")[2:]]))
    write_wheel(wheel, stem, target, epoch=epoch, packed=packed)

    changed = wheel.metadata.to_bytes() != before
    console.say(f"{wheel.path.name} → {target.name}" + ("" if changed else " (nothing to amend)"))
    for line in [f"- {text}" for text in removed] + [f"+ {text}" for text in added]:
        console.say(f"  {line}")
    requirements = {"requirementsRemoved": removed, "requirementsAdded": added}
    facts = {"to": target.name, **requirements, "commit": commit or None}
    return Change(declared.distribution, wheel.path.name, target.name, facts if changed else {})
