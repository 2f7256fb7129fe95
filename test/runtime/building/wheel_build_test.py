"""One wheel of a build: what of it is kept."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from conftest import make_wheel, make_wheel_file
from wheel_pipeline.building.wheel_build import WheelBuild
from wheel_pipeline.wheels.cache import KeptWheel

TOKEN = "a-value-that-nobody-may-read"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("harmless", "kept demo-1.0"),
        (TOKEN, "is not kept: demo/lib.so holds the value of MY_TOKEN"),
        ("/the/build/demo.c", "is not kept: demo/lib.so holds the build path /the/build"),
    ],
)
def test_a_wheel_that_inspection_would_refuse_is_not_kept(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    content: str,
    told: str,
) -> None:
    monkeypatch.setenv("MY_TOKEN", TOKEN)
    raw = make_wheel_file(tmp_path / "raw", files={"demo/lib.so": content.encode()}).parent
    kept = KeptWheel(tmp_path / "cache", make_wheel(reuse=True), {}, 3)
    run: Any = SimpleNamespace(build_paths=["/the/build"])
    WheelBuild(run, make_wheel(reuse=True)).keep(kept, raw)
    assert told in capsys.readouterr().out
    assert bool(list((tmp_path / "cache").rglob("*.whl"))) == (content == "harmless")
