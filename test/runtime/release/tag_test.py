"""The version that a tag names."""

from __future__ import annotations

from pathlib import Path

import pytest

from wheel_pipeline.core.errors import UsageError
from wheel_pipeline.release.version import plan_release

NO_VERSION = "is not a v and a version by PEP 440: write it like v1.2.3 or v1.2.3rc1"


@pytest.mark.parametrize(
    ("tag", "prerelease"),
    [("v0.1.0", "false"), ("v0.2.0rc1", "true"), ("v1.0.dev3", "true"), ("v1.0.0.post1", "false")],
)
def test_a_tag_becomes_a_version(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tag: str, prerelease: str
) -> None:
    outputs = tmp_path / "outputs"
    outputs.write_text("before=1\n", encoding="utf-8")
    monkeypatch.setenv("GITHUB_OUTPUT", str(outputs))
    plan_release(tag)
    lines = f"tag={tag}\nversion={tag[1:]}\nprerelease={prerelease}\n"
    assert capsys.readouterr().out == lines
    assert outputs.read_text(encoding="utf-8") == f"before=1\n{lines}"


@pytest.mark.parametrize(
    ("tag", "message"),
    [
        *((tag, NO_VERSION) for tag in ("0.1.0", "vv1.0", "V1.0", "v1.0 ", "v1.0\nversion=2", "release-1", "v", "")),
        ("v1.0+cpu", "names a local version, which a release cannot have: tag v1.0"),
        ("v1!2.0", "names an epoch, which a release cannot have: tag v2.0"),
        ("v0.2.0-RC.1", "is not in PEP 440's normal form: tag v0.2.0rc1"),
        ("v1.00", "is not in PEP 440's normal form: tag v1.0"),
        ("v1.0-1", "is not in PEP 440's normal form: tag v1.0.post1"),
    ],
)
def test_any_other_tag_is_refused_in_words(capsys: pytest.CaptureFixture[str], tag: str, message: str) -> None:
    with pytest.raises(UsageError) as raised:
        plan_release(tag)
    assert str(raised.value) == f"the tag {tag!r} {message}"
    assert capsys.readouterr().out == ""
