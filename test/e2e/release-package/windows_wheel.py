"""Stands for a Windows build: a folder with the package's win_amd64 wheel, its SHA256SUMS and its build-record.json.

Usage: windows_wheel.py SCRIPTS FOLDER VERSION. SCRIPTS is the synthesized scripts' folder, whose program writes them.
"""

import base64
import hashlib
import sys
import zipfile
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
from wheel_pipeline import plan as plans  # noqa: E402
from wheel_pipeline.wheels.record import Made, write_record  # noqa: E402

plan = plans.load(scripts / "plan.json")
problems = write_record(plan, plan.build(), plan.build().platform("windows-amd64"), folder, Made())
sys.exit("\n".join(problems) or 0)
