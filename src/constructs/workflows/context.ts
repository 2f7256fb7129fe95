import { identifier } from './names';
import { PINNED } from '../../declaration/pin-options';
import { ActionPin, ACTIONS } from '../../declaration/pins';
import type { Plan, PlannedPlatform } from '../../plan/plan';

/** GitHub's runner for jobs that build no wheels. */
export const UBUNTU = 'ubuntu-24.04';

/** The actions that workflows may use, each at its pin. */
export type Actions = { readonly [name in keyof typeof ACTIONS]: ActionPin };

/** The path of a workflow's file. */
export function workflowFile(name: string): string {
  return `.github/workflows/${name}.yml`;
}

/**
 * Names, paths, runners and actions of one pipeline, for the functions that declare its workflows: everything that
 * depends on where the pipeline lies in its repository and on what it declares for all workflows alike.
 */
export class WorkflowContext {
  public readonly actions: Actions;

  constructor(public readonly plan: Plan) {
    this.actions = pinnedActions(plan);
  }

  /** The name of a workflow or a concurrency group, unique in the repository. */
  public name(name: string): string {
    return [this.plan.place.id, name].filter(Boolean).join('-');
  }

  /** The file of a workflow, from the repository's root. */
  public file(workflow: string): string {
    return workflowFile(this.name(workflow));
  }

  /** A path of the pipeline, from the repository's root, as triggers and inputs of actions require it. */
  public path(path: string): string {
    const { folder } = this.plan.place;
    if (!folder) return path;
    return path === '.' ? folder : `${folder}/${path}`;
  }

  /** The folder in which a job that checks out the repository runs its commands; undefined for the repository's root. */
  public get workingDirectory(): string | undefined {
    return this.plan.place.folder || undefined;
  }

  /** The runner that builds a platform's wheels. */
  public runner({ runner, runsOn }: PlannedPlatform): string | readonly string[] {
    return runsOn ?? runner;
  }

  /** The runner that builds a platform's image. The one that `docker` declares is for x86-64. */
  public imageRunner(platform: PlannedPlatform): string | readonly string[] {
    return platform.machine === 'aarch64' ? this.runner(platform) : (this.plan.jobs.docker.runsOn ?? platform.runner);
  }

  /** The runner of the other jobs of `docker.yml`. */
  public get dockerRunner(): string | readonly string[] {
    return this.plan.jobs.docker.runsOn ?? UBUNTU;
  }

  /** The runner of the jobs that release wheels, or reproduce a release. */
  public get releaseRunner(): string | readonly string[] {
    return this.plan.jobs.release.runsOn ?? UBUNTU;
  }

  /** The minutes after which a job of `docker.yml` is stopped. */
  public dockerMinutes(minutes: number): number {
    return this.plan.jobs.docker.timeoutMinutes ?? minutes;
  }
}

function pinnedActions({ pins }: Plan): Actions {
  const pinned = Object.entries(ACTIONS).map(([name, pin]) => {
    const [, commit = pin.commit, version = pin.version] = PINNED.exec(pins.actions[pin.action] ?? '') ?? [];
    return [name, { ...pin, commit, version }];
  });
  return Object.fromEntries(pinned) as Actions;
}

/** The id of the job that builds a platform's wheels, and of the one that tests them. */
export function jobIds({ id }: PlannedPlatform): { readonly build: string; readonly test: string } {
  return { build: identifier(id), test: `test-${identifier(id)}` };
}
