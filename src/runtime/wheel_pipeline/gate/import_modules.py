"""Imports modules by the interpreter under test, and writes how each went: import_modules.py PROGRESS MODULE…

A line before each import and one after it, so that one that ends the interpreter is known by its name.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import traceback

own = os.path.dirname(os.path.abspath(__file__))
sys.path[:] = [each for each in sys.path if each != own]
with open(sys.argv[1], "w", encoding="utf-8") as file:
    for name in sys.argv[2:]:
        print(json.dumps([name, None]), file=file, flush=True)
        outcome = ""
        try:
            importlib.import_module(name)
        except BaseException as error:
            traceback.print_exc()
            outcome = " ".join(f"{type(error).__name__}: {error}".split())
        print(json.dumps([name, outcome]), file=file, flush=True)
