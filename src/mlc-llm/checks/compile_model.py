"""Compile the tiny model for a target: compile_model.py TARGET"""

import sys

from _tiny_model import make_tiny_model, mlc_llm

[target] = sys.argv[1:]
folder = make_tiny_model()
model, library = folder / "model", folder / "model.tar"
mlc_llm("gen_config", folder, "--quantization", "q0f16", "--conv-template", "LM", "--output", model)
mlc_llm("compile", model, "--device", target, "--output", library)
assert library.stat().st_size > 0
