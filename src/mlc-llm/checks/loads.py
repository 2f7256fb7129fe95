"""Load MLC-LLM's library, which registers its functions with tvm: loads.py LIBRARY [--runtime-only]

In tvm's runtime-only mode, `import mlc_llm` itself fails, so the check loads the library by path.
"""

from __future__ import annotations

import argparse
import ctypes
import importlib.util
import os
import sys
from pathlib import Path


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("library")
    parser.add_argument("--runtime-only", action="store_true")
    options = parser.parse_args()

    # tvm reads the variable when it is imported.
    os.environ["TVM_USE_RUNTIME_LIB"] = "1" if options.runtime_only else "0"
    import tvm.base
    import tvm_ffi

    assert tvm.base._RUNTIME_ONLY is options.runtime_only
    # Newer versions of tvm have a part of the runtime that the runtime-only mode does not load.
    for extra in Path(tvm.__file__).parent.rglob("*tvm_runtime_extra.*"):
        ctypes.CDLL(str(extra), ctypes.RTLD_GLOBAL)
    spec = importlib.util.find_spec("mlc_llm")
    assert spec and spec.origin
    name = f"{options.library}.dll" if sys.platform == "win32" else f"lib{options.library}.so"
    ctypes.CDLL(str(Path(spec.origin).with_name(name)))
    tvm_ffi.get_global_func("mlc.json_ffi.CreateJSONFFIEngine")


if __name__ == "__main__":
    main()
