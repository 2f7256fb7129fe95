/**
 * The plan: a declaration with every default filled in and all of its variants inside, as plain data.
 *
 * It is `scripts/plan.json`, which the Python program executes, and what the image, the workflows and the pages are
 * made from. Types and JSON Schema come from the one description below. What the Python program reads of it stands in
 * `src/runtime/wheel_pipeline/plan`.
 */
import * as z from 'zod/mini';
import { WorkflowName } from '../declaration/pipeline';
import { SYSTEMS } from '../declaration/platform';

/** The plan's shape; raised when a reader of an older one would misread it. */
export const PLAN_SCHEMA = 2;

/** A field with what its name does not say. */
function said<T extends z.ZodMiniType>(type: T, description: string): T {
  return type.check(z.describe(description)) as T;
}

const text = z.string().check(z.minLength(1));
const texts = z.array(text);
const system = z.enum(SYSTEMS);
const onlyOn = said(z.nullable(system), 'The only system that it is for; both without it.');
const variables = z.record(z.string(), z.string());
const seconds = z.number().check(z.positive());
const gigabytes = z.nullable(z.number().check(z.positive()));
const count = z.int().check(z.positive());

/** All of them need GitHub Enterprise Cloud for those that are not public. */
const ATTESTING = ['public', 'always', 'never'] as const;

function bySystem<T extends z.ZodMiniType>(value: T) {
  return z.strictObject({ linux: value, windows: value });
}

const source = said(
  z.strictObject({
    git: z.nullable(
      z.strictObject({
        repository: text,
        commit: text,
        tag: z.nullable(text),
        submodules: z.array(
          z.strictObject({
            path: said(text, "From the source's root."),
            parent: said(z.nullable(text), "The submodule that it is one of; none for one of the source's own."),
          }),
        ),
      }),
    ),
    sdist: z.nullable(z.strictObject({ distribution: text, version: text, sha256: text })),
    folder: said(z.nullable(text), "From the checkout's root."),
    overlay: said(texts, 'Paths of the files in scripts/overlay that are laid over the source.'),
    baseVersion: said(text, 'What a build is a development version of, where no version is given.'),
  }),
  'Exactly one of git, sdist and folder.',
);

const files = said(
  z.strictObject({
    output: text,
    build: text,
    overlay: text,
    buildRequirements: text,
    locks: said(text, 'What `lock` writes: the same by hash, for each platform.'),
    environment: text,
    dockerfile: text,
  }),
  "Paths from the checkout's root.",
);

const limits = z.strictObject({
  attempts: said(count, 'Tries of what reaches over a network.'),
  pause: said(seconds, 'Seconds between tries: this, then twice this, …'),
  command: said(seconds, 'Seconds for a question to a tool, such as its version.'),
  download: said(seconds, 'Seconds for a source, or for what a test requires.'),
  build: said(seconds, 'Seconds for the build of one wheel by its backend, and for its repair.'),
  upload: said(seconds, 'Seconds for one file of a release.'),
  check: said(seconds, 'Seconds for a check of the gate that every wheel goes through.'),
  keptWheels: said(count, 'Generations of a reused wheel.'),
});

const command = z.enum(['build', 'test', 'reproduce', 'preflight']);

const input = z.strictObject({
  name: said(text, 'The option without its dashes.'),
  variable: said(z.nullable(text), 'The environment variable that says the same.'),
  type: z.enum([
    'text',
    'path',
    'count',
    'epoch',
    'version',
    'platform-tag',
    'flag',
    'variant',
    'distributions',
    'step',
  ]),
  commands: z.array(command),
  system: onlyOn,
  help: text,
  default: said(
    z.nullable(text),
    'A template of {root}, {platform}, {build-dir} and {processors}; none where it stays empty.',
  ),
  defaultHelp: said(text, 'The default in words.'),
});

const platform = z.strictObject({
  id: said(text, 'What its folders, jobs and artifacts are called, such as linux-x86_64-cuda-13.0.'),
  system,
  machine: said(text, "What Python's platform.machine() says there."),
  platformTag: said(text, 'The platform tag of a repaired wheel.'),
  title: said(text, 'The platform as people write it.'),
  runner: said(text, 'The GitHub-hosted runner.'),
  runsOn: said(z.nullable(texts), 'The labels of another runner.'),
  condaSubdir: said(text, 'The subdirectory of a Conda channel.'),
  baseImage: said(z.nullable(text), 'What the toolchain image starts from, by digest; none on Windows.'),
  lock: said(
    text,
    'The explicit Conda lock file, which is optional: where it is committed, it is what gets installed.',
  ),
});

const tool = z.strictObject({ command: text, minimum: z.nullable(text), optional: z.boolean(), system: onlyOn });

const condaPackage = z.strictObject({
  name: text,
  version: text,
  system: onlyOn,
  pypi: said(z.nullable(text), 'The distribution on the Python package index that brings the same.'),
});

