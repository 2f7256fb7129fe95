"""How large the toolchain image is: what each package has brought, and what of that is left in the image."""

from __future__ import annotations

import importlib.metadata
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from .arguments import Parser
from .core.console import console
from .core.errors import Failure
from .plan import Plan

SHOWN = 20  # packages, the largest, that have a line of their own


@dataclass(frozen=True)
class Package:
    """What a package has brought into the image, and what of it is there, in bytes."""

    name: str
    version: str
    brought: int
    there: int


@dataclass(frozen=True)
class Sizes:
    """An image, its Conda environment, and the packages in that, in bytes."""

    image: int
    environment: int
    packages: Sequence[Package]

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Sizes:
        said = json.loads(text)
        return cls(said["image"], said["environment"], [Package(**each) for each in said["packages"]])

    def rows(self) -> list[list[str]]:
        """A table: the packages that have brought most, then all that is left, so that the lines add up."""
        largest = sorted(self.packages, key=lambda each: (-each.brought, each.name))
        shown, others = largest[:SHOWN], largest[SHOWN:]
        listed = [*shown, Package(f"{len(others)} smaller packages", "", *sums(others))] if others else shown
        unlisted = self.environment - sums(self.packages)[1]
        parts = [
            *(
                [each.name, each.version, in_megabytes(each.there), in_megabytes(each.brought - each.there)]
                for each in listed
            ),
            ["what no package lists", "", in_megabytes(unlisted), ""],
            ["the base image, and what is not Conda's", "", in_megabytes(self.image - self.environment), ""],
            ["the whole image", "", in_megabytes(self.image), in_megabytes(self.left_out)],
        ]
        return [["package", "version", "MB in the image", "MB left out"], *parts]

    @property
    def left_out(self) -> int:
        brought, there = sums(self.packages)
        return brought - there


def sums(packages: Iterable[Package]) -> tuple[int, int]:
    found = list(packages)
    return sum(each.brought for each in found), sum(each.there for each in found)


def in_megabytes(size: int) -> str:
    return f"{size / 1e6:.1f}"


def image_size(_: Plan, __: Path, argv: Sequence[str]) -> int:
    """Print the size of the image that this runs in, and of each package in it, as JSON."""
    Parser(prog=console.program, description=image_size.__doc__, allow_abbrev=False).parse(argv)
    prefix = os.environ.get("CONDA_PREFIX", "")
    if not prefix:
        raise Failure("no Conda environment is active, which could be measured: run it in the toolchain image")
    print(measure(Path("/"), Path(prefix)).to_json())
    return 0


def measure(root: Path, prefix: Path) -> Sizes:
    """What lies in a file system, and what of that in a Conda environment. Who may read everything gets all of it."""
    files = Files()
    packages = dict(conda_packages(prefix, files))
    known = {prefix / name for names in packages.values() for name in names}
    return Sizes(Files().total(root), Files().total(prefix), [*packages, *python_packages(prefix, known, files)])


class Files:
    """Measures files: one of several names once."""

    def __init__(self) -> None:
        self.seen = set[tuple[int, int]]()

    def size(self, path: str | Path) -> int | None:
        """A file's bytes, a link's own; None where nothing is there."""
        try:
            status = os.lstat(path)
        except OSError:
            return None
        if status.st_nlink > 1:
            key = (status.st_dev, status.st_ino)
            if key in self.seen:
                return 0
            self.seen.add(key)
        return status.st_size

    def total(self, root: Path) -> int:
        """All that is in a folder, without what is mounted there."""
        device, size = root.stat().st_dev, 0
        for folder, folders, files in os.walk(root):
            folders[:] = [name for name in folders if os.lstat(os.path.join(folder, name)).st_dev == device]
            size += sum(self.size(os.path.join(folder, name)) or 0 for name in files)
        return size


def conda_packages(prefix: Path, files: Files) -> Iterator[tuple[Package, Sequence[str]]]:
    """Each package of the environment, and the files that it has brought, by Conda's own records of them."""
    for path in sorted(prefix.glob("conda-meta/*.json")):
        record = json.loads(path.read_text(encoding="utf-8"))
        recorded = {each["_path"]: each.get("size_in_bytes") or 0 for each in record["paths_data"]["paths"]}
        brought = there = 0
        for name in record["files"]:
            size = files.size(prefix / name)
            # Conda writes its prefix into some files, and makes others: what is there counts as it is.
            brought += recorded.get(name, 0) if size is None else size
            there += size or 0
        yield Package(record["name"], record["version"], brought, there), record["files"]


def python_packages(prefix: Path, known: set[Path], files: Files) -> Iterator[Package]:
    """What pip has added: each distribution of which no package of Conda's lists a file."""
    folders = [str(folder) for folder in prefix.glob("lib/python3*/site-packages")]
    for each in importlib.metadata.distributions(path=folders):
        names = {Path(os.path.normpath(str(each.locate_file(file)))) for file in each.files or ()}
        if not names & known:
            size = sum(files.size(name) or 0 for name in names)
            yield Package(each.name, each.version, size, size)
