/** `cleanup.yml`: removes images that nothing needs any more, so that a registry does not grow for ever. */
import { checkout, concurrency, installRuntime, logIn, runProgram, TOKEN } from './common';
import { AT_HOME, homeJob } from './home';
import { scheduled } from './inputs';
import type { WorkflowDefinition } from './model';
import { MINUTES } from '../declaration/minutes';
import type { Plan } from '../plan/plan';

/** The input of a run by hand. */
const DRY_RUN = 'dry-run';

/** Declares the workflow. */
export function cleanupWorkflow(plan: Plan): WorkflowDefinition {
  const { schedule } = plan.upkeep;
  return {
    name: 'cleanup',
    on: {
      ...scheduled(schedule),
      workflow_dispatch: {
        inputs: {
          [DRY_RUN]: { description: 'Say what would be removed, and remove nothing', type: 'boolean', default: true },
        },
      },
    },
    concurrency: concurrency('cleanup'),
    jobs: {
      home: homeJob(plan),
      images: {
        name: 'Remove old images',
        needs: ['home'],
        if: AT_HOME,
        permissions: { contents: 'read', packages: 'write' },
        runsOn: 'ubuntu-24.04',
        timeoutMinutes: MINUTES.cleanup,
        steps: [
          checkout(),
          ...installRuntime(plan),
          ...logIn(plan),
          {
            name: 'Remove what no release names, no tag needs, and is old',
            shell: 'bash',
            env: { GH_TOKEN: TOKEN, REMOVES: `\${{ !inputs.${DRY_RUN} }}` },
            run: [
              'options=()',
              'if [[ $REMOVES == true ]]; then options+=(--remove); fi',
              `${runProgram(plan)} upkeep images --repository "$GITHUB_REPOSITORY" "\${options[@]}"`,
              '',
            ].join('\n'),
          },
        ],
      },
    },
  };
}