const pythonPackage = z.strictObject({
  name: text,
  version: text,
  sha256: said(texts, 'Of each of its wheels that may be installed.'),
  prefix: said(z.nullable(text), 'A folder of it that is laid out like /usr, from site-packages.'),
  system: onlyOn,
});

const check = said(
  z.strictObject({
    name: text,
    kind: z.enum(['imports', 'command', 'python']),
    system: onlyOn,
    timeout: seconds,
    expect: said(z.nullable(text), 'Text that the output must contain.'),
    modules: texts,
    exclude: said(texts, 'Of the modules, those that are left out.'),
    args: z.array(z.string()),
    python: said(
      z.array(z.string()),
      'A file and its arguments; the file is in the project, or builtin:… of the program.',
    ),
  }),
  'A requirement of an installed wheel; the kind decides which of the last four fields counts.',
);

const wheel = z.strictObject({
  distribution: text,
  builtAs: said(text, 'The name that its source gives it.'),
  projectDir: text,
  settings: said(bySystem(texts), "PEP 517's config settings, each as key=value."),
  environment: said(bySystem(variables), 'Variables of its own build and of no other.'),
  versioned: said(z.boolean(), "Whether it takes the release's version; else it keeps its source's."),
  reuse: said(z.boolean(), 'Whether a built wheel is taken again while nothing that it is made of has changed.'),
  requires: z.strictObject({
    add: texts,
    pin: said(texts, 'Distributions built beside it, each required in exactly that version.'),
    drop: texts,
  }),
  excludes: said(bySystem(texts), 'Libraries that the repair leaves out.'),
  systemLibraries: said(bySystem(texts), "Those of them that come with the user's system or driver."),
  libraryFolders: said(texts, "Folders of other wheels where a Linux wheel's libraries look for what it leaves out."),
  programFolders: said(texts, "Folders of other wheels with programs that a Linux wheel's package starts."),
  aliases: bySystem(z.array(z.strictObject({ alias: text, of: text }))),
  forbidden: said(bySystem(texts), 'Globs of files that must not be in it.'),
  maxBytes: bySystem(z.nullable(count)),
  checks: z.array(check),
  testRequirements: said(texts, 'What its checks need: the full closure, as nothing is resolved.'),
});

const hook = said(
  z.strictObject({
    step: text,
    when: z.enum(['before', 'after']),
    name: text,
    command: texts,
    system: onlyOn,
  }),
  'A command of the declaration, before or after a step of build or test.',
);

const build = said(
  z.strictObject({
    name: text,
    variant: z.nullable(text),
    image: said(text, 'The toolchain image, by tag.'),
    imageTag: text,
    imageDigest: said(z.nullable(text), 'The digest that the declaration names; none where docker.yml publishes it.'),
    systems: said(z.array(system), 'The systems that its platforms are of.'),
    platforms: z.array(platform),
    tools: z.array(tool),
    pythonPackages: said(z.array(pythonPackage), 'What pip adds to the Conda environment, by hash.'),
    pythonPackagesFile: said(z.nullable(text), 'The requirements file that says so, where there are any.'),
    testRequirementsFile: said(text, "What its wheels' checks need; a variant that needs more has a file of its own."),
    unusedLibraries: said(texts, 'What a tool asks the linker for and no code uses: on Linux, empty ones stand in.'),
    rust: z.boolean(),
    vulkan: z.boolean(),
    vulkanSdk: said(
      z.nullable(z.strictObject({ version: text, url: text, sha256: text })),
      "LunarG's SDK for Windows.",
    ),
    environment: said(bySystem(variables), "Variables of every wheel's build."),
    wheels: z.array(wheel),
    preflight: said(
      z.nullable(
        z.strictObject({
          folder: said(text, 'Its source: a folder of the project, or builtin:… of the program.'),
          wheel,
          system: onlyOn,
        }),
      ),
      'The small library that the toolchain is tried on.',
    ),
    hooks: z.array(hook),
    dockerfile: text,
    imageFiles: said(
      texts,
      'What the toolchain image is made from, which gives it its tag env-<hash>; a lock file need not be there.',
    ),
    conda: z.strictObject({
      name: said(text, "The environment's name, where it has to have one."),
      file: text,
      channels: texts,
      packages: z.array(condaPackage),
    }),
    diskGigabytes: said(
      z.strictObject({
        image: said(gigabytes, 'The toolchain image, unpacked.'),
        linux: said(gigabytes, 'BUILD_DIR, with its caches, and the wheels, at their largest.'),
        windows: gigabytes,
      }),
      'Disk space in gigabytes (10⁹ bytes), as measured; null where it is not.',
    ),
    deviceOptions: said(
      z.nullable(text),
      'Options of the container that tests the Linux wheels, which give it a device.',
    ),
    runnerByVariable: said(
      z.boolean(),
      'Whether a repository variable names the runner that has that device, since none is declared.',
    ),
  }),
  "One build of the source: the pipeline's own (variant: none), or a variant's.",
);

