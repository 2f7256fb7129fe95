"""A release is tried for a tag on anybody's machine, before there is one."""

from __future__ import annotations

from pathlib import Path

import pytest
from release_bench import whole_project

from wheel_pipeline.core.errors import UsageError
from wheel_pipeline.release.commands import release


def test_the_version_is_told_and_the_wheels_are_verified(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    project = whole_project(tmp_path)
    assert release(project.plan, tmp_path, ["dry-run", str(project.dist), "v1.0"]) == 0
    assert "version=1.0" in capsys.readouterr().out
    assert release(project.plan, tmp_path, ["dry-run", str(project.dist), "v2.0"]) == 1
    assert "2.0" in capsys.readouterr().err


@pytest.mark.parametrize(("tag", "message"), [([], "name the tag: npx projen release:dry-run"), (["1.x"], "1.x")])
def test_a_tag_that_is_missing_or_names_no_version_is_one_sentence(
    tmp_path: Path, tag: list[str], message: str
) -> None:
    project = whole_project(tmp_path)
    with pytest.raises(UsageError, match=message):
        release(project.plan, tmp_path, ["dry-run", str(project.dist), *tag])
