"""Compile the tiny model with random weights and generate a token: tests compiler, runtime and engine.

Compiling links with the machine's C++ compiler, which must be clang on Windows.
"""

from __future__ import annotations

import argparse

from _tiny_model import VOCABULARY, make_tiny_model, mlc_llm
from _vulkan_driver import skip_without_vulkan_driver


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--device", required=True)
    parser.add_argument("--quantization", required=True)
    parser.add_argument("--dtype", required=True)
    options = parser.parse_args()
    if options.device == "vulkan":
        skip_without_vulkan_driver()
    folder = make_tiny_model()

    # After the skip, as these imports take seconds.
    import numpy
    from mlc_llm import MLCEngine
    from mlc_llm.model import MODELS
    from tvm.contrib import tvmjs

    model, library = folder / "model", folder / "model.so"
    quantized = ("--quantization", options.quantization)
    mlc_llm("gen_config", folder, *quantized, "--conv-template", "LM", "--output", model)
    llama = MODELS["llama"]
    module = llama.model(llama.config.from_file(folder / "config.json"))
    module.to(options.dtype)
    _, parameters, _ = module.export_tvm(spec=module.get_default_spec(), allow_extern=True)
    random = numpy.random.default_rng(0)
    # A symbolic dimension of a shape is the size of the vocabulary.
    size = len(VOCABULARY)
    shapes = {name: [n if isinstance(n, int) else size for n in each.shape] for name, each in parameters}
    weights = {name: (random.standard_normal(shape) / 8).astype(options.dtype) for name, shape in shapes.items()}
    about = {"ParamSize": len(weights)}
    tvmjs.dump_tensor_cache(weights, str(model), meta_data=about, encode_format="raw", show_progress=False)
    mlc_llm("compile", model, "--device", options.device, "--output", library)
    engine = MLCEngine(model=str(model), model_lib=str(library), device=options.device, mode="interactive")
    answer = engine.completions.create(prompt="hello", max_tokens=4)
    engine.terminate()
    print(answer)
    assert answer.usage.completion_tokens >= 1, answer


if __name__ == "__main__":
    main()
