"""What differs between two builds is named, down to the first bytes."""

from __future__ import annotations

from pathlib import Path

import pytest

from conftest import TAG, make_wheel_file
from wheel_pipeline.core.errors import Failure
from wheel_pipeline.wheels.comparison import compare


def compared(root: Path) -> str:
    return "\n".join(compare(root / "a", root / "b"))


def test_the_same_wheels_are_the_same(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wheel = [make_wheel_file(tmp_path / folder) for folder in "ab"][0]
    assert compared(tmp_path) == ""
    assert capsys.readouterr().out == f"{wheel.name}: the same {wheel.stat().st_size} bytes\n"


def test_a_differing_file_is_named_with_its_first_differences(tmp_path: Path) -> None:
    data = bytearray(200_000)
    make_wheel_file(tmp_path / "a", files={"x.so": bytes(data), "only-a": b"", "t": b"abc"})
    for offset in (5, 70_000, 70_001, 199_999, 199_998):
        data[offset] = 1
    make_wheel_file(tmp_path / "b", files={"x.so": bytes(data), "only-b": b"", "t": b"abcde"})
    problems = compared(tmp_path)
    assert "x.so: 5 bytes differ, first at 5, 70000, 70001, 199998" in problems
    assert "t: 2 bytes differ, first at 3, 3 and 5 bytes long" in problems
    for name in "ab":
        assert f"only-{name} is only in {tmp_path / name}" in problems


def test_differing_zip_metadata_is_named(tmp_path: Path) -> None:
    make_wheel_file(tmp_path / "a")
    make_wheel_file(tmp_path / "b", date=(2021, 1, 1, 0, 0, 0), modes={"demo/__init__.py": 0o100755})
    problems = compared(tmp_path)
    assert "demo/__init__.py: same content, other zip metadata: date_time is (2020," in problems
    assert "external_attr is" in problems


def test_another_order_of_entries_is_told(tmp_path: Path) -> None:
    make_wheel_file(tmp_path / "a")
    make_wheel_file(tmp_path / "b", backwards=True)
    assert "same members, other order of entries or other zlib" in compared(tmp_path)


def test_a_wheel_in_one_build_only_and_no_wheel_at_all_are_findings(tmp_path: Path) -> None:
    with pytest.raises(Failure, match="there is no folder"):
        compared(tmp_path)
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    assert "there are no wheels" in compared(tmp_path)
    make_wheel_file(tmp_path / "a")
    make_wheel_file(tmp_path / "b", version="2.0")
    for version in ("1.0", "2.0"):
        assert f"demo-{version}-py3-none-{TAG}.whl is only in" in compared(tmp_path)
