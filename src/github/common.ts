/** What several workflows share: names, and steps. */
import { BUILD_STEP, cacheSteps, compilerCacheSize } from './caches';
import { CALL_INPUTS } from './inputs';
import type { StepsJob, Value, WorkflowStep } from './model';
import { identifier, variableName } from './names';
import { MINUTES } from '../declaration/minutes';
import { ACTIONS } from '../declaration/pins';
import type { SystemName } from '../declaration/platform';
import { BUILD_FOLDERS, FILES, outputFolder } from '../plan/files';
import { VARIABLES } from '../plan/inputs';
import type { Plan, PlannedBuild, PlannedPlatform } from '../plan/plan';

/** Days that GitHub keeps what jobs hand on. */
export const RETENTION = {
  wheels: 14,
  logs: 14,
  /** What a release is made of: GitHub lets it wait 30 days for its environment's reviewers. */
  released: 35,
  /** An image that a run builds for its own jobs: 1 GB, while a private repository has 500 MB of free storage. */
  handedOn: 1,
  /** The record of an image's digest, which proves its provenance: GitHub's maximum. */
  proof: 90,
} as const;

/** An expression: the days for wheels and reports, in a workflow that a release may call. */
const WHEEL_DAYS = `\${{ inputs.${CALL_INPUTS.fresh} && ${RETENTION.released} || ${RETENTION.wheels} }}`;

/** The registry that knows the jobs of a repository: the only one that their token is for. */
const REGISTRY = 'ghcr.io';

/** An expression: the job's token. */
export const TOKEN = '${{ github.token }}';

/** Logs in to the toolchain image's registry, as the run itself, where that is GitHub's; elsewhere, it is public. */
export function logIn({ image }: Plan): WorkflowStep[] {
  if (!image.name.startsWith(`${REGISTRY}/`)) return [];
  return [
    {
      name: 'Log in to the registry',
      uses: ACTIONS.dockerLogin,
      with: { registry: REGISTRY, username: '${{ github.actor }}', password: TOKEN },
    },
  ];
}

/** The repository variable that names the runner with a variant's device, such as `RUNNER_CUDA_12_8`; none elsewhere. */
export function runnerVariable({ variant, runnerByVariable }: PlannedBuild): string | undefined {
  return runnerByVariable ? `RUNNER_${variableName(variant!)}` : undefined;
}

/** The artifact that holds a platform's wheels and their record, as they were built. */
export function wheelsArtifact({ id }: PlannedPlatform): string {
  return `wheels-${id}`;
}

/** The artifact that holds the report of their test, which is not made by the job that made them. */
export function reportArtifact({ id }: PlannedPlatform): string {
  return `test-report-${id}`;
}

/** The id of the job that builds a platform's wheels, and of the one that tests them. */
export function jobIds({ id }: PlannedPlatform): { readonly build: string; readonly test: string } {
  return { build: identifier(id), test: `test-${identifier(id)}` };
}

/** A checkout that leaves no token behind: of what the run is about, or of the commit that an expression names. */
export function checkout(commit?: string, options: { readonly [input: string]: Value } = {}): WorkflowStep {
  return {
    name: 'Check out',
    uses: ACTIONS.checkout,
    with: { ...(commit && { ref: `\${{ ${commit} }}` }), 'persist-credentials': false, ...options },
  };
}

/**
 * Install the requirements of the program's sources on a runner, for later steps. The packed program has none. A virtual
 * environment is used, as the runner's Python is managed by its distribution.
 */
export function installRuntime({ program }: Plan): WorkflowStep[] {
  if (program.requirements === null) return [];
  return [
    {
      name: 'Install the requirements of the program',
      run: [
        'python3 -m venv "$RUNNER_TEMP/runtime"',
        `"$RUNNER_TEMP/runtime/bin/pip" install --quiet --retries 5 --require-hashes --requirement ${program.requirements}`,
        'echo "$RUNNER_TEMP/runtime/bin" >>"$GITHUB_PATH"',
        '',
      ].join('\n'),
    },
  ];
}

