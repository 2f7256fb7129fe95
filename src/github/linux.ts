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
import { PipelineSpec, pipelinesOn, platformsOn } from '../declaration/pipeline';
import type { PlatformFacts } from '../declaration/platform';
import { ofVariant } from '../declaration/variant';

/** The user that owns the workspace on GitHub's runners. */
const RUNNER_UID = 1001;

/** Declares the workflow. */
export function linuxWorkflow(spec: PipelineSpec): WorkflowDefinition {
  const pipelines = pipelinesOn(spec, 'linux');
  return {
    name: 'linux',
    on: buildTriggers(pipelines),
    concurrency: concurrency('linux'),
    jobs: Object.fromEntries(
      pipelines.flatMap((each) => platformsOn(each, 'linux').map((facts) => [identifier(facts.id), job(each, facts)])),
    ),
  };
}

function job(spec: PipelineSpec, facts: PlatformFacts): StepsJob {
  const image = `\${{ inputs.${imageInput(spec)} || format('{0}:${spec.image.tag}', ${imageName(spec)}) }}`;
  const env = buildEnvironment(image);
  return {
    name: `${facts.title} wheels`,
    permissions: { contents: 'read', packages: 'read' },
    runsOn: runnerOf(spec, facts),
    timeoutMinutes: spec.timeoutMinutes.linux,
    container: {
      image,
      credentials: { username: '${{ github.actor }}', password: '${{ github.token }}' },
      options: [`--user ${RUNNER_UID}`, spec.variant?.deviceOptions].filter(Boolean).join(' '),
    },
    steps: [
      checkout(`inputs.${CALL_INPUTS.ref}`),
      restoreCache(facts),
      ...restoreWheels(spec, facts),
      { name: 'Build the wheels', id: BUILD_STEP, env, run: `bash ${ofVariant(spec, 'scripts/build.sh')}\n` },
      ...saveWheels(spec, facts),
      { name: 'Test the wheels', env, run: `bash ${ofVariant(spec, 'scripts/test.sh')}\n` },
      ...compareWithRecord(facts, (script) => `python ${script}`),
      saveCache(facts),
      ...keepRecord(facts),
      uploadLogs(facts),
      uploadWheels(facts),
    ],
  };
}
