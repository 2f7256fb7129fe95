import { must, mustBeUnique } from './error';
import { Platform, platformFacts, PlatformFacts, System, SYSTEMS, validatePlatforms } from './platform';
import { Source, validateSource } from './source';
import { ResolvedToolchain, resolveToolchain, Toolchain } from './toolchain';
import { validateVariants, Variant, VariantFacts, variantWheels } from './variant';
import { BuiltWheel, validateWheels, Wheel } from './wheel';

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
   * Other builds of the same wheels, such as for a GPU's toolkit. Each has an image, scripts, jobs and wheels of its own.
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

/** A pipeline's declaration, validated, with every default filled in: what all files are synthesized from. @internal */
export interface PipelineSpec {
  readonly name: string;
  readonly repository: string;
  readonly source: Source;
  readonly wheels: readonly BuiltWheel[];
  readonly platforms: readonly PlatformFacts[];
  /** The systems that the platforms are of. */
  readonly systems: readonly System[];
  readonly toolchain: ResolvedToolchain;
  readonly environment: { readonly [name: string]: string };
  /** The toolchain image: its name without tag, the tag of the one that jobs run in, and the branches that publish it. */
  readonly image: { readonly name: string; readonly tag: string; readonly branches: readonly string[] };
  readonly timeoutMinutes: { readonly [system in System]: number };
  readonly workflows: readonly WorkflowName[];
  /** The variant whose pipeline this is; none for the pipeline itself. */
  readonly variant?: VariantFacts;
  /** The pipelines of the declared variants. */
  readonly variants: readonly PipelineSpec[];
}

/** Validates a declaration and fills in its defaults. Throws a `SpecError` at the first value that is wrong. @internal */
export function resolvePipeline(options: PipelineOptions): PipelineSpec {
  must(
    /^[A-Za-z0-9-]+\/[A-Za-z0-9._-]+$/.test(options.repository),
    'repository',
    options.repository,
    'a GitHub repository as owner/name',
  );
  const name = options.name ?? options.repository.split('/')[1];
  must(/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name), 'name', name, 'letters, digits, dots, dashes and underscores');
  validateSource(options.source);
  validateWheels(options.wheels);
  const platforms = options.platforms ?? [Platform.LINUX_X86_64, Platform.WINDOWS_AMD64];
  validatePlatforms(platforms);
  const environment = options.environment ?? {};
  Object.keys(environment).forEach((variable) =>
    must(
      /^[A-Z_][A-Z0-9_]*$/.test(variable),
      'environment',
      variable,
      'an environment-variable name: upper-case letters, digits and underscores',
    ),
  );
  const imageName = options.image?.name ?? `ghcr.io/${options.repository}`.toLowerCase();
  must(
    /^[a-z0-9.:-]+(\/[a-z0-9._-]+)+$/.test(imageName),
    'image.name',
    imageName,
    'a registry and a repository in lower case, without tag, such as ghcr.io/owner/name',
  );
  const branches = options.image?.branches ?? ['main', 'dev'];
  must(branches.length > 0, 'image.branches', branches, 'at least one branch');
  mustBeUnique('image.branches', branches);
  const timeouts = { linux: options.linux?.timeoutMinutes ?? 360, windows: options.windows?.timeoutMinutes ?? 360 };
  for (const [system, minutes] of Object.entries(timeouts)) {
    must(
      Number.isInteger(minutes) && minutes > 0 && minutes <= 360,
      `${system}.timeoutMinutes`,
      minutes,
      'a whole number of minutes up to 360, the most that GitHub gives a job',
    );
  }
  const variants = options.variants ?? [];
  validateVariants(variants, options.wheels, platforms);
  const facts = platforms.map(platformFacts);
  const main: PipelineSpec = {
    name,
    repository: options.repository,
    source: options.source,
    wheels: options.wheels,
    platforms: facts,
    systems: SYSTEMS.filter((system) => facts.some((each) => each.system === system)),
    toolchain: resolveToolchain(
      options.toolchain ?? {},
      facts.map((each) => each.system),
    ),
    environment,
    image: { name: imageName, tag: 'latest', branches },
    timeoutMinutes: timeouts,
    workflows: resolveWorkflows(facts, options.workflows),
    variants: [],
  };
  return { ...main, variants: variants.map((variant) => variantSpec(main, variant, options.toolchain ?? {})) };
}

/** The pipeline of a variant: all that is declared, with what it changes. */
function variantSpec(main: PipelineSpec, variant: Variant, toolchain: Toolchain): PipelineSpec {
  const { name, deviceOptions, tried } = variant;
  const platforms = main.platforms
    .filter((facts) => variant.platforms?.includes(facts.platform) ?? true)
    .map((facts) => ({ ...facts, id: `${facts.id}-${name}`, title: `${facts.title}, ${name}` }));
  const wheels = variantWheels(main.wheels, variant);
  validateWheels(wheels);
  const systems = SYSTEMS.filter((system) => platforms.some((each) => each.system === system));
  const packages = [...(toolchain.packages ?? []), ...(variant.packages ?? [])];
  const tools = [...(toolchain.tools ?? []), ...(variant.tools ?? [])];
  return {
    ...main,
    name: `${main.name}-${name}`,
    wheels,
    platforms,
    systems,
    toolchain: resolveToolchain({ ...toolchain, packages, tools }, systems),
    image: { ...main.image, tag: `${main.image.tag}-${name}` },
    variant: { name, deviceOptions, tried },
  };
}

/** A pipeline and those of its variants. @internal */
export function allVariants(spec: PipelineSpec): readonly PipelineSpec[] {
  return [spec, ...spec.variants];
}

/** Those of them that build for a system. @internal */
export function pipelinesOn(spec: PipelineSpec, system: System): readonly PipelineSpec[] {
  return allVariants(spec).filter((each) => each.systems.includes(system));
}

/** The toolchain image that jobs run in, by tag. @internal */
export function imageTag(spec: PipelineSpec): string {
  return `${spec.image.name}:${spec.image.tag}`;
}

/** The platforms of one system, in the order in which they were declared. @internal */
export function platformsOn(spec: PipelineSpec, system: System): readonly PlatformFacts[] {
  return spec.platforms.filter((facts) => facts.system === system);
}

/** Whether a wheel is kept between builds. @internal */
export function reusesWheels(spec: PipelineSpec): boolean {
  return spec.wheels.some((wheel) => wheel.reuse);
}

function resolveWorkflows(platforms: readonly PlatformFacts[], declared?: readonly WorkflowName[]): WorkflowName[] {
  const systems = platforms.map((facts) => facts.system);
  const possible = Object.values(WorkflowName).filter((workflow) => {
    if (workflow === WorkflowName.WINDOWS) return systems.includes('windows');
    if (workflow === WorkflowName.RELEASE) return true;
    return systems.includes('linux');
  });
  const workflows = declared ?? possible;
  mustBeUnique('workflows', workflows);
  workflows.forEach((workflow) =>
    must(possible.includes(workflow), 'workflows', workflow, `one that the platforms call for: ${possible.join(', ')}`),
  );
  if (workflows.includes(WorkflowName.RELEASE)) {
    for (const workflow of possible) {
      const needed = workflow !== WorkflowName.DOCKER;
      must(
        !needed || workflows.includes(workflow),
        'workflows',
        workflows,
        `with ${workflow}: a release builds every platform's wheels`,
      );
    }
  }
  return possible.filter((workflow) => workflows.includes(workflow));
}
