/** What must hold for the wheels of MLC-LLM where they are installed: the test gate. */
import type { WheelCheck } from '../declaration/check';
import { System } from '../declaration/platform';

/** Of tvm's foreign-function interface. */
export const TVM_FFI_CHECKS: WheelCheck[] = [
  { name: 'imports', imports: ['tvm_ffi', 'tvm_ffi.core', 'tvm_ffi.registry', 'tvm_ffi.container'] },
  {
    name: 'native round trip',
    python: [
      'import numpy, tvm_ffi',
      'array = numpy.arange(6, dtype="float32").reshape(2, 3)',
      'tensor = tvm_ffi.from_dlpack(array)',
      'back = numpy.from_dlpack(tvm_ffi.convert(lambda value: value)(tensor))',
      'assert tensor.shape == (2, 3) and (back == array).all()',
    ],
  },
];

/**
 * Ends a check where the machine has no Vulkan driver, which the loader itself is asked for: with a device and without
 * tvm seeing it, the check goes on and fails.
 */
const VULKAN_DRIVER = [
  'import ctypes, ctypes.util, sys',
  '# Windows has it along the PATH too, where Python does not look by itself.',
  'windows = ctypes.util.find_library("vulkan-1.dll") or "vulkan-1.dll" if sys.platform == "win32" else None',
  'loader = ctypes.CDLL(windows or "libvulkan.so.1")',
  '# A VkInstanceCreateInfo that asks for nothing: its type is 1, all else is 0.',
  'instance, count = ctypes.c_void_p(), ctypes.c_uint32()',
  'if loader.vkCreateInstance((ctypes.c_uint64 * 8)(1), None, ctypes.byref(instance)) == 0:',
  '    loader.vkEnumeratePhysicalDevices(instance, ctypes.byref(count), None)',
  'if count.value == 0:',
  '    skip("there is no Vulkan driver here, so nothing runs on one; Mesa\'s lavapipe is one for the CPU")',
];

/** Takes numbers to a device of tvm and back; without the device, it fails and says what is missing. */
export function bufferCopy(on: { device: string; title: string; missing: string }): string[] {
  return [
    'import numpy, tvm',
    `device = tvm.device("${on.device}")`,
    `assert device.exist, "${on.missing}"`,
    `print(f"${on.title}: {device.device_name}")`,
    'numbers = numpy.arange(1 << 20, dtype="float32")',
    'assert (tvm.runtime.tensor(numbers, device).numpy() == numbers).all()',
  ];
}

/** Of the compiler and its runtime. */
export const TVM_CHECKS: WheelCheck[] = [
  {
    name: 'imports',
    imports: ['tvm', 'tvm.relax', 'tvm.runtime', 'tvm.script', 'tvm.s_tir', 'tvm.topi', 'tvm.target'],
    timeout: 300,
  },
  {
    name: 'LLVM and Vulkan are compiled in',
    python: [
      'import tvm',
      'assert tvm.get_global_func("target.llvm_version_major")() == 19',
      'assert tvm.get_global_func("device_api.vulkan", allow_missing=True) is not None',
    ],
  },
  {
    name: 'a buffer copy on the Vulkan device',
    python: [
      ...VULKAN_DRIVER,
      ...bufferCopy({ device: 'vulkan', title: 'Vulkan', missing: 'the loader finds a device, and tvm does not' }),
    ],
  },
];

/** A model in name only: a Llama too small to be worth compiling, and a byte-level tokenizer of eight tokens. */
const TINY_MODEL = [
  'import json, pathlib, subprocess, sys, tempfile',
  'folder = pathlib.Path(tempfile.mkdtemp())',
  'sizes = {"hidden_size": 64, "intermediate_size": 128, "vocab_size": 8, "max_position_embeddings": 128}',
  'layers = {"num_attention_heads": 4, "num_hidden_layers": 2, "rms_norm_eps": 1e-5}',
  '(folder / "config.json").write_text(json.dumps({"model_type": "llama", **sizes, **layers}))',
  'vocabulary = {token: i for i, token in enumerate(["h", "e", "l", "o", "w", "\\u0120", "he", "ll"])}',
  'bytes_only = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}',
  'pairs = {"type": "BPE", "vocab": vocabulary, "merges": ["h e", "l l"]}',
  'tokenizer = {"version": "1.0", "pre_tokenizer": bytes_only, "decoder": bytes_only, "model": pairs}',
  '(folder / "tokenizer.json").write_text(json.dumps(tokenizer))',
];

/** The tiny model, and the command line to use it with. */
const TINY_MODEL_AND_COMMAND = [
  ...TINY_MODEL,
  'def mlc_llm(*words):',
  '    subprocess.run([sys.executable, "-m", "mlc_llm", *map(str, words)], check=True)',
];

/** Whether one of the library's two names brings its functions to tvm; in the runtime-only mode, `import mlc_llm` itself fails. */
function loads({ library, runtimeOnly }: { library: string; runtimeOnly: boolean }): WheelCheck {
  return {
    name: `${library} loads ${runtimeOnly ? 'without' : 'with'} the compiler`,
    python: [
      'import ctypes, importlib.util, os, pathlib, sys',
      `os.environ["TVM_USE_RUNTIME_LIB"] = "${runtimeOnly ? 1 : 0}"`,
      'import tvm.base, tvm_ffi',
      `assert tvm.base._RUNTIME_ONLY is ${runtimeOnly ? 'True' : 'False'}`,
      '# Newer versions of tvm have a part of the runtime that the runtime-only mode leaves to others.',
      'for extra in pathlib.Path(tvm.__file__).parent.rglob("*tvm_runtime_extra.*"):',
      '    ctypes.CDLL(str(extra), ctypes.RTLD_GLOBAL)',
      'folder = pathlib.Path(importlib.util.find_spec("mlc_llm").origin).parent',
      `ctypes.CDLL(str(folder / ("${library}.dll" if sys.platform == "win32" else "lib${library}.so")))`,
      'tvm_ffi.get_global_func("mlc.json_ffi.CreateJSONFFIEngine")',
    ],
    timeout: 180,
  };
}

