"""Starts the program, or says in one sentence what it lacks."""

import os
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
MINIMUM = (3, 12)


def open_standard_streams() -> None:
    """A stream that the caller has closed leads nowhere: else the next file that is opened would take its place."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free, which is this one
            stream = os.fdopen(number, "w" if number else "r", encoding="utf-8", closefd=False)
            setattr(sys, name, stream)


def main() -> int:
    if sys.version_info < MINIMUM:
        wanted, found = (".".join(map(str, version[:2])) for version in (MINIMUM, sys.version_info))
        sys.stderr.write(f"{FOLDER.name} needs Python {wanted} or newer, and {sys.executable} is {found}: "
                         "use the toolchain image, or activate the Conda environment\n")  # fmt: skip
        return 1
    open_standard_streams()
    # Run by its path, it is no package yet; and what lies beside it must not be taken for a library.
    sys.path[0] = str(FOLDER.parent)
    try:
        from importlib import import_module

        cli = import_module(f"{FOLDER.name}.cli")
    except ModuleNotFoundError as error:
        if error.name is None or error.name.startswith(FOLDER.name):
            raise
        requirements = FOLDER.parent / "runtime-requirements.txt"
        sys.stderr.write(
            f"{FOLDER.name} needs the Python package {error.name}, which {sys.executable} does not have: "
            f"python -m pip install --require-hashes --requirement {requirements}\n"
        )
        return 1
    status: int = cli.main(sys.argv[1:])
    return status


if __name__ == "__main__":
    sys.exit(main())
