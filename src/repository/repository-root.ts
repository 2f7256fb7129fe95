/** The parts that the pipelines of a repository share. */
import { Component } from 'projen/lib/component';
import { Project } from 'projen/lib/project';
import { addCheck } from './check-task';
import { addDefaultTask, canSynthesize } from './default-task';
import { protectExistingFiles } from './existing-files';
import { addPackageJson, installCommands, lockPackages } from './packages';
import { buildWorkflow } from '../constructs/workflows/build';
import { WorkflowContext, workflowFile } from '../constructs/workflows/context';
import { Workflow } from '../constructs/workflows/workflow';
import type { WheelPipelineOptions } from '../declaration/pipeline';
import { WorkflowName } from '../declaration/pipeline';
import { inOneSentence } from '../failure';
import { header } from '../header';
import type { Plan } from '../plan/plan';

/** The root of a repository with pipelines: its tasks, `build.yml`, packages, and the protection of existing files. */
export class RepositoryRoot extends Component {
  /** Return the root of a project's repository; the first pipeline adds it. */
  public static of({ root }: Project): RepositoryRoot {
    return root.components.find((each) => each instanceof RepositoryRoot) ?? new RepositoryRoot(root);
  }

  private readonly adopted: string[] = [];
  private needsPackages = false;

  private constructor(root: Project) {
    super(root);
    addCheck(root);
  }

  /** Add the shared parts that a pipeline needs. */
  public add(plan: Plan, { adoptExistingFiles = [], buildWorkflow: build = true }: WheelPipelineOptions): void {
    this.adopted.push(...adoptExistingFiles);
    if (build) this.addBuildWorkflow(plan);
    this.needsPackages ||= build || plan.workflows.includes(WorkflowName.UPGRADE);
  }

  public preSynthesize(): void {
    super.preSynthesize();
    addDefaultTask(this.project);
    if (this.needsPackages && canSynthesize(this.project)) addPackageJson(this.project);
    inOneSentence(() => protectExistingFiles(this.project, this.adopted));
  }

  public postSynthesize(): void {
    super.postSynthesize();
    if (this.needsPackages && canSynthesize(this.project)) lockPackages(this.project);
  }

  /** Check in CI that the synthesized files are up to date. Skip projects without a declaration to run. */
  private addBuildWorkflow(plan: Plan): void {
    const { project } = this;
    if (!canSynthesize(project) || project.tryFindFile(workflowFile('build'))) return;
    const definition = buildWorkflow(new WorkflowContext(plan), installCommands(project));
    new Workflow(
      project,
      'build',
      definition,
      header(`The build workflow of ${project.name}.`, 'constructs/workflows/build.ts'),
    );
  }
}
