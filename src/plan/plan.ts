/**
 * The plan: a declaration with every default filled in and all of its variants inside, as plain data.
 *
 * The image, the workflows and the pages are rendered from it. The part that the Python program executes is
 * `scripts/plan.json`, whose Python types are generated from the description below (`projenrc/plan-types.ts`).
 */
import * as z from 'zod/mini';
import { WorkflowName } from '../declaration/pipeline';
import { SYSTEMS } from '../declaration/platform';
import { pythonPackageOptions } from '../declaration/python-package';
import { titled } from '../declaration/schema/noun';
import { packageOptions, toolOptions } from '../declaration/toolchain-rules';
import { wheelOptions } from '../declaration/wheel-rules';

/** The plan's shape; raised when a reader of an older one would misread it. */
export const PLAN_SCHEMA = 3;

/** A field with a description, which becomes the docstring of the program's type. */
function said<T extends z.ZodMiniType>(type: T, description: string): T {
  return type.check(z.describe(description)) as T;
}

/** A field that synthesis alone needs: neither `scripts/plan.json` nor the program has it. */
function synthesis<T extends z.ZodMiniType>(type: T, description?: string): T {
  return type.check(z.meta({ synthesis: true, ...(description && { description }) })) as T;
}

const text = z.string().check(z.minLength(1));
const texts = z.array(text);
const system = z.enum(SYSTEMS);
const onlyOn = said(z.nullable(system), 'The only system; both if null.');
const variables = z.record(z.string(), z.string());
const seconds = z.number().check(z.positive());
const gigabytes = z.nullable(z.number().check(z.positive()));
const count = z.int().check(z.positive());

/** All of them need GitHub Enterprise Cloud for those that are not public. */
const ATTESTING = ['public', 'always', 'never'] as const;

function bySystem<T extends z.ZodMiniType>(value: T) {
  return z.strictObject({ linux: value, windows: value });
}

const source = titled(
  'Source',
  z.strictObject({
    git: z.nullable(
      titled(
        'GitSource',
        z.strictObject({
          repository: text,
          commit: text,
          tag: z.nullable(text),
          submodules: z.array(
            titled(
              'Submodule',
              z.strictObject({
                path: said(text, "Relative to the source's root."),
                parent: said(z.nullable(text), 'The submodule that contains it, if any.'),
              }),
            ),
          ),
        }),
      ),
    ),
    sdist: z.nullable(titled('SdistSource', z.strictObject({ distribution: text, version: text, sha256: text }))),
    folder: said(z.nullable(text), "Relative to the checkout's root."),
    overlay: said(texts, 'Paths of the files in scripts/overlay that are copied over the source.'),
    baseVersion: said(text, 'The release that a development version is based on.'),
  }),
  'Exactly one of git, sdist and folder.',
);

const limits = titled(
  'Limits',
  z.strictObject({
    attempts: said(count, 'Tries of what reaches over a network.'),
    pause: said(seconds, 'Seconds between tries: this, then twice this, …'),
    command: said(seconds, 'Seconds for a question to a tool, such as its version.'),
    download: said(seconds, 'Seconds for a source, or for what a test requires.'),
    build: said(seconds, 'Seconds for the build of one wheel by its backend, and for its repair.'),
    upload: said(seconds, 'Seconds for one file of a release.'),
    check: said(seconds, 'Seconds for a check of the gate that every wheel goes through.'),
    keptWheels: said(count, 'Generations of a reused wheel.'),
  }),
);

const platform = titled(
  'Platform',
  z.strictObject({
    id: said(text, 'Name of its folders, jobs and artifacts, such as linux-x86_64-cuda-13.0.'),
    system,
    machine: said(text, "Python's platform.machine()."),
    platformTag: said(text, 'Platform tag of a repaired wheel.'),
    title: said(text, 'Name of the platform in text.'),
    runner: synthesis(text, 'The GitHub-hosted runner.'),
    runsOn: synthesis(z.nullable(texts), 'Labels of another runner.'),
    condaSubdir: synthesis(text, 'The subdirectory of a Conda channel.'),
    baseImage: synthesis(z.nullable(text), 'The base of the toolchain image, by digest; null on Windows.'),
    lock: synthesis(text, 'The explicit Conda lock file, which is installed if it is committed.'),
  }),
);

const condaPackage = z.strictObject({ ...packageOptions.planned, version: text });

const pythonPackage = titled(
  'PythonPackage',
  z.strictObject({ ...pythonPackageOptions.planned, version: text, sha256: synthesis(texts) }),
);

const wheel = titled(
  'Wheel',
  z.strictObject({
    ...wheelOptions.planned,
    testRequirements: synthesis(wheelOptions.planned.testRequirements),
    builtAs: said(text, 'Name of the distribution in its source.'),
    settings: said(bySystem(texts), 'PEP 517 config settings, each as key=value.'),
    environment: said(variables, "Environment variables of this wheel's build only."),
  }),
);

