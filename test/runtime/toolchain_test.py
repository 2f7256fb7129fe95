"""What the toolchain has beside Conda: is it found, is it the declared one?"""

from __future__ import annotations

import os
import shutil
import subprocess
from importlib import metadata
from pathlib import Path

import pytest

from conftest import make_build
from wheel_pipeline import plan as plans
from wheel_pipeline import toolchain
from wheel_pipeline.core.errors import Failure

needs_linker = pytest.mark.skipif(not shutil.which("cc"), reason="cc is not installed, which calls the linker")


def package(name: str = "demo-static", **changes: str | None) -> plans.PythonPackage:
    given: dict[str, str | None] = {"version": "1.0", "prefix": None, "system": None, **changes}
    return plans.PythonPackage(name, **given)  # type: ignore[arg-type]


def build_with(*packages: plans.PythonPackage) -> plans.Build:
    return make_build(python_packages=packages, python_packages_file="docker/requirements.txt")


def test_a_folder_laid_out_like_usr_is_where_builds_look_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(toolchain.sysconfig, "get_path", lambda _: str(tmp_path))
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    build = build_with(package(prefix="a"), package("x", prefix="b"), package("y", prefix="gone"))
    found = toolchain.with_python_packages({"PATH": "/bin"}, build, "linux")
    assert found["CMAKE_PREFIX_PATH"].split(os.pathsep) == [str(tmp_path / "a"), str(tmp_path / "b")]
    assert found["PATH"].split(os.pathsep) == [str(tmp_path / "a/bin"), str(tmp_path / "b/bin"), "/bin"]


def test_what_is_missing_or_another_version_is_named_with_the_command_that_installs_it() -> None:
    here = metadata.version("packaging")
    assert toolchain.check_python_packages(build_with(package("packaging", version=here)), "linux") == {
        "packaging": here
    }
    with pytest.raises(Failure) as failure:
        toolchain.check_python_packages(build_with(package(), package("packaging", version="1.0")), "linux")
    said = str(failure.value)
    assert "the Python package demo-static is missing" in said
    assert f"the Python package packaging is {here}, 1.0 is declared" in said
    assert "pip install --no-deps --require-hashes --requirement docker/requirements.txt" in said


def test_what_is_for_another_system_is_not_asked_for() -> None:
    assert toolchain.check_python_packages(build_with(package(system="windows")), "linux") == {}


@needs_linker
def test_a_library_that_nothing_uses_is_linked_without_being_there(tmp_path: Path) -> None:
    env = toolchain.with_unused_libraries({"PATH": os.environ["PATH"]}, ("not-here",), tmp_path / "unused")
    source, library = tmp_path / "x.c", tmp_path / "libx.so"
    source.write_text("int x(void) { return 1; }\n", encoding="utf-8")
    argv = ["cc", "-shared", "-fPIC", str(source), "-o", str(library), "-lnot-here"]
    assert subprocess.run(argv, capture_output=True).returncode != 0
    subprocess.run([*argv, *env["LDFLAGS"].split()], check=True)
    assert b"not-here" not in library.read_bytes()


def test_flags_of_the_caller_stay_beside_the_empty_libraries(tmp_path: Path) -> None:
    assert toolchain.with_unused_libraries({"LDFLAGS": "-Wl,-s"}, ("x",), tmp_path)["LDFLAGS"] == f"-Wl,-s -L{tmp_path}"
    assert toolchain.with_unused_libraries({"LDFLAGS": "-Wl,-s"}, (), tmp_path) == {"LDFLAGS": "-Wl,-s"}
