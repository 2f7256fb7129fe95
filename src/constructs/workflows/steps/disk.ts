/** Frees disk space on GitHub's runners, for images and builds that may not fit. */
import type { PlannedBuild } from '../../../plan/plan';
import type { WorkflowStep } from '../model';

const SOURCE = 'steps/disk.ts';

/** Gigabytes that GitHub guarantees on a hosted runner. @see https://docs.github.com/actions/reference/runners/github-hosted-runners */
export const GUARANTEED = 14;

/** Gigabytes for a variant without figures: images with a GPU toolkit are several times larger than the default one. */
export const UNMEASURED = 30;

/** Copies of an image on the machine that builds it: BuildKit's, Docker's, and downloads or archives. */
const COPIES = 3;

/** Tools of GitHub's Ubuntu images that no job uses, the largest first: the Android SDK, GHC, .NET, Swift and CodeQL. */
export const UNUSED = [
  '/usr/local/lib/android',
  '/usr/local/.ghcup',
  '/usr/share/dotnet',
  '/usr/share/swift',
  '/opt/hostedtoolcache/CodeQL',
];

/** The work of a job: build or test wheels in the image, or build the image. */
export type Work = 'use-image' | 'build-image';

/** Return the gigabytes that a Linux job needs, and if all are measured; undefined if it fits on any runner. */
export function neededSpace(
  { variant, diskGigabytes: { image, linux } }: PlannedBuild,
  work: Work,
): { readonly gigabytes: number; readonly isMeasured: boolean } | undefined {
  const parts = work === 'use-image' ? [image, linux] : [image && image * COPIES];
  const known = parts.reduce((sum: number, part) => sum + (part ?? 0), 0);
  const isMeasured = !parts.includes(null);
  const gigabytes = isMeasured || variant === null ? known : Math.max(known, UNMEASURED);
  return gigabytes > GUARANTEED ? { gigabytes, isMeasured } : undefined;
}

/**
 * Delete unused tools until enough space is free, on GitHub-hosted runners only: they are discarded after the job. If the
 * measured space is not available, the job fails before any work.
 */
export function freeDiskSpace(build: PlannedBuild, work: Work): WorkflowStep[] {
  const needed = neededSpace(build, work);
  if (!needed) return [];
  const [level, status] = needed.isMeasured ? ['error', 1] : ['warning', 0];
  return [
    {
      name: 'Free disk space',
      source: SOURCE,
      shell: 'bash',
      env: { NEEDED_MB: Math.ceil(needed.gigabytes * 1000) },
      run: [
        `available() { df --block-size=MB --output=avail "$(docker info --format '{{.DockerRootDir}}')" | tail -n 1 | tr -dc 0-9; }`,
        'echo "$(available) MB free, $NEEDED_MB MB required"',
        'if [[ ${RUNNER_ENVIRONMENT:-} != github-hosted ]]; then exit; fi',
        `for folder in ${UNUSED.join(' ')}; do`,
        '  if (($(available) >= NEEDED_MB)); then exit; fi',
        '  sudo rm -rf "$folder"',
        '  echo "deleted $folder: $(available) MB free"',
        'done',
        'if (($(available) < NEEDED_MB)); then',
        `  echo "::${level} title=Disk space::$(available) MB free, $NEEDED_MB MB required: set runsOn to a larger runner"`,
        `  exit ${status}`,
        'fi',
        '',
      ].join('\n'),
    },
  ];
}
