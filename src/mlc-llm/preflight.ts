/** The small library that MLC-LLM's toolchain is tried on: it uses what tvm and tokenizers-cpp use. */
import { builtin, script } from './builtin';
import type { WheelCheck } from '../declaration/check';
import { System } from '../declaration/platform';
import type { Preflight } from '../declaration/preflight';

/**
 * The preflight for what tvm is told of LLVM. It is Linux' own: on Windows, the SDK and LLVM come from elsewhere.
 *
 * @param llvmConfig the command, as `USE_LLVM` takes it
 */
export function mlcLlmPreflight(llvmConfig: string): Preflight {
  return {
    folder: builtin('preflight'),
    system: System.LINUX,
    wheel: {
      distribution: 'mlc-llm-preflight',
      cmake: { linux: { LLVM_CONFIG: llvmConfig } },
      excludes: { linux: ['libvulkan.so.1'] },
      systemLibraries: { linux: ['libvulkan.so.1'] },
      checks: [
        uses('LLVM emits an object', 'llvm'),
        uses('SPIRV-Tools validates a module', 'spirv'),
        uses('the Vulkan loader responds', 'vulkan'),
        uses('a Rust crate is called', 'crate'),
      ],
    },
  };
}

function uses(name: string, part: string): WheelCheck {
  return { name, python: script('preflight', part) };
}
