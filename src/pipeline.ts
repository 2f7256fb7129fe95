import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Component, Project, TaskShell } from 'projen';
import { dockerfile, DOCKERFILE, dockerignore } from './docker/dockerfile';
import { environment, ENVIRONMENT_FILE, lockFile } from './docker/environment';
import { ciPipelinePage } from './docs/ci-pipeline';
import { localDevelopmentPage } from './docs/local-development';
import { releasesPage } from './docs/releases';
import { SynthesizedFile } from './files';
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
import { buildRequirements, plan, testRequirements } from './scripts/plan';
import { renderPowerShell } from './scripts/powershell';
import { pythonModules } from './scripts/python';
import { REPRODUCE, reproduceScript } from './scripts/reproduce';
import { BUILD_REQUIREMENTS, containerTasks, PLAN_FILE, RELEASE_REQUIREMENTS, releaseTask } from './scripts/tasks';
import { TEST_REQUIREMENTS, testScript } from './scripts/test';
import { TEST_IMAGE, testImageScript } from './scripts/test-image';
import { RELEASE_REQUIREMENT } from './spec/pins';
import { PipelineOptions, PipelineSpec, platformsOn, resolvePipeline, WorkflowName } from './spec/pipeline';
import type { PlatformFacts } from './spec/platform';

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
    const onLinux = this._spec.systems.includes('linux');
    if (onLinux) this.addImage();
    this.addScripts();
    this.addWorkflows();
    this.addPages();
    Object.values(FOLDERS).forEach((folder) => project.gitignore.exclude(`/${folder}/`));
    this.addTasks();
  }

  private addImage(): void {
    new SynthesizedFile(
      this.project,
      DOCKERFILE,
      dockerfile(
        this._spec,
        header(`The toolchain image of ${this._spec.name}.`, 'docker/dockerfile.ts'),
        this.environmentHash(),
      ),
    );
    new SynthesizedFile(this.project, '.dockerignore', dockerignore());
  }

  private addScripts(): void {
    const file = (path: string, lines: readonly string[], executable = false): void => {
      new SynthesizedFile(this.project, path, lines, { executable });
    };
    file(ENVIRONMENT_FILE, this.environmentLines());
    for (const [script, source] of [
      [buildScript(this._spec), 'scripts/build.ts'],
      [testScript(this._spec), 'scripts/test.ts'],
    ] as const) {
      const top = header(script.summary, source);
      if (this._spec.systems.includes('linux')) {
        file(`scripts/${script.name}.sh`, renderBash(script, this._spec, top), true);
      }
      if (this._spec.systems.includes('windows')) {
        file(`scripts/${script.name}.ps1`, renderPowerShell(script, this._spec, top));
      }
    }
    if (this._spec.systems.includes('windows') && this._spec.toolchain.vulkan) {
      const purpose = "Finds or installs LunarG's Vulkan SDK for Windows, at the pinned version.";
      file(INSTALL_VULKAN_SDK, installVulkanSdk(header(purpose, 'scripts/install-vulkan-sdk.ts')));
    }
    for (const [path, content] of Object.entries(this._spec.source.overlay ?? {})) {
      // Writable, as its copy in the source is: a tool such as cargo may have to change what does not fit a tree.
      new SynthesizedFile(this.project, `${OVERLAY}/${path}`, content.trimEnd().split('\n'), { readonly: false });
    }
    file(PLAN_FILE, JSON.stringify(plan(this._spec), undefined, 2).split('\n'));
    if (this._spec.systems.includes('linux')) {
      for (const [path, script] of [
        [TEST_IMAGE, testImageScript(this._spec)],
        [REPRODUCE, reproduceScript(this._spec)],
      ] as const) {
        file(path, renderBash(script, this._spec, header(script.summary, `scripts/${script.name}.ts`)), true);
      }
    }
    const comment = (lines: readonly string[]): string[] => lines.map((line) => `# ${line}`.trimEnd());
    file(TEST_REQUIREMENTS, [
      ...comment(
        header('What the checks of the wheels need: the full closure, as nothing is resolved.', 'scripts/plan.ts'),
      ),
      ...testRequirements(this._spec),
    ]);
    file(BUILD_REQUIREMENTS, [
      ...comment(
        header('The build tools that pip can bring, for a machine without the toolchain image.', 'scripts/plan.ts'),
      ),
      ...buildRequirements(this._spec),
    ]);
    if (this._spec.workflows.includes(WorkflowName.RELEASE)) {
      const purpose = "What the release's logic needs on a runner.";
      file(RELEASE_REQUIREMENTS, [...comment(header(purpose, 'spec/pins.ts')), RELEASE_REQUIREMENT]);
    }
    for (const module of pythonModules(this._spec)) {
      const [shebang, ...rest] = readFileSync(join(__dirname, 'scripts', module), 'utf8')
        .trimEnd()
        .split('\n');
      file(`scripts/${module}`, [shebang, ...comment(header('', `scripts/${module}`).slice(2)), ...rest]);
    }
  }

  private addWorkflows(): void {
    const declare: Record<WorkflowName, (spec: PipelineSpec) => WorkflowDefinition> = {
      [WorkflowName.DOCKER]: dockerWorkflow,
      [WorkflowName.LINUX]: linuxWorkflow,
      [WorkflowName.WINDOWS]: (spec) => windowsWorkflow(spec, (facts) => this.lockOf(facts) ?? ENVIRONMENT_FILE),
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
      if (page) new SynthesizedFile(this.project, page.path, page.lines);
    }
  }

  private addTasks(): void {
    const tasks = [
      ...(this._spec.systems.includes('linux') ? containerTasks(this._spec) : []),
      ...(this._spec.workflows.includes(WorkflowName.RELEASE) ? [releaseTask()] : []),
    ];
    for (const { name, ...task } of tasks) {
      this.project.addTask(name, { ...task, receiveArgs: true, shell: TaskShell.bash() });
    }
  }

  private environmentLines(): string[] {
    return environment(
      this._spec,
      header(`The Conda environment that builds ${this._spec.name}.`, 'docker/environment.ts'),
    );
  }

  /** What the image's environment is made of: a committed lock file counts, as it is what gets installed. */
  private environmentHash(): string {
    const hash = createHash('sha256').update(this.environmentLines().join('\n'));
    for (const facts of platformsOn(this._spec, 'linux')) {
      const lock = this.lockOf(facts);
      if (lock) hash.update(readFileSync(join(this.project.outdir, lock)));
    }
    return hash.digest('hex');
  }

  /** A platform's lock file, where one is committed. */
  private lockOf(facts: PlatformFacts): string | undefined {
    const lock = lockFile(facts);
    return existsSync(join(this.project.outdir, lock)) ? lock : undefined;
  }
}
