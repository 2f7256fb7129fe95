"""The compiler cache's folder: nobody else's, and trusted only where nobody else can write."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from wheel_pipeline.building.compiler_cache import ANEW, check_folder, distrust, is_to_blame, variables
from wheel_pipeline.core.errors import UsageError
from wheel_pipeline.core.processes import CommandFailed


def test_a_folder_with_files_of_somebody_else_is_refused(tmp_path: Path) -> None:
    check_folder(tmp_path / "nowhere")
    for name in ("0", "f", "preprocessor", ".lock"):
        (tmp_path / name).mkdir()
    check_folder(tmp_path)
    (tmp_path / "thesis.txt").write_text("x")
    with pytest.raises(UsageError, match=r"contains other files \(thesis.txt\)"):
        check_folder(tmp_path)
    with pytest.raises(UsageError, match="is no folder"):
        check_folder(tmp_path / "thesis.txt")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_nothing_is_taken_where_everybody_can_write(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    assert distrust(tmp_path) == {}
    (tmp_path / "a").chmod(0o777)
    assert distrust(tmp_path) == ANEW


def test_an_entry_that_is_damaged_is_told_from_other_failures() -> None:
    assert is_to_blame(CommandFailed(["python"], "failed", ["x", "sccache: encountered fatal error", "y"]))
    assert not is_to_blame(CommandFailed(["python"], "failed", ["error: no such file"]))


def test_options_that_only_the_compiler_sees_are_part_of_an_entrys_name(tmp_path: Path) -> None:
    buster = "SCCACHE_C_CUSTOM_CACHE_BUSTER"
    assert buster not in variables(tmp_path, {"CFLAGS": "-O1"})
    assert variables(tmp_path, {"CL": "/O1", "_CL_": "/Z7"})[buster] == "CL=/O1 _CL_=/Z7"
    assert variables(tmp_path, {"CL": "/O1", buster: "mine"})[buster] == "mine CL=/O1"
