/** The environment variables that `build` and `test` read, and the folders that they work in: declared once for all. */
import { Input, PLATFORM, ROOT, text, Variable } from './script';
import type { PipelineSpec } from '../declaration/pipeline';

export const SOURCE_DIR = new Variable('SOURCE_DIR');
export const WHEEL_VERSION = new Variable('WHEEL_VERSION');
export const OUTPUT_DIR = new Variable('OUTPUT_DIR');
export const BUILD_DIR = new Variable('BUILD_DIR');
export const JOBS = new Variable('JOBS');
export const SOURCE_DATE_EPOCH = new Variable('SOURCE_DATE_EPOCH');
export const SCCACHE_DIR = new Variable('SCCACHE_DIR');
export const WHEEL_CACHE_DIR = new Variable('WHEEL_CACHE_DIR');
export const TOOLCHAIN_IMAGE = new Variable('TOOLCHAIN_IMAGE');

/** A cache that machines share, by sccache's own variables. */
interface RemoteCache {
  readonly where: string;
  readonly variables: readonly string[];
  /** What a reader may want to know of them. */
  readonly note?: string;
}

/**
 * Caches that sccache can share between machines: their variables are handed on into the container, and never logged.
 *
 * @see https://github.com/mozilla/sccache/blob/main/docs/Configuration.md
 */
export const REMOTE_CACHES: readonly RemoteCache[] = [
  {
    where: 'S3, or what speaks like it',
    variables: [
      'SCCACHE_BUCKET',
      'SCCACHE_REGION',
      'SCCACHE_ENDPOINT',
      'SCCACHE_S3_USE_SSL',
      'SCCACHE_S3_KEY_PREFIX',
      'SCCACHE_S3_NO_CREDENTIALS',
      'AWS_ACCESS_KEY_ID',
      'AWS_SECRET_ACCESS_KEY',
      'AWS_SESSION_TOKEN',
    ],
    note: 'a region or an endpoint; a public bucket is read with `SCCACHE_S3_NO_CREDENTIALS=true` and no keys',
  },
  { where: 'Redis', variables: ['SCCACHE_REDIS_ENDPOINT', 'SCCACHE_REDIS_USERNAME', 'SCCACHE_REDIS_PASSWORD'] },
  {
    where: "GitHub's cache, in a workflow of your own",
    variables: [
      'SCCACHE_GHA_ENABLED',
      'SCCACHE_GHA_VERSION',
      'ACTIONS_CACHE_SERVICE_V2',
      'ACTIONS_RESULTS_URL',
      'ACTIONS_RUNTIME_TOKEN',
    ],
    note: "the last three are the runner's",
  },
];

/** All of their variables. */
export const REMOTE_CACHE_VARIABLES = REMOTE_CACHES.flatMap((cache) => cache.variables);

/** The plan that the Python modules read, where it is a variant's. */
export const WHEEL_PLAN = new Variable('WHEEL_PLAN');

/** Auditwheel's own variable; the manylinux images set it to the policy that they are made for. */
export const AUDITWHEEL_PLAT = new Variable('AUDITWHEEL_PLAT');

/** Folders of the checkout that the scripts write, ignored by git. */
export const FOLDERS = { output: 'dist', build: 'build' } as const;

/** Where wheels are kept between builds, from the folder for everything in between. */
export const WHEEL_CACHE = 'wheel-cache';

/** Where the wheels of a platform lie, from the checkout's root. */
export function outputFolder(platform: string): string {
  return `${FOLDERS.output}/${platform}`;
}

const OUTPUT: Input = {
  variable: OUTPUT_DIR,
  type: 'path',
  help: 'The folder of the finished wheels, their SHA256SUMS and build-record.json.',
  default: text`${ROOT}/${FOLDERS.output}/${PLATFORM}`,
  defaultHelp: `${FOLDERS.output}/<platform> in the checkout`,
};

const BUILD: Input = {
  variable: BUILD_DIR,
  type: 'path',
  help: 'The folder for everything in between: source, logs, compiler cache. It can be deleted at any time.',
  default: text`${ROOT}/${FOLDERS.build}`,
  defaultHelp: `${FOLDERS.build} in the checkout`,
};

const VERSION: Input = {
  variable: WHEEL_VERSION,
  type: 'text',
  help: "The wheels' version, PEP 440, with or without a leading v.",
  defaultHelp: "a development version that names the source's commit",
};

/** What `build` reads. */
export function buildInputs(spec: PipelineSpec): Input[] {
  const tags = spec.platforms.filter((facts) => facts.system === 'linux').map((facts) => facts.platformTag);
  const reused = spec.wheels.filter((wheel) => wheel.reuse).map((wheel) => wheel.distribution);
  return [
    {
      variable: SOURCE_DIR,
      type: 'path',
      help: 'Build this tree instead of the pinned source. It is copied first and stays as it is.',
      defaultHelp: 'the pinned source is fetched',
    },
    VERSION,
    OUTPUT,
    BUILD,
    { variable: JOBS, type: 'number', help: 'How many compilers run at once.', default: { processors: true } },
    {
      variable: AUDITWHEEL_PLAT,
      type: 'text',
      only: 'linux',
      help: 'The platform tag that the wheels are repaired for. The base image sets it; elsewhere, name one that your glibc allows.',
      defaultHelp: `the declared one: ${tags.join(', ')}`,
    },
    {
      variable: SCCACHE_DIR,
      type: 'path',
      help: "The compiler cache's folder. sccache's other variables (SCCACHE_BUCKET, SCCACHE_REDIS_ENDPOINT …) work as well.",
      default: text`${BUILD_DIR}/sccache`,
    },
    ...(reused.length > 0
      ? [
          {
            variable: WHEEL_CACHE_DIR,
            type: 'path' as const,
            help: `The folder of wheels that are taken again while nothing that they are made of has changed (${reused.join(', ')}).`,
            default: text`${BUILD_DIR}/${WHEEL_CACHE}`,
          },
        ]
      : []),
    {
      variable: SOURCE_DATE_EPOCH,
      type: 'number',
      help: 'The time that the files in the wheels carry, in seconds since 1970, so that two builds give the same bytes.',
      default: '315532800',
      defaultHelp: "315532800: 1980-01-01, the zip format's first day",
    },
    {
      variable: TOOLCHAIN_IMAGE,
      type: 'text',
      help: 'The image that this runs in, by digest, for the build record.',
    },
  ];
}

/** What `test` reads. */
export function testInputs(): Input[] {
  return [OUTPUT, BUILD, VERSION];
}
