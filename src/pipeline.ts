import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Component, Project, TaskShell } from 'projen';
import { PipelineOptions, WorkflowName } from './declaration/pipeline';
import { dockerfile, dockerignore } from './docker/dockerfile';
import { environment } from './docker/environment';
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
import { PROGRAM } from './plan/files';
import { Plan, PlannedBuild, PlannedPlatform, planSchema } from './plan/plan';
import { resolvePlan } from './plan/resolve';
import { buildsOn, platformsOn } from './plan/select';
import { program, wrappers } from './scripts/copies';
import { buildRequirements, runtimeRequirements, testRequirements } from './scripts/requirements';
import { containerTasks, dockerEnvironment, DOCKER_ENVIRONMENT, releaseTask } from './scripts/tasks';

/**
 * The whole pipeline of some native Python wheels: synthesizes their toolchain image, the plan of their builds and what
 * executes it, their workflows and the pages about them, all from one declaration.
 *
 * It can be added to any projen project:
 *
 * @example
 * new WheelPipeline(project, { repository: 'owner/name', source: { git: {…} }, wheels: [{…}] });
 */
export class WheelPipeline extends Component {
  /** @internal */
  public readonly _plan: Plan;

  /**
   * @param project the project whose files these become
   * @param options the declaration; a value that is wrong throws before any file is written
   */
  constructor(project: Project, options: PipelineOptions) {
    super(project);
    this._plan = resolvePlan(options);
    this._plan.builds.forEach((build) => this.addToolchain(build));
    if (buildsOn(this._plan, 'linux').length > 0) this.file('.dockerignore', dockerignore(this._plan));
    this.addPlan(options.source.overlay ?? {});
    this.addRequirements();
    this.addWorkflows();
    this.addPages();
    this.addTasks();
    const { output, build } = this._plan.files;
    project.gitignore.exclude(`/${output}/`, `/${build}/`);
  }

  private file(path: string, content: string | readonly string[], options: SynthesizedFileOptions = {}): void {
    new SynthesizedFile(this.project, path, content, options);
    this.project.annotateGenerated(`/${path}`);
  }

  /** What a build has for itself: its image and the environment in it. */
  private addToolchain(build: PlannedBuild): void {
    if (build.systems.includes('linux')) {
      const top = header(`The toolchain image of ${build.name}.`, 'docker/dockerfile.ts');
      this.file(build.dockerfile, dockerfile(this._plan, build, top, this.environmentHash(build)));
    }
    this.file(build.conda.file, this.environmentLines(build));
  }

  /** The plan, and what executes it. */
  private addPlan(overlay: { readonly [path: string]: string }): void {
    const { builds, files } = this._plan;
    this.file('scripts/plan.json', `${JSON.stringify(this._plan, undefined, 2)}\n`);
    this.file('scripts/plan.schema.json', `${JSON.stringify(planSchema(), undefined, 2)}\n`);
    wrappers(builds[0]).forEach(({ path, text, executable }) => this.file(path, text, { executable }));
    this.addProgram();
    for (const [path, content] of Object.entries(overlay)) {
      // Writable, as its copy in the source is: a tool such as cargo may have to change what does not fit a tree.
      this.file(`${files.overlay}/${path}`, `${content.trimEnd()}\n`, { readonly: false });
    }
  }

  /** One pattern stands for all of it: a project may ignore folders of some of its names, such as `wheels/`. */
  private addProgram(): void {
    program().forEach(({ path, text }) => new SynthesizedFile(this.project, path, text, { editGitignore: false }));
    this.project.annotateGenerated(`/${PROGRAM}/**`);
    this.project.gitignore.include(`/${PROGRAM}/**`);
    this.project.gitignore.exclude('__pycache__/');
  }

  private addRequirements(): void {
    const { files, builds } = this._plan;
    for (const [path, purpose, lines] of [
      [
        files.testRequirements,
        'What the checks of the wheels need: the full closure, as nothing is resolved.',
        testRequirements(this._plan),
      ],
      [
        files.buildRequirements,
        'The build tools that pip can bring, for a machine without the toolchain image.',
        buildRequirements(this._plan),
      ],
      [
        files.runtimeRequirements,
        'What the program in scripts/wheel_pipeline needs itself, for a machine that builds nothing.',
        runtimeRequirements(),
      ],
    ] as const) {
      this.file(path, [...comment(header(purpose, 'scripts/requirements.ts')), ...lines]);
    }
    if (!builds[0].systems.includes('linux')) return;
    const purpose = 'The variables of the caller that go into the container of `npx projen wheel`.';
    this.file(DOCKER_ENVIRONMENT, [...comment(header(purpose, 'scripts/tasks.ts')), ...dockerEnvironment(this._plan)]);
  }

  private addWorkflows(): void {
    const declare: Record<WorkflowName, (plan: Plan) => WorkflowDefinition> = {
      [WorkflowName.DOCKER]: dockerWorkflow,
      [WorkflowName.LINUX]: linuxWorkflow,
      [WorkflowName.WINDOWS]: (plan) =>
        windowsWorkflow(plan, (build, platform) => this.lockOf(platform) ?? build.conda.file),
      [WorkflowName.RELEASE]: releaseWorkflow,
    };
    const { name: of, workflows: names } = this._plan;
    const workflows = names.map((name) => {
      const top = header(`The ${name} workflow of ${of}.`, `github/${name}.ts`);
      return new Workflow(this.project, name, declare[name](this._plan), top);
    });
    checkArtifacts(workflows);
  }

  private addPages(): void {
    for (const page of [localDevelopmentPage(this._plan), ciPipelinePage(this._plan), releasesPage(this._plan)]) {
      if (page) this.file(page.path, page.lines);
    }
  }

  private addTasks(): void {
    const tasks = [
      ...buildsOn(this._plan, 'linux').flatMap(containerTasks),
      ...(this._plan.workflows.includes(WorkflowName.RELEASE) ? [releaseTask(this._plan)] : []),
    ];
    for (const { name, ...task } of tasks) {
      this.project.addTask(name, { ...task, receiveArgs: true, shell: TaskShell.bash() });
    }
  }

  private environmentLines(build: PlannedBuild): string[] {
    return environment(build, header(`The Conda environment that builds ${build.name}.`, 'docker/environment.ts'));
  }

  /** What the image's environment is made of: a committed lock file counts, as it is what gets installed. */
  private environmentHash(build: PlannedBuild): string {
    const hash = createHash('sha256').update(this.environmentLines(build).join('\n'));
    for (const platform of platformsOn(build, 'linux')) {
      const lock = this.lockOf(platform);
      if (lock) hash.update(readFileSync(join(this.project.outdir, lock)));
    }
    return hash.digest('hex');
  }

  /** A platform's lock file, where one is committed. */
  private lockOf({ lock }: PlannedPlatform): string | undefined {
    return existsSync(join(this.project.outdir, lock)) ? lock : undefined;
  }
}

function comment(lines: readonly string[]): string[] {
  return lines.map((line) => `# ${line}`.trimEnd());
}
