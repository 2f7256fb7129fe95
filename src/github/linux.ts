/** `linux.yml`: builds and tests the Linux wheels inside the toolchain image. */
import {
  BUILD_STEP,
  buildEnvironment,
  buildTriggers,
  CALL_INPUTS,
  checkout,
  compareWithRecord,
  concurrency,
  imageName,
  keepRecord,
  restoreCache,
  restoreWheels,
  saveCache,
  saveWheels,
  uploadLogs,
  uploadWheels,
} from './common';
import type { StepsJob, WorkflowDefinition } from './model';
import { PipelineSpec, platformsOn } from '../spec/pipeline';
import type { PlatformFacts } from '../spec/platform';

/** The user that owns the workspace on GitHub's runners. */
const RUNNER_UID = 1001;

/** Declares the workflow. */
export function linuxWorkflow(spec: PipelineSpec): WorkflowDefinition {
  return {
    name: 'linux',
    on: buildTriggers(true),
    concurrency: concurrency('linux'),
    jobs: Object.fromEntries(platformsOn(spec, 'linux').map((facts) => [facts.platform, job(spec, facts)])),
  };
}

function job(spec: PipelineSpec, facts: PlatformFacts): StepsJob {
  const image = `\${{ inputs.${CALL_INPUTS.image} || format('{0}:latest', ${imageName(spec)}) }}`;
  const env = buildEnvironment(image);
  return {
    name: `${facts.title} wheels`,
    permissions: { contents: 'read', packages: 'read' },
    runsOn: facts.runner,
    timeoutMinutes: spec.timeoutMinutes.linux,
    container: {
      image,
      credentials: { username: '${{ github.actor }}', password: '${{ github.token }}' },
      options: `--user ${RUNNER_UID}`,
    },
    steps: [
      checkout(`inputs.${CALL_INPUTS.ref}`),
      restoreCache(facts),
      ...restoreWheels(spec, facts),
      { name: 'Build the wheels', id: BUILD_STEP, env, run: 'bash scripts/build.sh\n' },
      ...saveWheels(spec, facts),
      { name: 'Test the wheels', env, run: 'bash scripts/test.sh\n' },
      ...compareWithRecord(facts, (script) => `python ${script}`),
      saveCache(facts),
      ...keepRecord(facts),
      uploadLogs(facts),
      uploadWheels(facts),
    ],
  };
}
