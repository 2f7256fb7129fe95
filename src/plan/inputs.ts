/**
 * Options of the program, each with the environment variable that sets it too. `--help`, the pages and the program's
 * defaults come from this one table.
 */
import { COMPILER_CACHE, FILES, WHEEL_CACHE } from './files';
import type { Command, PlannedBuild, PlannedInput } from './plan';
import { platformsOn, reusedWheels } from './select';

/** Environment variables that workflows and pages name. */
export const VARIABLES = {
  sourceDir: 'SOURCE_DIR',
  version: 'WHEEL_VERSION',
  outputDir: 'OUTPUT_DIR',
  buildDir: 'BUILD_DIR',
  platformTag: 'AUDITWHEEL_PLAT',
  compilerCacheDir: 'SCCACHE_DIR',
  toolchainImage: 'TOOLCHAIN_IMAGE',
  testPython: 'TEST_PYTHON',
} as const;

const ALL: Command[] = ['build', 'test', 'reproduce', 'preflight'];

/** Inputs of the program for builds of the same source, the pipeline's own first. */
export function inputs([main, ...variants]: readonly PlannedBuild[]): PlannedInput[] {
  const tags = platformsOn(main, 'linux').map((platform) => platform.platformTag);
  const reused = reusedWheels(main);
  return [
    {
      ...input('source-dir', VARIABLES.sourceDir, 'path', ['build', 'reproduce']),
      help: 'Source tree to build instead of the pinned source. The build works on a copy.',
      defaultHelp: 'the pinned source',
    },
    {
      ...input('version', VARIABLES.version, 'version', ['build', 'test', 'reproduce']),
      help: 'Version of the wheels (PEP 440), with or without a leading v.',
      defaultHelp: 'a development version with the commit of the source',
    },
    {
      ...input('output-dir', VARIABLES.outputDir, 'path', ['build', 'test']),
      help: 'Folder for the finished wheels, SHA256SUMS and build-record.json. A build replaces it.',
      default: `{root}/${FILES.output}/{platform}`,
      defaultHelp: `${FILES.output}/<platform> in the checkout`,
    },
    {
      ...input('build-dir', VARIABLES.buildDir, 'path', ALL),
      help: 'Working folder: source, logs, compiler cache. It can be deleted at any time.',
      default: `{root}/${FILES.build}`,
      defaultHelp: `${FILES.build} in the checkout`,
    },
    {
      ...input('jobs', 'JOBS', 'count', ['build', 'reproduce', 'preflight']),
      help: 'Number of compilers that run at the same time.',
      default: '{processors}',
      defaultHelp: 'the number of processors',
    },
    {
      ...input('platform-tag', VARIABLES.platformTag, 'platform-tag', ALL),
      system: 'linux',
      help: 'Platform tag of the repaired wheels. The base image sets it; elsewhere, choose one that your glibc supports.',
      defaultHelp: ['the declared one', tags.join(', ')].filter(Boolean).join(': '),
    },
    {
      ...input('test-python', VARIABLES.testPython, 'path', ['test', 'preflight']),
      help: 'Python that the wheels are tested with, of the version that they are built for.',
      defaultHelp: "a Python that is not Conda's, if one is installed",
    },
    {
      ...input('compiler-cache-dir', VARIABLES.compilerCacheDir, 'path', ['build', 'preflight']),
      help: "Folder of the compiler cache. sccache's other variables, such as SCCACHE_BUCKET, work too.",
      default: `{build-dir}/${COMPILER_CACHE}`,
      defaultHelp: `<${VARIABLES.buildDir}>/${COMPILER_CACHE}`,
    },
    {
      ...input('wheel-cache-dir', 'WHEEL_CACHE_DIR', 'path', ['build', 'preflight']),
      help: `Folder of wheels that are reused until their inputs change (${reused.join(', ') || 'no wheel of this pipeline'}).`,
      default: `{build-dir}/${WHEEL_CACHE}`,
      defaultHelp: `<${VARIABLES.buildDir}>/${WHEEL_CACHE}`,
    },
    {
      ...input('source-date-epoch', 'SOURCE_DATE_EPOCH', 'epoch', ['build', 'reproduce', 'preflight']),
      help: 'Timestamp of the files in the wheels, in seconds since 1970, so that builds are reproducible.',
      default: '315532800',
      defaultHelp: "315532800: 1980-01-01, the zip format's first day",
    },
    {
      ...input('toolchain-image', VARIABLES.toolchainImage, 'text', ['build', 'reproduce']),
      help: 'Toolchain image, by digest, for the build record.',
    },
    {
      ...input('variant', 'WHEEL_VARIANT', 'variant', ALL),
      help: `Variant to build or test: ${variants.map((build) => build.variant).join(', ') || 'none is declared'}.`,
      defaultHelp: "the pipeline's own build",
    },
    {
      ...input('only', null, 'distributions', ['build', 'test']),
      help: 'Wheels to build or test: distributions, separated by commas.',
      defaultHelp: 'all',
    },
    {
      ...input('from-step', null, 'step', ['build', 'test']),
      help: 'Step to resume from. An earlier run must have finished the steps before it.',
      defaultHelp: 'the first step',
    },
    {
      ...input('keep-going', null, 'flag', ['test']),
      help: 'Run the remaining checks after one fails.',
      defaultHelp: 'on if CI is set',
    },
    {
      ...input('verbose', null, 'flag', ALL),
      help: 'Print the output of every command, not only to its log.',
      defaultHelp: 'off',
    },
    {
      ...input('plain', null, 'flag', ALL),
      help: 'Print plain lines, without colours or a progress bar.',
      defaultHelp: 'on if the output is not a terminal',
    },
  ];
}

/** An input with the most common values: for both systems, without a default. */
function input(
  name: string,
  variable: string | null,
  type: PlannedInput['type'],
  commands: readonly Command[],
): Omit<PlannedInput, 'help'> {
  return { name, variable, type, commands: [...commands], system: null, default: null, defaultHelp: 'none' };
}
