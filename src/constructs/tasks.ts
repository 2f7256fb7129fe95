import { Component } from 'projen/lib/component';
import { Task } from 'projen/lib/task';
import { TaskShell } from 'projen/lib/task-shell';
import { WorkflowName } from '../declaration/pipeline';
import type { WheelPipeline } from '../pipeline';
import { buildsOn } from '../plan/select';
import { containerTasks, lockTask, releaseTask } from './scripts/tasks';

/** The tasks of the pipeline, such as `npx projen wheel`. Those of a pipeline with a prefix begin with it. */
export class PipelineTasks extends Component {
  /** All of them, those of the variants included. */
  public readonly all: Task[];

  /** @param pipeline the pipeline whose tasks they are */
  constructor(private readonly pipeline: WheelPipeline) {
    super(pipeline, 'tasks');
    const { _plan: plan, prefix } = pipeline;
    const tasks = [
      lockTask(plan),
      ...buildsOn(plan, 'linux').flatMap((build) => containerTasks(plan, build)),
      ...(plan.workflows.includes(WorkflowName.RELEASE) ? [releaseTask(plan)] : []),
    ];
    const place = prefix ? { cwd: prefix } : {};
    this.all = tasks.map(({ name, ...task }) =>
      this.project.addTask(this.fullName(name), { ...task, ...place, receiveArgs: true, shell: TaskShell.bash() }),
    );
  }

  /**
   * Find a task of the pipeline.
   *
   * @param name without the pipeline's prefix, such as `wheel`, or `wheel:cuda-12.8` for that of a variant
   */
  public tryFind(name: string): Task | undefined {
    return this.all.find((task) => task.name === this.fullName(name));
  }

  private fullName(name: string): string {
    return [this.pipeline.prefix, name].filter(Boolean).join(':');
  }
}
