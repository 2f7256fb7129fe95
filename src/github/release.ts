/** `release.yml`: a tag rebuilds every wheel from source and publishes them as one release. */
import { CALL_INPUTS, CHECKOUT, wheelsArtifact } from './common';
import { CallJob, StepsJob, WorkflowDefinition, workflowFile } from './workflow';
import { outputFolder } from '../scripts/inputs';
import { ACTIONS } from '../spec/pins';
import type { PipelineSpec } from '../spec/pipeline';
import type { System } from '../spec/platform';

/** Declares the workflow. */
export function releaseWorkflow(spec: PipelineSpec): WorkflowDefinition {
  return {
    name: 'release',
    on: { push: { tags: ['v*'] } },
    concurrency: { group: 'release-${{ github.ref }}', 'cancel-in-progress': false },
    jobs: {
      plan: planJob(),
      ...Object.fromEntries(spec.systems.map((system) => [system, callJob(system)])),
      publish: publishJob(spec),
    },
  };
}

/** The tag becomes a version, or the release ends here. */
function planJob(): StepsJob {
  return {
    name: 'Plan',
    permissions: { contents: 'read' },
    runsOn: 'ubuntu-24.04',
    timeoutMinutes: 10,
    outputs: { version: '${{ steps.version.outputs.version }}' },
    steps: [
      CHECKOUT,
      { name: 'Install the reader of versions', run: 'python3 -m pip install --user packaging\n' },
      {
        name: 'Read the version from the tag',
        id: 'version',
        env: { TAG: '${{ github.ref_name }}' },
        run: 'version=$(python3 scripts/buildtool.py version "--version=$TAG")\necho "version=$version" >>"$GITHUB_OUTPUT"\n',
      },
    ],
  };
}

/** The very workflow that pull requests go through, at the tag's version and without any cache of another run. */
function callJob(system: System): CallJob {
  return {
    name: system === 'linux' ? 'Linux' : 'Windows',
    needs: ['plan'],
    permissions: system === 'linux' ? { contents: 'read', packages: 'read' } : { contents: 'read' },
    calls: workflowFile(system),
    with: { [CALL_INPUTS.version]: '${{ needs.plan.outputs.version }}', [CALL_INPUTS.cache]: false },
  };
}

/** A draft first, and visible only once every platform's wheels are in it. */
function publishJob(spec: PipelineSpec): StepsJob {
  const folders = spec.platforms.map((facts) => outputFolder(facts.platform));
  return {
    name: 'Publish',
    needs: ['plan', ...spec.systems],
    permissions: { contents: 'write' },
    runsOn: 'ubuntu-24.04',
    timeoutMinutes: 30,
    steps: [
      CHECKOUT,
      ...spec.platforms.map((facts) => ({
        name: `Download the ${facts.title} wheels`,
        uses: ACTIONS.downloadArtifact,
        with: { name: wheelsArtifact(facts), path: outputFolder(facts.platform) },
      })),
      {
        name: 'Verify the wheels',
        run: [
          'python3 -m pip install --user packaging',
          ...folders.map((folder) => `python3 scripts/wheeltool.py verify-sums ${folder}`),
          '',
        ].join('\n'),
      },
      {
        name: 'Publish the release',
        env: { GH_TOKEN: '${{ github.token }}', TAG: '${{ github.ref_name }}' },
        run: [
          `gh release create "$TAG" --draft --verify-tag --title "$TAG" --generate-notes ${folders.map((folder) => `${folder}/*.whl`).join(' ')}`,
          'gh release edit "$TAG" --draft=false',
          '',
        ].join('\n'),
      },
    ],
  };
}
