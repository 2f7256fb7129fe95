"""What the tests of the Python scripts share: tiny real wheels, and a plan for them."""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "src" / "scripts"))

TAG = "manylinux_2_28_x86_64"
Plan = Callable[..., Path]


def hashed(data: bytes) -> str:
    return "sha256=" + base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()


def make_wheel(
    folder: Path,
    name: str = "demo",
    version: str = "1.0",
    *,
    files: dict[str, bytes] | None = None,
    requires: list[str] | None = None,
    metadata: str | None = None,
    platform: str = TAG,
    wheel_tags: list[str] | None = None,
    record: str | None = None,
    date: tuple[int, int, int, int, int, int] = (2020, 2, 2, 2, 2, 2),
    modes: dict[str, int] | None = None,
    backwards: bool = False,
) -> Path:
    """A wheel as a build backend would write it; each argument is one way for it to be wrong."""
    stem = f"{name.replace('-', '_')}-{version}"
    info = f"{stem}.dist-info"
    lines = "".join(f"Requires-Dist: {text}\n" for text in requires or [])
    tags = wheel_tags or [f"py3-none-{each}" for each in platform.split(".")]
    members = (
        {f"{name.replace('-', '_')}/__init__.py": f"__version__ = {version!r}\n".encode()} if files is None else files
    )
    members = {
        **members,
        f"{info}/METADATA": (
            metadata
            or f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{lines}\n# Read me\n\nVersion: of the text\n"
        ).encode(),
        f"{info}/WHEEL": (
            "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: false\n" + "".join(f"Tag: {tag}\n" for tag in tags)
        ).encode(),
    }
    rows = "".join(f"{path},{hashed(data)},{len(data)}\n" for path, data in members.items())
    members[f"{info}/RECORD"] = (record if record is not None else f"{rows}{info}/RECORD,,\n").encode()
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{stem}-py3-none-{platform}.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for member in sorted(members, reverse=backwards):
            entry = zipfile.ZipInfo(member, date)
            entry.external_attr = (modes or {}).get(member, 0o100644) << 16
            archive.writestr(entry, members[member], zipfile.ZIP_DEFLATED)
    return path


def compile_library(folder: Path, name: str, source: str = "int f(void) { return 1; }", *options: str) -> bytes:
    assert shutil.which("cc"), "install a C compiler: libraries are compiled with cc"
    folder.mkdir(exist_ok=True)
    (folder / "x.c").write_text(source + "\n")
    argv = ["cc", "-shared", "-fPIC", "-nostdlib", "-o", str(folder / name), str(folder / "x.c"), *options]
    subprocess.run(argv, check=True)
    return (folder / name).read_bytes()


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    """Writes a plan of the given wheels, by default one that is called demo."""

    def write(*wheels: dict[str, Any], **more: Any) -> Path:
        path = tmp_path / "plan.json"
        content = {
            "schema": 1,
            "name": "demo",
            "source": {"kind": "git", "repository": "https://example.com/demo", "commit": "a" * 40, "tag": "v1.0"},
            "wheels": [{"distribution": "demo", **wheel} for wheel in wheels or ({},)],
            "platforms": {"linux-x86_64": {"platformTag": TAG}, "windows-amd64": {"platformTag": "win_amd64"}},
            **more,
        }
        path.write_text(json.dumps(content), encoding="utf-8")
        return path

    return write


@pytest.fixture(autouse=True)
def quiet_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY", "SOURCE_DATE_EPOCH", "PYTHONPATH"):
        monkeypatch.delenv(name, raising=False)
