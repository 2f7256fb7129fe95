import { must, mustBeUnique } from './error';
import { Platform, SYSTEMS, systemsOf, validatePlatforms } from './platform';
import { Source, validateSource } from './source';
import { Toolchain, validateToolchain } from './toolchain';
import { validateVariants, Variant } from './variant';
import { validateWheels, Wheel } from './wheel';

/** The workflows, each in the file of its name. */
export enum WorkflowName {
  /** Builds, smoke-tests and pushes the toolchain image. */
  DOCKER = 'docker',
  /** Builds and tests the Linux wheels inside the image. */
  LINUX = 'linux',
  /** Builds and tests the Windows wheels on GitHub's runner. */
  WINDOWS = 'windows',
  /** Rebuilds everything for a tag and publishes the verified wheels. */
  RELEASE = 'release',
}

/** The toolchain image. */
export interface ImageOptions {
  /**
   * Where it is published, without tag, in lower case.
   *
   * @default - `ghcr.io/<owner>/<repository>`
   */
  readonly name?: string;

  /**
   * Branches whose pushes publish it.
   *
   * @default ['main', 'dev']
   */
  readonly branches?: string[];
}

/** One system's jobs. */
export interface SystemOptions {
  /**
   * Minutes after which a job that builds and tests is stopped.
   *
   * @default 360
   */
  readonly timeoutMinutes?: number;
}

/** What a pipeline is declared with. */
export interface PipelineOptions {
  /** Where the code comes from. */
  readonly source: Source;

  /** The distributions that are built from it, in the order in which they are built. */
  readonly wheels: Wheel[];

  /** The repository on GitHub that the pipeline runs in, as `owner/name`. */
  readonly repository: string;

  /**
   * What the pipeline is called in scripts and pages.
   *
   * @default - the repository's name
   */
  readonly name?: string;

  /**
   * The platforms that wheels are built for.
   *
   * @default - Linux x86-64 and Windows x86-64
   */
  readonly platforms?: Platform[];

  /**
   * What wheels are built with.
   *
   * @default - Python, CMake, Ninja, Git, sccache and the repair tools
   */
  readonly toolchain?: Toolchain;

  /**
   * Other builds of the same wheels, such as for a GPU's toolkit. Each has an image, jobs and wheels of its own.
   *
   * @default - none
   */
  readonly variants?: Variant[];

  /**
   * Environment variables that every build runs with.
   *
   * @default - none
   */
  readonly environment?: { readonly [name: string]: string };

  /**
   * The toolchain image.
   *
   * @default - published to the repository's registry
   */
  readonly image?: ImageOptions;

  /**
   * The Linux jobs.
   *
   * @default - see the options
   */
  readonly linux?: SystemOptions;

  /**
   * The Windows jobs.
   *
   * @default - see the options
   */
  readonly windows?: SystemOptions;

  /**
   * The workflows to synthesize.
   *
   * @default - all that the platforms call for
   */
  readonly workflows?: WorkflowName[];
}

/** The workflows that some platforms call for. @internal */
export function possibleWorkflows(platforms: readonly Platform[]): WorkflowName[] {
  const systems = systemsOf(platforms);
  return Object.values(WorkflowName).filter((workflow) => {
    if (workflow === WorkflowName.WINDOWS) return systems.includes('windows');
    if (workflow === WorkflowName.RELEASE) return true;
    return systems.includes('linux');
  });
}

/** Throws a `SpecError` at the first value that is wrong. @internal */
export function validatePipeline(
  declared: PipelineOptions & Required<Pick<PipelineOptions, 'name' | 'platforms'>>,
): void {
  must(
    /^[A-Za-z0-9-]+\/[A-Za-z0-9._-]+$/.test(declared.repository),
    'repository',
    declared.repository,
    'a GitHub repository as owner/name',
  );
  const { name, platforms, environment = {}, image = {}, variants = [] } = declared;
  must(/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name), 'name', name, 'letters, digits, dots, dashes and underscores');
  validateSource(declared.source);
  validateWheels(declared.wheels);
  validatePlatforms(platforms);
  Object.keys(environment).forEach((variable) =>
    must(
      /^[A-Z_][A-Z0-9_]*$/.test(variable),
      'environment',
      variable,
      'an environment-variable name: upper-case letters, digits and underscores',
    ),
  );
  must(
    image.name === undefined || /^[a-z0-9.:-]+(\/[a-z0-9._-]+)+$/.test(image.name),
    'image.name',
    image.name,
    'a registry and a repository in lower case, without tag, such as ghcr.io/owner/name',
  );
  must(image.branches?.length !== 0, 'image.branches', image.branches, 'at least one branch');
  mustBeUnique('image.branches', image.branches ?? []);
  for (const system of SYSTEMS) {
    const minutes = declared[system]?.timeoutMinutes;
    must(
      minutes === undefined || (Number.isInteger(minutes) && minutes > 0 && minutes <= 360),
      `${system}.timeoutMinutes`,
      minutes,
      'a whole number of minutes up to 360, the most that GitHub gives a job',
    );
  }
  validateVariants(variants, declared.wheels, platforms);
  validateToolchain(declared.toolchain ?? {});
  if (declared.workflows) validateWorkflows(declared.workflows, possibleWorkflows(platforms));
}

function validateWorkflows(workflows: readonly WorkflowName[], possible: readonly WorkflowName[]): void {
  mustBeUnique('workflows', workflows);
  workflows.forEach((workflow) =>
    must(possible.includes(workflow), 'workflows', workflow, `one that the platforms call for: ${possible.join(', ')}`),
  );
  if (!workflows.includes(WorkflowName.RELEASE)) return;
  for (const workflow of possible) {
    must(
      workflow === WorkflowName.DOCKER || workflows.includes(workflow),
      'workflows',
      workflows,
      `with ${workflow}: a release builds every platform's wheels`,
    );
  }
}
