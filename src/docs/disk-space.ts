/** The parts of pages on disk space: what a build needs, and how a runner gets it. */
import { GUARANTEED, neededSpace, UNMEASURED } from '../github/disk';
import { VARIABLES } from '../plan/inputs';
import type { Plan, PlannedBuild } from '../plan/plan';
import { buildsOn } from '../plan/select';

const TITLES = { linux: 'Linux', windows: 'Windows' };

/** What a build needs, as far as it was measured. */
export function neededDiskSpace({ systems, diskGigabytes }: PlannedBuild): string[] {
  const measured = systems.filter((system) => diskGigabytes[system] !== null);
  const others = systems.filter((system) => diskGigabytes[system] === null).map((system) => TITLES[system]);
  return [
    ...measured.map(
      (system) =>
        `On ${TITLES[system]}, a build and its test need ${diskGigabytes[system]} GB of disk space, caches included; a build checks that \`${VARIABLES.buildDir}\` has it before it begins.`,
    ),
    ...(others.length > 0
      ? [`The disk space that a build needs on ${others.join(' and ')} is not measured, and not checked.`]
      : []),
    ...(diskGigabytes.image === null ? [] : [`The toolchain image takes ${diskGigabytes.image} GB.`]),
  ];
}

/** All figures of a build in one cell. */
export function diskFigures({ image, linux, windows }: PlannedBuild['diskGigabytes']): string {
  const figures = { image, [TITLES.linux]: linux, [TITLES.windows]: windows };
  const known = Object.entries(figures).filter(([, gigabytes]) => gigabytes !== null);
  return known.map(([name, gigabytes]) => `${name} ${gigabytes} GB`).join(', ') || 'not measured';
}

/** What a job does that may need more than GitHub guarantees; empty where none may. */
export function freedDiskSpace(plan: Plan): string[] {
  const builds = buildsOn(plan, 'linux');
  if (!builds.some((build) => neededSpace(build, 'use-image') ?? neededSpace(build, 'build-image'))) return [];
  return [
    `GitHub guarantees ${GUARANTEED} GB of free disk space on its runners. A Linux job that may need more, for its image and its build, first`,
    'deletes tools that it does not use (the Android SDK, GHC, .NET, Swift, CodeQL), one after the other, until enough is free: what',
    `\`diskGigabytes\` declares, or ${UNMEASURED} GB for a variant whose figures are not measured. On a self-hosted runner, it deletes nothing.`,
    '',
  ];
}
