/** What no workflow of a pipeline may do, checked when it is declared. */
import type { CallJob, StepsJob, WorkflowDefinition, WorkflowStep } from './model';
import { checkTrust } from './trust';

/** Throws an error that names the workflow, the job and the step, and says what would be right. */
export function checkPolicy(id: string, definition: WorkflowDefinition): void {
  for (const [jobId, job] of Object.entries(definition.jobs)) {
    const at = `workflow ${id}, job ${jobId}`;
    check(job.permissions !== undefined, at, 'must state its permissions, {} for none');
    (job.needs ?? []).forEach((needed) =>
      check(needed in definition.jobs, at, `needs ${needed}, which is no job of this workflow`),
    );
    if (!('calls' in job)) checkJob(at, job);
  }
  checkTrust(id, definition);
}

/** Throws where a job downloads an artifact that no job of the given workflows uploads. */
export function checkArtifacts(
  workflows: ReadonlyArray<{ readonly id: string; readonly definition: WorkflowDefinition }>,
): void {
  const steps = workflows.flatMap(({ id, definition }) =>
    Object.values(definition.jobs).flatMap((job) => stepsOf(job).map((step) => ({ id, step }))),
  );
  const uploaded = steps
    .filter(({ step }) => step.uses?.action === 'actions/upload-artifact')
    .map(({ step }) => String(step.with?.name));
  for (const { id, step } of steps.filter((each) => each.step.uses?.action === 'actions/download-artifact')) {
    const wanted = step.with?.name ?? step.with?.pattern;
    const pattern = new RegExp(
      `^${String(wanted ?? '*')
        .replace(/[.+^${}()|[\]\\]/g, '\\$&')
        .replace(/\*/g, '.*')}$`,
    );
    check(
      uploaded.some((name) => pattern.test(name)),
      `workflow ${id}, step "${step.name}"`,
      `downloads the artifact ${String(wanted)}, which no job uploads`,
    );
  }
}

/** Throw if a job calls a workflow that needs more permissions than it grants: GitHub refuses to start such a run. */
export function checkGrants(
  workflows: ReadonlyArray<{ readonly id: string; readonly definition: WorkflowDefinition }>,
): void {
  const rank = (right?: 'read' | 'write'): number => ['read', 'write'].indexOf(right ?? '');
  for (const { id, definition } of workflows) {
    for (const [jobId, job] of Object.entries(definition.jobs)) {
      const called = 'calls' in job ? workflows.find((other) => job.calls.endsWith(`/${other.id}.yml`)) : undefined;
      for (const [needyId, needy] of Object.entries(called?.definition.jobs ?? {})) {
        for (const [scope, right] of Object.entries(needy.permissions)) {
          check(
            rank(job.permissions[scope]) >= rank(right),
            `workflow ${id}, job ${jobId}`,
            `must grant ${scope}: ${right}, which the job ${needyId} of ${called!.id} needs`,
          );
        }
      }
    }
  }
}

function stepsOf(job: StepsJob | CallJob): readonly WorkflowStep[] {
  return 'calls' in job ? [] : job.steps;
}

function checkJob(at: string, job: StepsJob): void {
  check(job.timeoutMinutes > 0, at, 'must have a timeout in minutes');
  check(job.steps.length > 0, at, 'must have steps');
  job.steps.forEach((step, index) => {
    check(Boolean(step.name?.trim()), `${at}, step ${index + 1}`, 'must have a name');
    checkStep(`${at}, step "${step.name}"`, step);
  });
}

function checkStep(at: string, step: WorkflowStep): void {
  check((step.uses === undefined) !== (step.run === undefined), at, 'must either use an action or run a command');
  if (step.uses) {
    check(
      /^[0-9a-f]{40}$/.test(step.uses.commit),
      at,
      `must pin ${step.uses.action} by its full commit, not by ${step.uses.commit}`,
    );
    check(/^v\d/.test(step.uses.version), at, `must say which version of ${step.uses.action} its commit is`);
    const keeps = step.uses.action === 'actions/checkout' && step.with?.['persist-credentials'] !== false;
    check(!keeps, at, 'must not persist credentials: with: { persist-credentials: false }');
  }
  check(!step.run?.includes('${{'), at, 'must not put an expression into its command; pass it through env');
}

function check(condition: boolean, at: string, message: string): void {
  if (!condition) throw new Error(`${at} ${message}`);
}
