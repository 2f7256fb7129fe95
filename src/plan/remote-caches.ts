/** Compiler caches that machines share. */

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
