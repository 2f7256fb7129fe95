"""Runs the code of a check by the interpreter under test: run_check.py RESULT TOKEN CODE

The token reaches the result only after the code's last line: an early sys.exit(0) or os._exit(0) is no success.
Code with nothing to do on this machine calls `skip("why")`, a name that it finds among its globals.
"""

from __future__ import annotations

import json
import os
import sys
import types
from typing import NoReturn


class Skipped(BaseException):
    """Ends the code; what catches every Exception does not catch it."""


def skip(reason: str) -> NoReturn:
    if not reason.strip():
        raise ValueError("skip() needs a reason")
    raise Skipped(" ".join(reason.split()))


def main(result: str, token: str, code: str) -> None:
    sys.argv = [code]
    sys.path.insert(0, os.path.dirname(code))
    runner, module = sys.modules["__main__"], types.ModuleType("__main__")
    module.__dict__.update(__file__=code, __builtins__=__builtins__, skip=skip)
    with open(code, "rb") as file:
        program = compile(file.read(), code, "exec", dont_inherit=True)
    sys.modules["__main__"] = module
    reason = None
    try:
        exec(program, module.__dict__)
    except Skipped as skipped:
        reason = str(skipped)
    sys.modules["__main__"] = runner
    with open(result, "w", encoding="utf-8") as output:
        json.dump({"token": token, "skipped": reason}, output)


if __name__ == "__main__":
    main(*sys.argv[1:])
