/**
 * `upgrade.yml`: looks for newer versions of everything that is pinned, and proposes them as one change.
 *
 * The token of a job may not change workflows, and a pull request that it opens starts no checks. So a GitHub App opens it,
 * where one is set up; without one, an issue holds the change and the commands that apply it. Nothing is ever merged.
 */
import { concurrency } from './concurrency';
import { UBUNTU, WorkflowContext } from './context';
import { RUN_URL, TOKEN } from './expressions';
import { scheduled } from './inputs';
import { AT_HOME, homeJob } from './jobs/home';
import type { StepsJob, WorkflowDefinition, WorkflowStep } from './model';
import { download, RETENTION, upload } from './steps/artifacts';
import { checkout } from './steps/checkout';
import { installSteps } from './steps/node';
import { installRuntime, runProgram } from './steps/program';
import { installTool, toolPath } from './steps/python-tool';
import { MINUTES } from '../../declaration/minutes';
import { FILES } from '../../plan/files';

/** What a person sets on GitHub, so that an app of theirs opens the pull request. */
export const UPGRADE_APP = {
  /** The repository variable with the app's client ID. */
  clientId: 'UPGRADE_APP_CLIENT_ID',
  /** The secret with its private key. */
  privateKey: 'UPGRADE_APP_PRIVATE_KEY',
  /** The environment that has the secret: only this job can read it. */
  environment: 'upgrade',
  /** What the app may do with the repository. */
  permissions: { contents: 'write', 'pull-requests': 'write', workflows: 'write' },
} as const;

const ARTIFACT = 'upgrade';
const FOLDER = `${FILES.build}/${ARTIFACT}`;
const HAS_APP = `vars.${UPGRADE_APP.clientId} != ''`;

/**
 * Declare the workflow.
 *
 * @param install the commands that install the packages of the repository
 */
export function upgradeWorkflow(context: WorkflowContext, install: string): WorkflowDefinition {
  const { upkeep } = context.plan;
  return {
    name: context.name('upgrade'),
    on: {
      ...scheduled(upkeep.schedule),
      workflow_dispatch: {},
    },
    concurrency: concurrency(context.name('upgrade')),
    jobs: { home: homeJob(context), look: lookJob(context, install), propose: proposeJob(context) },
  };
}

/** Runs other people's code, and so can write to nothing. */
function lookJob(context: WorkflowContext, install: string): StepsJob {
  const { plan, workingDirectory } = context;
  return {
    name: 'Find newer versions',
    needs: ['home'],
    if: AT_HOME,
    permissions: { contents: 'read' },
    runsOn: UBUNTU,
    workingDirectory,
    timeoutMinutes: MINUTES.upgrade,
    outputs: { found: '${{ steps.look.outputs.found }}' },
    steps: [
      ...installSteps(context, install),
      ...installRuntime(plan),
      {
        name: 'Look for newer versions',
        id: 'look',
        env: { GH_TOKEN: TOKEN },
        run: `${runProgram(plan)} upkeep look --output ${FOLDER}\n`,
      },
      ...found(
        {
          name: 'Synthesize the project',
          // Where the project is, whatever folder of it the pipeline has.
          run: 'cd "$GITHUB_WORKSPACE"\nnpx projen\n',
        },
        installTool('uv', plan.pins.uv),
        {
          name: 'Update the lock files of pip',
          shell: 'bash',
          run: `if [[ -d ${FILES.locks} ]]; then PATH="${toolPath('uv')}:$PATH" ${runProgram(plan)} lock; fi\n`,
        },
        { name: 'Pack the changed files', run: `${runProgram(plan)} upkeep pack --output ${FOLDER}\n` },
        upload(context, 'Upload the upgrade', ARTIFACT, `${FOLDER}/`, RETENTION.logs),
      ),
    ],
  };
}

function found(...steps: readonly WorkflowStep[]): WorkflowStep[] {
  return steps.map((step) => ({ ...step, if: "steps.look.outputs.found == 'true'" }));
}

/** Can write, and so runs nothing but this repository's own program. */
function proposeJob(context: WorkflowContext): StepsJob {
  const { plan, actions, workingDirectory } = context;
  const permissions = Object.entries(UPGRADE_APP.permissions).map(([name, right]) => [`permission-${name}`, right]);
  return {
    name: 'Propose the upgrade',
    needs: ['look'],
    if: "needs.look.outputs.found == 'true'",
    permissions: { contents: 'read', issues: 'write' },
    runsOn: UBUNTU,
    workingDirectory,
    timeoutMinutes: MINUTES.publish,
    environment: UPGRADE_APP.environment,
    steps: [
      checkout(context),
      ...installRuntime(plan),
      download(context, 'Download the upgrade', ARTIFACT, FOLDER),
      {
        name: 'Create a GitHub App token',
        id: 'app',
        if: HAS_APP,
        uses: actions.createAppToken,
        with: {
          'client-id': `\${{ vars.${UPGRADE_APP.clientId} }}`,
          'private-key': `\${{ secrets.${UPGRADE_APP.privateKey} }}`,
          ...Object.fromEntries(permissions),
        },
      },
      {
        name: 'Open or update the pull request or issue',
        env: {
          GH_TOKEN: '${{ steps.app.outputs.token || github.token }}',
          AS: `\${{ ${HAS_APP} && 'pull-request' || 'issue' }}`,
          RUN_URL,
        },
        run: `${runProgram(plan)} upkeep propose ${FOLDER} --as "$AS" --repository "$GITHUB_REPOSITORY" --run-url "$RUN_URL"\n`,
      },
    ],
  };
}
