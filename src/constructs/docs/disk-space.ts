/** Data on disk space: figures that were measured, and the jobs that free more on a runner. */
import type { View } from './page';
import type { Plan, PlannedBuild } from '../../plan/plan';
import { buildsOn } from '../../plan/select';
import { SYSTEM_TITLES } from '../workflows/names';
import { GUARANTEED, neededSpace, UNMEASURED } from '../workflows/steps/disk';

/** Return the figures of a build and its image, and the systems without figures. */
export function neededDiskSpace({ systems, diskGigabytes }: PlannedBuild): View {
  const others = systems.filter((system) => diskGigabytes[system] === null);
  return {
    measured: systems
      .filter((system) => diskGigabytes[system] !== null)
      .map((system) => ({ title: SYSTEM_TITLES[system], gigabytes: diskGigabytes[system] })),
    unmeasured: others.map((system) => SYSTEM_TITLES[system]).join(' and ') || false,
    image: diskGigabytes.image ?? false,
  };
}

/** Format all figures of a build in one table cell. */
export function diskFigures({ image, linux, windows }: PlannedBuild['diskGigabytes']): string {
  const figures = { image, [SYSTEM_TITLES.linux]: linux, [SYSTEM_TITLES.windows]: windows };
  const known = Object.entries(figures).filter(([, gigabytes]) => gigabytes !== null);
  return known.map(([name, gigabytes]) => `${name} ${gigabytes} GB`).join(', ') || 'not measured';
}

/** Return the limits of jobs that may need more than GitHub guarantees; `false` if there are none. */
export function freedDiskSpace(plan: Plan): View | false {
  const builds = buildsOn(plan, 'linux');
  const mayNeedMore = builds.some((build) => neededSpace(build, 'use-image') ?? neededSpace(build, 'build-image'));
  return mayNeedMore && { guaranteed: GUARANTEED, unmeasured: UNMEASURED };
}
