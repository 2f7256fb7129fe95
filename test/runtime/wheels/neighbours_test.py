"""A wheel finds the libraries and programs of other wheels, and names what the machine lacks."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from conftest import EPOCH, compile_library, make_wheel, make_wheel_file, members_of, needs_compiler
from wheel_pipeline.wheels import pe
from wheel_pipeline.wheels.neighbours import brought_by, connect, prelude, with_prelude

pytestmark = [needs_compiler, pytest.mark.skipif(sys.platform == "win32", reason="of Linux")]
INIT = '"""What it is."""\nfrom __future__ import annotations\n\nimport os\n'


def demo(folder: Path, init: str = INIT) -> Path:
    """A wheel whose library needs two others: one of another wheel, and the driver's."""
    build = folder / "build"
    for name in ("libother.so.1", "libcuda.so.1"):
        compile_library(
            build, name, "int g(void) { return 7; }" if "other" in name else "int h;", f"-Wl,-soname,{name}"
        )
    needs = [f"-L{build}", "-Wl,--no-as-needed", "-l:libother.so.1", "-l:libcuda.so.1", "-Wl,-rpath,$ORIGIN"]
    code = "int g(void);\nint f(void) { return g(); }"
    files = {
        "demo/__init__.py": init.encode(),
        "demo/lib/libdemo.so": compile_library(build, "libdemo.so", code, *needs),
    }
    return make_wheel_file(folder / "wheels", files=files)


def connected(folder: Path) -> dict[str, list[str]]:
    libraries = ("libother.so.1", "libcuda.so.1")
    declared = make_wheel(
        excludes=libraries,
        system_libraries=libraries[1:],
        library_folders=("other/lib",),
        program_folders=("other/bin",),
    )
    return connect(folder / "wheels", declared, "linux", folder / "work", os.environ, epoch=EPOCH)


def install(folder: Path) -> Path:
    """The site-packages of somebody who installed the wheel and the other one."""
    site = folder / "site"
    with zipfile.ZipFile(next((folder / "wheels").glob("*.whl"))) as archive:
        archive.extractall(site)
    for name in ("lib", "bin"):
        (site / "other" / name).mkdir(parents=True, exist_ok=True)
    (site / "other/lib/libother.so.1").write_bytes((folder / "build/libother.so.1").read_bytes())
    (site / "other/bin/compiler").write_text("#!/bin/sh\necho compiled\n")
    (site / "other/bin/compiler").chmod(0o755)
    return site


def python(site: Path, code: str, **env: str) -> subprocess.CompletedProcess[str]:
    given = {"PATH": os.environ["PATH"], "PYTHONPATH": str(site), **env}
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=given)


def test_a_library_finds_that_of_another_wheel_and_a_program_too(tmp_path: Path) -> None:
    demo(tmp_path)
    assert connected(tmp_path) == {"connected": ["demo/__init__.py", "demo/lib/libdemo.so"]}
    site = install(tmp_path)
    code = (
        "import demo, ctypes, subprocess\n"
        f"print(ctypes.CDLL({str(site / 'demo/lib/libdemo.so')!r}).f(), subprocess.check_output('compiler', text=True))"
    )
    ran = python(site, code, LD_LIBRARY_PATH=str(tmp_path / "driver"))
    (tmp_path / "driver").mkdir()
    (tmp_path / "driver/libcuda.so.1").write_bytes((tmp_path / "build/libcuda.so.1").read_bytes())
    assert "ImportError" in ran.stderr
    ran = python(site, code, LD_LIBRARY_PATH=str(tmp_path / "driver"))
    assert ran.stdout.split() == ["7", "compiled"], ran.stderr


def test_importing_it_without_the_driver_says_what_is_missing_and_who_brings_it(tmp_path: Path) -> None:
    demo(tmp_path)
    connected(tmp_path)
    said = python(install(tmp_path), "import demo").stderr
    if "libcuda.so.1" not in said:
        pytest.skip("this machine has NVIDIA's driver")
    assert "ImportError: demo needs libcuda.so.1, which NVIDIA's driver brings" in said


def test_doing_it_again_changes_nothing(tmp_path: Path) -> None:
    path = demo(tmp_path)
    connected(tmp_path)
    once = path.read_bytes()
    connected(tmp_path)
    assert path.read_bytes() == once


def test_two_folders_give_the_same_bytes(tmp_path: Path) -> None:
    paths = [demo(tmp_path / name) for name in ("a", "another")]
    [connected(tmp_path / name) for name in ("a", "another")]
    assert members_of(paths[0]) == members_of(paths[1])


def test_a_wheel_that_names_no_neighbours_stays_as_it_is(tmp_path: Path) -> None:
    assert connect(tmp_path / "nowhere", make_wheel(), "linux", tmp_path, {}, epoch=EPOCH) == {}


@pytest.mark.parametrize(
    ("text", "before"),
    [
        (INIT, '"""What it is."""\nfrom __future__ import annotations\n'),
        ("# Licence\n# of it\nimport os\n", "# Licence\n# of it\n"),
        ('"""Only this."""', '"""Only this."""\n'),
        ('"""Two\f\npages."""\nimport os\n', '"""Two\f\npages."""\n'),
        ('"""On Windows."""\r\nimport os\r\n', '"""On Windows."""\r\n'),
        ("", ""),
    ],
)
def test_the_lines_come_after_the_licence_and_the_description(text: str, before: str) -> None:
    made = with_prelude(text.encode(), prelude([], ("x/bin",), "linux")).decode()
    assert made.startswith(f"{before}# Put here when the wheel was built")
    compile(made, "demo", "exec")
    assert made.replace(prelude([], ("x/bin",), "linux"), "").rstrip("\n") == text.rstrip("\n")


def test_on_windows_the_path_is_looked_along_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = make_wheel_file(tmp_path / "wheels", files={"demo/__init__.py": INIT.encode(), "demo/demo.dll": b"MZ"})
    monkeypatch.setattr(pe, "imports", lambda name, data: {"KERNEL32.dll", "VULKAN-1.dll"})
    declared = make_wheel(system_libraries=("vulkan-1.dll",), library_folders=("of/linux",))
    assert connect(tmp_path / "wheels", declared, "windows", tmp_path / "work", {}, epoch=EPOCH) == {
        "connected": ["demo/__init__.py"]
    }
    found: list[str] = []
    here = str(tmp_path / "vulkan-1.dll")

    def load(name: str) -> None:
        if name not in found:
            raise OSError("not found")

    monkeypatch.setattr("ctypes.CDLL", load)
    monkeypatch.setattr("ctypes.util.find_library", lambda name: here)
    code = members_of(path)["demo/__init__.py"].decode()
    with pytest.raises(ImportError, match="demo needs vulkan-1.dll, which the graphics card's driver brings"):
        exec(code, {"__name__": "demo"})
    found.append(here)
    exec(code, {"__name__": "demo"})


def test_who_brings_a_library_is_known_by_its_name() -> None:
    assert brought_by("libcuda.so.1") == "NVIDIA's driver"
    assert brought_by("libunheard.so.3") == "the system"
