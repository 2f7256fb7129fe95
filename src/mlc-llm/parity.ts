/**
 * What upstream's own CUDA wheels have, as its build scripts say (mlc-ai/package at 195b78d:
 * `scripts/build_mlc_ai_wheel_manylinux.sh`, `manylinux_build_common.sh`). What ours have is read off their options.
 */
import type { VariantPart } from '../declaration/variant';

/** The parts of a CUDA wheel, by CUDA's major version; the architectures are upstream's for this version. */
export function cudaParts(major: string, architectures: string): VariantPart[] {
  const withCompiler = Number(major) >= 13;
  return [
    {
      name: 'CUDA',
      option: 'USE_CUDA',
      upstream: 'ON',
      note: "its runtime comes with NVIDIA's wheel; upstream takes the machine's",
    },
    { name: 'Architectures', option: 'CMAKE_CUDA_ARCHITECTURES', upstream: architectures },
    { name: 'cuBLAS', option: 'USE_CUBLAS', upstream: 'ON', note: "from NVIDIA's wheel, which PyTorch shares" },
    {
      name: 'NCCL',
      option: 'USE_NCCL',
      upstream: 'ON, linked statically',
      note: "from NVIDIA's wheel: with PyTorch in the process, there is one NCCL",
    },
    {
      name: 'CUTLASS, FasterTransformer, `flash_attn`',
      option: 'USE_CUTLASS',
      upstream: 'ON',
      note: `no GPU has run ours yet, and nvcc takes minutes for one file and architecture; \`q4f16_ft\`, FP8 and mixtures of experts want it, all else has kernels of TVM's. \`USE_CUTLASS: 'ON'\` and the submodules ${CUTLASS.map((path) => `\`${path}\``).join(', ')} add it`,
    },
    { name: 'Thrust', option: 'USE_THRUST', upstream: 'OFF', note: "TVM's own sort and scan do its work" },
    { name: 'cuDNN', option: 'USE_CUDNN', upstream: 'OFF', note: 'no option of MLC-LLM asks for it' },
    {
      name: 'NVSHMEM',
      option: 'USE_NVSHMEM',
      upstream: withCompiler ? 'OFF' : 'ON',
      note: withCompiler ? undefined : 'for experts on several machines; its version is that of the machine',
    },
    {
      name: 'FlashInfer',
      upstream: 'required',
      note: 'required by ours too, as `flashinfer-python`: it compiles its kernels while a model is compiled; without it, those of TVM are taken',
    },
    {
      name: 'nvcc, which compiles models',
      upstream: "the machine's",
      note: withCompiler
        ? "NVIDIA's wheel, after an nvcc on the PATH; it and the linker want the machine's C++ compiler"
        : "the machine's: NVIDIA's wheels for CUDA 12 have none",
    },
  ];
}

/** With the copies of CUTLASS that two of them have for themselves. */
const CUTLASS = [
  'cutlass',
  'cutlass_fpA_intB_gemm',
  'cutlass_fpA_intB_gemm/cutlass',
  'libflash_attn',
  'libflash_attn/cutlass',
].map((folder) => `3rdparty/tvm/3rdparty/${folder}`);
