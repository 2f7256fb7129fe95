"""Stands for a build, or for its test: what the program would leave behind, without a compiler.

    built.py wheels SCRIPTS FOLDER VERSION PLATFORM   the package's wheel, its SHA256SUMS and its build-record.json
    built.py report SCRIPTS FOLDER FILE PLATFORM      the report of a test of the wheels in FOLDER, all of it passed

SCRIPTS is the synthesized scripts' folder, whose program writes them.

E2E_BUILT_WITHOUT=PLATFORM loses that platform's wheel, and E2E_BUILT_VERSION=PLATFORM=VERSION gives it another version.
"""

import base64
import hashlib
import json
import os
import sys
import zipfile
from importlib import import_module
from pathlib import Path

what, scripts, folder, last, platform = sys.argv[1], *map(Path, sys.argv[2:4]), sys.argv[4], sys.argv[5]
sys.path.insert(0, str(scripts / "wheel_pipeline.pyz"))
plans, recording, reporting = (
    import_module(f"wheel_pipeline.{name}") for name in ("plan", "wheels.record", "gate.report")
)
plan = plans.load(scripts / "plan.json")
build = plan.build()


def wheels(version: str) -> list[str]:
    folder.mkdir(parents=True)
    tag = f"py3-none-{build.platform(platform).platform_tag}"
    name = f"release_demo-{version}"
    files = {
        "release_demo/__init__.py": b"",
        f"{name}.dist-info/METADATA": f"Metadata-Version: 2.1\nName: release-demo\nVersion: {version}\n".encode(),
        f"{name}.dist-info/WHEEL": f"Wheel-Version: 1.0\nRoot-Is-Purelib: false\nTag: {tag}\n".encode(),
    }
    record = ""
    with zipfile.ZipFile(folder / f"{name}-{tag}.whl", "w") as wheel:
        for path, data in files.items():
            wheel.writestr(zipfile.ZipInfo(path), data)
            digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
            record += f"{path},sha256={digest},{len(data)}\n"
        wheel.writestr(zipfile.ZipInfo(f"{name}.dist-info/RECORD"), f"{record}{name}.dist-info/RECORD,,\n")
    made = recording.Made(dirty=False)
    problems = recording.write_record(plan, build, build.platform(platform), folder, made)
    if os.environ.get("E2E_BUILT_WITHOUT") == platform:
        (folder / f"{name}-{tag}.whl").unlink()
    return list(problems)


def report(file: Path) -> None:
    tested = [
        {"file": path.name, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()} for path in folder.glob("*.whl")
    ]
    facts = {"schema": reporting.SCHEMA, "name": build.name, "platform": platform, "passed": 1, "failed": 0}
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({**facts, "leftOut": 0, "wheels": tested, "checks": []}), encoding="utf-8")


if what == "wheels":
    other, _, version = os.environ.get("E2E_BUILT_VERSION", "").partition("=")
    sys.exit("\n".join(wheels(version if other == platform else last)) or 0)
report(Path(last))
