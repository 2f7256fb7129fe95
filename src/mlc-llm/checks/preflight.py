"""Uses one part of the small library that MLC-LLM's toolchain is tried on: llvm, spirv, vulkan or crate."""

import sys

from mlc_llm_preflight import LIBRARY

[part] = sys.argv[1:]
if part == "llvm":
    assert LIBRARY.preflight_llvm() > 0
elif part == "spirv":
    assert LIBRARY.preflight_spirv() > 0, "SPIRV-Tools refuses a barrier as tvm emits it: an older one is needed"
elif part == "vulkan":
    assert LIBRARY.preflight_vulkan() > 0
elif part == "crate":
    assert LIBRARY.preflight_crate(1234) == 10
else:
    raise SystemExit(f"unknown part {part!r}: use llvm, spirv, vulkan or crate")
