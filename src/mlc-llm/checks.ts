/** What must hold for the wheels of MLC-LLM where they are installed: the test gate. */
import { script } from './builtin';
import type { WheelCheck } from '../declaration/check';
import { System } from '../declaration/platform';

/** Of tvm's foreign-function interface. */
export const TVM_FFI_CHECKS: WheelCheck[] = [
  { name: 'imports', imports: ['tvm_ffi', 'tvm_ffi.core', 'tvm_ffi.registry', 'tvm_ffi.container'] },
  { name: 'native round trip', python: script('tvm_ffi_round_trip') },
];

/** Copy numbers to a device and back. The Vulkan check is skipped without a driver; the others fail without a device. */
export function bufferCopy(on: { device: string; title: string }): WheelCheck {
  return { name: `a buffer copy on the ${on.title} device`, python: script('buffer_copy', on.device) };
}

/** Of the compiler and its runtime. */
export const TVM_CHECKS: WheelCheck[] = [
  {
    name: 'imports',
    imports: ['tvm', 'tvm.relax', 'tvm.runtime', 'tvm.script', 'tvm.s_tir', 'tvm.topi', 'tvm.target'],
    timeout: 300,
  },
  { name: 'LLVM and Vulkan are compiled in', python: script('compiled_in', '19', 'vulkan') },
  bufferCopy({ device: 'vulkan', title: 'Vulkan' }),
];

/**
 * Load the library by one of its two names, which registers its functions with tvm. In the runtime-only mode,
 * `import mlc_llm` itself fails.
 */
function loads({ library, runtimeOnly }: { library: string; runtimeOnly: boolean }): WheelCheck {
  return {
    name: `${library} loads ${runtimeOnly ? 'without' : 'with'} the compiler`,
    python: script('loads', library, ...(runtimeOnly ? ['--runtime-only'] : [])),
    timeout: 180,
  };
}

/** Compile the tiny model for a device and generate a token. */
export function generates(on: { device: string; title: string; quantization: string; dtype: string }): WheelCheck {
  const { device, quantization, dtype } = on;
  return {
    name: `a model compiled for ${on.title} generates`,
    system: System.LINUX,
    python: script('generate', '--device', device, '--quantization', quantization, '--dtype', dtype),
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
    exclude: ['mlc_llm.bench.*', 'mlc_llm.cli.delivery', 'mlc_llm.contrib.embeddings.openai'],
    timeout: 300,
  },
  ...['chat', 'serve', 'compile', 'convert_weight', 'gen_config', 'package'].map((command) => ({
    name: `${command} --help`,
    command: ['-m', 'mlc_llm', command, '--help'],
    expect: 'usage:',
    timeout: 180,
  })),
  { name: 'gen_config', python: script('gen_config'), timeout: 180 },
  {
    // Needs no device and no linker: tvm's own SPIRV-Tools must accept the output of its compiler.
    name: 'a model compiles for Vulkan',
    python: script('compile_model', 'vulkan:generic'),
    // On Windows, tvm-ffi reads the symbols of every DLL again for each error that tvm's scheduler raises and catches, some
    // 640 of them here: https://github.com/apache/tvm-ffi/issues/727
    timeout: 600,
  },
  { name: 'tokenizer round trip', python: script('tokenizer_round_trip'), timeout: 180 },
  ...[
    { library: 'mlc_llm_module', runtimeOnly: false },
    { library: 'mlc_llm', runtimeOnly: true },
  ].map(loads),
  ...[
    { device: 'cpu', title: 'the CPU', quantization: 'q0f32', dtype: 'float32' },
    // In single precision, a kernel needs more shared memory than the 32 KiB that lavapipe gives.
    { device: 'vulkan', title: 'Vulkan', quantization: 'q0f16', dtype: 'float16' },
  ].map(generates),
];
