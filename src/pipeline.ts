import { Component } from 'projen/lib/component';
import { Project } from 'projen/lib/project';
import { BuildScripts } from './constructs/build-scripts';
import { DocsPages } from './constructs/docs-pages';
import { PipelineWorkflows } from './constructs/pipeline-workflows';
import { PipelineTasks } from './constructs/tasks';
import { ToolchainImage } from './constructs/toolchain-image';
import { WorkflowContext } from './constructs/workflows/context';
import type { WheelPipelineOptions } from './declaration/pipeline';
import { inOneSentence } from './failure';
import { planInProject } from './pipeline-plan';
import { FILES } from './plan/files';
import type { Plan } from './plan/plan';
import { RepositoryRoot } from './repository/repository-root';

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
    return pipelinesOf(project).find((each) => (prefix ?? each.prefix) === each.prefix);
  }

  /** @internal */
  public readonly _declared: WheelPipelineOptions;

  /** @internal */
  public readonly _context: WorkflowContext;

  /** The folder of the project that the pipeline's files are in; empty for the project's own. */
  public readonly prefix: string;

  /** The toolchain image and the Conda environment. */
  public readonly image: ToolchainImage;

  /** The scripts that build and test the wheels, and everything that they read. */
  public readonly scripts: BuildScripts;

  /** The workflows. */
  public readonly workflows: PipelineWorkflows;

  /** The pages about the pipeline. */
  public readonly pages: DocsPages;

  /** The tasks. */
  public readonly tasks: PipelineTasks;

  /**
   * @param project the project whose files these become
   * @param options the declaration; a value that is wrong throws before any file is written
   */
  constructor(project: Project, options: WheelPipelineOptions) {
    const others = [project.root, ...project.root.subprojects].flatMap(pipelinesOf).map(({ _plan: plan }) => plan);
    const { plan, prefix } = inOneSentence(() => planInProject(project, options, others));
    super(project, ['WheelPipeline', prefix].filter(Boolean).join('-'));
    this._declared = options;
    this._context = new WorkflowContext(plan);
    this.prefix = prefix;
    this.image = new ToolchainImage(this);
    this.scripts = new BuildScripts(this);
    this.workflows = new PipelineWorkflows(this);
    this.pages = new DocsPages(this);
    this.tasks = new PipelineTasks(this);
    const { output, build } = FILES;
    project.gitignore.exclude(`/${this._path(output)}/`, `/${this._path(build)}/`);
    RepositoryRoot.of(project).add(plan, options);
  }

  /** @internal */
  public get _plan(): Plan {
    return this._context.plan;
  }

  /** A path of the project: that of a pipeline with a prefix lies in its folder. @internal */
  public _path(path: string): string {
    return [this.prefix, path].filter(Boolean).join('/');
  }
}

function pipelinesOf(project: Project): WheelPipeline[] {
  return project.components.filter((each): each is WheelPipeline => each instanceof WheelPipeline);
}
