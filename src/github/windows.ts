/** `windows.yml`: builds and tests the Windows wheels on GitHub's runner, in the Conda environment that the image has. */
import {
  buildEnvironment,
  buildTriggers,
  CHECKOUT,
  concurrency,
  restoreCache,
  saveCache,
  uploadWheels,
} from './common';
import type { StepsJob, WorkflowDefinition } from './workflow';
import { ENVIRONMENT_FILE, environmentName } from '../docker/environment';
import { ACTIONS, IMAGES } from '../spec/pins';
import { PipelineSpec, platformsOn } from '../spec/pipeline';
import type { PlatformFacts } from '../spec/platform';

/** Declares the workflow. */
export function windowsWorkflow(spec: PipelineSpec): WorkflowDefinition {
  return {
    name: 'windows',
    on: buildTriggers(false),
    concurrency: concurrency('windows'),
    jobs: Object.fromEntries(platformsOn(spec, 'windows').map((facts) => [facts.platform, job(spec, facts)])),
  };
}

function job(spec: PipelineSpec, facts: PlatformFacts): StepsJob {
  const env = buildEnvironment();
  const inEnvironment = (script: string): string =>
    `micromamba run --name ${environmentName(spec)} pwsh -File ${script}\n`;
  return {
    name: `${facts.title} wheels`,
    permissions: { contents: 'read' },
    runsOn: facts.runner,
    timeoutMinutes: spec.timeoutMinutes.windows,
    steps: [
      CHECKOUT,
      {
        name: 'Set up the Conda environment',
        uses: ACTIONS.setupMicromamba,
        with: {
          'micromamba-version': `${IMAGES.micromamba.tag}-0`,
          'environment-file': ENVIRONMENT_FILE,
          'init-shell': 'none',
          'cache-environment': true,
        },
      },
      restoreCache(facts),
      { name: 'Build the wheels', shell: 'pwsh', env, run: inEnvironment('scripts/build.ps1') },
      { name: 'Test the wheels', shell: 'pwsh', env, run: inEnvironment('scripts/test.ps1') },
      saveCache(facts),
      uploadWheels(facts),
    ],
  };
}
