"""Start the program, or report the requirement that is missing. This file runs on any Python 3.

It is at the top of the packed program, and inside the package in a checkout.
"""

import os
import sys

MINIMUM = (3, 12)


def open_standard_streams() -> None:
    """Connect closed streams to the null device: the next file to be opened would get their descriptor."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # gets the lowest free descriptor, which is this one
            stream = os.fdopen(number, "w" if number else "r", encoding="utf-8", closefd=False)
            setattr(sys, name, stream)


def main() -> int:
    if sys.version_info < MINIMUM:
        wanted, found = (".".join(map(str, version[:2])) for version in (MINIMUM, sys.version_info))
        sys.stderr.write(f"wheel_pipeline needs Python {wanted} or newer, but {sys.executable} is {found}: "
                         "use the toolchain image, or activate the Conda environment\n")  # fmt: skip
        return 1
    open_standard_streams()
    folder = os.path.dirname(os.path.abspath(__file__))
    packed = os.path.isfile(folder)
    # A package that is run by its path would otherwise import its own modules as top-level ones.
    sys.path[0] = folder if packed else os.path.dirname(folder)
    try:
        from importlib import import_module

        cli = import_module("wheel_pipeline.cli")
    except ModuleNotFoundError as error:
        if packed or error.name is None or error.name.startswith("wheel_pipeline"):
            raise
        requirements = os.path.join(os.path.dirname(folder), "requirements.txt")
        sys.stderr.write(
            f"wheel_pipeline needs the Python package {error.name}, which {sys.executable} does not have: "
            f"run python -m pip install --require-hashes --requirement {requirements}\n"
        )
        return 1
    status: int = cli.main(sys.argv[1:])
    return status


if __name__ == "__main__":
    sys.exit(main())
