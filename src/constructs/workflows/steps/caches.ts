/**
 * What runs leave each other: compiled objects, kept wheels, the Vulkan SDK, the Conda environment on Windows.
 *
 * Whatever the default branch saves, every run reads. So only its own builds save, a run that was given another commit
 * saves nothing, and a release reads nothing. GitHub keeps 10 GB for a repository: the sizes are shared out below.
 */
import { COMPILER_CACHE, FILES, vulkanSdkFolder, WHEEL_CACHE } from '../../../plan/files';
import type { Plan, PlannedBuild, PlannedPlatform } from '../../../plan/plan';
import { reusesWheels } from '../../../plan/select';
import type { WorkflowContext } from '../context';
import { CALL_INPUTS } from '../inputs';
import type { WorkflowStep } from '../model';

const SOURCE = 'steps/caches.ts';

/** Megabytes. GitHub removes what was not read for longest as soon as a repository has more than the first. */
export const CACHE_SIZES = {
  /** What GitHub keeps for a repository. */
  all: 10_000,
  /** What stays free: pull requests have caches of their own, which others cannot read. */
  room: 2_500,
  /** Of every cache there are two for a while: the one that the next run reads, and the one that it saves. */
  generations: 2,
  /** An installed Vulkan SDK, packed; kept under its version, and so once. */
  vulkanSdk: 800,
  /** The Conda environment on Windows, packed; kept under what its file says. A variant's is not kept. */
  conda: 700,
  /** The kept wheels of a platform. */
  keptWheels: 100,
  /** No compiler cache grows beyond this: MLC-LLM's whole build is less. */
  mostOfCompiler: 2_000,
} as const;

/** Megabytes that the compiler cache of each platform may have, so that everything fits. */
export function compilerCacheSize(plan: Plan): number {
  const { all, room, generations, conda, keptWheels, mostOfCompiler } = CACHE_SIZES;
  const platforms = plan.builds.flatMap((build) => build.platforms.map((platform) => ({ build, platform })));
  const sdks = plan.builds.some((build) => build.vulkanSdk) ? CACHE_SIZES.vulkanSdk : 0;
  const environments = plan.builds[0].systems.includes('windows') ? conda * generations : 0;
  const wheels = platforms.filter(({ build }) => reusesWheels(build)).length * keptWheels * generations;
  const left = all - room - sdks - environments - wheels;
  return Math.max(50, Math.min(mostOfCompiler, Math.floor(left / (platforms.length * generations))));
}

/** Whether a run may read what others left: one that is to compile everything anew may not. */
export const MAY_READ = `!inputs.${CALL_INPUTS.fresh}`;

/** Whether a run may leave something for others: a build of the default branch's own commit. */
export function maySave({ defaultBranch }: Plan): string {
  return `${MAY_READ} && !inputs.${CALL_INPUTS.ref} && github.ref == 'refs/heads/${defaultBranch}'`;
}

/** The id of the step that builds, whose output says whether it kept a wheel that no earlier run has. */
export const BUILD_STEP = 'build';

/**
 * A cache, with a new entry for each run that saves; the next one reads the newest that begins as its own key does. So
 * what follows the platform is a slash, which no name has: one platform's may begin with another's.
 */
function running(
  context: WorkflowContext,
  name: string,
  path: string,
  what: string,
  { id }: PlannedPlatform,
): { restore: WorkflowStep; save: WorkflowStep } {
  const key = `${what}/${id}/`;
  const where = { path: context.path(path), key: `${key}\${{ github.run_id }}` };
  return {
    restore: {
      name: `Restore ${name}`,
      source: SOURCE,
      if: MAY_READ,
      uses: context.actions.cacheRestore,
      with: { ...where, 'restore-keys': key },
    },
    save: { name: `Save ${name}`, source: SOURCE, uses: context.actions.cacheSave, with: where },
  };
}

/** The steps of a job that builds a platform: before the build, right after it, and at its end. */
export interface CacheSteps {
  readonly before: readonly WorkflowStep[];
  readonly after: readonly WorkflowStep[];
}

/** All caches of a platform's build. */
export function cacheSteps(context: WorkflowContext, build: PlannedBuild, platform: PlannedPlatform): CacheSteps {
  const mine = maySave(context.plan);
  const compiler = running(context, 'the compiler cache', `${FILES.build}/${COMPILER_CACHE}`, COMPILER_CACHE, platform);
  const wheels = running(context, 'the wheel cache', `${FILES.build}/${WHEEL_CACHE}`, 'kept-wheels', platform);
  const kept = reusesWheels(build);
  const sdk = platform.system === 'windows' ? vulkanSdk(context, build, mine) : { before: [], after: [] };
  return {
    before: [compiler.restore, ...sdk.before, ...(kept ? [wheels.restore] : [])],
    after: [
      // As soon as it is there: tests that fail later say nothing of how it was made.
      ...(kept ? [{ ...wheels.save, if: `${mine} && steps.${BUILD_STEP}.outputs.kept-wheels == 'true'` }] : []),
      { ...compiler.save, if: mine },
      ...sdk.after,
    ],
  };
}

/** The SDK as it was installed: its version is in the folder's name, and its installer was verified. */
function vulkanSdk(context: WorkflowContext, build: PlannedBuild, mine: string): CacheSteps {
  if (!build.vulkanSdk) return { before: [], after: [] };
  const folder = vulkanSdkFolder(build.vulkanSdk);
  const where = { path: context.path(folder), key: folder };
  return {
    before: [
      {
        name: 'Restore the Vulkan SDK',
        source: SOURCE,
        id: 'vulkan-sdk',
        if: MAY_READ,
        uses: context.actions.cacheRestore,
        with: where,
      },
    ],
    after: [
      {
        name: 'Save the Vulkan SDK',
        source: SOURCE,
        if: `${mine} && steps.vulkan-sdk.outputs.cache-hit != 'true'`,
        uses: context.actions.cacheSave,
        with: where,
      },
    ],
  };
}
