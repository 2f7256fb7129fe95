"""Files are written whole or not at all, and what cannot be read or written is told in words."""

from __future__ import annotations

from pathlib import Path

import pytest

from wheel_pipeline.core.errors import Failure
from wheel_pipeline.wheels.files import copy_file, matches, read_json, read_text, whole, write_json, write_text


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "new" / "x.json"
    write_json(path, {"b": "ü", "a": [1]})
    assert path.read_bytes() == '{\n  "a": [\n    1\n  ],\n  "b": "ü"\n}\n'.encode()
    assert read_json(path) == {"a": [1], "b": "ü"}
    copy_file(path, tmp_path / "copy")
    assert read_text(tmp_path / "copy") == read_text(path)
    (tmp_path / "copy").write_bytes(b"\xef\xbb\xbfa\r\nb")
    assert read_text(tmp_path / "copy") == "a\nb"


def test_a_file_that_could_not_be_finished_leaves_the_old_one(tmp_path: Path) -> None:
    write_text(tmp_path / "x", "old")
    with pytest.raises(KeyboardInterrupt), whole(tmp_path / "x") as part:
        part.write_text("half", encoding="utf-8")
        raise KeyboardInterrupt
    assert read_text(tmp_path / "x") == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["x"]


def test_what_cannot_be_read_or_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(Failure, match=r"cannot read .*nowhere \(.*\): see that"):
        read_text(tmp_path / "nowhere")
    (tmp_path / "file").touch()
    with pytest.raises(Failure, match=r"cannot write .*x \(.*\): see that its folder"):
        write_text(tmp_path / "file" / "x", "")
    (tmp_path / "file").write_text("[" * 200_000, encoding="utf-8")
    with pytest.raises(Failure, match="is not JSON"):
        read_json(tmp_path / "file")


@pytest.mark.parametrize(
    ("pattern", "name", "expected"),
    [
        ("**/*.a", "x.a", True),
        ("**/*.a", "a/b/x.a", True),
        ("*.a", "a/x.a", False),
        ("lib/**", "lib/a/b", True),
        ("lib/**", "library/a", False),
        ("a?c.[x]", "abc.[x]", True),
        ("a?c", "a/c", False),
    ],
)
def test_globs(pattern: str, name: str, expected: bool) -> None:
    assert matches(pattern, name) == expected
