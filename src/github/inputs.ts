/** What a workflow that builds wheels is told by its caller, and when it runs. */
import type { Value } from './model';
import { identifier } from './names';
import { workflowFile } from './workflow';
import { WorkflowName } from '../declaration/pipeline';
import type { SystemName } from '../declaration/platform';
import type { Plan, PlannedBuild, PlannedPlatform } from '../plan/plan';
import { programGlobs, projectGlobs } from '../plan/project-files';
import { buildsOn, isOn, platformsOn } from '../plan/select';

/** The inputs of a called build workflow. */
export const CALL_INPUTS = { image: 'image', ref: 'ref', version: 'version', fresh: 'fresh' } as const;

/** The input by which a called workflow is given a build's toolchain image, and the output that a job gives it as. */
export function imageInput({ variant }: PlannedBuild): string {
  return variant ? `${CALL_INPUTS.image}-${identifier(variant)}` : CALL_INPUTS.image;
}

/** Return the plan job's output with the image whose layers the build of an image may reuse. */
export function layersOutput(build: PlannedBuild): string {
  return `layers-${imageInput(build)}`;
}

/** What a build workflow tells its caller of a platform's wheels: the hash of their SHA256SUMS. */
export function sumsOutput({ id }: PlannedPlatform): string {
  return `sums-${identifier(id)}`;
}

/** The build files of the toolchain image, as globs: a push that changes one starts docker.yml. */
const IMAGE_FILES = ['docker/**', '.dockerignore'];

/** Return globs of the files whose change publishes an image. */
export function imagePaths(): string[] {
  return [...IMAGE_FILES, workflowFile('docker')];
}

/** Return the branches whose pushes publish an image. */
export function imageBranches({ defaultBranch, image }: Plan): string[] {
  return [...new Set([defaultBranch, ...image.branches])];
}

/** Return globs of the build files of a system's wheels; other changes skip the build. */
export function wheelPaths(plan: Plan, system: SystemName): string[] {
  const { folder } = plan.source;
  return [
    'scripts/**',
    ...(system === 'linux' ? IMAGE_FILES : condaFiles(plan, system)),
    workflowFile(system),
    ...(folder === null ? [] : [folder === '.' ? '**' : `${folder}/**`]),
    ...programGlobs(plan, system),
    ...projectGlobs(plan, system),
  ];
}

/** Return the files of the Conda environments on a system without an image; a lock file is optional. */
function condaFiles(plan: Plan, system: SystemName): string[] {
  const files = buildsOn(plan, system).flatMap((build) => [
    build.conda.file,
    ...platformsOn(build, system).map(({ lock }) => lock),
    ...(build.pythonPackages.some((each) => isOn(system, each)) ? [build.pythonPackagesFile!] : []),
  ]);
  return [...new Set(files)];
}

/** The trigger of some cron expressions, if any. */
export function scheduled(crons: readonly string[]): { readonly schedule?: Value } {
  return crons.length > 0 ? { schedule: crons.map((cron) => ({ cron })) } : {};
}

/**
 * Return the `paths` of pushes that start a workflow that builds wheels. Image files start only docker.yml, which calls
 * linux.yml, unless a branch does not start docker.yml.
 */
function pushPaths(plan: Plan, system: SystemName): string[] {
  const paths = wheelPaths(plan, system);
  const branches = [plan.defaultBranch, ...plan.filters.pushBranches];
  const byDocker =
    plan.workflows.includes(WorkflowName.DOCKER) && branches.every((branch) => imageBranches(plan).includes(branch));
  if (system !== 'linux' || !byDocker) return paths;
  const own = paths.filter((path) => !IMAGE_FILES.includes(path));
  return [...own, ...(own.includes('**') ? IMAGE_FILES.map((path) => `!${path}`) : [])];
}

/**
 * The triggers of a workflow that builds wheels. A pull request has no `paths`: a workflow that is required has to report
 * on every one. A push to the default branch needs no report, and fills the caches.
 */
export function buildTriggers(
  plan: Plan,
  system: SystemName,
  builds: readonly PlannedBuild[],
  platforms: readonly PlannedPlatform[],
): { readonly [event: string]: Value } {
  const inputs: { readonly [name: string]: Value } = {
    ...(system === 'linux' ? Object.fromEntries(builds.map((each) => [imageInput(each), imageText(each)])) : {}),
    [CALL_INPUTS.ref]: text('The commit whose declaration is built; what the run is about without it'),
    [CALL_INPUTS.version]: text("The wheels' version, PEP 440; a development version without it"),
    [CALL_INPUTS.fresh]: {
      description: 'Whether everything is made anew, with nothing of earlier runs',
      type: 'boolean',
      default: false,
    },
  };
  const outputs = platforms.map((platform) => [
    sumsOutput(platform),
    {
      description: `The SHA-256 of SHA256SUMS for ${platform.title}`,
      value: `\${{ jobs.${identifier(platform.id)}.outputs.sums }}`,
    },
  ]);
  return {
    pull_request: {},
    merge_group: {},
    push: { branches: [plan.defaultBranch], paths: pushPaths(plan, system) },
    ...scheduled(plan.schedule),
    workflow_dispatch: { inputs },
    workflow_call: { inputs, outputs: Object.fromEntries(outputs) },
  };
}

function imageText({ variant }: PlannedBuild): Value {
  const which = `Toolchain image${variant ? ` of ${variant}` : ''}`;
  return text(
    `${which}, by tag or digest. docker.yml must have built it from the default branch. Default: the published image`,
  );
}

function text(description: string): Value {
  return { description, type: 'string', default: '' };
}