const hook = titled(
  'Hook',
  z.strictObject({
    step: said(text, 'A step of `steps`.'),
    when: z.enum(['before', 'after']),
    name: text,
    command: texts,
    system: onlyOn,
  }),
  'A command of the declaration, before or after a step of build or test.',
);

const build = titled(
  'Build',
  z.strictObject({
    name: text,
    variant: z.nullable(text),
    image: said(text, 'The toolchain image, by tag.'),
    imageTag: synthesis(text),
    imageDigest: said(z.nullable(text), 'The declared digest; null where docker.yml publishes the image.'),
    systems: synthesis(z.array(system), 'The systems of its platforms.'),
    platforms: z.array(platform),
    tools: z.array(titled('Tool', z.strictObject(toolOptions.planned))),
    pythonPackages: said(z.array(pythonPackage), 'Packages that pip adds to the Conda environment, by hash.'),
    pythonPackagesFile: said(z.nullable(text), 'The requirements file of those packages, if any.'),
    testRequirementsFile: said(text, 'Requirements of the checks; a variant with its own has its own file.'),
    unusedLibraries: said(
      texts,
      'Libraries that a tool passes to the linker and no code uses; empty ones replace them.',
    ),
    rust: z.boolean(),
    vulkan: synthesis(z.boolean()),
    vulkanSdk: said(
      z.nullable(titled('VulkanSdk', z.strictObject({ version: text, url: text, sha256: text }))),
      "LunarG's SDK for Windows.",
    ),
    environment: said(bySystem(variables), "Environment variables of every wheel's build."),
    wheels: z.array(wheel),
    preflight: said(
      z.nullable(
        titled(
          'Preflight',
          z.strictObject({
            folder: said(text, 'Its source: a folder of the project, or builtin:… of the program.'),
            wheel,
            steps: said(bySystem(texts), 'The steps of its build.'),
            system: onlyOn,
          }),
        ),
      ),
      'The small library that tests the toolchain.',
    ),
    steps: said(bySystem(texts), 'The steps of a build in their order; `repair:tvm` is a step of one wheel.'),
    hooks: z.array(hook),
    dockerfile: synthesis(text),
    imageFiles: said(
      texts,
      'The files of the toolchain image, whose digest is its tag env-<digest>; a lock file is optional.',
    ),
    conda: synthesis(
      z.strictObject({
        name: said(text, "The environment's name, where one is required."),
        file: text,
        channels: texts,
        packages: z.array(condaPackage),
      }),
    ),
    diskGigabytes: titled(
      'DiskFigures',
      z.strictObject({
        image: synthesis(gigabytes, 'The toolchain image, unpacked.'),
        linux: said(gigabytes, 'BUILD_DIR with its caches, and the wheels, at their largest.'),
        windows: gigabytes,
      }),
      'Disk space in gigabytes (10⁹ bytes), as measured; null where not measured.',
    ),
    deviceOptions: synthesis(z.nullable(text), 'Docker options that give the container of the Linux tests a device.'),
    runnerByVariable: synthesis(
      z.boolean(),
      'A repository variable names the runner with the device, since none is declared.',
    ),
  }),
  "One build of the source: the pipeline's own (variant: null), or a variant's.",
);

const file = titled('FilePin', z.strictObject({ version: text, sha256: text }), 'A file of a version, by its digest.');

const pins = titled(
  'Pins',
  z.strictObject({
    file: said(text, 'The file for raised versions, in the shape of this object.'),
    channels: said(texts, 'Conda channels, the first one first.'),
    actions: said(z.record(z.string(), text), 'Commit and version, as <commit> # <version>.'),
    micromamba: text,
    micromambaExe: said(z.nullable(file), 'Null without Windows.'),
    buildkit: text,
    dockerfileFrontend: said(text, 'The image that parses Dockerfiles.'),
    sbomScanner: text,
    baseImage: said(z.nullable(text), 'Null where the declaration names one, or has no such platform.'),
    aarch64BaseImage: z.nullable(text),
    vulkanSdk: z.nullable(file),
    packages: said(z.record(z.string(), text), 'Conda packages without a declared version.'),
    pythonPackages: said(
      z.record(z.string(), titled('WheelsPin', z.strictObject({ version: text, sha256: texts }))),
      'Packages from the Python package index without a declared version, each wheel by its digest.',
    ),
    testRequirements: said(z.record(z.string(), text), 'The declared requirement, and the version in effect.'),
    zizmor: file,
    uv: file,
    source: z.nullable(
      titled(
        'SourcePin',
        z.strictObject({ replaces: said(text, 'The declared commit.'), commit: text, tag: z.nullable(text) }),
      ),
    ),
  }),
  'Every version that upgrade.yml may raise, as it is in effect.',
);

