/** `build.yml`: checks that the synthesized files are up to date; compiles, lints and tests the project that declares them. */
import { concurrency } from './concurrency';
import { UBUNTU, WorkflowContext } from './context';
import type { StepsJob, WorkflowDefinition } from './model';
import { checkout } from './steps/checkout';
import { installSteps } from './steps/node';
import { installTool, toolPath } from './steps/python-tool';
import { MINUTES } from '../../declaration/minutes';

/**
 * Declare the workflow; a repository may add jobs to it.
 *
 * @param context of any pipeline of the repository: its pins apply
 * @param install the commands that install the packages of the repository
 */
export function buildWorkflow(
  context: WorkflowContext,
  install: string,
  jobs: { readonly [id: string]: StepsJob } = {},
): WorkflowDefinition {
  return {
    name: 'build',
    on: { pull_request: {}, merge_group: {}, workflow_dispatch: {} },
    concurrency: concurrency('build'),
    jobs: {
      build: {
        name: 'Build',
        permissions: { contents: 'read' },
        runsOn: UBUNTU,
        timeoutMinutes: MINUTES.build,
        steps: [
          ...installSteps(context, install),
          { name: 'Verify that the synthesized files are up to date', run: 'npx projen check\n' },
          { name: 'Compile, lint and test', run: 'npx projen build\n' },
        ],
      },
      workflows: {
        name: 'Audit the workflows',
        permissions: { contents: 'read' },
        runsOn: UBUNTU,
        timeoutMinutes: MINUTES.lint,
        steps: [
          checkout(context),
          installTool('zizmor', context.plan.pins.zizmor),
          {
            name: 'Audit the workflows with zizmor',
            run: `"${toolPath('zizmor')}/zizmor" --offline --persona pedantic .github/workflows\n`,
          },
        ],
      },
      ...jobs,
    },
  };
}
