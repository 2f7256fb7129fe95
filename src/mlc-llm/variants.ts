/** The builds of MLC-LLM for a GPU's toolkit, beside the one for CPU and Vulkan. */
import { bufferCopy } from './checks';
import type { WheelCheck } from '../declaration/check';
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

/**
 * One line each. The suffixes are upstream's (mlc-ai/package, `scripts/sync_package.py`). Linux only, as upstream's are.
 */
const VARIANTS: Record<MlcLlmVariant, Variant> = {
  [MlcLlmVariant.CUDA_12_8]: cuda('12.8', 'cu128', '80;89;90a;120'),
  [MlcLlmVariant.CUDA_13_0]: cuda('13.0', 'cu130', '80;89;90a;110;120'),
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
function gpu(tvm: Omit<WheelChanges, 'distribution'>): WheelChanges[] {
  return [{ distribution: 'tvm', ...tvm }, { distribution: 'mlc-llm' }];
}

/** CUTLASS, NCCL and Thrust need submodules or libraries that the declared source does not bring; nothing is compiled by nvcc. */
function cuda(version: string, suffix: string, architectures: string): Variant {
  const major = version.split('.')[0];
  const libraries = ['libcuda.so.1', ...['libcudart', 'libcublas', 'libcublasLt'].map((name) => `${name}.so.${major}`)];
  const targets = `${TOOLCHAIN_PREFIX}/targets/x86_64-linux`;
  return {
    name: `cuda-${version}`,
    suffix,
    platforms: [Platform.LINUX_X86_64],
    deviceOptions: '--gpus all',
    // The compiler's parts alone: conda-forge's cuda-nvcc would bring a second gcc.
    packages: [
      { name: 'cuda-version', version: `${version}.*` },
      ...packages('*', 'cuda-nvcc-impl', 'cuda-cudart-dev', 'cuda-driver-dev', 'libcublas-dev'),
    ],
    tools: [{ command: 'nvcc', minimum: version }],
    wheels: gpu({
      cmake: {
        linux: {
          USE_CUDA: 'ON',
          USE_CUBLAS: 'ON',
          CMAKE_CUDA_ARCHITECTURES: architectures,
          // Conda keeps CUDA's headers and the driver's stub below targets/, where FindCUDA does not look by itself.
          CMAKE_PREFIX_PATH: `${TOOLCHAIN_PREFIX};${targets}`,
        },
      },
      excludes: { linux: libraries },
      systemLibraries: { linux: libraries },
      checks: [deviceCheck('cuda', 'CUDA')],
    }),
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
      checks: [deviceCheck('rocm', 'ROCm')],
    }),
  };
}

function packages(version: string, ...names: string[]): CondaPackage[] {
  return names.map((name) => ({ name, version }));
}

function deviceCheck(device: string, title: string): WheelCheck {
  return {
    name: `a buffer copy on the ${title} device`,
    python: bufferCopy({ device, title, missing: `no ${title} device: the job needs a runner that has one` }),
  };
}
