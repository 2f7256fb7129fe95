"""Write the configuration of the tiny model with MLC-LLM's command line."""

import json

from _tiny_model import make_tiny_model, mlc_llm

folder = make_tiny_model()
mlc_llm("gen_config", folder, "--quantization", "q0f32", "--conv-template", "LM", "--output", folder / "out")
written = json.loads((folder / "out" / "mlc-chat-config.json").read_text())
assert (written["model_type"], written["vocab_size"]) == ("llama", 8), written
