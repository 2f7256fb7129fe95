/** The repository of a run: the declared one, a fork of it, or a copy. */
import { checkout, installRuntime, TOKEN, runProgram } from './common';
import type { StepsJob, WorkflowStep } from './model';
import { MINUTES } from '../declaration/minutes';
import type { Plan } from '../plan/plan';

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
    id: 'home',
    env: { GH_TOKEN: TOKEN, FORK: '${{ github.event.repository.fork }}' },
    run: `${runProgram(plan)} ci home --repository "$GITHUB_REPOSITORY" --fork "$FORK"\n`,
  };
}

/** Return the first job of a workflow that does nothing in a fork. */
export function homeJob(plan: Plan): StepsJob {
  return {
    name: 'Check the repository',
    if: unlessInFork(plan),
    permissions: { contents: 'read' },
    runsOn: 'ubuntu-24.04',
    timeoutMinutes: MINUTES.plan,
    outputs: { home: '${{ steps.home.outputs.home }}' },
    steps: [checkout(), ...installRuntime(plan), homeStep(plan)],
  };
}
