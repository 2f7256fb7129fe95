"""Unpacks an archive's files below one folder that match a pattern: unpack.py ARCHIVE FOLDER PATTERN TARGET."""

import re
import shutil
import sys
import zipfile
from pathlib import Path


def unpack(archive: Path, folder: str, pattern: str, target: Path) -> None:
    with zipfile.ZipFile(archive) as opened:
        for entry in opened.infolist():
            name = entry.filename.removeprefix(f"{folder}/")
            if entry.is_dir() or name == entry.filename or not re.fullmatch(pattern, name):
                continue
            path = target / name
            path.parent.mkdir(parents=True, exist_ok=True)
            with opened.open(entry) as source, path.open("wb") as sink:
                shutil.copyfileobj(source, sink)


if __name__ == "__main__":
    unpack(Path(sys.argv[1]), sys.argv[2], sys.argv[3], Path(sys.argv[4]))