const pins = said(
  z.strictObject({
    file: said(text, 'Where the raised ones are written, in the shape of this object.'),
    channels: said(texts, 'Of Conda, first one first.'),
    actions: said(z.record(z.string(), text), 'Commit and version, as <commit> # <version>.'),
    micromamba: text,
    micromambaExe: said(z.nullable(z.strictObject({ version: text, sha256: text })), 'Where there is Windows.'),
    buildkit: text,
    dockerfileFrontend: said(text, 'What reads the Dockerfiles.'),
    sbomScanner: text,
    baseImage: said(z.nullable(text), 'None where the declaration names one itself, or has no such platform.'),
    aarch64BaseImage: z.nullable(text),
    vulkanSdk: z.nullable(z.strictObject({ version: text, sha256: text })),
    packages: said(z.record(z.string(), text), 'Conda packages without a version of their own.'),
    pythonPackages: said(
      z.record(z.string(), z.strictObject({ version: text, sha256: texts })),
      'Packages of the toolchain from the Python package index without a version of their own, each of their wheels by hash.',
    ),
    testRequirements: said(z.record(z.string(), text), 'The declared requirement, and the version in effect.'),
    zizmor: z.strictObject({ version: text, sha256: text }),
    uv: z.strictObject({ version: text, sha256: text }),
    source: z.nullable(z.strictObject({ replaces: text, commit: text, tag: z.nullable(text) })),
  }),
  'Every version that upgrade.yml may raise, as it is in effect.',
);

const plan = z.strictObject({
  schema: z.literal(PLAN_SCHEMA),
  name: text,
  repository: said(text, 'On GitHub, as owner/name.'),
  python: said(text, 'The version that wheels are built for, such as 3.13.'),
  source,
  program: z.strictObject({
    path: said(text, 'The program that executes this plan: one file, or the folder of its sources.'),
    requirements: said(z.nullable(text), 'The requirements of the sources; the file has them inside.'),
  }),
  files,
  limits,
  inputs: z.array(input),
  builds: said(z.array(build).check(z.minLength(1)), "The pipeline's own build first."),
  image: z.strictObject({
    name: said(text, 'Where the toolchain images are published, without tag.'),
    branches: said(texts, 'Branches whose pushes publish them.'),
    label: said(text, 'The label that has the env-<hash> of the files that an image was built from.'),
  }),
  workflows: z.array(z.enum(WorkflowName)),
  defaultBranch: said(text, 'Its builds fill the caches of other runs; its images are those that releases use.'),
  schedule: said(z.nullable(text), 'When the wheels are built though nothing changed, as cron writes it.'),
  release: z.strictObject({
    environment: said(z.nullable(text), 'The environment that publishing waits for.'),
    onDefaultBranch: said(z.boolean(), 'Whether a tag has to be on the default branch.'),
    attest: said(z.enum(ATTESTING), 'The repositories in which GitHub attests wheels and images.'),
    sbom: said(z.boolean(), 'Whether each wheel comes with a list of its contents.'),
  }),
  timeoutMinutes: bySystem(count),
  jobs: said(
    z.strictObject({
      docker: z.strictObject({ runsOn: z.nullable(texts), timeoutMinutes: z.nullable(count) }),
      release: z.strictObject({ runsOn: z.nullable(texts) }),
    }),
    'What is declared of the jobs that build no wheels; none: as usual.',
  ),
  filters: z.strictObject({ pushBranches: texts, pullRequestBranches: texts, ignoredPaths: texts }),
  pins,
  upkeep: z.strictObject({
    schedule: said(z.nullable(text), 'When newer versions are looked for, and old images removed, as cron writes it.'),
    cooldownDays: said(count, 'Days that a version has to be public before it is proposed.'),
    hold: said(texts, 'Names of what is never raised.'),
    keepImagesDays: said(count, 'Days that an image is kept that no release names.'),
  }),
  place: z.strictObject({
    folder: said(z.string(), "The pipeline's folder, from the repository's root; empty for the root itself."),
    id: said(z.string(), 'What the names of its workflows begin with; empty for nothing.'),
  }),
});

export type Plan = z.infer<typeof plan>;
export type PlannedSource = z.infer<typeof source>;
export type PlannedFiles = z.infer<typeof files>;
export type PlannedInput = z.infer<typeof input>;
export type PlannedBuild = z.infer<typeof build>;
export type PlannedPlatform = z.infer<typeof platform>;
export type PlannedTool = z.infer<typeof tool>;
export type PlannedWheel = z.infer<typeof wheel>;
export type PlannedPythonPackage = z.infer<typeof pythonPackage>;
export type PlannedCheck = z.infer<typeof check>;
export type CondaSpec = z.infer<typeof build>['conda'];
/** A command of the program that reads inputs. */
export type Command = z.infer<typeof command>;

/** The plan's JSON Schema. */
export function planSchema(): object {
  return z.toJSONSchema(plan);
}
