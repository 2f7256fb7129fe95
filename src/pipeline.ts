import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Component, Project, TaskShell } from 'projen';
import { RELEASE_REQUIREMENT } from './declaration/pins';
import {
  allVariants,
  pipelinesOn,
  PipelineOptions,
  PipelineSpec,
  platformsOn,
  resolvePipeline,
  WorkflowName,
} from './declaration/pipeline';
import { PlatformFacts, SYSTEMS } from './declaration/platform';
import { dockerfile, dockerignore, dockerfilePath } from './docker/dockerfile';
import { environment, environmentFile, lockFile } from './docker/environment';
import { ciPipelinePage } from './docs/ci-pipeline';
import { localDevelopmentPage } from './docs/local-development';
import { releasesPage } from './docs/releases';
import { SynthesizedFile, SynthesizedFileOptions } from './files';
import { dockerWorkflow } from './github/docker';
import { linuxWorkflow } from './github/linux';
import type { WorkflowDefinition } from './github/model';
import { checkArtifacts } from './github/policy';
import { releaseWorkflow } from './github/release';
import { windowsWorkflow } from './github/windows';
import { Workflow } from './github/workflow';
import { header } from './header';
import { renderBash } from './scripts/bash';
import { buildScript } from './scripts/build';
import { OVERLAY } from './scripts/fetch';
import { FOLDERS } from './scripts/inputs';
import { INSTALL_VULKAN_SDK, installVulkanSdk } from './scripts/install-vulkan-sdk';
import { buildRequirements, plan, planFile, testRequirements } from './scripts/plan';
import { renderPowerShell } from './scripts/powershell';
import { pythonModules } from './scripts/python';
import { reproduceFile, reproduceScript } from './scripts/reproduce';
import { BUILD_REQUIREMENTS, containerTasks, RELEASE_REQUIREMENTS, releaseTask } from './scripts/tasks';
import { testRequirementsFile, testScript } from './scripts/test';
import { testImageFile, testImageScript } from './scripts/test-image';

/**
 * The whole pipeline of some native Python wheels: synthesizes their toolchain image, their build and test scripts,
 * their workflows and the pages about them, all from one declaration.
 *
 * It can be added to any projen project:
 *
 * @example
 * new WheelPipeline(project, { repository: 'owner/name', source: { git: {…} }, wheels: [{…}] });
 */
export class WheelPipeline extends Component {
  /** @internal */
  public readonly _spec: PipelineSpec;

  /**
   * @param project the project whose files these become
   * @param options the declaration; a value that is wrong throws before any file is written
   */
  constructor(project: Project, options: PipelineOptions) {
    super(project);
    this._spec = resolvePipeline(options);
    allVariants(this._spec).forEach((spec) => this.addFiles(spec));
    this.addSharedFiles();
    this.addWorkflows();
    this.addPages();
    Object.values(FOLDERS).forEach((folder) => project.gitignore.exclude(`/${folder}/`));
    this.addTasks();
  }

  private file(path: string, lines: readonly string[], options: SynthesizedFileOptions = {}): void {
    new SynthesizedFile(this.project, path, lines, options);
  }

  /** What a pipeline and each of its variants has for itself: its image, its scripts, its plan. */
  private addFiles(spec: PipelineSpec): void {
    const [onLinux, onWindows] = SYSTEMS.map((system) => spec.systems.includes(system));
    if (onLinux) {
      const top = header(`The toolchain image of ${spec.name}.`, 'docker/dockerfile.ts');
      this.file(dockerfilePath(spec), dockerfile(spec, top, this.environmentHash(spec)));
    }
    this.file(environmentFile(spec), this.environmentLines(spec));
    for (const [script, source] of [
      [buildScript(spec), 'scripts/build.ts'],
      [testScript(spec), 'scripts/test.ts'],
    ] as const) {
      const top = header(script.summary, source);
      if (onLinux) this.file(`scripts/${script.name}.sh`, renderBash(script, spec, top), { executable: true });
      if (onWindows) this.file(`scripts/${script.name}.ps1`, renderPowerShell(script, spec, top));
    }
    this.file(planFile(spec), JSON.stringify(plan(spec), undefined, 2).split('\n'));
    if (onLinux) {
      for (const [path, script, source] of [
        [testImageFile(spec), testImageScript(spec), 'scripts/test-image.ts'],
        [reproduceFile(spec), reproduceScript(spec), 'scripts/reproduce.ts'],
      ] as const) {
        this.file(path, renderBash(script, spec, header(script.summary, source)), { executable: true });
      }
    }
    const purpose = 'What the checks of the wheels need: the full closure, as nothing is resolved.';
    this.file(testRequirementsFile(spec), [...comment(header(purpose, 'scripts/plan.ts')), ...testRequirements(spec)]);
  }

