import * as javascript from 'projen/lib/javascript';
import * as typescript from 'projen/lib/typescript';
import { distance, must, SpecError, within } from './declaration/error';
import { repositorySchema } from './declaration/pipeline-rules';
import { parse } from './declaration/schema/parse';
import { listOf, objectOf, path, z } from './declaration/schema/values';
import { inOneSentence } from './failure';
import { MlcLlmPipelineOptions, mlcLlmPipeline, mlcLlmSchema } from './mlc-llm/options';
import { WheelPipeline } from './pipeline';
import { FILES } from './plan/files';
import { Origin, readDefaultBranch, readOrigin } from './repository/origin';

/** Options of {@link MlcLlmPipelineProject}. */
export interface MlcLlmPipelineProjectOptions extends typescript.TypeScriptProjectOptions {
  /**
   * The repository on GitHub, as `owner/name`: where the image and the releases are published.
   *
   * @default - required; `projen new` reads it from the remote `origin` and writes it to `.projenrc.ts`
   */
  readonly githubRepository?: string;

  /**
   * Existing files that synthesis may overwrite, such as `.gitignore`. Synthesis fails on any other file that it did not
   * write, before it writes anything.
   *
   * @default - none
   */
  readonly adoptExistingFiles?: string[];

  /**
   * The pipeline, where it differs from MLC-LLM's defaults.
   *
   * @default - builds tvm and mlc-llm for CPU and Vulkan, on Linux and Windows
   */
  readonly pipeline?: MlcLlmPipelineOptions;
}

/**
 * A repository that builds, tests and releases the wheels of MLC-LLM.
 *
 * @pjid mlc-llm-pipeline
 */
export class MlcLlmPipelineProject extends typescript.TypeScriptProject {
  /** The pipeline. */
  public readonly pipeline: WheelPipeline;

  /** @param options of the project and, under `pipeline`, of what it builds */
  constructor(options: MlcLlmPipelineProjectOptions) {
    inOneSentence(() => checkOptions(options));
    super({
      ...options,
      license: options.license ?? 'Apache-2.0',
      // `release.yml` is the wheels'; projen's own would publish an npm package. Its build workflow pins no action.
      release: false,
      buildWorkflow: false,
      sampleCode: false,
      // A new project has a declaration and no code of its own: what is compiled, and so checked, is the declaration.
      tsconfig: options.tsconfig ?? {
        include: ['.projenrc.ts'],
        compilerOptions: { rootDir: '.', noEmit: true, skipLibCheck: true },
      },
      package: options.package ?? false,
      // `dist` is where the wheels are, a folder for each platform.
      artifactsDirectory: options.artifactsDirectory ?? `${FILES.build}/npm`,
      eslint: options.eslint ?? false,
      jest: options.jest ?? false,
      depsUpgrade: options.depsUpgrade ?? false,
      pullRequestTemplate: options.pullRequestTemplate ?? false,
      githubOptions: { mergify: false, pullRequestLint: false, ...options.githubOptions },
      projenrcTs: true,
      projenrcTsOptions: { runner: typescript.TypeScriptRunner.tsx(), ...options.projenrcTsOptions },
      packageManager: options.packageManager ?? javascript.NodePackageManager.NPM,
    });
    const repository = options.githubRepository ?? inOneSentence(() => this.repositoryOfOrigin());
    const defaultBranch = options.defaultReleaseBranch ?? 'main';
    if (this.initProject !== undefined) this.compareDefaultBranch(defaultBranch);
    this.pipeline = inOneSentence(() =>
      within(
        'pipeline',
        () =>
          new WheelPipeline(this, {
            ...mlcLlmPipeline(options.pipeline ?? {}, { repository, defaultBranch }),
            buildWorkflow: options.buildWorkflow ?? true,
            adoptExistingFiles: options.adoptExistingFiles,
          }),
      ),
    );
  }

