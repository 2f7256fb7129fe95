/** The builds of MLC-LLM for a GPU's toolkit, beside the one for CPU and Vulkan. */
import { bufferCopy, generates } from './checks';
import { cudaParts } from './parity';
import { NVIDIA } from '../declaration/pins';
import { Platform } from '../declaration/platform';
import { TOOLCHAIN_PREFIX, CondaPackage } from '../declaration/toolchain';
import type { Variant } from '../declaration/variant';
import type { WheelChanges } from '../declaration/wheel';

/** A build of MLC-LLM beside the one for CPU and Vulkan. */
export enum MlcLlmVariant {
  /** NVIDIA's CUDA 12.8. */
  CUDA_12_8 = 'cuda-12.8',
  /** NVIDIA's CUDA 13.0. */
  CUDA_13_0 = 'cuda-13.0',
  /** AMD's ROCm 6.2. */
  ROCM_6_2 = 'rocm-6.2',
}

/** Where NVIDIA's wheels put what they bring: since CUDA 13, most of it into one folder. */
const LIBRARY_FOLDERS: Record<string, string[]> = {
  '12': ['nvidia/cuda_runtime/lib', 'nvidia/cublas/lib', 'nvidia/nccl/lib'],
  '13': ['nvidia/cu13/lib', 'nvidia/nccl/lib'],
};

/** With nvcc, by which tvm compiles a model's kernels; CUDA 12's wheels have none. */
const PROGRAM_FOLDERS: Record<string, string[]> = { '12': [], '13': ['nvidia/cu13/bin'] };

/**
 * One line each. The suffixes are upstream's (mlc-ai/package, `scripts/sync_package.py`). Linux only, as upstream's are.
 */
const VARIANTS: Record<MlcLlmVariant, Variant> = {
  [MlcLlmVariant.CUDA_12_8]: cuda('12.8', 'cu128', '80;89;90a;120'),
  [MlcLlmVariant.CUDA_13_0]: {
    ...cuda('13.0', 'cu130', '80;89;90a;110;120'),
    testedOn: [
      'on 2026-11-26, on an H100 (driver 580.159.04, 16 cores): the three wheels were built in 12 minutes and passed all 38',
      'checks with no CUDA on the machine but the driver. A model was compiled for CUDA and for Vulkan, the latter with shader',
      'validation off. With the SPIRV-Tools pinned since then, the wheels of the default variant passed all 37 checks on the',
      'same card, with validation on. A Llama of 1.1 billion parameters in half precision decoded 612 tokens a second on CUDA',
      'and 225 on Vulkan',
    ].join(' '),
  },
  [MlcLlmVariant.ROCM_6_2]: rocm('6.2', 'rocm62'),
};

/** The declaration of a variant. */
export function mlcLlmVariant(variant: MlcLlmVariant): Variant {
  return VARIANTS[variant];
}

/**
 * tvm is what differs; mlc_llm has no code of its own for a GPU, and gets another name because it requires that tvm.
 *
 * tvm links the driver's library itself at upstream's commit, so that it cannot be imported without one, and its wheel
 * cannot be tested on a runner without the device.
 */
function gpu(tvm: Omit<WheelChanges, 'distribution'>, mlcLlm: Omit<WheelChanges, 'distribution'> = {}): WheelChanges[] {
  return [
    { distribution: 'tvm', ...tvm },
    { distribution: 'mlc-llm', ...mlcLlm },
  ];
}

/**
 * What upstream's wheel has, but for what `parity.ts` gives a reason for. CUDA's libraries and compiler come with NVIDIA's
 * own wheels, which PyTorch shares; only the driver is the machine's.
 */
function cuda(version: string, suffix: string, architectures: string): Variant {
  const major = version.split('.')[0];
  const driver = ['libcuda.so.1'];
  const libraries = [...['cudart', 'cublas', 'cublasLt'].map((name) => `lib${name}.so.${major}`), 'libnccl.so.2'];
  const targets = `${TOOLCHAIN_PREFIX}/targets/x86_64-linux`;
  const brought = Object.entries(NVIDIA[version]);
  return {
    name: `cuda-${version}`,
    suffix,
    platforms: [Platform.LINUX_X86_64],
    deviceOptions: '--gpus all',
    parts: cudaParts(major, architectures),
    // The compiler's parts alone: conda-forge's cuda-nvcc would bring a second gcc.
    packages: [
      { name: 'cuda-version', version: `${version}.*` },
      ...packages('*', 'cuda-nvcc-impl', 'cuda-cudart-dev', 'cuda-driver-dev', 'libcublas-dev', 'nccl'),
    ],
    tools: [{ command: 'nvcc', minimum: version }],
    wheels: gpu(
      {
        cmake: {
          linux: {
            USE_CUDA: 'ON',
            USE_CUBLAS: 'ON',
            USE_NCCL: 'ON',
            // By itself, tvm looks for the static one; the shared one is what NVIDIA's wheel has and PyTorch loads.
            NCCL_LIBRARY: `${TOOLCHAIN_PREFIX}/lib/libnccl.so`,
            CMAKE_CUDA_ARCHITECTURES: architectures,
            // CUTLASS wants it, and upstream compiles everything with it.
            CMAKE_CUDA_FLAGS: '--expt-relaxed-constexpr',
            // Conda keeps CUDA's headers and the driver's stub below targets/, where FindCUDA does not look by itself.
            CMAKE_PREFIX_PATH: `${TOOLCHAIN_PREFIX};${targets}`,
          },
        },
        excludes: { linux: [...driver, ...libraries] },
        systemLibraries: { linux: driver },
        libraryFolders: LIBRARY_FOLDERS[major],
        programFolders: PROGRAM_FOLDERS[major],
        requires: { add: brought.map(([distribution, { requires }]) => `${distribution}${requires}`) },
        testRequirements: brought.map(([distribution, { tested }]) => `${distribution}==${tested}`),
        checks: [bufferCopy({ device: 'cuda', title: 'CUDA' })],
      },
      { checks: [generates({ device: 'cuda', title: 'CUDA', quantization: 'q0f16', dtype: 'float16' })] },
    ),
  };
}

/**
 * conda-forge has HIP 6.1 and 6.3, not 6.2. A library that was linked against 6.1 runs with 6.2, as the names of its
 * libraries are the same; hipBLAS it does not have, so that tvm does without.
 */
function rocm(version: string, suffix: string): Variant {
  const libraries = ['libamdhip64.so.6', 'libhsa-runtime64.so.1'];
  return {
    name: `rocm-${version}`,
    suffix,
    platforms: [Platform.LINUX_X86_64],
    deviceOptions: '--device /dev/kfd --device /dev/dri',
    packages: packages('6.1.*', 'hip-devel', 'rocr-runtime', 'rocm-device-libs'),
    wheels: gpu({
      cmake: { linux: { USE_ROCM: TOOLCHAIN_PREFIX } },
      excludes: { linux: libraries },
      systemLibraries: { linux: libraries },
      checks: [bufferCopy({ device: 'rocm', title: 'ROCm' })],
    }),
  };
}

function packages(version: string, ...names: string[]): CondaPackage[] {
  return names.map((name) => ({ name, version }));
}
