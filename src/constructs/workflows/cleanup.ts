/** `cleanup.yml`: removes images that nothing needs any more, so that a registry does not grow for ever. */
import { concurrency } from './concurrency';
import { UBUNTU, WorkflowContext } from './context';
import { TOKEN } from './expressions';
import { scheduled } from './inputs';
import { AT_HOME, homeJob } from './jobs/home';
import type { WorkflowDefinition } from './model';
import { checkout } from './steps/checkout';
import { installRuntime, runProgram } from './steps/program';
import { logIn } from './steps/registry';
import { MINUTES } from '../../declaration/minutes';

/** The input of a run by hand. */
const DRY_RUN = 'dry-run';

/** Declares the workflow. */
export function cleanupWorkflow(context: WorkflowContext): WorkflowDefinition {
  const { plan } = context;
  const { schedule } = plan.upkeep;
  return {
    name: context.name('cleanup'),
    on: {
      ...scheduled(schedule),
      workflow_dispatch: {
        inputs: {
          [DRY_RUN]: { description: 'List the images to delete, and delete none', type: 'boolean', default: true },
        },
      },
    },
    concurrency: concurrency(context.name('cleanup')),
    jobs: {
      home: homeJob(context),
      images: {
        name: 'Delete old images',
        needs: ['home'],
        if: AT_HOME,
        permissions: { contents: 'read', packages: 'write' },
        runsOn: UBUNTU,
        workingDirectory: context.workingDirectory,
        timeoutMinutes: MINUTES.cleanup,
        steps: [
          checkout(context),
          ...installRuntime(plan),
          ...logIn(context),
          {
            name: 'Delete unused images',
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
