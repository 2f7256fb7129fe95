/** `windows.yml`: builds and tests the Windows wheels on GitHub's runner, in the Conda environment that the image has. */
import {
  BUILD_STEP,
  buildEnvironment,
  buildTriggers,
  CALL_INPUTS,
  checkout,
  compareWithRecord,
  concurrency,
  identifier,
  keepRecord,
  restoreCache,
  restoreWheels,
  runnerOf,
  saveCache,
  saveWheels,
  uploadLogs,
  uploadWheels,
} from './common';
import type { StepsJob, WorkflowDefinition, WorkflowStep } from './model';
import { ACTIONS, IMAGES } from '../declaration/pins';
import { vulkanSdkFolder } from '../plan/files';
import type { Plan, PlannedBuild, PlannedPlatform } from '../plan/plan';
import { chosen, platformsOn } from '../plan/select';

/** Keeps the SDK as it was installed: its version is in the folder's name, and its installer was verified. */
function vulkanSdkCache({ vulkanSdk }: PlannedBuild): {
  readonly restore: WorkflowStep[];
  readonly save: WorkflowStep[];
} {
  if (!vulkanSdk) return { restore: [], save: [] };
  const folder = vulkanSdkFolder(vulkanSdk);
  const where = { path: folder, key: folder };
  const missed = "steps.vulkan-sdk.outputs.cache-hit != 'true'";
  return {
    restore: [{ name: 'Restore the Vulkan SDK', id: 'vulkan-sdk', uses: ACTIONS.cacheRestore, with: where }],
    save: [
      {
        name: 'Save the Vulkan SDK',
        if: `${missed} && github.ref_name == github.event.repository.default_branch`,
        uses: ACTIONS.cacheSave,
        with: where,
      },
    ],
  };
}

/** Declares the workflow. The environment file is the one that gets installed: a lock file, where one is committed. */
export function windowsWorkflow(
  plan: Plan,
  environmentFile: (build: PlannedBuild, platform: PlannedPlatform) => string,
): WorkflowDefinition {
  return {
    name: 'windows',
    on: buildTriggers([]),
    concurrency: concurrency('windows'),
    jobs: Object.fromEntries(
      plan.builds.flatMap((build) =>
        platformsOn(build, 'windows').map((platform) => [
          identifier(platform.id),
          job(plan, build, platform, environmentFile(build, platform)),
        ]),
      ),
    ),
  };
}

function job(plan: Plan, build: PlannedBuild, platform: PlannedPlatform, environmentFile: string): StepsJob {
  const env = buildEnvironment();
  const run = `micromamba run --name ${build.conda.name}`;
  const sdk = vulkanSdkCache(build);
  return {
    name: `${platform.title} wheels`,
    permissions: { contents: 'read' },
    runsOn: runnerOf(build, platform),
    timeoutMinutes: plan.timeoutMinutes.windows,
    steps: [
      checkout(`inputs.${CALL_INPUTS.ref}`),
      {
        name: 'Set up the Conda environment',
        uses: ACTIONS.setupMicromamba,
        with: {
          'micromamba-version': `${IMAGES.micromamba.tag}-0`,
          'environment-file': environmentFile,
          'environment-name': build.conda.name,
          'init-shell': 'none',
          'cache-environment': true,
        },
      },
      restoreCache(platform),
      ...sdk.restore,
      ...restoreWheels(build, platform),
      {
        name: 'Build the wheels',
        id: BUILD_STEP,
        shell: 'pwsh',
        env,
        run: `${run} pwsh -File scripts/build.ps1${chosen(build)}\n`,
      },
      ...saveWheels(build, platform),
      { name: 'Test the wheels', shell: 'pwsh', env, run: `${run} pwsh -File scripts/test.ps1${chosen(build)}\n` },
      ...compareWithRecord(platform, `${run} python`, 'pwsh'),
      saveCache(platform),
      ...keepRecord(platform),
      ...sdk.save,
      uploadLogs(platform),
      uploadWheels(platform),
    ],
  };
}
