/** Frees disk space on GitHub's runners, for images and builds that may not fit. */
import type { WorkflowStep } from './model';
import type { PlannedBuild } from '../plan/plan';

/** Gigabytes that GitHub guarantees on a hosted runner. @see https://docs.github.com/actions/reference/runners/github-hosted-runners */
export const GUARANTEED = 14;

/** Gigabytes for a variant whose need is not measured: images with a GPU's toolkit are several times the default one. */
export const UNMEASURED = 30;

/** Copies of an image where it is built: BuildKit's, Docker's, and what is downloaded for it or packed. */
const COPIES = 3;

/** Tools of GitHub's Ubuntu images that no job uses, the largest first: the Android SDK, GHC, .NET, Swift and CodeQL. */
export const UNUSED = [
  '/usr/local/lib/android',
  '/usr/local/.ghcup',
  '/usr/share/dotnet',
  '/usr/share/swift',
  '/opt/hostedtoolcache/CodeQL',
];

/** What a job does: it builds wheels or tests them in the image, or it builds the image. */
export type Work = 'use-image' | 'build-image';

/** Gigabytes that a Linux job needs, and whether all of that is measured; undefined where it fits on any runner. */
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
 * Deletes unused tools until enough space is free, on a runner of GitHub's own: it is gone after the job. A self-hosted
 * machine stays as it is. A measured need that is not met ends the job before any work.
 */
export function freeDiskSpace(build: PlannedBuild, work: Work): WorkflowStep[] {
  const needed = neededSpace(build, work);
  if (!needed) return [];
  const [level, status] = needed.isMeasured ? ['error', 1] : ['warning', 0];
  return [
    {
      name: 'Free disk space',
      shell: 'bash',
      env: { NEEDED_MB: Math.ceil(needed.gigabytes * 1000) },
      run: [
        `available() { df --block-size=MB --output=avail "$(docker info --format '{{.DockerRootDir}}')" | tail -n 1 | tr -dc 0-9; }`,
        'echo "$(available) MB are free, $NEEDED_MB MB are needed"',
        'if [[ ${RUNNER_ENVIRONMENT:-} != github-hosted ]]; then exit; fi',
        `for folder in ${UNUSED.join(' ')}; do`,
        '  if (($(available) >= NEEDED_MB)); then exit; fi',
        '  sudo rm -rf "$folder"',
        '  echo "$(available) MB are free without $folder"',
        'done',
        'if (($(available) < NEEDED_MB)); then',
        `  echo "::${level} title=Disk space::$(available) MB are free, $NEEDED_MB MB are needed: set runsOn to a larger runner"`,
        `  exit ${status}`,
        'fi',
        '',
      ].join('\n'),
    },
  ];
}
