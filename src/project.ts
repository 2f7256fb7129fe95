import { javascript, typescript } from 'projen';
import { ImageOptions, PipelineOptions, SystemOptions, WorkflowName } from './declaration/pipeline';
import type { Platform } from './declaration/platform';
import type { Source } from './declaration/source';
import type { Toolchain } from './declaration/toolchain';
import type { Wheel } from './declaration/wheel';
import { buildWorkflow } from './github/build';
import { Workflow } from './github/workflow';
import { header } from './header';
import { mlcLlm } from './mlc-llm/declaration';
import { MlcLlmVariant, mlcLlmVariant } from './mlc-llm/variants';
import { WheelPipeline } from './pipeline';
import { FILES } from './plan/files';

/** What of MLC-LLM's pipeline is to be different; everything has a default. */
export interface MlcLlmPipelineOptions {
  /** @default - upstream's newest release, at its commit */
  readonly source?: Source;
  /** @default - tvm and mlc-llm, for CPU and Vulkan */
  readonly wheels?: Wheel[];
  /** @default - none: CPU and Vulkan only */
  readonly variants?: MlcLlmVariant[];
  /** @default - Linux x86-64 and Windows x86-64 */
  readonly platforms?: Platform[];
  /** @default - with Rust, LLVM and Vulkan */
  readonly toolchain?: Toolchain;
  /** @default - published to the repository's registry */
  readonly image?: ImageOptions;
  /** @default - see the options */
  readonly linux?: SystemOptions;
  /** @default - see the options */
  readonly windows?: SystemOptions;
  /** @default - all that the platforms call for */
  readonly workflows?: WorkflowName[];
}

/** Options of {@link MlcLlmPipelineProject}. */
export interface MlcLlmPipelineProjectOptions extends typescript.TypeScriptProjectOptions {
  /**
   * The repository on GitHub, as `owner/name`: where the image and the releases are published.
   *
   * @default - the project's name, owned by an organization of the same name
   */
  readonly githubRepository?: string;

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
    const name = options.name.replace(/^@/, '');
    const { variants = [], ...rest } = options.pipeline ?? {};
    const declared: PipelineOptions = {
      ...mlcLlm(),
      ...definedOnly(rest),
      variants: variants.map(mlcLlmVariant),
      repository: options.githubRepository ?? (name.includes('/') ? name : `${name}/${name}`),
    };
    this.pipeline = new WheelPipeline(this, declared);
    if (options.buildWorkflow ?? true) {
      new Workflow(this, 'build', buildWorkflow(), header(`The build workflow of ${name}.`, 'github/build.ts'));
    }
  }
}

function definedOnly<T extends object>(options: T): Partial<T> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Partial<T>;
}
