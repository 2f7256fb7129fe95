"""The program as sources and as a packed file."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from wheel_pipeline import program
from wheel_pipeline.gate.check_files import check_files
from wheel_pipeline.wheels.sources import tree_hash

REPOSITORY = Path(__file__).resolve().parents[2]
PACKED = REPOSITORY / "lib" / "wheel_pipeline.pyz"
# Files that only other interpreters, toolchains or systems run are looked up, not imported.
IMPORT_ALL = """
import importlib, pkgutil, sys
sys.path[:0] = [sys.argv[1]]
import wheel_pipeline
names = [each.name for each in pkgutil.walk_packages(wheel_pipeline.__path__, "wheel_pipeline.")]
elsewhere = ("__main__", "gate.probe", "gate.import_modules", "wheels.elf", "wheels.pe", "windows_job")
for name in names:
    if not name.endswith(elsewhere):
        importlib.import_module(name)
print(len(names))
"""
OLD = "import sys, runpy; sys.version_info = (3, 9, 2); runpy.run_path(sys.argv.pop(1), run_name='__main__')"


def run(*argv: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-E", *map(str, argv)], capture_output=True, text=True)


@pytest.fixture
def packed(tmp_path: Path) -> Path:
    """The packed program in a folder of scripts, without a plan."""
    assert PACKED.is_file(), f"{PACKED} is missing: run npx projen pack"
    copy = tmp_path / "scripts" / PACKED.name
    copy.parent.mkdir()
    copy.write_bytes(PACKED.read_bytes())
    return copy


def test_every_module_is_packed_and_imports_with_nothing_installed(packed: Path) -> None:
    ran = run("-I", "-S", "-c", IMPORT_ALL, packed)
    sources = list((REPOSITORY / "src/runtime/wheel_pipeline").rglob("*.py"))
    assert ran.stdout.strip() == str(len(sources) - 1), ran.stderr  # all but the package itself


def test_the_packed_program_reads_the_plan_next_to_it(packed: Path) -> None:
    ran = run(packed, "build")
    assert (ran.returncode, ran.stderr) == (
        2,
        f"wheel_pipeline: error: cannot read the plan {packed.parent / 'plan.json'} (No such file or directory): "
        "run npx projen\n",
    )


def test_an_old_python_gets_a_short_message(packed: Path) -> None:
    ran = run("-c", OLD, packed)
    assert ran.returncode == 1
    assert "wheel_pipeline needs Python 3.12 or newer" in ran.stderr and "is 3.9" in ran.stderr


def test_a_traceback_shows_source_lines(packed: Path) -> None:
    code = "import sys; sys.path[:0] = [sys.argv[1]]; from wheel_pipeline import cli; cli.main(['build'], 1)"
    ran = run("-I", "-c", code, packed)
    log = re.search(r"please report it, with (\S+)", ran.stderr)
    assert log, ran.stderr
    assert 'plans.load(scripts / "plan.json")' in Path(log[1]).read_text(encoding="utf-8")


def test_a_file_of_the_gate_is_found_in_sources_and_packed_program(packed: Path) -> None:
    code = "import sys; sys.path[:0] = [sys.argv[1]]; from wheel_pipeline import program; "
    code += "print(ascii(program.source('gate/probe.py')))"
    assert run("-I", "-c", code, packed).stdout.strip() == ascii(program.source("gate/probe.py"))
    assert program.source("gate/probe.py").startswith('"""')


READ_BUILTIN = """
import sys
sys.path[:0] = [sys.argv[1]]
from importlib.resources import as_file
from pathlib import Path
from wheel_pipeline import program
from wheel_pipeline.gate.check_files import check_files
from wheel_pipeline.wheels.sources import tree_hash
for name, data in sorted(check_files("builtin:mlc-llm/checks/generate.py", Path()).items()):
    print(name, len(data))
with as_file(program.declared("builtin:mlc-llm/preflight", Path())) as tree:
    print(tree_hash(tree))
"""


def test_builtin_files_are_equal_in_sources_and_packed_program(packed: Path) -> None:
    ran = run("-I", "-S", "-c", READ_BUILTIN, packed)
    library = REPOSITORY / "src/mlc-llm"
    checks = {path.name: path.read_bytes() for path in (library / "checks").glob("_*.py")}
    checks["generate.py"] = (library / "checks/generate.py").read_bytes()
    assert check_files("builtin:mlc-llm/checks/generate.py", Path()) == checks
    sizes = [f"{name} {len(checks[name])}" for name in sorted(checks)]
    assert ran.stdout.splitlines() == [*sizes, tree_hash(library / "preflight")], ran.stderr


def test_only_checks_and_preflight_of_mlc_llm_are_packed(packed: Path) -> None:
    with zipfile.ZipFile(packed) as archive:
        brought = {name for name in archive.namelist() if name.startswith("mlc-llm/")}
    library = REPOSITORY / "src/mlc-llm"
    files = [*(library / "checks").glob("*.py"), *(library / "preflight").rglob("*")]
    wanted = {path.relative_to(library.parent).as_posix() for path in files if path.is_file()}
    assert brought == {name for name in wanted if "__pycache__" not in name}


BUILTIN = {"contract", "mlc-llm"}
"""Folders of the library's own files."""


def test_it_lists_its_libraries_with_licenses(packed: Path) -> None:
    with zipfile.ZipFile(packed) as archive:
        names = archive.namelist()
        libraries = {name.split("/")[0] for name in names if "/" in name} - {"wheel_pipeline", "licenses", *BUILTIN}
        assert libraries == {"attr", "attrs", "cattrs", "filelock", "packaging"}
        assert {"sbom.cdx.json", "licenses/mlc-llm-pipeline/LICENSE", "licenses/cattrs/LICENSE"} <= set(names)
        assert names == sorted(names)
        assert {each.date_time for each in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