/** Return the command that runs the program. */
export function runProgram({ program }: Plan): string {
  return `python3 ${program.path}`;
}

/** Installs a program into a folder of its own, by the hash of its wheel: it is `programPath(name)` then. */
export function installProgram(name: string, { version, sha256 }: { version: string; sha256: string }): WorkflowStep {
  const folder = `$RUNNER_TEMP/${name}`;
  return {
    name: `Install ${name}`,
    run: [
      `python3 -m venv "${folder}"`,
      `echo '${name}==${version} --hash=sha256:${sha256}' >"${folder}/requirements.txt"`,
      `"${folder}/bin/pip" install --quiet --retries 5 --require-hashes --requirement "${folder}/requirements.txt"`,
      '',
    ].join('\n'),
  };
}

/** Where a program is that was installed so, within quotes of the shell. */
export function programPath(name: string): string {
  return `$RUNNER_TEMP/${name}/bin`;
}

/**
 * A new push to a pull request stops the run for the one before. Every other run is alone in its group: of those that
 * wait in one, GitHub keeps only the newest.
 */
export function concurrency(workflow: string): { readonly group: string; readonly 'cancel-in-progress': string } {
  const isPullRequest = "github.event_name == 'pull_request'";
  return {
    group: `${workflow}-\${{ ${isPullRequest} && github.ref || github.run_id }}`,
    'cancel-in-progress': `\${{ ${isPullRequest} }}`,
  };
}

/** A platform, and the build that it is of. */
export interface PlatformOfBuild {
  readonly build: PlannedBuild;
  readonly platform: PlannedPlatform;
}

/** Return the job of the required check: it always runs, and fails if any other job failed. */
export function greenJob(system: SystemName, jobs: readonly string[], platforms: readonly PlatformOfBuild[]): StepsJob {
  return {
    name: `All of ${system} is green`,
    needs: jobs,
    if: 'always()',
    permissions: {},
    runsOn: 'ubuntu-24.04',
    timeoutMinutes: MINUTES.report,
    steps: [
      ...platforms.flatMap(sayUntested),
      {
        name: 'Verify that no job failed or was cancelled',
        env: { RESULTS: "${{ join(needs.*.result, ' ') }}" },
        shell: 'bash',
        run: [
          'echo "The jobs: $RESULTS"',
          'if [[ $RESULTS == *failure* || $RESULTS == *cancelled* ]]; then exit 1; fi',
          '',
        ].join('\n'),
      },
    ],
  };
}

/** Return the steps that warn of untested wheels: without its variable, as in a fork's pull request, no test job runs. */
function sayUntested({ build, platform }: PlatformOfBuild): WorkflowStep[] {
  const [ids, variable] = [jobIds(platform), runnerVariable(build)];
  if (variable === undefined) return [];
  const reason = `set the repository variable ${variable} to the label of a runner with the device`;
  return [
    {
      name: `Warn that ${platform.title} was not tested`,
      if: `needs.${ids.build}.result == 'success' && needs.${ids.test}.result == 'skipped'`,
      run: `echo '::warning title=Not tested::${platform.title} was built but not tested: ${reason}'\n`,
    },
  ];
}

/** How a platform runs the program, which differs. */
export interface Runner {
  /** What comes before it in every job. */
  readonly prepare: readonly WorkflowStep[];
  /** The step's shell; the runner's own without it. */
  readonly shell?: string;
  readonly build: string;
  readonly test: string;
  readonly env: { readonly [name: string]: Value };
  /** What the tests have beside it. */
  readonly testEnv: { readonly [name: string]: Value };
  readonly needs: readonly string[];
  /** When there is something to build. */
  readonly condition: string;
  readonly permissions: StepsJob['permissions'];
}

