/** The first job of a workflow that builds wheels. */
import { BUILDS_HERE, homeStep } from './home';
import { MINUTES } from '../../../declaration/minutes';
import { WorkflowName } from '../../../declaration/pipeline';
import type { SystemName } from '../../../declaration/platform';
import { UBUNTU, WorkflowContext } from '../context';
import { TOKEN } from '../expressions';
import { CALL_INPUTS, imagePaths, wheelPaths } from '../inputs';
import type { StepsJob, WorkflowStep } from '../model';
import { checkout } from '../steps/checkout';
import { installRuntime, runProgram } from '../steps/program';

const SOURCE = 'jobs/plan.ts';

/** Return the job that decides if there is anything to build; all other jobs of a build workflow need it. */
export function planJob(
  context: WorkflowContext,
  system: SystemName,
  images: Pick<StepsJob, 'outputs' | 'permissions' | 'steps'>,
): StepsJob {
  const { plan, workingDirectory } = context;
  return {
    name: 'Plan',
    permissions: { contents: 'read', ...images.permissions },
    runsOn: UBUNTU,
    timeoutMinutes: MINUTES.plan,
    workingDirectory,
    outputs: { build: '${{ steps.changes.outputs.build }}', ...images.outputs },
    steps: [
      // The merge of a pull request and its first parent, in the queue too: what lies between them is what it changes.
      checkout(context, `inputs.${CALL_INPUTS.ref}`, { 'fetch-depth': 2 }),
      ...installRuntime(plan),
      homeStep(plan),
      { ...changesStep(context, system), if: BUILDS_HERE },
      ...images.steps,
    ],
  };
}

/** Only linux.yml has to know what started it: docker.yml builds the Linux wheels of a push that changes the image. */
function changesStep(context: WorkflowContext, system: SystemName): WorkflowStep {
  const { plan } = context;
  const changes = [
    `${runProgram(plan)} ci changes --event "$EVENT" --base "$BASE"`,
    ...wheelPaths(context, system).map((path) => `--path '${path}'`),
  ].join(' ');
  const env = {
    EVENT: '${{ github.event_name }}',
    BASE: '${{ github.event.merge_group.base_sha || github.event.before }}',
  };
  const common = { name: 'Check for changes to build', source: SOURCE, id: 'changes' };
  if (system !== 'linux' || !plan.workflows.includes(WorkflowName.DOCKER)) {
    return { ...common, env, run: `${changes}\n` };
  }
  const pushed =
    '--repository "$GITHUB_REPOSITORY" --ref "$GITHUB_REF" --sha "$GITHUB_SHA" --workflow-ref "$GITHUB_WORKFLOW_REF"';
  const paths = imagePaths(context).map((path) => ` --image-path '${path}'`);
  return {
    ...common,
    env: { ...env, GH_TOKEN: TOKEN },
    run: [`${changes} \\`, `  ${pushed} \\`, ` ${paths.join('')}`, ''].join('\n'),
  };
}
