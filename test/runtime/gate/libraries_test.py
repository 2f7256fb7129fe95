"""The shared libraries of a wheel, and its platform tag."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pip
import pytest
from gate_bench import MACHINE, Bench, needing_library, needs_linux

from conftest import compile_library, make_wheel, needs_compiler
from wheel_pipeline.core.errors import Failure
from wheel_pipeline.gate import libraries

LIBRARIES, TAG = "shared libraries resolve", "tag"


@pytest.fixture
def bench(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Bench:
    monkeypatch.setenv("PATH", os.pathsep.join([os.path.dirname(sys.executable), os.environ["PATH"]]))
    return Bench(tmp_path, tmp_path_factory)


@needs_linux
@needs_compiler
class TestOfLinux:
    def test_a_library_whose_needs_are_met_passes(self, bench: Bench) -> None:
        library = compile_library(bench.folder / "c", "libdemo.so")
        bench.install(files={"demo/libdemo.so": library, "x.so": b"/* script */"})
        results = bench.run()
        assert (results[LIBRARIES], results[TAG]) == ([], [])

    def test_a_library_that_is_not_found_fails(self, bench: Bench) -> None:
        bench.install(files={"demo/libdemo.so": needing_library(bench.folder / "c", "libneeded.so")})
        assert bench.run()[LIBRARIES] == [
            "demo/libdemo.so needs libneeded.so, which is not found: bundle it, or declare who provides it"
        ]

    def test_the_callers_library_path_provides_nothing(self, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
        bench.install(files={"demo/libdemo.so": needing_library(bench.folder / "c", "libneeded.so")})
        monkeypatch.setenv("LD_LIBRARY_PATH", str(bench.folder / "c"))
        assert "which is not found" in bench.run()[LIBRARIES][0]

    def test_an_excluded_library_must_be_provided_by_something_installed(self, bench: Bench) -> None:
        bench.install(files={"demo/libdemo.so": needing_library(bench.folder / "c", "libneeded.so")})
        demo = make_wheel(excludes=("libneeded.so",))
        assert "nothing installed provides it" in bench.run(demo)[LIBRARIES][0]
        library = (bench.folder / "c" / "libneeded.so").read_bytes()
        bench.install(name="sibling", files={"sibling/lib/libneeded.so": library})
        assert bench.run(demo, make_wheel("sibling"))[LIBRARIES] == []

    @pytest.mark.parametrize(
        ("name", "note"),
        [
            ("libdriver-of-this-test.so.1", "the system brings it, not the wheel"),
            ("libcuda.so.7", "NVIDIA's driver brings it, not the wheel"),
        ],
    )
    def test_a_library_left_to_the_system_may_be_missing(
        self, bench: Bench, capsys: pytest.CaptureFixture[str], name: str, note: str
    ) -> None:
        bench.install(files={"demo/libdemo.so": needing_library(bench.folder / "c", name)})
        assert bench.run(make_wheel(excludes=(name,), system_libraries=(name,)))[LIBRARIES] == []
        expected = f"demo/libdemo.so needs {name}, which is not here: {note}"
        assert f"note: {expected}\n" in capsys.readouterr().out
        assert [expected] in [each["notes"] for each in bench.json["checks"]]

    def test_a_library_for_another_machine_fails(self, bench: Bench) -> None:
        bench.install(files={"demo/libdemo.so": b"\x7fELF nothing"})
        assert "ldd fails on" in bench.run()[LIBRARIES][0]

    def test_without_ldd_it_is_said_what_to_install(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (tmp_path / "x.so").write_bytes(b"\x7fELF")
        monkeypatch.setenv("PATH", str(tmp_path))
        with pytest.raises(Failure, match=r"ldd is not on the PATH: install glibc's tools \(Debian's libc-bin"):
            libraries.elf_missing(tmp_path / "x.so", 60)

    def test_a_wheel_that_is_less_compatible_than_its_tag_fails(self, bench: Bench) -> None:
        library = needing_library(bench.folder / "c", "libneeded.so")
        bench.install(files={"demo/libdemo.so": library, "demo/libneeded.so": b""})
        assert "it needs libneeded.so; bundle it, or exclude it" in bench.run()[TAG][0]
        assert bench.run(make_wheel(excludes=("libneeded*",)))[TAG] == []

    def test_symbols_newer_than_the_tag_fail(self, bench: Bench) -> None:
        source = "#include <string.h>\nvoid *(*f)(void *, const void *, size_t) = memcpy;"
        library = compile_library(bench.folder / "c", "libdemo.so", source, "-lc")
        if b"GLIBC_2.14" not in library:
            pytest.skip("memcpy is as old as this machine's libc")
        bench.install(files={"demo/libdemo.so": library}, platform=f"manylinux2010_{MACHINE}")
        assert "its symbols need manylinux_2_17_" in bench.run()[TAG][0]

    @pytest.mark.parametrize(
        ("script", "message"),
        [
            (None, "auditwheel is not on the PATH: run python -m pip install 'auditwheel>=6.8'"),
            (
                'case $1 in --version) echo "auditwheel 6.7.1 installed at /x (python 3.12)" ;; *) exit 2 ;; esac',
                "auditwheel 6.7.1 has no show --json: run python -m pip install 'auditwheel>=6.8'",
            ),
            ("echo rubbish", "auditwheel shows no tag, see "),
            ("echo '[]'", "auditwheel shows no tag, see "),
            ("exit 3", "auditwheel ended with exit status 3, see "),
            ("""echo '{"error": "no wheel"}'""", "auditwheel cannot read demo-1.0"),
        ],
    )
    def test_a_wheel_cannot_be_trusted_without_a_good_auditwheel(
        self, bench: Bench, monkeypatch: pytest.MonkeyPatch, script: str | None, message: str
    ) -> None:
        bin = bench.folder / "bin"
        bin.mkdir()
        if script:
            (bin / "auditwheel").write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
            (bin / "auditwheel").chmod(0o755)
        bench.install(files={"demo/libdemo.so": b""})
        monkeypatch.setenv("PATH", str(bin))
        assert bench.run()[TAG][0].startswith(message)


class TestOfWindows:
    @pytest.fixture
    def needed(self, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> list[str]:
        """A library is installed; the DLLs that it needs, and that are missing."""
        launcher = Path(pip.__file__).parent / "_vendor" / "distlib" / "t64.exe"
        assert launcher.is_file(), "install pip as its makers publish it: a Windows file of it is read"
        self.system = bench.folder / "Windows" / "System32"
        self.system.mkdir(parents=True)
        monkeypatch.setenv("SYSTEMROOT", str(self.system.parent))
        bench.install(files={"demo/demo.pyd": launcher.read_bytes()})
        results = bench.run(system="windows")
        assert "tag" not in results
        return [text.split()[2].rstrip(",") for text in results[LIBRARIES]]

    def test_it_needs_its_imports_beside_it_or_in_the_system(self, bench: Bench, needed: list[str]) -> None:
        assert "KERNEL32.dll" in needed
        for name in needed:
            (self.system / name).write_bytes(b"")
        assert bench.run(system="windows")[LIBRARIES] == []

    def test_it_finds_what_another_wheel_brings(self, bench: Bench, needed: list[str]) -> None:
        bench.install(name="sibling", files={f"sibling.libs/{name.lower()}": b"MZ" for name in needed})
        assert bench.run(system="windows")[LIBRARIES] == []

    def test_a_damaged_one_fails(self, bench: Bench) -> None:
        bench.install(files={"demo/demo.dll": b"MZ" + b"\0" * 98})
        assert "is not a Windows library" in bench.run(system="windows")[LIBRARIES][0]
