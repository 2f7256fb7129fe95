/** Which repository a run is in: the one that the declaration names, a fork of it, or another one with the same files. */
import { MINUTES } from '../../../declaration/minutes';
import type { Plan } from '../../../plan/plan';
import { UBUNTU, WorkflowContext } from '../context';
import { TOKEN } from '../expressions';
import type { StepsJob, WorkflowStep } from '../model';
import { checkout } from '../steps/checkout';
import { installRuntime, runProgram } from '../steps/program';

const SOURCE = 'jobs/home.ts';

/** The condition of a job after the home job: it runs in the declared repository only. */
export const AT_HOME = "needs.home.outputs.home == 'true'";

/** The condition of a step after the home step: pushes and schedules build in the declared repository only. */
export const BUILDS_HERE =
  "steps.home.outputs.home == 'true' || (github.event_name != 'push' && github.event_name != 'schedule')";

/**
 * Return the condition of a first job that a fork skips. GitHub compares names case-insensitively. An event without
 * repository data, such as a schedule, runs the job, whose step queries GitHub.
 */
export function unlessInFork({ repository }: Plan): string {
  return `github.repository == '${repository}' || !github.event.repository.fork`;
}

/** Return the step that fails in a renamed, transferred or copied repository. */
export function homeStep(plan: Plan): WorkflowStep {
  return {
    name: 'Check that this is the declared repository',
    source: SOURCE,
    id: 'home',
    env: { GH_TOKEN: TOKEN, FORK: '${{ github.event.repository.fork }}' },
    run: `${runProgram(plan)} ci home --repository "$GITHUB_REPOSITORY" --fork "$FORK"\n`,
  };
}

/** The first job of a workflow that does nothing in a fork. */
export function homeJob(context: WorkflowContext, runsOn: StepsJob['runsOn'] = UBUNTU): StepsJob {
  const { plan, workingDirectory } = context;
  return {
    name: 'Check the repository',
    if: unlessInFork(plan),
    permissions: { contents: 'read' },
    runsOn,
    timeoutMinutes: MINUTES.plan,
    workingDirectory,
    outputs: { home: '${{ steps.home.outputs.home }}' },
    steps: [checkout(context), ...installRuntime(plan), homeStep(plan)],
  };
}
