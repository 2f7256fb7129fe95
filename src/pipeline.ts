import { existsSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { Component } from 'projen/lib/component';
import { ObjectFile } from 'projen/lib/object-file';
import { Project } from 'projen/lib/project';
import { TaskShell } from 'projen/lib/task-shell';
import { must } from './declaration/error';
import { mergedPins, readPins } from './declaration/pin-options';
import { WheelPipelineOptions, WorkflowName } from './declaration/pipeline';
import { parsePipeline } from './declaration/pipeline-rules';
import { Variant } from './declaration/variant';
import { dockerfile, dockerignore } from './docker/dockerfile';
import { environment } from './docker/environment';
import { ciPipelinePage } from './docs/ci-pipeline';
import { guideFor } from './docs/guide';
import { localDevelopmentPage } from './docs/local-development';
import { Described } from './docs/page';
import { releasesPage } from './docs/releases';
import { inOneSentence } from './failure';
import { SynthesizedFile, SynthesizedFileOptions } from './files';
import { adapted, placedFile } from './github/adapt';
import { cleanupWorkflow } from './github/cleanup';
import { dockerWorkflow } from './github/docker';
import { linuxWorkflow } from './github/linux';
import type { WorkflowDefinition } from './github/model';
import { identifier } from './github/names';
import { checkArtifacts, checkGrants } from './github/policy';
import { releaseWorkflow } from './github/release';
import { reproduceWorkflow } from './github/reproduce';
import { upgradeWorkflow } from './github/upgrade';
import { windowsWorkflow } from './github/windows';
import { Workflow, workflowFile } from './github/workflow';
import { header } from './header';
import { FILES, PACKED_PROGRAM } from './plan/files';
import { Plan, PlannedBuild, PlannedPlatform, programPlan } from './plan/plan';
import { resolvePlan } from './plan/resolve';
import { PINS_FILE } from './plan/resolve-pins';
import { buildsOn } from './plan/select';
import { checkProjectFiles } from './project-files';
import { installCommands } from './repository/packages';
import { RepositoryRoot } from './repository/repository-root';
import { PackedProgram } from './scripts/packed-program';
import {
  buildRequirements,
  byTestRequirements,
  pythonPackageRequirements,
  testRequirements,
} from './scripts/requirements';
import { containerTasks, dockerEnvironment, DOCKER_ENVIRONMENT, lockTask, releaseTask } from './scripts/tasks';
import { scripts } from './scripts/wrappers';

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
  /**
   * The pipeline of a project.
   *
   * @param project the project
   * @param prefix of the pipeline, where there are several
   */
  public static of(project: Project, prefix?: string): WheelPipeline | undefined {
    return project.components.find(
      (each): each is WheelPipeline => each instanceof WheelPipeline && (prefix ?? each.prefix) === each.prefix,
    );
  }

  /** @internal */
  public readonly _plan: Plan;

  /** The folder of the project that the pipeline's files are in; empty for the project's own. */
  public readonly prefix: string;

  private readonly workflows: readonly Workflow[];

  /**
   * @param project the project whose files these become
   * @param options the declaration; a value that is wrong throws before any file is written
   */
  constructor(project: Project, options: WheelPipelineOptions) {
    super(project);
    const { plan, prefix } = inOneSentence(() => this.resolve(options));
    this._plan = plan;
    this.prefix = prefix;
    this._plan.builds.forEach((build) => this.addToolchain(build));
    if (buildsOn(this._plan, 'linux').length > 0) this.file('.dockerignore', dockerignore(this._plan));
    this.addPlan(options.source.overlay ?? {});
    this.addRequirements();
    this.workflows = this.addWorkflows();
    this.addPages(options.variants ?? []);
    this.addTasks();
    const { output, build } = FILES;
    project.gitignore.exclude(`/${this.path(output)}/`, `/${this.path(build)}/`);
    RepositoryRoot.of(project).add(plan, options);
  }

  /** A workflow's file, to override what it says. */
  public workflow(name: WorkflowName): ObjectFile | undefined {
    return this.workflows.find(({ path }) => path === placedFile(this._plan, workflowFile(name)));
  }

  /** What was overridden is judged as what was declared, before any file is written. */
  public preSynthesize(): void {
    super.preSynthesize();
    inOneSentence(() => {
      this.workflows.forEach((workflow) => workflow.check());
      checkArtifacts(this.workflows);
      checkGrants(this.workflows);
    });
  }

  private resolve(options: WheelPipelineOptions): { plan: Plan; prefix: string } {
    const { root, outdir } = this.project;
    const { prefix = '' } = parsePipeline(options);
    const folder = [relative(root.outdir, outdir).replaceAll(sep, '/'), prefix].filter(Boolean).join('/');
    const file = options.pinsFile ?? PINS_FILE;
    const pins = mergedPins(readPins(join(outdir, prefix, file), file), options.pins);
    const plan = resolvePlan({ ...options, pins }, { folder, id: identifier(folder.replaceAll('/', '-')) });
    checkProjectFiles(plan, join(outdir, prefix));
    const others = [root, ...root.subprojects]
      .flatMap((project) => project.components)
      .filter((each): each is WheelPipeline => each instanceof WheelPipeline && each._plan !== undefined);
    must(
      others.every((other) => other._plan.place.folder !== folder),
      'prefix',
      options.prefix,
      'a folder of its own: another pipeline of this repository has the same',
    );
    const releases = (each: Plan): boolean => each.workflows.includes(WorkflowName.RELEASE);
    must(
      !releases(plan) || !others.some((other) => releases(other._plan)),
      'workflows',
      plan.workflows,
      'without release: a tag releases the wheels of one pipeline, and another one of this repository has it',
    );
    return { plan, prefix };
  }

  /** A path of the project: that of a pipeline with a prefix lies in its folder. */
  private path(path: string): string {
    return this.prefix ? `${this.prefix}/${path}` : path;
  }

  private file(path: string, content: string | readonly string[], options: SynthesizedFileOptions = {}): void {
    new SynthesizedFile(this.project, this.path(path), content, options);
    this.project.annotateGenerated(`/${this.path(path)}`);
  }

  /** What a build has for itself: its image and the environment in it. */
  private addToolchain(build: PlannedBuild): void {
    if (build.systems.includes('linux')) {
      const top = header(`The toolchain image of ${build.name}.`, 'docker/dockerfile.ts');
      this.file(build.dockerfile, dockerfile(this._plan, build, top));
    }
    this.file(build.conda.file, this.environmentLines(build));
    if (build.pythonPackagesFile === null) return;
    const purpose = `What pip adds to the Conda environment of ${build.name}: pip install --require-hashes --no-deps`;
    const top = header(purpose, 'scripts/requirements.ts');
    this.file(build.pythonPackagesFile, [...comment(top), ...pythonPackageRequirements(build)]);
  }

  /** The plan, and what executes it. */
  private addPlan(overlay: { readonly [path: string]: string }): void {
    this.file('scripts/plan.json', `${JSON.stringify(programPlan(this._plan), undefined, 2)}\n`);
    scripts(this._plan).forEach(({ path, text, executable }) => this.file(path, text, { executable }));
    if (this._plan.program.path === PACKED_PROGRAM) new PackedProgram(this.project, this.path(PACKED_PROGRAM));
    for (const [path, content] of Object.entries(overlay)) {
      // Writable, as its copy in the source is: a tool such as cargo may have to change what does not fit a tree.
      this.file(`${FILES.overlay}/${path}`, `${content.trimEnd()}\n`, { readonly: false });
    }
  }

  private addRequirements(): void {
    const { builds } = this._plan;
    for (const [path, sharing] of byTestRequirements(builds)) {
      const purpose = 'What the checks of the wheels need: the full closure, as nothing is resolved.';
      this.file(path, [...comment(header(purpose, 'scripts/requirements.ts')), ...testRequirements(sharing)]);
    }
    const tools = 'The build tools that pip can bring, for a machine without the toolchain image.';
    this.file(FILES.buildRequirements, [
      ...comment(header(tools, 'scripts/requirements.ts')),
      ...buildRequirements(this._plan),
    ]);
    if (!builds[0].systems.includes('linux')) return;
    const purpose = 'The variables of the caller that go into the container of `npx projen wheel`.';
    this.file(DOCKER_ENVIRONMENT, [...comment(header(purpose, 'scripts/tasks.ts')), ...dockerEnvironment()]);
  }

  /** GitHub reads workflows at the repository's root alone. */
  private addWorkflows(): Workflow[] {
    const declare: Record<WorkflowName, (plan: Plan) => WorkflowDefinition> = {
      [WorkflowName.DOCKER]: dockerWorkflow,
      [WorkflowName.LINUX]: linuxWorkflow,
      [WorkflowName.WINDOWS]: (plan) =>
        windowsWorkflow(plan, (build, platform) => this.lockOf(platform) ?? build.conda.file),
      [WorkflowName.RELEASE]: releaseWorkflow,
      [WorkflowName.UPGRADE]: (plan) => upgradeWorkflow(plan, installCommands(this.project.root)),
      [WorkflowName.CLEANUP]: cleanupWorkflow,
    };
    const { name: of, workflows: names, place } = this._plan;
    const add = (id: string, name: WorkflowName, definition: WorkflowDefinition): Workflow => {
      const top = header(`The ${id} workflow of ${of}.`, `github/${id}.ts`);
      const file = [place.id, id].filter(Boolean).join('-');
      return new Workflow(this.project.root, file, adapted(this._plan, name, definition), top);
    };
    const workflows = names.map((name) => add(name, name, declare[name](this._plan)));
    // What is released can be made again.
    if (names.includes(WorkflowName.RELEASE)) {
      workflows.push(add('reproduce', WorkflowName.RELEASE, reproduceWorkflow(this._plan)));
    }
    checkArtifacts(workflows);
    checkGrants(workflows);
    return workflows;
  }

  private addPages(variants: readonly Variant[]): void {
    const names = [...this._plan.workflows, 'reproduce'];
    const described: Described = {
      plan: this._plan,
      workflows: this.workflows.map(({ definition }, index) => ({ name: names[index], definition })),
      variants,
      prefix: this.prefix,
      guide: guideFor(this.project.root.outdir, join(this.project.outdir, this.path('docs'))),
    };
    const pages = [localDevelopmentPage(described), ciPipelinePage(described), releasesPage(described)];
    pages.forEach((page) => page && this.file(page.path, page.text));
  }

  private addTasks(): void {
    const tasks = [
      lockTask(this._plan),
      ...buildsOn(this._plan, 'linux').flatMap((build) => containerTasks(this._plan, build)),
      ...(this._plan.workflows.includes(WorkflowName.RELEASE) ? [releaseTask(this._plan)] : []),
    ];
    const place = this.prefix ? { cwd: this.prefix } : {};
    for (const { name, ...task } of tasks) {
      const called = [this.prefix, name].filter(Boolean).join(':');
      this.project.addTask(called, { ...task, ...place, receiveArgs: true, shell: TaskShell.bash() });
    }
  }

  private environmentLines(build: PlannedBuild): string[] {
    return environment(build, header(`The Conda environment that builds ${build.name}.`, 'docker/environment.ts'));
  }

  /** A platform's lock file, where one is committed. */
  private lockOf({ lock }: PlannedPlatform): string | undefined {
    return existsSync(join(this.project.outdir, this.path(lock))) ? lock : undefined;
  }
}

function comment(lines: readonly string[]): string[] {
  return lines.map((line) => `# ${line}`.trimEnd());
}
