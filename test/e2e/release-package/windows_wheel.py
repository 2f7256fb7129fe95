"""Stands for a Windows build: a folder with the package's win_amd64 wheel, its SHA256SUMS and its build-record.json.

Usage: windows_wheel.py SCRIPTS FOLDER VERSION. SCRIPTS is the synthesized scripts' folder, whose program writes them.
"""

import base64
import hashlib
import sys
import zipfile
from importlib import import_module
from pathlib import Path

scripts, folder, version = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
folder.mkdir(parents=True)
name = f"release_demo-{version}"
files = {
    "release_demo/__init__.py": (Path(__file__).parent / "release_demo/__init__.py").read_bytes(),
    "release_demo/demo.dll": b"MZ stands for a library",
    f"{name}.dist-info/METADATA": f"Metadata-Version: 2.1\nName: release-demo\nVersion: {version}\n".encode(),
    f"{name}.dist-info/WHEEL": b"Wheel-Version: 1.0\nRoot-Is-Purelib: false\nTag: py3-none-win_amd64\n",
}
record = ""
with zipfile.ZipFile(folder / f"{name}-py3-none-win_amd64.whl", "w") as wheel:
    for path, data in files.items():
        wheel.writestr(path, data)
        digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
        record += f"{path},sha256={digest},{len(data)}\n"
    wheel.writestr(f"{name}.dist-info/RECORD", f"{record}{name}.dist-info/RECORD,,\n")
sys.path.insert(0, str(scripts))
plans, recording = (import_module(f"wheel_pipeline.{name}") for name in ("plan", "wheels.record"))
plan = plans.load(scripts / "plan.json")
build = plan.build()
# The package lies in the pipeline's own repository: a folder has no commit of its own.
problems = recording.write_record(plan, build, build.platform("windows-amd64"), folder, recording.Made(dirty=False))
sys.exit("\n".join(problems) or 0)
