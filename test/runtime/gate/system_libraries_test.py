"""What a wheel leaves to the user's system: is it lent where the toolchain has it, and told of where nothing has?"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from gate_bench import Bench, needing_library, needs_linux

from conftest import compile_library, make_wheel
from wheel_pipeline.gate import system_libraries
from wheel_pipeline.gate.process import Ended, environment
from wheel_pipeline.gate.runner import Attempt
from wheel_pipeline.gate.system_libraries import find_system_libraries

LIBRARY = "libvulkan.so.1"
LOADS = ("import ctypes, pathlib, demo", "ctypes.CDLL(str(pathlib.Path(demo.__file__).with_name('libdemo.so')))")

pytestmark = needs_linux


@pytest.fixture
def bench(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Bench:
    bench = Bench(tmp_path, tmp_path_factory)
    library = needing_library(tmp_path / "made", "libnot-here.so.1")
    bench.install(files={"demo/__init__.py": b"__version__ = '1.0'\n", "demo/libdemo.so": library})
    return bench


def problems(bench: Bench) -> list[str]:
    left_out = {"excludes": ("libnot-here.so.1",), "system_libraries": ("libnot-here.so.1",)}
    return bench.run(make_wheel(checks=(bench.python_check(*LOADS),), **left_out))["it"]


def test_a_check_that_fails_for_want_of_one_begins_with_a_sentence(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CONDA_PREFIX", raising=False)
    sentence, *rest = problems(bench)
    assert sentence == "libnot-here.so.1 is not on this machine, and the wheel needs it: install the system"
    assert rest == ["ended with exit status 1"]


def test_the_package_that_brings_it_is_named() -> None:
    from wheel_pipeline.gate.system_libraries import SystemLibraries

    [sentence] = SystemLibraries(missing=(LIBRARY,)).told([LIBRARY, "libother.so"])
    assert sentence.endswith("install Debian's libvulkan1 or Fedora's vulkan-loader")


def test_what_only_the_toolchain_has_is_lent_and_nothing_else_of_it(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    toolchain = tmp_path / "toolchain"
    code = "int g(void) { return 1; }"
    compile_library(toolchain / "lib", "libnot-here.so.1", code, "-Wl,-soname,libnot-here.so.1")
    compile_library(toolchain / "lib", "libother.so", code)
    monkeypatch.setenv("CONDA_PREFIX", str(toolchain))
    assert problems(bench) == []
    assert "libnot-here.so.1 is not on this system, so the checks are lent the toolchain's" in capsys.readouterr().out
    [lent] = bench.report_path.parent.glob("*/lent-libraries/*")
    assert lent.name == "libnot-here.so.1"


def test_on_windows_it_is_lent_along_the_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    toolchain = tmp_path / "toolchain"
    (toolchain / "Library/bin").mkdir(parents=True)
    (toolchain / "Library/bin/vulkan-1.dll").write_bytes(b"the loader")
    monkeypatch.setenv("CONDA_PREFIX", str(toolchain))
    monkeypatch.setenv("PATH", os.pathsep.join([str(toolchain / "Library/bin"), "/usr/bin"]))
    monkeypatch.setattr(system_libraries.sys, "platform", "win32")
    attempt = Attempt(tmp_path / "log", tmp_path, 60)
    monkeypatch.setattr(Attempt, "run", lambda self, argv: Ended("ended with exit status 1", "", tmp_path))
    names = ["vulkan-1.dll", "other.dll"]
    found = find_system_libraries("python", names, tmp_path / "lent", attempt)
    assert found.variables == {"PATH": os.pathsep.join([str(tmp_path / "lent"), "/usr/bin"])}
    assert (tmp_path / "lent/vulkan-1.dll").read_bytes() == b"the loader"
    assert found.missing == ("other.dll",)


def test_a_check_sees_no_toolchain() -> None:
    caller = {
        "PATH": "/opt/toolchain/bin:/usr/bin:/opt/toolchain-of-others/bin",
        "CONDA_PREFIX": "/opt/toolchain",
        "LD_LIBRARY_PATH": "/opt/toolchain/lib",
    }
    seen = environment(Path("/home/x"), caller)
    assert seen["PATH"] == "/usr/bin:/opt/toolchain-of-others/bin"
    assert not {"CONDA_PREFIX", "LD_LIBRARY_PATH"} & set(seen)
