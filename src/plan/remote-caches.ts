/**
 * Variables of sccache's remote caches: they are passed into the container, and never logged.
 *
 * @see https://github.com/mozilla/sccache/blob/main/docs/Configuration.md
 */
export const REMOTE_CACHE_VARIABLES: readonly string[] = [
  // S3 and compatible services.
  'SCCACHE_BUCKET',
  'SCCACHE_REGION',
  'SCCACHE_ENDPOINT',
  'SCCACHE_S3_USE_SSL',
  'SCCACHE_S3_KEY_PREFIX',
  'SCCACHE_S3_NO_CREDENTIALS',
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  // Redis.
  'SCCACHE_REDIS_ENDPOINT',
  'SCCACHE_REDIS_USERNAME',
  'SCCACHE_REDIS_PASSWORD',
  // GitHub's cache, in the user's own workflow; the runner sets the last three.
  'SCCACHE_GHA_ENABLED',
  'SCCACHE_GHA_VERSION',
  'ACTIONS_CACHE_SERVICE_V2',
  'ACTIONS_RESULTS_URL',
  'ACTIONS_RUNTIME_TOKEN',
];
