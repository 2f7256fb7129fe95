"""Test one part of the preflight library: preflight.py llvm|spirv|vulkan|crate"""

import sys

from mlc_llm_preflight import LIBRARY

[part] = sys.argv[1:]
if part == "llvm":
    assert LIBRARY.preflight_llvm() > 0
elif part == "spirv":
    assert LIBRARY.preflight_spirv() > 0, "SPIRV-Tools rejects a barrier that tvm emits: use an older version"
elif part == "vulkan":
    assert LIBRARY.preflight_vulkan() > 0
elif part == "crate":
    assert LIBRARY.preflight_crate(1234) == 10
else:
    raise SystemExit(f"unknown part {part!r}: use llvm, spirv, vulkan or crate")
