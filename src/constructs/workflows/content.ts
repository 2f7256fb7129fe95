/** From a workflow's definition to what its file says, and back: what is overridden is judged as what is declared. */
import type { CallJob, Permissions, StepsJob, Value, WorkflowDefinition, WorkflowStep } from './model';

/**
 * What a workflow file says, as YAML has it. What is rendered as a comment stands behind its value: an action's version
 * (`actions/x@<commit> # v1`) and the source of a step (`Check out # steps/checkout.ts`), so that an override of the
 * value replaces it too.
 */
export type Content = { [key: string]: any };

/** What the file of a definition says. */
export function contentOf(definition: WorkflowDefinition): Content {
  return plain({
    name: definition.name,
    on: definition.on,
    permissions: {},
    concurrency: definition.concurrency,
    jobs: Object.fromEntries(Object.entries(definition.jobs).map(([id, job]) => [id, jobContent(job)])),
  });
}

function jobContent(job: StepsJob | CallJob): Value {
  const common = { name: job.name, needs: job.needs, if: job.if, permissions: job.permissions };
  if ('calls' in job) return { ...common, uses: `./${job.calls}`, 'cache-mode': job.cacheMode, with: job.with };
  return {
    ...common,
    'runs-on': job.runsOn,
    'timeout-minutes': job.timeoutMinutes,
    environment: job.environment,
    defaults: job.workingDirectory ? { run: { 'working-directory': job.workingDirectory } } : undefined,
    container: job.container,
    outputs: job.outputs,
    env: job.env,
    steps: job.steps.map(({ uses, ...step }) => ({
      name: step.source ? `${step.name} # ${step.source}` : step.name,
      id: step.id,
      if: step.if,
      uses: uses && `${uses.action}@${uses.commit} # ${uses.version}`,
      with: step.with,
      env: step.env,
      shell: step.shell,
      run: step.run,
    })),
  };
}

/** Plain data without what is undefined. */
function plain(value: object): Content {
  return JSON.parse(JSON.stringify(value)) as Content;
}

/** The definition that a file's content stands for. */
export function definitionOf(content: Content): WorkflowDefinition {
  const jobs = Object.entries((content.jobs ?? {}) as Record<string, Content>).map(([id, job]) => [id, jobOf(job)]);
  return { name: content.name, on: content.on ?? {}, concurrency: content.concurrency, jobs: Object.fromEntries(jobs) };
}

function jobOf(job: Content): StepsJob | CallJob {
  const needs = job.needs === undefined ? undefined : ([job.needs].flat() as string[]);
  const common = { name: job.name as string, needs, if: job.if, permissions: job.permissions as Permissions };
  if (typeof job.uses === 'string') {
    return { ...common, calls: job.uses.replace(/^\.\//, ''), with: job.with, cacheMode: job['cache-mode'] };
  }
  return {
    ...common,
    runsOn: job['runs-on'],
    timeoutMinutes: job['timeout-minutes'],
    environment: job.environment,
    container: job.container,
    outputs: job.outputs,
    env: job.env,
    steps: ((job.steps ?? []) as Content[]).map(
      ({ name, uses, ...step }) => ({ ...nameOf(name), ...step, ...action(uses) }) as WorkflowStep,
    ),
  };
}

/** The source behind a step's name. */
export const SOURCE = / # ((?:[\w-]+\/)+[\w-]+\.ts)$/;

function nameOf(text: unknown): Pick<WorkflowStep, 'name' | 'source'> {
  const [suffix, source] = SOURCE.exec(String(text ?? '')) ?? [''];
  return { name: suffix ? String(text).slice(0, -suffix.length) : (text as string), ...(source && { source }) };
}

function action(uses: unknown): Pick<WorkflowStep, 'uses'> {
  if (typeof uses !== 'string') return {};
  const [, name, commit, version] = /^([^@]*)@?([^ ]*)(?: # (.*))?$/.exec(uses) ?? ['', uses, '', ''];
  return { uses: { action: name, commit, version: version ?? '' } };
}