/**
 * Gives the tiny model random weights, compiles it and has it generate a token: through the compiler, the runtime and the
 * engine's threads. Compiling links with the machine's C++ compiler, which on Windows would have to be clang.
 */
export function generates(on: {
  device: string;
  title: string;
  quantization: string;
  dtype: string;
  before?: string[];
}): WheelCheck {
  return {
    name: `a model compiled for ${on.title} generates`,
    only: System.LINUX,
    python: [
      ...(on.before ?? []),
      ...TINY_MODEL_AND_COMMAND,
      'import numpy',
      'from tvm.contrib import tvmjs',
      'from mlc_llm import MLCEngine',
      'from mlc_llm.model import MODELS',
      'model, library = folder / "model", folder / "model.so"',
      `mlc_llm("gen_config", folder, "--quantization", "${on.quantization}", "--conv-template", "LM", "--output", model)`,
      'llama = MODELS["llama"]',
      'module = llama.model(llama.config.from_file(folder / "config.json"))',
      `module.to("${on.dtype}")`,
      '_, parameters, _ = module.export_tvm(spec=module.get_default_spec(), allow_extern=True)',
      'random = numpy.random.default_rng(0)',
      '# What is no number in a shape is the size of the vocabulary.',
      'shapes = {name: [n if isinstance(n, int) else 8 for n in each.shape] for name, each in parameters}',
      `weights = {name: (random.standard_normal(shape) / 8).astype("${on.dtype}") for name, shape in shapes.items()}`,
      'about = {"ParamSize": len(weights)}',
      'tvmjs.dump_tensor_cache(weights, str(model), meta_data=about, encode_format="raw", show_progress=False)',
      `mlc_llm("compile", model, "--device", "${on.device}", "--output", library)`,
      `engine = MLCEngine(model=str(model), model_lib=str(library), device="${on.device}", mode="interactive")`,
      'answer = engine.completions.create(prompt="hello", max_tokens=4)',
      'engine.terminate()',
      'print(answer)',
      'assert answer.usage.completion_tokens >= 1, answer',
    ],
    timeout: 300,
  };
}

/** Of MLC-LLM itself. */
export const MLC_LLM_CHECKS: WheelCheck[] = [
  {
    // By name: walking the package would import its libraries as modules and end the process.
    name: 'imports',
    imports: ['mlc_llm', 'mlc_llm.*'],
    // They need pandas, transformers, huggingface_hub and langchain.
    except: ['mlc_llm.bench.*', 'mlc_llm.cli.delivery', 'mlc_llm.contrib.embeddings.openai'],
    timeout: 300,
  },
  ...['chat', 'serve', 'compile', 'convert_weight', 'gen_config', 'package'].map((command) => ({
    name: `${command} --help`,
    command: ['-m', 'mlc_llm', command, '--help'],
    expect: 'usage:',
    timeout: 180,
  })),
  {
    name: 'gen_config',
    python: [
      ...TINY_MODEL_AND_COMMAND,
      'mlc_llm("gen_config", folder, "--quantization", "q0f32", "--conv-template", "LM", "--output", folder / "out")',
      'written = json.loads((folder / "out" / "mlc-chat-config.json").read_text())',
      'assert (written["model_type"], written["vocab_size"]) == ("llama", 8), written',
    ],
    timeout: 180,
  },
  {
    // Needs neither a device nor a linker: whether SPIRV-Tools, which tvm has inside, accepts what its compiler emits.
    name: 'a model compiles for Vulkan',
    python: [
      ...TINY_MODEL_AND_COMMAND,
      'model, library = folder / "model", folder / "model.tar"',
      'mlc_llm("gen_config", folder, "--quantization", "q0f16", "--conv-template", "LM", "--output", model)',
      'mlc_llm("compile", model, "--device", "vulkan:generic", "--output", library)',
      'assert library.stat().st_size > 0',
    ],
    // On Windows, tvm-ffi reads the symbols of every DLL again for each error that tvm's scheduler raises and catches, some
    // 640 of them here: https://github.com/apache/tvm-ffi/issues/727
    timeout: 600,
  },
  {
    // Through the Rust library that is linked into the wheel.
    name: 'tokenizer round trip',
    python: [
      ...TINY_MODEL,
      'from mlc_llm.tokenizers import Tokenizer',
      'tokens = Tokenizer(str(folder)).encode("hello wheel")',
      'assert tokens[:3] == [6, 7, 3], tokens',
      'assert Tokenizer(str(folder)).decode(tokens) == "hello wheel"',
    ],
    timeout: 180,
  },
  ...[
    { library: 'mlc_llm_module', runtimeOnly: false },
    { library: 'mlc_llm', runtimeOnly: true },
  ].map(loads),
  ...[
    { device: 'cpu', title: 'the CPU', quantization: 'q0f32', dtype: 'float32' },
    // In single precision, a kernel needs more shared memory than the 32 KiB that lavapipe gives.
    { device: 'vulkan', title: 'Vulkan', quantization: 'q0f16', dtype: 'float16', before: VULKAN_DRIVER },
  ].map(generates),
];