  /** Warn before a first push that would start no workflow. */
  private compareDefaultBranch(declared: string): void {
    const branch = readDefaultBranch(this.outdir);
    if (branch === undefined || branch === declared) return;
    this.logger.warn(
      `the default branch of this checkout is ${branch}, but a push starts the workflows on ${declared} only: set` +
        ` defaultReleaseBranch to '${branch}' in .projenrc.ts and run "npx projen", or "git branch -m ${branch} ${declared}"`,
    );
  }

  /** Read the repository of a new project from its remote, for `.projenrc.ts`; an existing project must declare it. */
  private repositoryOfOrigin(): string {
    const origin = readOrigin(this.outdir);
    const isNew = this.initProject !== undefined;
    if (!isNew || !('repository' in origin)) {
      throw new Error(`githubRepository is required: ${howToName(origin, isNew)}`);
    }
    // A fork or a clone of a mirror has another remote, but must synthesize the same files.
    this.initProject.args.githubRepository = origin.repository;
    return origin.repository;
  }
}

/** Explain how to declare the repository; for an existing project, the remote is only a suggestion. */
function howToName(origin: Origin, isNew: boolean): string {
  if ('repository' in origin) {
    return `add githubRepository: '${origin.repository}' to .projenrc.ts (it is the remote "origin" of this checkout).`;
  }
  const repeat = isNew ? 'then rerun this command' : 'then rerun synthesis to see the line to add';
  const option = isNew ? ' (an option of projen new: --github-repository OWNER/NAME)' : ' to .projenrc.ts';
  return `${origin.reason}. Either run "${origin.command}" and ${repeat}, or add githubRepository: 'OWNER/NAME'${option}.`;
}

/** What projen would take and this project could not do: it would be ignored without a word. */
function checkOptions(options: MlcLlmPipelineProjectOptions): void {
  const { release, projenrcTs = true, sampleCode, artifactsDirectory, githubRepository, adoptExistingFiles } = options;
  must(
    release !== true,
    'release',
    release,
    'left out: release.yml publishes the wheels; an npm package has to be published by a workflow of your own',
  );
  must(projenrcTs, 'projenrcTs', projenrcTs, 'left out or true: the declaration is TypeScript');
  must(sampleCode !== true, 'sampleCode', sampleCode, 'left out or false: there is no code but the declaration');
  must(
    artifactsDirectory !== FILES.output,
    'artifactsDirectory',
    artifactsDirectory,
    `another folder: ${FILES.output} is where the wheels are`,
  );
  for (const dependency of options.devDeps ?? []) {
    must(
      HAS_PACKAGE_NAME.test(dependency) && !/^[^@]+\.tgz$/.test(dependency),
      'devDeps',
      dependency,
      'a package by name; an archive is NAME@file:/path/to/archive.tgz (projen new --from mlc-llm-pipeline@file:…)',
    );
  }
  parse(namesSchema, { githubRepository, adoptExistingFiles });
  for (const key of Object.keys(options)) {
    const meant = OURS.find((name) => name !== key && distance(name.toLowerCase(), key.toLowerCase()) <= 2);
    if (meant) throw new SpecError('options', key, `an option that there is; the nearest is ${meant}`);
    must(!OF_THE_PIPELINE.includes(key), 'options', key, `inside pipeline: pipeline: { ${key}: … }`);
  }
}

/** A dependency's name, and its version: projen takes a bare path or address for a name, which npm cannot install. */
const HAS_PACKAGE_NAME = /^(@[\w.~-]+\/)?[\w.~-]+(@.+)?$/;

const namesSchema = objectOf<Pick<MlcLlmPipelineProjectOptions, 'githubRepository' | 'adoptExistingFiles'>>()({
  githubRepository: z.optional(repositorySchema),
  adoptExistingFiles: z.optional(listOf(path('the repository'))),
});

/** The options that this project has beside projen's. */
const OURS = ['pipeline', 'githubRepository', 'adoptExistingFiles'];

/** What belongs one level deeper: projen would ignore it, but for the two that it has itself. */
const OF_THE_PIPELINE = Object.keys(mlcLlmSchema.shape).filter((name) => !['name', 'release'].includes(name));