const plan = titled(
  'Plan',
  z.strictObject({
    schema: z.literal(PLAN_SCHEMA),
    name: text,
    repository: said(text, 'On GitHub, as owner/name.'),
    python: said(text, 'The Python version of the wheels, such as 3.13.'),
    source,
    program: synthesis(
      z.strictObject({
        path: said(text, 'The program that executes this plan: one file, or the folder of its sources.'),
        requirements: said(z.nullable(text), 'The requirements of the sources; the file contains them.'),
      }),
    ),
    limits,
    builds: said(z.array(build).check(z.minLength(1)), "The pipeline's own build first."),
    image: titled(
      'Images',
      z.strictObject({
        name: said(text, 'Name of the published toolchain images, without a tag.'),
        branches: said(texts, 'Branches whose pushes publish them.'),
        label: said(text, 'The label with the env-<digest> of the files of an image.'),
      }),
    ),
    workflows: z.array(z.enum(WorkflowName)),
    defaultBranch: said(text, 'Its builds fill the caches of other runs; releases use its images.'),
    schedule: synthesis(texts, 'When the wheels are built without a change, as cron expressions.'),
    release: titled(
      'Release',
      z.strictObject({
        environment: synthesis(z.nullable(text), 'The environment that publishing waits for.'),
        onDefaultBranch: said(z.boolean(), 'A tag must be on the default branch.'),
        attest: said(z.enum(ATTESTING), 'The repositories in which GitHub attests wheels and images.'),
        sbom: said(z.boolean(), 'Each wheel has a software bill of materials.'),
      }),
    ),
    timeoutMinutes: synthesis(bySystem(count)),
    jobs: synthesis(
      z.strictObject({
        docker: z.strictObject({ runsOn: z.nullable(texts), timeoutMinutes: z.nullable(count) }),
        release: z.strictObject({ runsOn: z.nullable(texts) }),
      }),
      'Declared options of the jobs that build no wheels; null for the default.',
    ),
    filters: synthesis(z.strictObject({ pushBranches: texts, pullRequestBranches: texts, ignoredPaths: texts })),
    pins,
    upkeep: titled(
      'Upkeep',
      z.strictObject({
        schedule: synthesis(texts, 'When newer versions are looked up and old images deleted, as cron expressions.'),
        cooldownDays: said(count, 'Days that a version must be public before it is proposed.'),
        hold: said(texts, 'Names of versions that are never raised.'),
        keepImagesDays: said(count, 'Days that an image is kept that no release names.'),
      }),
    ),
    place: titled(
      'Place',
      z.strictObject({
        folder: synthesis(z.string(), "The pipeline's folder in the repository; empty for the root."),
        id: said(z.string(), 'Prefix of the names of its workflows; may be empty.'),
      }),
    ),
  }),
);

export type Plan = z.infer<typeof plan>;
export type PlannedSource = z.infer<typeof source>;
export type PlannedBuild = z.infer<typeof build>;
export type PlannedPlatform = z.infer<typeof platform>;
export type PlannedTool = PlannedBuild['tools'][number];
export type PlannedWheel = z.infer<typeof wheel>;
export type PlannedPythonPackage = z.infer<typeof pythonPackage>;
export type CondaSpec = PlannedBuild['conda'];

/** The plan's JSON Schema; fields with `synthesis: true` are not in `scripts/plan.json`. */
export function planSchema(): JsonSchema {
  return z.toJSONSchema(plan) as JsonSchema;
}

/** The part of JSON Schema that describes a plan. */
export interface JsonSchema {
  readonly title?: string;
  readonly description?: string;
  readonly synthesis?: boolean;
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly string[];
  readonly anyOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
  readonly items?: JsonSchema;
  readonly properties?: { readonly [name: string]: JsonSchema };
  readonly additionalProperties?: JsonSchema | false;
}

/** The plan as the program reads it: `scripts/plan.json`. A field that is null is left out. */
export function programPlan(declared: Plan): object {
  return pruned(declared, planSchema()) as object;
}

function pruned(value: unknown, schema: JsonSchema): unknown {
  if (value === null || typeof value !== 'object') return value;
  const options = schema.anyOf ?? schema.allOf ?? [];
  const { properties, items, additionalProperties } = options.reduce((all, each) => ({ ...each, ...all }), schema);
  if (Array.isArray(value)) return value.map((each) => pruned(each, items ?? {}));
  const isBySystem = Object.keys(properties ?? {}).join() === SYSTEMS.join();
  const entries = Object.entries(value).filter(
    ([name, each]) => !properties?.[name]?.synthesis && (each !== null || isBySystem),
  );
  return Object.fromEntries(
    entries.map(([name, each]) => [name, pruned(each, properties?.[name] ?? (additionalProperties || {}))]),
  );
}
