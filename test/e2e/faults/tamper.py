"""Puts a member into the delivered wheel, and makes its RECORD, the build record and SHA256SUMS agree with it.

    tamper.py FOLDER NAME [TEXT] [MODE]

So nothing but what the wheel holds can give it away. NAME is written as it is; MODE is an octal number.
"""

import base64
import hashlib
import json
import sys
import zipfile
from pathlib import Path

folder, name, text, mode = Path(sys.argv[1]), sys.argv[2], *(sys.argv[3:] + ["", "100644"][len(sys.argv) - 3 :])[:2]
[path] = folder.glob("*.whl")
with zipfile.ZipFile(path) as archive:
    members = [(info, archive.read(info)) for info in archive.infolist()]
info = zipfile.ZipInfo("x")
info.filename = info.orig_filename = name
info.create_system, info.external_attr = 3, int(mode, 8) << 16
members.insert(0, (info, text.encode()))
with zipfile.ZipFile(path, "w") as archive:
    record = ""
    for info, data in members:
        if info.filename.endswith(".dist-info/RECORD"):
            data = f"{record}{info.filename},,\n".encode()
        digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
        record += f'"{info.filename}",sha256={digest},{len(data)}\n'
        archive.writestr(info, data)
data = path.read_bytes()
told = json.loads((folder / "build-record.json").read_text())
told["wheels"][0] |= {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}
(folder / "build-record.json").write_text(json.dumps(told))
(folder / "SHA256SUMS").write_text(f"{hashlib.sha256(data).hexdigest()}  {path.name}\n")
