"""A wheel is amended as the plan says, and the same input gives the same bytes."""

from __future__ import annotations

import csv
import io
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from conftest import (
    EPOCH,
    SOURCE,
    TAG,
    WINDOWS,
    hashed,
    make_build,
    make_wheel,
    make_wheel_file,
    members_of,
    metadata_of,
)
from wheel_pipeline import plan as plans
from wheel_pipeline.core.errors import Failure
from wheel_pipeline.wheels.change import Change
from wheel_pipeline.wheels.metadata import amend


class Amending:
    """Amends wheels of the declared distributions, the first of them if no other is named."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.declare(make_wheel())

    def declare(self, *wheels: plans.Wheel) -> None:
        self.build = make_build(*wheels)

    def __call__(self, path: Path, to: str = "out", wheel: str = "", **changes: Any) -> Path:
        given = {"version": "", "commit": None, "siblings": None, "epoch": EPOCH, **changes}
        declared = self.build.wheel(wheel) if wheel else self.build.wheels[0]
        out = self.root / to
        self.change: Change = amend(path, declared, self.build, SOURCE, output_dir=out, **given)
        return out / self.change.after


@pytest.fixture
def amending(tmp_path: Path) -> Amending:
    return Amending(tmp_path)


def test_the_version_is_set_everywhere_and_normalised(amending: Amending, tmp_path: Path) -> None:
    files = {"demo/__init__.py": b"", "demo-1.0.data/scripts/demo": b"#!python\n", "other-1.0.data/x": b""}
    made = amending(make_wheel_file(tmp_path, files=files), version="v1.2-RC.3")
    assert made.name == f"demo-1.2rc3-py3-none-{TAG}.whl"
    assert sorted(members_of(made)) == [
        "demo-1.2rc3.data/scripts/demo",
        *(f"demo-1.2rc3.dist-info/{name}" for name in ("METADATA", "RECORD", "WHEEL")),
        "demo/__init__.py",
        "other-1.0.data/x",
    ]
    assert metadata_of(made).startswith("Metadata-Version: 2.1\nName: demo\nVersion: 1.2rc3\n\n# Read me")
    assert metadata_of(made).endswith("\n\nVersion: of the text\n")


def test_the_wheel_of_a_variant_gets_its_name(amending: Amending, tmp_path: Path) -> None:
    siblings = make_wheel_file(tmp_path / "siblings", "tvm-cu128", "0.9").parent
    amending.declare(
        make_wheel("demo-cu128", built_as="demo", pin=["tvm-cu128"], drop=["tvm"]), make_wheel("tvm-cu128")
    )
    wheel = make_wheel_file(tmp_path / "raw", files={"demo/__init__.py": b""}, requires=["tvm"])
    made = amending(wheel.parent, siblings=siblings, version="1.1")
    assert made.name == f"demo_cu128-1.1-py3-none-{TAG}.whl"
    assert "\nName: demo-cu128\nVersion: 1.1\nRequires-Dist: tvm-cu128==0.9\n" in metadata_of(made)
    assert {"demo/__init__.py", "demo_cu128-1.1.dist-info/RECORD"} <= members_of(made).keys()
    # Once more, as after the repair, it is the one that it has become.
    again = amending(made.parent, siblings=siblings, version="1.1", to="again")
    assert again.read_bytes() == made.read_bytes()


def test_a_wheel_tells_of_its_commit(amending: Amending, tmp_path: Path) -> None:
    home = "Project-URL: Home, https://example.com\n"
    wheel = make_wheel_file(tmp_path, metadata=f"Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n{home}\n# Read me\n")
    told = f"{home}Project-URL: Source commit, https://example.com/demo/commit/{'c' * 40}\n\n# Read me"
    made = amending(wheel, commit="c" * 40)
    assert told in metadata_of(made)
    assert amending.change.entry()["commit"] == "c" * 40
    assert told in metadata_of(amending(made, to="again"))
    assert amending.change.facts == {}
    assert "Source commit" not in metadata_of(amending(made, commit="", to="none"))


def test_requirements_are_added_pinned_and_dropped(amending: Amending, tmp_path: Path) -> None:
    siblings = make_wheel_file(tmp_path / "siblings", "tvm", "0.9.dev1+cpu").parent
    kept = ["numpy ; python_version>'3'", "httpx[http2]; extra=='web'", "psutil"]
    amending.declare(make_wheel(add=["psutil", "aiohttp>=3"], pin=["tvm"], drop=["torch"]), make_wheel("tvm"))
    wheel = make_wheel_file(tmp_path, requires=["Torch>=2", "tvm>=0.1", *kept])
    made = amending(wheel, siblings=siblings)
    added = ["tvm==0.9.dev1+cpu", "aiohttp>=3"]
    requirements = [line for line in metadata_of(made).splitlines() if line.startswith("Requires-Dist")]
    assert requirements == [f"Requires-Dist: {text}" for text in [*kept, *added]]
    assert amending.change.entry() == {
        "distribution": "demo",
        "from": wheel.name,
        "to": made.name,
        "requirementsRemoved": ["Torch>=2", "tvm>=0.1"],
        "requirementsAdded": added,
        "commit": None,
    }
    assert Change.from_entry(amending.change.entry()) == amending.change
    assert amending(made, siblings=siblings, to="again").read_bytes() == made.read_bytes()
    assert amending.change.facts == {}


def test_requirements_are_added_where_there_are_none_and_no_text(amending: Amending, tmp_path: Path) -> None:
    bare = "Metadata-Version: 2.1\r\nName: demo\r\nVersion: 1.0\r\nSummary: a\r\n  b\r\n"
    amending.declare(make_wheel(add=["psutil"]))
    made = amending(make_wheel_file(tmp_path, metadata=bare))
    assert metadata_of(made) == bare.replace("\r", "") + "Requires-Dist: psutil\n"


def test_the_same_contents_give_the_same_bytes(amending: Amending, tmp_path: Path) -> None:
    a = make_wheel_file(tmp_path / "a", date=(2021, 1, 1, 0, 0, 0))
    b = make_wheel_file(tmp_path / "b", date=(2024, 6, 5, 4, 3, 2), backwards=True)
    os.utime(b, (1, 1))
    assert a.read_bytes() != b.read_bytes()
    assert len({amending(wheel, to=f"{wheel.parent.name}-out").read_bytes() for wheel in (a, a, b)}) == 1


def test_the_order_of_delvewheels_list_of_libraries_does_not_matter(amending: Amending, tmp_path: Path) -> None:
    listed = [b"b.dll\na.dll\nc.dll\n", b"c.dll\nb.dll\na.dll\n"]
    wheels = [
        make_wheel_file(tmp_path / str(index), files={"demo.libs/.load-order-demo-1.0": lines})
        for index, lines in enumerate(listed)
    ]
    assert len({amending(wheel, to=f"{wheel.parent.name}-out").read_bytes() for wheel in wheels}) == 1


@pytest.mark.parametrize(("epoch", "year"), [(0, 1980), (1700000000, 2023), (4354819198, 2107)])
def test_timestamps_are_the_given_one(amending: Amending, tmp_path: Path, epoch: int, year: int) -> None:
    with zipfile.ZipFile(amending(make_wheel_file(tmp_path), epoch=epoch)) as archive:
        assert {info.date_time[0] for info in archive.infolist()} == {year}


def test_files_keep_their_bytes_and_modes_and_record_is_right(amending: Amending, tmp_path: Path) -> None:
    name, library = "demo/a,b.so", os.urandom(100_000)
    made = amending(make_wheel_file(tmp_path, files={name: library}, modes={name: 0o100755}, record="x"), version="2")
    content = members_of(made)
    assert content[name] == library
    rows = list(csv.reader(io.StringIO(content["demo-2.dist-info/RECORD"].decode())))
    assert rows[-1] == ["demo-2.dist-info/RECORD", "", ""]
    assert {name: (digest, size) for name, digest, size in rows[:-1]} == {
        name: (hashed(data), str(len(data))) for name, data in content.items() if not name.endswith("/RECORD")
    }
    with zipfile.ZipFile(made) as archive:
        assert archive.getinfo(name).external_attr >> 16 == 0o100755
        assert {info.create_system for info in archive.infolist()} == {3}
        assert archive.namelist()[-1] == "demo-2.dist-info/RECORD"


@pytest.mark.slow
def test_pip_installs_it_and_wheel_unpacks_it(amending: Amending, tmp_path: Path) -> None:
    made = amending(make_wheel_file(tmp_path, platform="any"), version="2!3.0.post1+local.1")
    target, unpacked = tmp_path / "target", tmp_path / "unpacked"
    pip = [sys.executable, "-m", "pip", "install", "--no-deps", "--no-index", "--target", str(target), str(made)]
    subprocess.run(pip, check=True, capture_output=True)
    assert (target / "demo-2!3.0.post1+local.1.dist-info" / "METADATA").is_file()
    subprocess.run([sys.executable, "-m", "wheel", "unpack", "--dest", str(unpacked), str(made)], check=True)


def test_a_folder_can_stand_for_the_wheel_in_it(amending: Amending, tmp_path: Path) -> None:
    make_wheel_file(tmp_path / "in", name="other")
    wheel = make_wheel_file(tmp_path / "in", platform=WINDOWS.platform_tag)
    assert amending(wheel.parent).name == wheel.name


def test_it_can_be_amended_in_place(amending: Amending, tmp_path: Path) -> None:
    amending.declare(make_wheel(add=["psutil"]))
    wheel = make_wheel_file(tmp_path / "out")
    assert amending(wheel) == wheel
    assert "Requires-Dist: psutil" in metadata_of(wheel)
    assert [path.name for path in wheel.parent.iterdir()] == [wheel.name]


@pytest.mark.parametrize(
    ("declared", "given", "status", "message"),
    [
        ({}, {"wheel": "tvm"}, 1, "is no wheel of tvm"),
        ({}, {"version": "one"}, 2, "'one' is not a version by PEP 440"),
        ({"use_source_version": True}, {"version": "2"}, 2, "keeps its source's version"),
        ({"pin": ["tvm"]}, {}, 2, "pins tvm: name the folder"),
        ({"pin": ["tvm"]}, {"siblings": Path()}, 1, "has 0 wheels of tvm"),
        ({"pin": ["tvm"]}, {"siblings": Path("nowhere")}, 2, "there is no folder nowhere"),
        ({"add": ["a b"]}, {}, 1, "'a b' is not a requirement"),
        ({}, {"epoch": 4354819199}, 2, "SOURCE_DATE_EPOCH is 4354819199: set it"),
        ({}, {"epoch": -1}, 2, "SOURCE_DATE_EPOCH is -1"),
    ],
)
def test_it_says_what_is_wrong(
    amending: Amending,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    declared: dict[str, Any],
    given: dict[str, Any],
    status: int,
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    amending.declare(make_wheel(**declared), make_wheel("tvm"))
    with pytest.raises(Failure) as failure:
        amending(make_wheel_file(tmp_path / "in"), **given)
    assert message in str(failure.value) and "\n" not in str(failure.value)
    assert failure.value.status == status
    assert not list(tmp_path.glob("out/*"))


def test_a_damaged_wheel_is_an_error_in_words(amending: Amending, tmp_path: Path) -> None:
    wheel = make_wheel_file(tmp_path, files={"demo/a.bin": os.urandom(5000)})
    data = bytearray(wheel.read_bytes())
    data[1000] ^= 255
    wheel.write_bytes(data)
    with pytest.raises(Failure, match=r"demo/a.bin is damaged \(.*\): build the wheel again"):
        amending(wheel)
    assert not list(tmp_path.glob("out/*"))
