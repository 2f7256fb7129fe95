/** What is right for a toolchain: the schemas of its options, and what no schema can say. */
import { must, mustBeUnique } from './error';
import { Platform, platformFacts, systemSchema } from './platform';
import { pythonPackageOptions, validatePythonPackages } from './python-package';
import { defaulted, optional, optionsOf, required } from './schema/noun';
import { distributionName, flag, imageReferenceText, listOf, objectOf, plainVersion, text, z } from './schema/values';
import { allPackages, baseImageOf, CondaPackage, glibcOf, pinnedVersion, ToolchainTool, Toolchain } from './toolchain';

/** @internal */
export const packageOptions = optionsOf<CondaPackage>()({
  name: required(text("a Conda package's name, in lower case", /^[a-z0-9_][a-z0-9._-]*$/)),
  version: optional(
    text(
      "a version as Conda's match specification takes it, such as 3.31.* or >=2.49",
      /^(\*|([<>]=?|[=!~]=)?\d[\w.*+!]*(,([<>]=?|[=!~]=)?\d[\w.*+!]*)*)$/,
    ),
  ),
  system: optional(systemSchema),
  pypi: optional(distributionName),
});

/** @internal */
export const toolOptions = optionsOf<ToolchainTool>()({
  command: required(text("a command's name, such as cargo", /^[A-Za-z0-9_][\w.+-]*$/)),
  minimum: optional(plainVersion),
  optional: defaulted(flag, false),
  system: optional(systemSchema),
});

/** @internal */
export const toolchainSchema = objectOf<Toolchain>()({
  packages: z.optional(listOf(packageOptions.schema)),
  pythonPackages: z.optional(listOf(pythonPackageOptions.schema)),
  unusedLibraries: z.optional(
    listOf(text("a library's name as the linker takes it, without lib and -l, such as xml2", /^[A-Za-z0-9][\w.+-]*$/)),
  ),
  tools: z.optional(listOf(toolOptions.schema)),
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
  validatePythonPackages(toolchain.pythonPackages ?? []);
  mustBeUnique('toolchain.unusedLibraries', toolchain.unusedLibraries ?? []);
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
