/**
 * `upgrade.yml`: looks for newer versions of everything that is pinned, and proposes them as one change.
 *
 * The token of a job may not change workflows, and a pull request that it opens starts no checks. So a GitHub App opens it,
 * where one is set up; without one, an issue holds the change and the commands that apply it. Nothing is ever merged.
 */
import { installSteps } from './build';
import {
  checkout,
  concurrency,
  download,
  installProgram,
  installRuntime,
  programPath,
  RETENTION,
  runProgram,
  TOKEN,
  upload,
} from './common';
import { AT_HOME, homeJob } from './home';
import { scheduled } from './inputs';
import type { StepsJob, WorkflowDefinition, WorkflowStep } from './model';
import { MINUTES } from '../declaration/minutes';
import { ACTIONS } from '../declaration/pins';
import { FILES } from '../plan/files';
import type { Plan } from '../plan/plan';

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
export function upgradeWorkflow(plan: Plan, install: string): WorkflowDefinition {
  const { upkeep } = plan;
  return {
    name: 'upgrade',
    on: {
      ...scheduled(upkeep.schedule),
      workflow_dispatch: {},
    },
    concurrency: concurrency('upgrade'),
    jobs: { home: homeJob(plan), look: lookJob(plan, install), propose: proposeJob(plan) },
  };
}

/** Return the job that finds newer versions. It runs third-party code, so it has no write permissions. */
function lookJob(plan: Plan, install: string): StepsJob {
  return {
    name: 'Find newer versions',
    needs: ['home'],
    if: AT_HOME,
    permissions: { contents: 'read' },
    runsOn: 'ubuntu-24.04',
    timeoutMinutes: MINUTES.upgrade,
    outputs: { found: '${{ steps.look.outputs.found }}' },
    steps: [
      ...installSteps(install),
      ...installRuntime(plan),
      {
        name: 'Find newer versions past the cooldown',
        id: 'look',
        env: { GH_TOKEN: TOKEN },
        run: `${runProgram(plan)} upkeep look --output ${FOLDER}\n`,
      },
      ...found(
        {
          name: 'Synthesize everything anew',
          // Where the project is, whatever folder of it the pipeline has.
          run: 'cd "$GITHUB_WORKSPACE"\nnpx projen\n',
        },
        installProgram('uv', plan.pins.uv),
        {
          name: 'Lock what pip installs anew, where it is locked',
          shell: 'bash',
          run: `if [[ -d ${FILES.locks} ]]; then PATH="${programPath('uv')}:$PATH" ${runProgram(plan)} lock; fi\n`,
        },
        { name: 'Pack the changes', run: `${runProgram(plan)} upkeep pack --output ${FOLDER}\n` },
        upload('Hand it on', ARTIFACT, `${FOLDER}/`, RETENTION.logs),
      ),
    ],
  };
}

function found(...steps: readonly WorkflowStep[]): WorkflowStep[] {
  return steps.map((step) => ({ ...step, if: "steps.look.outputs.found == 'true'" }));
}

/** Can write, and so runs nothing but this repository's own program. */
function proposeJob(plan: Plan): StepsJob {
  const permissions = Object.entries(UPGRADE_APP.permissions).map(([name, right]) => [`permission-${name}`, right]);
  return {
    name: 'Propose them',
    needs: ['look'],
    if: "needs.look.outputs.found == 'true'",
    permissions: { contents: 'read', issues: 'write' },
    runsOn: 'ubuntu-24.04',
    timeoutMinutes: MINUTES.publish,
    environment: UPGRADE_APP.environment,
    steps: [
      checkout(),
      ...installRuntime(plan),
      download('Take what was found', ARTIFACT, FOLDER),
      {
        name: 'Create a GitHub App token',
        id: 'app',
        if: HAS_APP,
        uses: ACTIONS.createAppToken,
        with: {
          'client-id': `\${{ vars.${UPGRADE_APP.clientId} }}`,
          'private-key': `\${{ secrets.${UPGRADE_APP.privateKey} }}`,
          ...Object.fromEntries(permissions),
        },
      },
      {
        name: 'Open a pull request, or an issue, or bring the one that is open up to date',
        env: {
          GH_TOKEN: '${{ steps.app.outputs.token || github.token }}',
          AS: `\${{ ${HAS_APP} && 'pull-request' || 'issue' }}`,
          RUN_URL: '${{ github.server_url }}/${{ github.repository }}/actions/runs/${{ github.run_id }}',
        },
        run: `${runProgram(plan)} upkeep propose ${FOLDER} --as "$AS" --repository "$GITHUB_REPOSITORY" --run-url "$RUN_URL"\n`,
      },
    ],
  };
}
