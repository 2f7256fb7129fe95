/** Inputs, outputs and triggers of the workflows that build wheels. */
import type { WorkflowContext } from './context';
import type { Value } from './model';
import { identifier } from './names';
import { WorkflowName } from '../../declaration/pipeline';
import type { SystemName } from '../../declaration/platform';
import type { Plan, PlannedBuild, PlannedPlatform } from '../../plan/plan';
import { programGlobs, projectGlobs } from '../../plan/project-files';
import { buildsOn, isOn, platformsOn } from '../../plan/select';

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

/** The output of a build workflow with the digest of a platform's SHA256SUMS. */
export function sumsOutput({ id }: PlannedPlatform): string {
  return `sums-${identifier(id)}`;
}

/** The build files of the toolchain image, as globs: a push that changes one starts docker.yml. */
const IMAGE_FILES = ['docker/**', '.dockerignore'];

/** The files whose change publishes an image, as globs from the repository's root. */
export function imagePaths(context: WorkflowContext): string[] {
  return [...imageFiles(context), context.file('docker')];
}

function imageFiles(context: WorkflowContext): string[] {
  return IMAGE_FILES.map((path) => context.path(path));
}

/** Return the branches whose pushes publish an image. */
export function imageBranches({ defaultBranch, image }: Plan): string[] {
  return [...new Set([defaultBranch, ...image.branches])];
}

/**
 * The files that a system's wheels are built from, as globs from the repository's root: a change to another file builds
 * nothing.
 */
export function wheelPaths(context: WorkflowContext, system: SystemName): string[] {
  const { plan } = context;
  const { folder } = plan.source;
  const sources = [
    ...(folder === null ? [] : [folder === '.' ? '**' : `${folder}/**`]),
    ...programGlobs(plan, system),
    ...projectGlobs(plan, system),
  ];
  const toolchain = system === 'linux' ? IMAGE_FILES : condaFiles(plan, system);
  return [
    ...['scripts/**', ...toolchain].map((path) => context.path(path)),
    context.file(system),
    ...sources.map((path) => context.path(path)),
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
function pushPaths(context: WorkflowContext, system: SystemName): string[] {
  const { plan } = context;
  const paths = wheelPaths(context, system);
  const branches = [plan.defaultBranch, ...plan.filters.pushBranches];
  const byDocker =
    plan.workflows.includes(WorkflowName.DOCKER) && branches.every((branch) => imageBranches(plan).includes(branch));
  if (system !== 'linux' || !byDocker) return paths;
  const image = imageFiles(context);
  const own = paths.filter((path) => !image.includes(path));
  return [...own, ...(own.includes(context.path('**')) ? image.map((path) => `!${path}`) : [])];
}

/** The declared filters of pull requests; GitHub takes no empty list. */
function pullRequestFilters(context: WorkflowContext): Value {
  const { pullRequestBranches, ignoredPaths } = context.plan.filters;
  return {
    ...(pullRequestBranches.length > 0 && { branches: pullRequestBranches }),
    ...(ignoredPaths.length > 0 && { 'paths-ignore': ignoredPaths.map((glob) => context.path(glob)) }),
  };
}

/** The filters of pushes. Ignored paths are exceptions from the listed ones: GitHub takes only one of two lists. */
function pushFilters(context: WorkflowContext, system: SystemName): Value {
  const { defaultBranch, filters } = context.plan;
  const ignored = filters.ignoredPaths.map((glob) => `!${context.path(glob)}`);
  return {
    branches: [...new Set([defaultBranch, ...filters.pushBranches])],
    paths: [...new Set([...pushPaths(context, system), ...ignored])],
  };
}

/**
 * The triggers of a workflow that builds wheels. A pull request has no `paths`: a workflow that is required has to report
 * on every one. A push to the default branch needs no report, and fills the caches.
 */
export function buildTriggers(
  context: WorkflowContext,
  system: SystemName,
  builds: readonly PlannedBuild[],
  platforms: readonly PlannedPlatform[],
): { readonly [event: string]: Value } {
  const { schedule } = context.plan;
  const inputs: { readonly [name: string]: Value } = {
    ...(system === 'linux' ? Object.fromEntries(builds.map((each) => [imageInput(each), imageText(each)])) : {}),
    [CALL_INPUTS.ref]: text('Commit to build; by default, the commit of the run'),
    [CALL_INPUTS.version]: text('Version of the wheels (PEP 440); by default, a development version'),
    [CALL_INPUTS.fresh]: {
      description: 'Build without the caches of earlier runs',
      type: 'boolean',
      default: false,
    },
  };
  const outputs = platforms.map((platform) => [
    sumsOutput(platform),
    {
      description: `SHA-256 digest of SHA256SUMS for ${platform.title}`,
      value: `\${{ jobs.${identifier(platform.id)}.outputs.sums }}`,
    },
  ]);
  return {
    pull_request: pullRequestFilters(context),
    merge_group: {},
    push: pushFilters(context, system),
    ...scheduled(schedule),
    workflow_dispatch: { inputs },
    workflow_call: { inputs, outputs: Object.fromEntries(outputs) },
  };
}

function imageText({ variant }: PlannedBuild): Value {
  const which = `Toolchain image${variant ? ` of ${variant}` : ''}`;
  return text(
    `${which} that docker.yml published from the default branch, by tag or digest; by default, the one that matches the commit`,
  );
}

function text(description: string): Value {
  return { description, type: 'string', default: '' };
}
