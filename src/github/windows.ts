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
import { allVariants, PipelineSpec, platformsOn } from '../declaration/pipeline';
import type { PlatformFacts } from '../declaration/platform';
import { ofVariant } from '../declaration/variant';
import { environmentName } from '../docker/environment';
import { VULKAN_SDK_FOLDER } from '../scripts/install-vulkan-sdk';

/** The SDK as it was installed: its version is in the folder's name, and its installer was verified. */
const VULKAN_SDK_CACHE: Record<'restore' | 'save', WorkflowStep> = {
  restore: {
    name: 'Restore the Vulkan SDK',
    id: 'vulkan-sdk',
    uses: ACTIONS.cacheRestore,
    with: { path: VULKAN_SDK_FOLDER, key: VULKAN_SDK_FOLDER },
  },
  save: {
    name: 'Save the Vulkan SDK',
    if: "steps.vulkan-sdk.outputs.cache-hit != 'true' && github.ref_name == github.event.repository.default_branch",
    uses: ACTIONS.cacheSave,
    with: { path: VULKAN_SDK_FOLDER, key: VULKAN_SDK_FOLDER },
  },
};

/** Declares the workflow. The environment file is the one that gets installed: a lock file, where one is committed. */
export function windowsWorkflow(
  spec: PipelineSpec,
  environmentFile: (pipeline: PipelineSpec, facts: PlatformFacts) => string,
): WorkflowDefinition {
  return {
    name: 'windows',
    on: buildTriggers([]),
    concurrency: concurrency('windows'),
    jobs: Object.fromEntries(
      allVariants(spec).flatMap((each) =>
        platformsOn(each, 'windows').map((facts) => [
          identifier(facts.id),
          job(each, facts, environmentFile(each, facts)),
        ]),
      ),
    ),
  };
}

function job(spec: PipelineSpec, facts: PlatformFacts, environmentFile: string): StepsJob {
  const env = buildEnvironment();
  const inEnvironment = (script: string): string =>
    `micromamba run --name ${environmentName(spec)} pwsh -File ${script}\n`;
  return {
    name: `${facts.title} wheels`,
    permissions: { contents: 'read' },
    runsOn: runnerOf(spec, facts),
    timeoutMinutes: spec.timeoutMinutes.windows,
    steps: [
      checkout(`inputs.${CALL_INPUTS.ref}`),
      {
        name: 'Set up the Conda environment',
        uses: ACTIONS.setupMicromamba,
        with: {
          'micromamba-version': `${IMAGES.micromamba.tag}-0`,
          'environment-file': environmentFile,
          'environment-name': environmentName(spec),
          'init-shell': 'none',
          'cache-environment': true,
        },
      },
      restoreCache(facts),
      ...(spec.toolchain.vulkan ? [VULKAN_SDK_CACHE.restore] : []),
      ...restoreWheels(spec, facts),
      {
        name: 'Build the wheels',
        id: BUILD_STEP,
        shell: 'pwsh',
        env,
        run: inEnvironment(ofVariant(spec, 'scripts/build.ps1')),
      },
      ...saveWheels(spec, facts),
      { name: 'Test the wheels', shell: 'pwsh', env, run: inEnvironment(ofVariant(spec, 'scripts/test.ps1')) },
      ...compareWithRecord(
        facts,
        (script) => `micromamba run --name ${environmentName(spec)} python ${script}`,
        'pwsh',
      ),
      saveCache(facts),
      ...keepRecord(facts),
      ...(spec.toolchain.vulkan ? [VULKAN_SDK_CACHE.save] : []),
      uploadLogs(facts),
      uploadWheels(facts),
    ],
  };
}
