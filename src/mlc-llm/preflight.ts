/** The small library that MLC-LLM's toolchain is tried on: it uses what tvm and tokenizers-cpp use. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { System } from '../declaration/platform';
import type { Preflight } from '../declaration/preflight';

/** The source is as files in the folder of this module's name, read as they are. */
const FOLDER = join(__dirname, 'preflight');

/**
 * The preflight for what tvm is told of LLVM. It is Linux' own: on Windows, the SDK and LLVM come from elsewhere.
 *
 * @param llvmConfig the command, as `USE_LLVM` takes it
 */
export function mlcLlmPreflight(llvmConfig: string): Preflight {
  return {
    files: sources(),
    only: System.LINUX,
    wheel: {
      distribution: 'mlc-llm-preflight',
      cmake: { linux: { LLVM_CONFIG: llvmConfig } },
      excludes: { linux: ['libvulkan.so.1'] },
      systemLibraries: { linux: ['libvulkan.so.1'] },
      checks: [
        uses('LLVM emits an object', 'LIBRARY.preflight_llvm() > 0'),
        uses(
          'SPIRV-Tools validate a module',
          'LIBRARY.preflight_spirv() > 0, "SPIRV-Tools refuses a barrier as tvm emits it: an older one is needed"',
        ),
        uses('the Vulkan loader answers', 'LIBRARY.preflight_vulkan() > 0'),
        uses('a crate is called', 'LIBRARY.preflight_crate(1234) == 10'),
      ],
    },
  };
}

function uses(name: string, condition: string): Preflight['wheel']['checks'][number] {
  return { name, python: ['from mlc_llm_preflight import LIBRARY', `assert ${condition}`] };
}

function sources(): Record<string, string> {
  const entries = readdirSync(FOLDER, { recursive: true, withFileTypes: true });
  const paths = entries.filter((each) => each.isFile()).map((each) => join(each.parentPath, each.name));
  return Object.fromEntries(
    paths.sort().map((path) => [path.slice(FOLDER.length + 1).replaceAll('\\', '/'), readFileSync(path, 'utf8')]),
  );
}
