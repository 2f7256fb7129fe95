/**
 * What a caller can set: options of the program and environment variables that say the same. `--help` and the pages have
 * their words, and the program its defaults, from this one table.
 */
import { COMPILER_CACHE, FILES, WHEEL_CACHE } from './files';
import type { Command, PlannedBuild, PlannedInput } from './plan';
import { platformsOn, reusedWheels } from './select';

/** The environment variables that workflows and pages speak of. */
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

/** The inputs of the program, for some builds of the same source: the pipeline's own first. */
export function inputs([main, ...variants]: readonly PlannedBuild[]): PlannedInput[] {
  const tags = platformsOn(main, 'linux').map((platform) => platform.platformTag);
  const reused = reusedWheels(main);
  return [
    {
      ...input('source-dir', VARIABLES.sourceDir, 'path', ['build', 'reproduce']),
      help: 'Build this tree instead of the pinned source. It is copied first and stays as it is.',
      defaultHelp: 'the pinned source is fetched',
    },
    {
      ...input('version', VARIABLES.version, 'version', ['build', 'test', 'reproduce']),
      help: "The wheels' version, PEP 440, with or without a leading v.",
      defaultHelp: "a development version that names the source's commit",
    },
    {
      ...input('output-dir', VARIABLES.outputDir, 'path', ['build', 'test']),
      help: 'The folder of the finished wheels, their SHA256SUMS and build-record.json.',
      default: `{root}/${FILES.output}/{platform}`,
      defaultHelp: `${FILES.output}/<platform> in the checkout`,
    },
    {
      ...input('build-dir', VARIABLES.buildDir, 'path', ALL),
      help: 'The folder for everything in between: source, logs, compiler cache. It can be deleted at any time.',
      default: `{root}/${FILES.build}`,
      defaultHelp: `${FILES.build} in the checkout`,
    },
    {
      ...input('jobs', 'JOBS', 'count', ['build', 'reproduce', 'preflight']),
      help: 'How many compilers run at once.',
      default: '{processors}',
      defaultHelp: 'the number of processors',
    },
    {
      ...input('platform-tag', VARIABLES.platformTag, 'platform-tag', ALL),
      system: 'linux',
      help: 'The platform tag that the wheels are repaired for. The base image sets it; elsewhere, name one that your glibc allows.',
      defaultHelp: ['the declared one', tags.join(', ')].filter(Boolean).join(': '),
    },
    {
      ...input('test-python', VARIABLES.testPython, 'path', ['test', 'preflight']),
      help: 'The interpreter that the wheels are tested with, of the version that they are built for.',
      defaultHelp: "one that is not Conda's, where there is one",
    },
    {
      ...input('compiler-cache-dir', VARIABLES.compilerCacheDir, 'path', ['build', 'preflight']),
      help: "The compiler cache's folder. sccache's other variables (SCCACHE_BUCKET, SCCACHE_REDIS_ENDPOINT …) work as well.",
      default: `{build-dir}/${COMPILER_CACHE}`,
      defaultHelp: `<${VARIABLES.buildDir}>/${COMPILER_CACHE}`,
    },
    {
      ...input('wheel-cache-dir', 'WHEEL_CACHE_DIR', 'path', ['build', 'preflight']),
      help: `The folder of wheels that are taken again while nothing that they are made of has changed (${reused.join(', ') || 'here: none'}).`,
      default: `{build-dir}/${WHEEL_CACHE}`,
      defaultHelp: `<${VARIABLES.buildDir}>/${WHEEL_CACHE}`,
    },
    {
      ...input('source-date-epoch', 'SOURCE_DATE_EPOCH', 'epoch', ['build', 'reproduce', 'preflight']),
      help: 'The time that the files in the wheels carry, in seconds since 1970, so that two builds give the same bytes.',
      default: '315532800',
      defaultHelp: "315532800: 1980-01-01, the zip format's first day",
    },
    {
      ...input('toolchain-image', VARIABLES.toolchainImage, 'text', ['build', 'reproduce']),
      help: 'The image that this runs in, by digest, for the build record.',
    },
    {
      ...input('variant', 'WHEEL_VARIANT', 'variant', ALL),
      help: `The variant: ${variants.map((build) => build.variant).join(', ') || 'none is declared'}.`,
      defaultHelp: "the pipeline's own build",
    },
    {
      ...input('only', null, 'distributions', ['build', 'test']),
      help: 'The only wheels to build or test, by distribution, with commas between.',
      defaultHelp: 'all of them',
    },
    {
      ...input('from-step', null, 'step', ['build', 'test']),
      help: 'The step to go on from; those before it are taken as done by an earlier run.',
      defaultHelp: 'the first one',
    },
    {
      ...input('keep-going', null, 'flag', ['test']),
      help: 'Run the remaining checks after one has failed.',
      defaultHelp: 'on where CI is set; elsewhere the first check that fails ends the test',
    },
    {
      ...input('verbose', null, 'flag', ALL),
      help: 'Show what every command prints, not only in its log.',
      defaultHelp: 'off',
    },
    {
      ...input('plain', null, 'flag', ALL),
      help: 'Print lines only: no colours and no progress bar.',
      defaultHelp: 'off; on where the output is no terminal',
    },
  ];
}

/** An input as most of them are: for both systems, and empty where nobody sets it. */
function input(
  name: string,
  variable: string | null,
  type: PlannedInput['type'],
  commands: readonly Command[],
): Omit<PlannedInput, 'help'> {
  return { name, variable, type, commands: [...commands], system: null, default: null, defaultHelp: 'none' };
}
