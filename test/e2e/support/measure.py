"""Runs a command of the program, and writes how long what it started took: measure.py FILE SCRIPTS COMMAND …

The sum of the wall times of its children, from their start to their end, in seconds.
"""

import atexit
import sys
import time
from importlib import import_module
from pathlib import Path
from typing import Any

file, scripts, *command = sys.argv[1:]
sys.path.insert(0, f"{scripts}/wheel_pipeline.pyz")
processes: Any = import_module("wheel_pipeline.core.processes")
children: list[float] = []


class Timed(processes.Group):  # type: ignore[misc]
    def __init__(self, *args: Any, **options: Any) -> None:
        self.started = time.monotonic()
        super().__init__(*args, **options)

    def wait(self, seconds: float) -> int | None:
        status: int | None = super().wait(seconds)
        if status is not None and self.started:
            children.append(time.monotonic() - self.started)
            self.started = 0.0
        return status


processes.Group = Timed
atexit.register(lambda: Path(file).write_text(str(sum(children)), encoding="utf-8"))
sys.exit(import_module("wheel_pipeline.cli").main(command))
