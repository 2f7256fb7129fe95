"""A compiler that is missing or broken is told in the first step."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from conftest import needs_compiler
from wheel_pipeline.building.c_compiler import check_c_compiler
from wheel_pipeline.core.errors import Failure


@needs_compiler
def test_a_compiler_that_works_is_no_word_worth() -> None:
    check_c_compiler(dict(os.environ), 60)


def test_without_one_the_names_that_were_looked_for_are_told(tmp_path: Path) -> None:
    with pytest.raises(
        Failure, match=r"there is no C compiler \(cc, gcc, clang\): use the toolchain image, or install"
    ):
        check_c_compiler({"PATH": str(tmp_path)}, 60)
    with pytest.raises(Failure, match="there is no C compiler /nowhere/cc, which CC names"):
        check_c_compiler({"PATH": str(tmp_path), "CC": "/nowhere/cc -O1"}, 60)


@pytest.mark.skipif(os.name == "nt", reason="the script is one for sh; the check is one of Linux")
def test_one_that_cannot_build_says_why(tmp_path: Path) -> None:
    (tmp_path / "cc").write_text("#!/bin/sh\necho cannot find crt1.o >&2\nexit 1\n")
    (tmp_path / "cc").chmod(0o755)
    with pytest.raises(Failure, match=r"the C compiler cc cannot build a program \(cannot find crt1.o\)"):
        check_c_compiler({"PATH": f"{tmp_path}:/usr/bin:/bin"}, 60)
