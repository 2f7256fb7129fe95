"""A DLL that repeats another becomes one of forwarders; what Windows makes of that is for the suites on Windows."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from conftest import EPOCH, make_wheel, make_wheel_file, members_of
from wheel_pipeline.core.errors import Failure
from wheel_pipeline.wheels import aliases, pe
from wheel_pipeline.wheels.interface import Interface

ALIASES = {"demo/demo.dll": "demo/demo_module.dll"}
FUNCTIONS = ("answer", "?of_cplusplus@@YAHH@Z")
LINKER = f"""#!{sys.executable}
import pathlib, sys
asked = [word for word in sys.argv[1:] if not word.startswith("/out:")]
out = next(word for word in sys.argv if word.startswith("/out:"))[5:]
definitions = [pathlib.Path(word[5:]).read_text() for word in asked if word.startswith("/def:")]
pathlib.Path(out).write_text(repr(asked) + "".join(definitions))
"""
pytestmark = pytest.mark.skipif(os.name == "nt", reason="a script stands for link.exe")


def exporting(*names: str, needed: str = "KERNEL32.dll", own_name: str = "demo_module.dll") -> Interface:
    return Interface(frozenset((name, "function") for name in names), frozenset([needed]), own_name)


def interfaces(monkeypatch: pytest.MonkeyPatch, repeated: Interface, code: Interface) -> None:
    """What is read in the two libraries, and in the one that the linker makes."""
    known = {b"repeated": repeated, b"code": code}
    small = Interface(frozenset(), frozenset(["demo_module.dll"]), "demo.dll")
    monkeypatch.setattr(pe, "interface", lambda name, data: known.get(data, small))


def share(folder: Path) -> dict[str, bytes]:
    raw = make_wheel_file(folder / "raw", files={"demo/demo.dll": b"repeated", "demo/demo_module.dll": b"code"})
    (folder / "bin").mkdir()
    (folder / "bin/link.exe").write_text(LINKER)
    (folder / "bin/link.exe").chmod(0o755)
    env = {"PATH": str(folder / "bin")}
    declared, target = make_wheel(aliases=ALIASES), folder / "wheels"
    aliases.share_code(raw.parent, declared, "windows", folder / "work", env, output_dir=target, epoch=EPOCH)
    return members_of(target / raw.name)


def test_every_export_is_handed_on_and_one_is_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    interfaces(monkeypatch, exporting(*FUNCTIONS, own_name="demo.dll"), exporting(*FUNCTIONS))
    members = share(tmp_path)
    assert members["demo/demo_module.dll"] == b"code"
    small = members["demo/demo.dll"].decode()
    assert "'/include:__imp_?of_cplusplus@@YAHH@Z'" in small
    assert "'/noentry'" in small and "'/Brepro'" in small
    assert 'LIBRARY "demo.dll"' in small
    assert "answer=demo_module.answer\n" in small
    assert "?of_cplusplus@@YAHH@Z=demo_module.?of_cplusplus@@YAHH@Z\n" in small


@pytest.mark.parametrize(
    ("repeated", "code", "message"),
    [
        (exporting("answer"), exporting("answer", "more"), r"under another name \(symbol more\)"),
        (exporting("answer", needed="x.dll"), exporting("answer"), "needed library KERNEL32.dll, needed library x.dll"),
        (exporting("answer"), exporting("answer", own_name="other.dll"), "calls itself other.dll"),
        (exporting(), exporting(), "exports nothing that demo.dll could hand on"),
        (exporting("#7"), exporting("#7"), r"cannot be forwarded to \(#7\)"),
        (exporting("a.b"), exporting("a.b"), r"cannot be forwarded to \(a.b\)"),
    ],
)
def test_nothing_is_replaced_that_is_not_the_same_or_cannot_be_handed_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, repeated: Interface, code: Interface, message: str
) -> None:
    interfaces(monkeypatch, repeated, code)
    with pytest.raises(Failure, match=message):
        share(tmp_path)


def test_what_is_no_library_is_named(tmp_path: Path) -> None:
    with pytest.raises(Failure, match="demo/demo.dll is not a Windows library"):
        share(tmp_path)