/** The jobs of a platform: one builds and hands on; another one, which cannot change what was built, tests it. */
export function platformJobs(
  plan: Plan,
  build: PlannedBuild,
  platform: PlannedPlatform,
  runner: Runner,
): Array<[id: string, job: StepsJob]> {
  const ids = jobIds(platform);
  const folder = outputFolder(platform);
  const caches = cacheSteps(plan, build, platform);
  const env = { [VARIABLES.version]: `\${{ inputs.${CALL_INPUTS.version} }}`, ...runner.env };
  const common = { permissions: runner.permissions, runsOn: platform.runner };
  const { shell } = runner;
  const variable = runnerVariable(build);
  return [
    [
      ids.build,
      {
        ...common,
        name: `${platform.title} wheels`,
        needs: ['plan', ...runner.needs],
        if: runner.condition,
        timeoutMinutes: plan.timeoutMinutes[platform.system],
        outputs: { sums: '${{ steps.sums.outputs.sums }}' },
        steps: [
          checkout(`inputs.${CALL_INPUTS.ref}`),
          ...runner.prepare,
          ...caches.before,
          {
            name: 'Build the wheels',
            id: BUILD_STEP,
            shell,
            env: { ...env, SCCACHE_CACHE_SIZE: `${compilerCacheSize(plan)}M` },
            run: `${runner.build}\n`,
          },
          {
            name: 'Output the digest of SHA256SUMS',
            id: 'sums',
            shell: 'bash',
            run: `echo "sums=$(sha256sum <${folder}/SHA256SUMS | cut -c 1-64)" | tee -a "$GITHUB_OUTPUT"\n`,
          },
          upload('Upload the wheels', wheelsArtifact(platform), `${folder}/`, WHEEL_DAYS),
          ...caches.after,
          uploadLogs(ids.build),
        ],
      },
    ],
    [
      ids.test,
      {
        ...common,
        name: `${platform.title} tests`,
        needs: ['plan', ...runner.needs, ids.build],
        if: `!cancelled() && needs.${ids.build}.result == 'success'${variable ? ` && vars.${variable} != ''` : ''}`,
        ...(variable && { runsOn: `\${{ vars.${variable} }}` }),
        timeoutMinutes: MINUTES.test,
        steps: [
          checkout(`inputs.${CALL_INPUTS.ref}`),
          ...runner.prepare,
          download('Download the wheels', wheelsArtifact(platform), folder),
          {
            name: 'Verify wheel checksums',
            env: { SUMS: `\${{ needs.${ids.build}.outputs.sums }}` },
            shell: 'bash',
            run: `echo "$SUMS  ${folder}/SHA256SUMS" | sha256sum --check --strict\n`,
          },
          { name: 'Test the wheels', shell, env: { ...env, ...runner.testEnv }, run: `${runner.test}\n` },
          {
            name: 'Copy the test report',
            shell: 'bash',
            run: `mkdir -p ${FILES.build}/tested\ncp ${BUILD_FOLDERS.testReport}/${platform.id}.json ${FILES.build}/tested/test-report.json\n`,
          },
          upload('Upload the test report', reportArtifact(platform), `${FILES.build}/tested/`, WHEEL_DAYS),
          uploadLogs(ids.test),
        ],
      },
    ],
  ];
}

/** Return the step that uploads a folder as an artifact; an empty folder is an error. */
export function upload(
  name: string,
  artifact: string,
  path: string,
  days: number | string,
  more: { readonly [input: string]: Value } = {},
): WorkflowStep {
  const options = { 'if-no-files-found': 'error', 'retention-days': days, ...more };
  return { name, uses: ACTIONS.uploadArtifact, with: { name: artifact, path, ...options } };
}

/** Return the step that downloads an artifact of another job. */
export function download(name: string, artifact: string, path: string): WorkflowStep {
  return { name, uses: ACTIONS.downloadArtifact, with: { name: artifact, path } };
}

/** Return the step that uploads logs and report of a job that failed, timed out or was cancelled. */
function uploadLogs(job: string): WorkflowStep {
  return {
    name: 'Upload the logs',
    if: '!success()',
    uses: ACTIONS.uploadArtifact,
    with: {
      name: `logs-${job}`,
      path: `${BUILD_FOLDERS.logs}/\n${BUILD_FOLDERS.testReport}/\n`,
      'if-no-files-found': 'ignore',
      'retention-days': RETENTION.logs,
    },
  };
}
