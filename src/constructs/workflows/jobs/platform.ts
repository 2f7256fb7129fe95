/** The jobs that build and test the wheels of a platform. */
import { MINUTES } from '../../../declaration/minutes';
import { BUILD_FOLDERS, FILES, outputFolder } from '../../../plan/files';
import { VARIABLES } from '../../../plan/inputs';
import type { PlannedBuild, PlannedPlatform } from '../../../plan/plan';
import { jobIds, WorkflowContext } from '../context';
import { CALL_INPUTS } from '../inputs';
import { declaredIn, StepsJob, Value, WorkflowStep } from '../model';
import { variableName } from '../names';
import { download, reportArtifact, upload, uploadLogs, WHEEL_DAYS, wheelsArtifact } from '../steps/artifacts';
import { BUILD_STEP, cacheSteps, compilerCacheSize } from '../steps/caches';
import { checkout } from '../steps/checkout';

const SOURCE = 'jobs/platform.ts';

/** The repository variable that names the runner with a variant's device, such as `RUNNER_CUDA_12_8`. */
export function runnerVariable({ variant, runnerByVariable }: PlannedBuild): string | undefined {
  return runnerByVariable ? `RUNNER_${variableName(variant!)}` : undefined;
}

/** The parts of a platform's jobs that differ between systems. */
export interface PlatformParts {
  /** Steps before the build and the tests. */
  readonly prepare: readonly WorkflowStep[];
  /** The shell of the build and of the tests; by default, the runner's own. */
  readonly shell?: string;
  readonly build: string;
  readonly test: string;
  readonly env: { readonly [name: string]: Value };
  /** Further variables of the tests. */
  readonly testEnv: { readonly [name: string]: Value };
  readonly needs: readonly string[];
  /** The condition of the build. */
  readonly condition: string;
  readonly permissions: StepsJob['permissions'];
}

/** One job builds and uploads the wheels; another one, which cannot change what was built, tests them. */
export function platformJobs(
  context: WorkflowContext,
  build: PlannedBuild,
  platform: PlannedPlatform,
  parts: PlatformParts,
): Array<[id: string, job: StepsJob]> {
  const ids = jobIds(platform);
  return [
    [ids.build, buildJob(context, build, platform, parts)],
    [ids.test, testJob(context, build, platform, parts)],
  ];
}

function variables({ env }: PlatformParts): { readonly [name: string]: Value } {
  return { [VARIABLES.version]: `\${{ inputs.${CALL_INPUTS.version} }}`, ...env };
}

function buildJob(
  context: WorkflowContext,
  build: PlannedBuild,
  platform: PlannedPlatform,
  parts: PlatformParts,
): StepsJob {
  const folder = outputFolder(platform);
  const caches = cacheSteps(context, build, platform);
  return {
    name: `${platform.title} wheels`,
    needs: ['plan', ...parts.needs],
    if: parts.condition,
    permissions: parts.permissions,
    runsOn: context.runner(platform),
    timeoutMinutes: context.plan.timeoutMinutes[platform.system],
    workingDirectory: context.workingDirectory,
    outputs: { sums: '${{ steps.sums.outputs.sums }}' },
    steps: [
      checkout(context, `inputs.${CALL_INPUTS.ref}`),
      ...parts.prepare,
      ...caches.before,
      ...declaredIn(SOURCE, [
        {
          name: 'Build the wheels',
          id: BUILD_STEP,
          shell: parts.shell,
          env: { ...variables(parts), SCCACHE_CACHE_SIZE: `${compilerCacheSize(context.plan)}M` },
          run: `${parts.build}\n`,
        },
        {
          name: 'Output the digest of SHA256SUMS',
          id: 'sums',
          shell: 'bash',
          run: `echo "sums=$(sha256sum <${folder}/SHA256SUMS | cut -c 1-64)" | tee -a "$GITHUB_OUTPUT"\n`,
        },
        upload(context, 'Upload the wheels', wheelsArtifact(platform), `${folder}/`, WHEEL_DAYS),
      ]),
      ...caches.after,
      uploadLogs(context, jobIds(platform).build),
    ],
  };
}

function testJob(
  context: WorkflowContext,
  build: PlannedBuild,
  platform: PlannedPlatform,
  parts: PlatformParts,
): StepsJob {
  const ids = jobIds(platform);
  const folder = outputFolder(platform);
  const variable = runnerVariable(build);
  const tested = `${FILES.build}/tested`;
  return {
    name: `${platform.title} tests`,
    needs: ['plan', ...parts.needs, ids.build],
    if: `!cancelled() && needs.${ids.build}.result == 'success'${variable ? ` && vars.${variable} != ''` : ''}`,
    permissions: parts.permissions,
    runsOn: variable ? `\${{ vars.${variable} }}` : context.runner(platform),
    timeoutMinutes: MINUTES.test,
    workingDirectory: context.workingDirectory,
    steps: [
      checkout(context, `inputs.${CALL_INPUTS.ref}`),
      ...parts.prepare,
      ...declaredIn(SOURCE, [
        download(context, 'Download the wheels', wheelsArtifact(platform), folder),
        {
          name: 'Verify wheel checksums',
          env: { SUMS: `\${{ needs.${ids.build}.outputs.sums }}` },
          shell: 'bash',
          run: `echo "$SUMS  ${folder}/SHA256SUMS" | sha256sum --check --strict\n`,
        },
        {
          name: 'Test the wheels',
          shell: parts.shell,
          env: { ...variables(parts), ...parts.testEnv },
          run: `${parts.test}\n`,
        },
        {
          name: 'Collect the test report',
          shell: 'bash',
          run: `mkdir -p ${tested}\ncp ${BUILD_FOLDERS.testReport}/${platform.id}.json ${tested}/test-report.json\n`,
        },
        upload(context, 'Upload the test report', reportArtifact(platform), `${tested}/`, WHEEL_DAYS),
      ]),
      uploadLogs(context, ids.test),
    ],
  };
}