  /** What all of them share. */
  private addSharedFiles(): void {
    const spec = this._spec;
    if (spec.systems.includes('linux')) this.file('.dockerignore', dockerignore(spec));
    if (spec.systems.includes('windows') && spec.toolchain.vulkan) {
      const purpose = "Finds or installs LunarG's Vulkan SDK for Windows, at the pinned version.";
      this.file(INSTALL_VULKAN_SDK, installVulkanSdk(header(purpose, 'scripts/install-vulkan-sdk.ts')));
    }
    for (const [path, content] of Object.entries(spec.source.overlay ?? {})) {
      // Writable, as its copy in the source is: a tool such as cargo may have to change what does not fit a tree.
      this.file(`${OVERLAY}/${path}`, content.trimEnd().split('\n'), { readonly: false });
    }
    const tools = 'The build tools that pip can bring, for a machine without the toolchain image.';
    this.file(BUILD_REQUIREMENTS, [...comment(header(tools, 'scripts/plan.ts')), ...buildRequirements(spec)]);
    if (spec.workflows.includes(WorkflowName.RELEASE)) {
      const purpose = "What the release's logic needs on a runner.";
      this.file(RELEASE_REQUIREMENTS, [...comment(header(purpose, 'declaration/pins.ts')), RELEASE_REQUIREMENT]);
    }
    for (const module of pythonModules(spec)) {
      const [shebang, ...rest] = readFileSync(join(__dirname, 'scripts', module), 'utf8')
        .trimEnd()
        .split('\n');
      this.file(`scripts/${module}`, [shebang, ...comment(header('', `scripts/${module}`).slice(2)), ...rest]);
    }
  }

  private addWorkflows(): void {
    const declare: Record<WorkflowName, (spec: PipelineSpec) => WorkflowDefinition> = {
      [WorkflowName.DOCKER]: dockerWorkflow,
      [WorkflowName.LINUX]: linuxWorkflow,
      [WorkflowName.WINDOWS]: (spec) =>
        windowsWorkflow(spec, (pipeline, facts) => this.lockOf(pipeline, facts) ?? environmentFile(pipeline)),
      [WorkflowName.RELEASE]: releaseWorkflow,
    };
    const workflows = this._spec.workflows.map(
      (name) =>
        new Workflow(
          this.project,
          name,
          declare[name](this._spec),
          header(`The ${name} workflow of ${this._spec.name}.`, `github/${name}.ts`),
        ),
    );
    checkArtifacts(workflows);
  }

  private addPages(): void {
    for (const page of [localDevelopmentPage(this._spec), ciPipelinePage(this._spec), releasesPage(this._spec)]) {
      if (page) this.file(page.path, page.lines);
    }
  }

  private addTasks(): void {
    const tasks = [
      ...pipelinesOn(this._spec, 'linux').flatMap(containerTasks),
      ...(this._spec.workflows.includes(WorkflowName.RELEASE) ? [releaseTask()] : []),
    ];
    for (const { name, ...task } of tasks) {
      this.project.addTask(name, { ...task, receiveArgs: true, shell: TaskShell.bash() });
    }
  }

  private environmentLines(spec: PipelineSpec): string[] {
    return environment(spec, header(`The Conda environment that builds ${spec.name}.`, 'docker/environment.ts'));
  }

  /** What the image's environment is made of: a committed lock file counts, as it is what gets installed. */
  private environmentHash(spec: PipelineSpec): string {
    const hash = createHash('sha256').update(this.environmentLines(spec).join('\n'));
    for (const facts of platformsOn(spec, 'linux')) {
      const lock = this.lockOf(spec, facts);
      if (lock) hash.update(readFileSync(join(this.project.outdir, lock)));
    }
    return hash.digest('hex');
  }

  /** A platform's lock file, where one is committed. */
  private lockOf(spec: PipelineSpec, facts: PlatformFacts): string | undefined {
    const lock = lockFile(spec, facts);
    return existsSync(join(this.project.outdir, lock)) ? lock : undefined;
  }
}

function comment(lines: readonly string[]): string[] {
  return lines.map((line) => `# ${line}`.trimEnd());
}
