/** `linux.yml`: builds and tests the Linux wheels inside the toolchain image. */
import {
  BUILD_STEP,
  buildEnvironment,
  buildTriggers,
  CALL_INPUTS,
  checkout,
  compareWithRecord,
  concurrency,
  identifier,
  imageInput,
  imageName,
  keepRecord,
  restoreCache,
  restoreWheels,
  runnerOf,
  saveCache,
  saveWheels,
  uploadLogs,
  uploadWheels,
} from './common';
import type { StepsJob, WorkflowDefinition } from './model';
import type { Plan, PlannedBuild, PlannedPlatform } from '../plan/plan';
import { buildsOn, chosen, platformsOn } from '../plan/select';

/** The user that owns the workspace on GitHub's runners. */
const RUNNER_UID = 1001;

/** Declares the workflow. */
export function linuxWorkflow(plan: Plan): WorkflowDefinition {
  const builds = buildsOn(plan, 'linux');
  return {
    name: 'linux',
    on: buildTriggers(builds),
    concurrency: concurrency('linux'),
    jobs: Object.fromEntries(
      builds.flatMap((build) =>
        platformsOn(build, 'linux').map((platform) => [identifier(platform.id), job(plan, build, platform)]),
      ),
    ),
  };
}

function job(plan: Plan, build: PlannedBuild, platform: PlannedPlatform): StepsJob {
  const image = `\${{ inputs.${imageInput(build)} || format('{0}:${build.imageTag}', ${imageName(plan)}) }}`;
  const env = buildEnvironment(image);
  return {
    name: `${platform.title} wheels`,
    permissions: { contents: 'read', packages: 'read' },
    runsOn: runnerOf(build, platform),
    timeoutMinutes: plan.timeoutMinutes.linux,
    container: {
      image,
      credentials: { username: '${{ github.actor }}', password: '${{ github.token }}' },
      options: [`--user ${RUNNER_UID}`, build.deviceOptions].filter(Boolean).join(' '),
    },
    steps: [
      checkout(`inputs.${CALL_INPUTS.ref}`),
      restoreCache(platform),
      ...restoreWheels(build, platform),
      { name: 'Build the wheels', id: BUILD_STEP, env, run: `bash scripts/build.sh${chosen(build)}\n` },
      ...saveWheels(build, platform),
      { name: 'Test the wheels', env, run: `bash scripts/test.sh${chosen(build)}\n` },
      ...compareWithRecord(platform, 'python'),
      saveCache(platform),
      ...keepRecord(platform),
      uploadLogs(platform),
      uploadWheels(platform),
    ],
  };
}
