/** The first job of a workflow that builds wheels. */
import { checkout, installRuntime, runProgram, TOKEN } from './common';
import { BUILDS_HERE, homeStep } from './home';
import { CALL_INPUTS, imagePaths, wheelPaths } from './inputs';
import type { StepsJob, WorkflowStep } from './model';
import { MINUTES } from '../declaration/minutes';
import { WorkflowName } from '../declaration/pipeline';
import type { SystemName } from '../declaration/platform';
import type { Plan } from '../plan/plan';

/** Return the job that decides if there is anything to build; all other jobs of a build workflow need it. */
export function planJob(
  plan: Plan,
  system: SystemName,
  images: Pick<StepsJob, 'outputs' | 'permissions' | 'steps'>,
): StepsJob {
  return {
    name: 'Plan',
    permissions: { contents: 'read', ...images.permissions },
    runsOn: 'ubuntu-24.04',
    timeoutMinutes: MINUTES.plan,
    outputs: { build: '${{ steps.changes.outputs.build }}', ...images.outputs },
    steps: [
      // The merge commit of a pull request or queue entry, and its first parent: their diff is the change.
      checkout(`inputs.${CALL_INPUTS.ref}`, { 'fetch-depth': 2 }),
      ...installRuntime(plan),
      homeStep(plan),
      { ...changesStep(plan, system), if: BUILDS_HERE },
      ...images.steps,
    ],
  };
}

/** Return the step that skips unneeded builds. linux.yml also skips pushes that docker.yml builds. */
function changesStep(plan: Plan, system: SystemName): WorkflowStep {
  const changes = [
    `${runProgram(plan)} ci changes --event "$EVENT" --base "$BASE"`,
    ...wheelPaths(plan, system).map((path) => `--path '${path}'`),
  ].join(' ');
  const env = {
    EVENT: '${{ github.event_name }}',
    BASE: '${{ github.event.merge_group.base_sha || github.event.before }}',
  };
  const common = { name: 'Check if there is anything to build', id: 'changes' };
  if (system !== 'linux' || !plan.workflows.includes(WorkflowName.DOCKER)) {
    return { ...common, env, run: `${changes}\n` };
  }
  const pushed =
    '--repository "$GITHUB_REPOSITORY" --ref "$GITHUB_REF" --sha "$GITHUB_SHA" --workflow-ref "$GITHUB_WORKFLOW_REF"';
  const paths = imagePaths().map((path) => ` --image-path '${path}'`);
  return {
    ...common,
    env: { ...env, GH_TOKEN: TOKEN },
    run: [`${changes} \\`, `  ${pushed} \\`, ` ${paths.join('')}`, ''].join('\n'),
  };
}
