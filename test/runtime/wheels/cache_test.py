"""A slow wheel is built once, and taken again while it would be built from the very same."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from cache_bench import Builds

from conftest import LIMITS, make_wheel_file
from wheel_pipeline.core.errors import Failure


@pytest.fixture
def builds(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Builds:
    return Builds(tmp_path, capsys)


def test_nothing_is_taken_before_something_is_kept(builds: Builds) -> None:
    assert "no wheel of demo is kept" in builds.take()
    assert not builds.raw.exists()


def test_the_same_project_takes_the_wheel_that_was_kept(builds: Builds) -> None:
    wheel = builds.keep()
    (builds.source / "other.c").write_text("int x;\n", encoding="utf-8")  # outside of the project
    assert "it is taken, not built" in builds.take()
    assert builds.taken() == wheel.read_bytes()
    assert builds.change and (builds.change.distribution, builds.change.before) == ("demo", wheel.name)
    assert list(builds.change.facts) == ["reused"] and len(builds.change.facts["reused"]) == 64


# What lies in the cache.


def damage_wheel(entry: Path) -> None:
    [wheel] = entry.glob("*.whl")
    wheel.write_bytes(wheel.read_bytes()[:-1] + b"x")


def write_identity(text: str) -> Callable[[Path], object]:
    return lambda entry: (entry / "identity.json").write_bytes(text.encode("latin-1"))


DAMAGES: dict[str, tuple[Callable[[Path], object], str]] = {
    "another wheel": (damage_wheel, "is not the file that was kept"),
    "no wheel": (lambda entry: next(entry.glob("*.whl")).unlink(), "whl is missing"),
    "no identity": (lambda entry: (entry / "identity.json").unlink(), "cannot read"),
    "empty": (write_identity(""), "is not JSON"),
    "cut off": (write_identity("{"), "is not JSON"),
    "a list": (write_identity("[]"), "does not say what is kept"),
    "other keys": (write_identity('{"identity": {}}'), "does not say what is kept"),
    "no text": (write_identity("\xff"), "is not UTF-8"),
    "a path": (write_identity('{"identity": {}, "file": "../x.whl", "sha256": ""}'), "'../x.whl' is no wheel"),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_a_damaged_entry_is_removed_with_one_line_and_the_wheel_built_anew(builds: Builds, name: str) -> None:
    builds.keep()
    [entry] = [path for path in (builds.cache / "demo").iterdir() if path.is_dir()]
    change, reason = DAMAGES[name]
    change(entry)
    first, second = builds.take().splitlines()
    assert first.startswith(f"{entry} is damaged (") and reason in first
    assert second == f"no wheel of demo is kept in {builds.cache}"
    assert not entry.exists()
    builds.keep()
    assert "it is taken" in builds.take()


def test_two_trees_keep_a_wheel_each_and_only_the_last_few_are_kept(builds: Builds) -> None:
    made = {}
    for number in range(5):
        builds.demo.write_text(f"int n{number};\n", encoding="utf-8")
        made[number] = builds.keep(str(number).encode()).read_bytes()
        [newest, *_] = sorted(builds.cache.rglob("identity.json"), key=lambda path: -path.stat().st_mtime)
        os.utime(newest, (number + 1e9, number + 1e9))
    assert len(list(builds.cache.rglob("*.whl"))) == LIMITS.kept_wheels
    for number in range(5):
        builds.demo.write_text(f"int n{number};\n", encoding="utf-8")
        builds.take()
        assert builds.taken() == (made[number] if number >= 5 - LIMITS.kept_wheels else None)


def test_what_a_killed_build_left_is_removed(builds: Builds) -> None:
    (builds.cache / "demo" / ".0123456789abcdef").mkdir(parents=True)
    builds.keep()
    assert "it is taken" in builds.take()
    assert not (builds.cache / "demo" / ".0123456789abcdef").exists()


def test_a_job_learns_that_there_is_something_to_save(builds: Builds, monkeypatch: pytest.MonkeyPatch) -> None:
    output = builds.root / "output"
    monkeypatch.setenv("GITHUB_OUTPUT", str(output))
    builds.take()
    assert not output.exists()
    builds.keep()
    assert output.read_text(encoding="utf-8") == "kept-wheels=true\n"


@pytest.mark.parametrize("blocked", ["cache", "cache/demo"])
def test_a_folder_that_cannot_be_used_is_named_with_its_variable(builds: Builds, blocked: str) -> None:
    path = builds.root / blocked
    path.parent.mkdir(exist_ok=True)
    path.write_text("a file", encoding="utf-8")
    with pytest.raises(Failure, match=r"cannot use the wheel cache .*cache \(.*set WHEEL_CACHE_DIR"):
        builds.take()


def test_a_wheel_that_cannot_be_kept_is_a_warning(builds: Builds, monkeypatch: pytest.MonkeyPatch) -> None:
    """The wheel is ready: another hour's build would not make it better."""
    output = builds.root / "output"
    monkeypatch.setenv("GITHUB_OUTPUT", str(output))
    builds.cache.write_text("a file", encoding="utf-8")
    builds.keep()
    told = builds.capsys.readouterr()
    assert "is not kept, so the next build builds it again: cannot use the wheel cache" in told.out + told.err
    assert not output.exists()


KEEP = """
import sys
from pathlib import Path
sys.path[:0] = sys.argv[1:3]
from conftest import make_wheel
from wheel_pipeline.wheels.cache import KeptWheel
for number in range(4):
    kept = KeptWheel(Path(sys.argv[3]), make_wheel(), {"number": number}, 2)
    kept.keep(Path(sys.argv[4]))
    kept.take(Path(sys.argv[5]))
"""


@pytest.mark.slow
def test_builds_may_keep_into_one_cache_at_once(tmp_path: Path) -> None:
    wheel = make_wheel_file(tmp_path / "built", files={"demo/lib.so": os.urandom(300_000)})
    tests = Path(__file__).resolve().parents[1]
    paths = [str(path) for path in (tests, tests.parents[1] / "src/runtime", tmp_path / "cache", wheel.parent)]
    argv = [sys.executable, "-c", KEEP, *paths]
    running = [subprocess.Popen([*argv, str(tmp_path / f"raw{i}")], stderr=subprocess.PIPE) for i in range(5)]
    failed = [said for process in running if (said := process.communicate()[1]) or process.returncode]
    assert failed == []
    entries = [path for path in (tmp_path / "cache" / "demo").iterdir() if path.is_dir()]
    assert len(entries) == 2
    assert all((entry / wheel.name).read_bytes() == wheel.read_bytes() for entry in entries)


def test_what_is_not_called_like_an_entry_is_left_alone(builds: Builds) -> None:
    for path in ("src/main.c", ".git/HEAD", ".hidden/notes"):
        (builds.cache / "demo" / path).parent.mkdir(parents=True)
        (builds.cache / "demo" / path).write_text("mine")
    builds.keep()
    assert "it is taken" in builds.take()
    assert all((builds.cache / "demo" / path).exists() for path in ("src/main.c", ".git/HEAD", ".hidden/notes"))


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_nothing_is_taken_from_a_cache_that_everybody_can_write_to(builds: Builds) -> None:
    builds.keep()
    (builds.cache / "demo").chmod(0o777)
    assert "which everybody can write to" in builds.take()
    (builds.cache / "demo").chmod(0o755)
    assert "it is taken" in builds.take()
