"""Run a check's file with the interpreter under test: run_check.py RESULT TOKEN FILE [ARGUMENT…]

The token is written to the result only after the file's last line, so an early sys.exit(0) or os._exit(0) fails.
A file that cannot run on this machine raises `unittest.SkipTest("reason")`. A SkipTest that the file catches, or that
other code raises, such as the wheel's, does not skip the check.
"""

from __future__ import annotations

import json
import os
import sys
import types


def main(result: str, token: str, file: str, *arguments: str) -> None:
    folder, own = os.path.dirname(file), os.path.dirname(os.path.abspath(__file__))
    sys.argv = [file, *arguments]
    # Last, so that a check does not shadow an installed module of the same name.
    sys.path[:] = [*(each for each in sys.path if each != own), folder]
    runner, module = sys.modules["__main__"], types.ModuleType("__main__")
    module.__dict__.update(__file__=file, __builtins__=__builtins__)
    with open(file, "rb") as source:
        program = compile(source.read(), file, "exec", dont_inherit=True)
    sys.modules["__main__"] = module
    reason = None
    try:
        exec(program, module.__dict__)
    except Exception as error:
        if not is_skip(error, folder):
            raise
        reason = " ".join(str(error).split())
        if not reason:
            raise ValueError('a skip needs a reason: raise unittest.SkipTest("reason")') from error
    sys.modules["__main__"] = runner
    with open(result, "w", encoding="utf-8") as output:
        json.dump({"token": token, "skipped": reason}, output)


def is_skip(error: Exception, folder: str) -> bool:
    """Check for a SkipTest raised by a file of the check. Do not import unittest: the code under test may lack that."""
    case = sys.modules.get("unittest.case")
    if case is None or not isinstance(error, case.SkipTest):
        return False
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return trace is not None and os.path.dirname(trace.tb_frame.f_code.co_filename) == folder


if __name__ == "__main__":
    main(*sys.argv[1:])
