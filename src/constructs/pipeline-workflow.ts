import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Component } from 'projen/lib/component';
import type { ObjectFile } from 'projen/lib/object-file';
import type { PipelineWorkflows } from './pipeline-workflows';
import { header } from '../header';
import type { WheelPipeline } from '../pipeline';
import { cleanupWorkflow } from './workflows/cleanup';
import { dockerWorkflow } from './workflows/docker';
import { linuxWorkflow } from './workflows/linux';
import type { WorkflowDefinition } from './workflows/model';
import { releaseWorkflow } from './workflows/release';
import { reproduceWorkflow } from './workflows/reproduce';
import { upgradeWorkflow } from './workflows/upgrade';
import { windowsWorkflow } from './workflows/windows';
import { Workflow } from './workflows/workflow';
import { installCommands } from '../repository/packages';

/** The functions that declare the workflows, by name. */
const DECLARED: { readonly [name: string]: (pipeline: WheelPipeline) => WorkflowDefinition } = {
  docker: ({ _context: context }) => dockerWorkflow(context),
  linux: ({ _context: context }) => linuxWorkflow(context),
  windows: (pipeline) =>
    windowsWorkflow(pipeline._context, (build, { lock }) => {
      const isCommitted = existsSync(join(pipeline.project.outdir, pipeline._path(lock)));
      return isCommitted ? lock : build.conda.file;
    }),
  release: ({ _context: context }) => releaseWorkflow(context),
  reproduce: ({ _context: context }) => reproduceWorkflow(context),
  upgrade: ({ _context: context, project }) => upgradeWorkflow(context, installCommands(project.root)),
  cleanup: ({ _context: context }) => cleanupWorkflow(context),
};

/** A workflow of the pipeline, in a file of its own. */
export class PipelineWorkflow extends Component {
  /** The file, to override what it says. */
  public readonly file: ObjectFile;

  private readonly workflow: Workflow;

  /**
   * @param scope the workflows of the pipeline
   * @param name the name of the workflow, such as `linux`
   */
  constructor(scope: PipelineWorkflows, name: string) {
    super(scope, name);
    const { pipeline, project } = scope;
    const top = header(`The ${name} workflow of ${pipeline._plan.name}.`, `constructs/workflows/${name}.ts`);
    // GitHub reads workflows at the repository's root alone.
    const owner = project === project.root ? this : project.root;
    this.workflow = new Workflow(owner, pipeline._context.name(name), DECLARED[name](pipeline), top);
    this.file = this.workflow;
  }

  /** The name in the repository. @internal */
  public get _id(): string {
    return this.workflow.id;
  }

  /** What the file says, with all overrides. @internal */
  public get _definition(): WorkflowDefinition {
    return this.workflow.definition;
  }

  /** Throw where the file would say what the policy forbids. @internal */
  public _check(): void {
    this.workflow.check();
  }
}
