/** What is right for a pipeline: the schema of its options, and what no schema can say. */
import { diskSchema } from './disk';
import { must, mustBeUnique } from './error';
import { hookSchema, validateHooks } from './hook';
import { jobSchema, linuxOptionsSchema, systemOptionsSchema } from './job';
import { pinsSchema, validatePins } from './pin-options';
import { ImageOptions, possibleWorkflows, WheelPipelineOptions, WorkflowName } from './pipeline';
import { platformsSchema, validatePlatforms } from './platform';
import { preflightSchema, validatePreflight } from './preflight';
import { programSchema } from './program';
import { branchName, releaseSchema, triggersSchema } from './release';
import { parse } from './schema/parse';
import { choice, digestText, flag, listOf, objectOf, path, text, variables, z } from './schema/values';
import { sourceSchema, validateSource } from './source';
import { toolchainSchema, validateToolchain } from './toolchain-rules';
import { upkeepSchema } from './upkeep';
import { validateVariants, variantSchema } from './variant';
import { validateWheels, wheelOptions } from './wheel-rules';

/**
 * An image's name with its registry.
 *
 * @see https://github.com/distribution/reference/blob/main/reference.go
 */
export const IMAGE_NAME = /^[a-z0-9][a-z0-9.-]*(:\d+)?(\/[a-z0-9]+((\.|__?|-+)[a-z0-9]+)*)+$/;

export const imageSchema = objectOf<ImageOptions>()({
  name: z.optional(
    text('a registry and a repository in lower case, without tag, such as ghcr.io/owner/name', IMAGE_NAME),
  ),
  digest: z.optional(digestText),
  branches: z.optional(listOf(branchName, 'at least one branch')),
});

export const repositorySchema = text(
  'a GitHub repository as owner/name',
  // GitHub removes .git from the end of a name.
  /^[A-Za-z0-9][A-Za-z0-9_-]*\/(?!\.{1,2}$)(?!.*\.git$)[A-Za-z0-9._-]+$/i,
);

/** What any pipeline has. */
export const settings = {
  name: z.optional(text('letters, digits, dots, dashes and underscores', /^[A-Za-z0-9][A-Za-z0-9._-]*$/)),
  prefix: z.optional(
    path('the project').check(
      z.refine((given) => /^[a-z0-9]+(-[a-z0-9]+)*$/.test(given), {
        error: "a folder's name of lower-case letters and digits, with dashes between",
      }),
    ),
  ),
  platforms: z.optional(platformsSchema),
  toolchain: z.optional(toolchainSchema),
  preflight: z.optional(preflightSchema),
  environment: z.optional(variables),
  diskGigabytes: z.optional(diskSchema),
  hooks: z.optional(listOf(hookSchema)),
  pins: z.optional(pinsSchema),
  pinsFile: z.optional(path("the pipeline's folder")),
  upkeep: z.optional(upkeepSchema),
  image: z.optional(imageSchema),
  docker: z.optional(jobSchema),
  linux: z.optional(linuxOptionsSchema),
  windows: z.optional(systemOptionsSchema),
  release: z.optional(releaseSchema),
  triggers: z.optional(triggersSchema),
  program: z.optional(programSchema),
  workflows: z.optional(listOf(choice(WorkflowName))),
};

export const pipelineSchema = objectOf<WheelPipelineOptions>()({
  ...settings,
  source: sourceSchema,
  wheels: listOf(wheelOptions.schema, 'at least one wheel'),
  repository: repositorySchema,
  variants: z.optional(listOf(variantSchema)),
  buildWorkflow: z.optional(flag),
  adoptExistingFiles: z.optional(listOf(path('the repository'))),
});

/** Throws a `SpecError` at the first value that is not what its option takes. */
export function parsePipeline(options: unknown): WheelPipelineOptions {
  return parse(pipelineSchema, options);
}

/** What no schema can say. Throws a `SpecError` at the first value that is wrong. */
export function validatePipeline(
  declared: WheelPipelineOptions & Required<Pick<WheelPipelineOptions, 'name' | 'platforms'>>,
): void {
  const { platforms, wheels, toolchain = {}, image = {}, variants = [] } = declared;
  validateSource(declared.source);
  validateWheels(wheels);
  validatePlatforms(platforms);
  mustBeUnique('image.branches', image.branches ?? []);
  validateVariants(variants, wheels, platforms);
  validateToolchain(toolchain, platforms);
  if (declared.preflight) validatePreflight(declared.preflight);
  validateHooks(
    declared.hooks ?? [],
    wheels.map((wheel) => wheel.distribution),
  );
  validatePins(declared.pins ?? {});
  if (declared.workflows) validateWorkflows(declared.workflows, possibleWorkflows(platforms));
}

/** The workflows that a release calls. */
const BUILDS: readonly WorkflowName[] = [WorkflowName.LINUX, WorkflowName.WINDOWS];

function validateWorkflows(workflows: readonly WorkflowName[], possible: readonly WorkflowName[]): void {
  mustBeUnique('workflows', workflows);
  workflows.forEach((workflow) =>
    must(possible.includes(workflow), 'workflows', workflow, `one that the platforms call for: ${possible.join(', ')}`),
  );
  if (!workflows.includes(WorkflowName.RELEASE)) return;
  for (const workflow of possible) {
    must(
      !BUILDS.includes(workflow) || workflows.includes(workflow),
      'workflows',
      workflows,
      `with ${workflow}: a release builds every platform's wheels`,
    );
  }
}
