/** `build.yml`: verifies that the synthesized files are up to date, and builds and tests the project. */
import { pinned } from './adapt';
import { checkout, concurrency, installProgram, programPath } from './common';
import type { StepsJob, WorkflowDefinition, WorkflowStep } from './model';
import { MINUTES } from '../declaration/minutes';
import { ACTIONS, NODE_VERSION } from '../declaration/pins';
import type { Plan } from '../plan/plan';

/** Return the steps that check out the repository and install its packages, for jobs that run the declaration. */
export function installSteps(commands: string): readonly WorkflowStep[] {
  return [
    checkout(),
    {
      name: 'Set up Node.js',
      uses: ACTIONS.setupNode,
      with: { 'node-version': NODE_VERSION, 'package-manager-cache': false },
    },
    { name: 'Install dependencies', run: `${commands}\n` },
  ];
}

/**
 * Declare the workflow; a repository may add jobs to it.
 *
 * @param plan the plan, with the pins of actions
 * @param install the commands that install the packages of the repository
 */
export function buildWorkflow(
  plan: Plan,
  install: string,
  jobs: { readonly [id: string]: StepsJob } = {},
): WorkflowDefinition {
  const definition: WorkflowDefinition & { readonly jobs: { readonly [id: string]: StepsJob } } = {
    name: 'build',
    on: { pull_request: {}, merge_group: {}, workflow_dispatch: {} },
    concurrency: concurrency('build'),
    jobs: {
      build: {
        name: 'Build',
        permissions: { contents: 'read' },
        runsOn: 'ubuntu-24.04',
        timeoutMinutes: MINUTES.build,
        steps: [
          ...installSteps(install),
          { name: 'Verify that the synthesized files are up to date', run: 'npx projen check\n' },
          { name: 'Compile, lint and test', run: 'npx projen build\n' },
        ],
      },
      workflows: {
        name: 'Read the workflows',
        permissions: { contents: 'read' },
        runsOn: 'ubuntu-24.04',
        timeoutMinutes: MINUTES.lint,
        steps: [
          checkout(),
          installProgram('zizmor', plan.pins.zizmor),
          {
            name: 'Audit the workflows with zizmor',
            run: `"${programPath('zizmor')}/zizmor" --offline --persona pedantic .github/workflows\n`,
          },
        ],
      },
      ...jobs,
    },
  };
  const entries = Object.entries(definition.jobs).map(([id, job]) => [id, pinned(plan, job)]);
  return { ...definition, jobs: Object.fromEntries(entries) as WorkflowDefinition['jobs'] };
}
