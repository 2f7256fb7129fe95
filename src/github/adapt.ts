/**
 * What a declaration changes of every workflow alike, in one place: runners, triggers, pins, and where the pipeline lies in
 * its repository.
 */
import type { CallJob, StepsJob, Value, WorkflowDefinition, WorkflowStep } from './model';
import { identifier } from './names';
import { PINNED } from '../declaration/pin-options';
import type { ActionPin } from '../declaration/pins';
import { WorkflowName } from '../declaration/pipeline';
import type { Plan } from '../plan/plan';

/** A workflow as it is declared for a pipeline. */
export function adapted(plan: Plan, name: WorkflowName, definition: WorkflowDefinition): WorkflowDefinition {
  const placed = new Placement(plan);
  const { concurrency } = definition;
  return {
    ...definition,
    name: placed.name(definition.name),
    on: placed.triggers(filtered(plan, name, definition.on)),
    ...(concurrency && { concurrency: { ...concurrency, group: placed.name(concurrency.group) } }),
    jobs: Object.fromEntries(
      Object.entries(definition.jobs).map(([id, job]) => [
        id,
        'calls' in job ? placed.call(job) : placed.job(pinned(plan, declared(plan, name, id, job))),
      ]),
    ),
  };
}

/** The file of a pipeline's workflow, from the repository's root. */
export function placedFile({ place }: Plan, file: string): string {
  return place.id ? file.replace(/[^/]+$/, `${place.id}-$&`) : file;
}

function declared({ builds, jobs }: Plan, name: WorkflowName, id: string, job: StepsJob): StepsJob {
  // A platform's jobs end in its name; a variant's name is the longer one.
  const [platform] = builds
    .flatMap((build) => build.platforms)
    .filter((each) => id === identifier(each.id) || id.endsWith(`-${identifier(each.id)}`))
    .sort((a, b) => b.id.length - a.id.length);
  if (name === WorkflowName.DOCKER || name === WorkflowName.RELEASE) {
    const { runsOn, timeoutMinutes = null } = { timeoutMinutes: null, ...jobs[name] };
    // The declared runner of the image is one for x86-64.
    const own = platform?.machine === 'aarch64' ? platform.runsOn : runsOn;
    return { ...job, runsOn: own ?? job.runsOn, timeoutMinutes: timeoutMinutes ?? job.timeoutMinutes };
  }
  // The runner with a device, which a variable names, is none that another one could stand for.
  return job.runsOn === platform?.runner ? { ...job, runsOn: platform.runsOn ?? job.runsOn } : job;
}

/** A job with each action at its pin. */
export function pinned({ pins }: Plan, job: StepsJob): StepsJob {
  const other = (pin: ActionPin): ActionPin => {
    const [, commit, version] = PINNED.exec(pins.actions[pin.action] ?? '') ?? [];
    return commit === undefined ? pin : { ...pin, commit, version };
  };
  return { ...job, steps: job.steps.map((step) => (step.uses ? { ...step, uses: other(step.uses) } : step)) };
}

type Triggers = WorkflowDefinition['on'];

/** The triggers of a workflow that builds wheels, with the declared filters. */
function filtered({ filters }: Plan, name: WorkflowName, on: Triggers): Triggers {
  if (name !== WorkflowName.LINUX && name !== WorkflowName.WINDOWS) return on;
  const events: Record<string, Value> = { ...on };
  const change = (event: string, key: string, values: readonly string[]): void => {
    if (values.length === 0 || !(event in events)) return;
    const trigger = events[event] as Record<string, readonly string[]>;
    events[event] = { ...trigger, [key]: [...new Set([...(trigger[key] ?? []), ...values])] };
  };
  const ignored = filters.ignoredPaths;
  change('push', 'branches', filters.pushBranches);
  change('pull_request', 'branches', filters.pullRequestBranches);
  change('pull_request', 'paths-ignore', ignored);
  // GitHub takes one of the two: where the paths that count are listed, the others are excepted there.
  if ('paths' in ((events.push ?? {}) as object)) {
    change(
      'push',
      'paths',
      ignored.map((glob) => `!${glob}`),
    );
  } else {
    change('push', 'paths-ignore', ignored);
  }
  return events;
}

/** Inputs of actions that are paths of the checkout. */
const PATHS = ['path', 'file', 'context', 'environment-file', 'subject-checksums', 'sbom-path', 'subject-path'];

/** Where a pipeline lies that is not at its repository's root. */
class Placement {
  constructor(private readonly plan: Plan) {}

  public name(name: string): string {
    const { id } = this.plan.place;
    return id ? `${id}-${name}` : name;
  }

  public triggers(on: Triggers): Triggers {
    const events = Object.entries(on).map(([event, trigger]) => {
      const { paths, 'paths-ignore': ignored } = (trigger ?? {}) as Record<string, readonly string[] | undefined>;
      const placed = paths && { paths: paths.map((path) => this.path(path)) };
      const without = ignored && { 'paths-ignore': ignored.map((path) => this.path(path)) };
      return [event, paths || ignored ? { ...(trigger as object), ...placed, ...without } : trigger];
    });
    return Object.fromEntries(events) as Triggers;
  }

  public call(job: CallJob): CallJob {
    return { ...job, calls: placedFile(this.plan, job.calls) };
  }

  public job(job: StepsJob): StepsJob {
    const { folder } = this.plan.place;
    // Without a checkout, there is no such folder.
    if (!folder || !job.steps.some(({ uses }) => uses?.action === 'actions/checkout')) return job;
    return { ...job, workingDirectory: folder, steps: job.steps.map((step) => this.step(step)) };
  }

  private step(step: WorkflowStep): WorkflowStep {
    if (step.run !== undefined) {
      return {
        ...step,
        run: step.run.replace(/(--(?:image-)?path ')([^']+)'/g, (_, option, path) => `${option}${this.path(path)}'`),
      };
    }
    if (step.with === undefined) return step;
    const inputs = Object.entries(step.with).map(([input, value]) => [
      input,
      PATHS.includes(input) && typeof value === 'string' ? value.replace(/^.+$/gm, (line) => this.path(line)) : value,
    ]);
    return { ...step, with: Object.fromEntries(inputs) as WorkflowStep['with'] };
  }

  /** A path from the repository's root; what an expression or the machine gives is none of ours. */
  private path(path: string): string {
    const { folder } = this.plan.place;
    if (path.startsWith('!')) return `!${this.path(path.slice(1))}`;
    if (path.startsWith('.github/workflows/')) return placedFile(this.plan, path);
    if (!folder || /^([/~$]|\$\{\{)/.test(path)) return path;
    return path === '.' ? folder : `${folder}/${path}`;
  }
}
