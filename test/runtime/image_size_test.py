"""The size of an image: is every byte of it counted once, by what has brought it?"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from conftest import make_plan
from wheel_pipeline.core.errors import Failure
from wheel_pipeline.image_size import Files, Package, Sizes, image_size, measure

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="images are Linux")


def write(path: Path, size: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x" * size)


def record(prefix: Path, name: str, files: dict[str, int], made: tuple[str, ...] = ()) -> None:
    """What Conda keeps of a package: of a file that it makes itself, such as compiled Python, no size."""
    paths = [{"_path": path, "size_in_bytes": size} for path, size in files.items()] + [
        {"_path": path} for path in made
    ]
    said = {"name": name, "version": "1.0", "files": [*files, *made], "paths_data": {"paths": paths}}
    target = prefix / "conda-meta" / f"{name}-1.0-0.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(said), encoding="utf-8")


@pytest.fixture
def prefix(tmp_path: Path) -> Path:
    """An environment in a file system, trimmed: documentation that a package has brought is not there any more."""
    prefix = tmp_path / "opt/toolchain"
    write(prefix / "lib/libllvm.a", 5000)
    write(prefix / "lib/tool.pyc", 70)
    write(tmp_path / "usr/bin/gcc", 900)
    record(prefix, "llvm", {"lib/libllvm.a": 5000, "share/doc/llvm.html": 300})
    record(prefix, "tool", {"share/man/tool.1": 40}, ("lib/tool.pyc",))
    return prefix


def test_what_was_trimmed_is_told_by_the_package_that_brought_it(prefix: Path) -> None:
    found = {each.name: each for each in measure(prefix.parents[1], prefix).packages}
    assert found == {"llvm": Package("llvm", "1.0", 5300, 5000), "tool": Package("tool", "1.0", 110, 70)}


def test_what_pip_has_added_is_counted_unless_it_is_condas(prefix: Path) -> None:
    site = prefix / "lib/python3.13/site-packages"
    for name, size in {"added": 600, "brought": 20}.items():
        write(site / f"{name}.py", size)
        metadata = site / f"{name}-2.0.dist-info/METADATA"
        metadata.parent.mkdir()
        metadata.write_text(f"Name: {name}\nVersion: 2.0\n", encoding="utf-8")
        (metadata.parent / "RECORD").write_text(f"{name}.py,,\n../../../bin/{name},,\n", encoding="utf-8")
    write(prefix / "bin/added", 6)
    record(prefix, "brought", {"lib/python3.13/site-packages/brought.py": 20})
    packages = measure(prefix.parents[1], prefix).packages
    assert [each for each in packages if each.version == "2.0"] == [Package("added", "2.0", 606, 606)]
    assert [each.there for each in packages if each.name == "brought"] == [20]


def test_the_lines_of_the_table_add_up(prefix: Path) -> None:
    sizes = measure(prefix.parents[1], prefix)
    records = sum(path.stat().st_size for path in prefix.glob("conda-meta/*"))
    assert (sizes.image, sizes.environment) == (5970 + records, 5070 + records)
    many = [Package(f"p{number:02}", "1", number * 1_000_000, number * 500_000) for number in range(1, 25)]
    header, *rows = Sizes(400_000_000, 200_000_000, many).rows()
    assert header == ["package", "version", "MB in the image", "MB left out"]
    assert [row[0] for row in rows] == [
        *[f"p{number:02}" for number in range(24, 4, -1)],
        "4 smaller packages",
        "what no package lists",
        "the base image, and what is not Conda's",
        "the whole image",
    ]
    assert sum(float(row[2]) for row in rows[:-1]) == float(rows[-1][2]) == 400.0
    assert sum(float(row[3] or 0) for row in rows[:-1]) == float(rows[-1][3]) == 150.0


def test_a_file_of_two_names_counts_once_and_a_link_as_itself(tmp_path: Path) -> None:
    write(tmp_path / "a", 100)
    os.link(tmp_path / "a", tmp_path / "b")
    (tmp_path / "c").symlink_to("a")
    assert Files().total(tmp_path) == 101


def test_it_is_said_as_json_and_read_back(
    prefix: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    measured = measure(prefix.parents[1], prefix)
    assert Sizes.from_json(measured.to_json()) == measured
    monkeypatch.delenv("CONDA_PREFIX", raising=False)
    with pytest.raises(Failure, match="run it in the toolchain image"):
        image_size(make_plan(), prefix, [])
