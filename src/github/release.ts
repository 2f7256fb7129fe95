/** `release.yml`: a tag rebuilds every wheel from source and publishes them as one release. */
import { CALL_INPUTS, checkout, imageInput, imageName, logIn, variableName, wheelsArtifact } from './common';
import type { CallJob, StepsJob, WorkflowDefinition, WorkflowStep } from './model';
import { workflowFile } from './workflow';
import { ACTIONS } from '../declaration/pins';
import { allVariants, PipelineSpec, pipelinesOn } from '../declaration/pipeline';
import type { System } from '../declaration/platform';
import { FOLDERS, outputFolder } from '../scripts/inputs';
import { RELEASE_REQUIREMENTS, RELEASETOOL } from '../scripts/tasks';

/** The inputs of a run by hand. */
const INPUTS = { tag: 'tag', dryRun: 'dry-run' } as const;

/** The tag: pushed, or named by hand. */
const TAG = `inputs.${INPUTS.tag} || github.ref_name`;

/** Whether this run publishes. */
const PUBLISHES = `!inputs.${INPUTS.dryRun}`;

const PLANNED = (output: string): string => `\${{ needs.plan.outputs.${output} }}`;

/** What the jobs after the build have checked of the wheels, so that none can change between them. */
const SUMS_DIGEST = 'sums-digest';

/** Declares the workflow. */
export function releaseWorkflow(spec: PipelineSpec): WorkflowDefinition {
  return {
    name: 'release',
    on: {
      push: { tags: ['v*'] },
      workflow_dispatch: {
        inputs: {
          [INPUTS.tag]: { description: 'The tag to release, such as v0.1.0', type: 'string', required: true },
          [INPUTS.dryRun]: { description: 'Do everything but attest and publish', type: 'boolean', default: true },
        },
      },
    },
    // One at a time for a tag, and never stopped: a release is published whole or not at all.
    concurrency: { group: `release-\${{ ${TAG} }}`, 'cancel-in-progress': false },
    jobs: {
      plan: planJob(spec),
      ...Object.fromEntries(spec.systems.map((system) => [system, callJob(spec, system)])),
      verify: verifyJob(spec),
      attest: attestJob(spec),
      publish: publishJob(spec),
    },
  };
}

/** The pipelines that build in an image. */
const withImages = (spec: PipelineSpec): readonly PipelineSpec[] => pipelinesOn(spec, 'linux');

/** The tag becomes a version, and the image's `latest` a digest, once for all jobs. */
function planJob(spec: PipelineSpec): StepsJob {
  const withImage = withImages(spec).length > 0;
  return {
    name: 'Plan',
    permissions: withImage ? { contents: 'read', packages: 'read' } : { contents: 'read' },
    runsOn: 'ubuntu-24.04',
    timeoutMinutes: 10,
    outputs: {
      tag: '${{ steps.version.outputs.tag }}',
      version: '${{ steps.version.outputs.version }}',
      prerelease: '${{ steps.version.outputs.prerelease }}',
      ...Object.fromEntries(
        withImages(spec).map((each) => [imageInput(each), `\${{ steps.image.outputs.${imageInput(each)} }}`]),
      ),
    },
    steps: [
      checkout(TAG),
      installPackaging(),
      {
        name: 'Read the version from the tag',
        id: 'version',
        env: { TAG: `\${{ ${TAG} }}` },
        run: `python3 ${RELEASETOOL} plan --tag "$TAG"\n`,
      },
      ...(withImage ? imageSteps(spec) : []),
    ],
  };
}

function imageSteps(spec: PipelineSpec): WorkflowStep[] {
  return [
    logIn(spec),
    {
      name: "Resolve the image's latest to a digest",
      id: 'image',
      shell: 'bash',
      env: { NAME: `\${{ ${imageName(spec)} }}` },
      run: [
        ...withImages(spec).flatMap((each) => [
          `digest=$(docker buildx imagetools inspect "$NAME:${each.image.tag}" --format "{{.Manifest.Digest}}")`,
          `echo "${imageInput(each)}=$NAME@$digest" | tee -a "$GITHUB_OUTPUT"`,
        ]),
        '',
      ].join('\n'),
    },
  ];
}

/** The very workflow that pull requests go through, at the tag's version and without any cache of another run. */
function callJob(spec: PipelineSpec, system: System): CallJob {
  const onLinux = system === 'linux';
  return {
    name: onLinux ? 'Linux' : 'Windows',
    needs: ['plan'],
    permissions: onLinux ? { contents: 'read', packages: 'read' } : { contents: 'read' },
    calls: workflowFile(system),
    with: {
      ...(onLinux && Object.fromEntries(withImages(spec).map((each) => [imageInput(each), PLANNED(imageInput(each))]))),
      [CALL_INPUTS.ref]: PLANNED('tag'),
      [CALL_INPUTS.version]: PLANNED('version'),
      [CALL_INPUTS.cache]: false,
    },
  };
}

/** Every declared platform and wheel is there and agrees with the tag, or nothing goes on. */
function verifyJob(spec: PipelineSpec): StepsJob {
  return {
    name: 'Verify',
    needs: ['plan', ...spec.systems],
    permissions: { contents: 'read' },
    runsOn: 'ubuntu-24.04',
    timeoutMinutes: 15,
    outputs: { [SUMS_DIGEST]: `\${{ steps.verify.outputs.${SUMS_DIGEST} }}` },
    steps: [
      ...wheelSteps(spec),
      {
        name: 'Verify the wheels of every platform',
        id: 'verify',
        env: { VERSION: PLANNED('version') },
        run: `python3 ${RELEASETOOL} verify ${FOLDERS.output} --version "$VERSION"\n`,
      },
      {
        name: 'Show the release notes',
        // With its name, GitHub gives bash its pipefail.
        shell: 'bash',
        env: notesEnvironment(spec),
        run: `${notesCommand(spec)} | tee -a "$GITHUB_STEP_SUMMARY"\n`,
      },
    ],
  };
}

/** Signs where the wheels come from; it compiles nothing and has no right to write to the repository. */
function attestJob(spec: PipelineSpec): StepsJob {
  return {
    name: 'Attest',
    needs: ['plan', 'verify'],
    if: PUBLISHES,
    permissions: { contents: 'read', 'id-token': 'write', attestations: 'write' },
    runsOn: 'ubuntu-24.04',
    timeoutMinutes: 15,
    steps: [
      ...wheelSteps(spec),
      {
        name: 'See that the wheels are the verified ones',
        env: { VERSION: PLANNED('version'), SUMS_DIGEST: `\${{ needs.verify.outputs.${SUMS_DIGEST} }}` },
        run: `python3 ${RELEASETOOL} verify ${FOLDERS.output} --version "$VERSION" --expect-digest "$SUMS_DIGEST" --sums SHA256SUMS\n`,
      },
      { name: 'Attest the wheels', uses: ACTIONS.attest, with: { 'subject-checksums': 'SHA256SUMS' } },
    ],
  };
}

/** A draft first, and visible only once what was uploaded has been downloaded again and is the same. */
function publishJob(spec: PipelineSpec): StepsJob {
  return {
    name: 'Publish',
    needs: ['plan', 'verify', 'attest'],
    if: PUBLISHES,
    permissions: { contents: 'write' },
    runsOn: 'ubuntu-24.04',
    timeoutMinutes: 30,
    steps: [
      ...wheelSteps(spec),
      { name: 'Write the release notes', env: notesEnvironment(spec), run: `${notesCommand(spec)} >notes.md\n` },
      {
        name: 'Publish the release',
        env: {
          GH_TOKEN: '${{ github.token }}',
          TAG: PLANNED('tag'),
          VERSION: PLANNED('version'),
          PRERELEASE: PLANNED('prerelease'),
          SUMS_DIGEST: `\${{ needs.verify.outputs.${SUMS_DIGEST} }}`,
        },
        run: [
          'options=()',
          'if [[ $PRERELEASE == true ]]; then options+=(--prerelease); fi',
          `python3 ${RELEASETOOL} publish ${FOLDERS.output} --tag "$TAG" --version "$VERSION" --repository "$GITHUB_REPOSITORY" \\`,
          '  --notes notes.md --expect-digest "$SUMS_DIGEST" "${options[@]}"',
          '',
        ].join('\n'),
      },
    ],
  };
}

/** A job after the build starts with the tag's own logic, and every platform's wheels where a local build leaves them. */
function wheelSteps(spec: PipelineSpec): WorkflowStep[] {
  return [
    checkout(TAG),
    installPackaging(),
    ...allVariants(spec)
      .flatMap((each) => each.platforms)
      .map((facts) => ({
        name: `Download the ${facts.title} wheels`,
        uses: ACTIONS.downloadArtifact,
        with: { name: wheelsArtifact(facts), path: outputFolder(facts.id) },
      })),
  ];
}

/** The runner's own Python belongs to its distribution: what is added goes into an environment. */
function installPackaging(): WorkflowStep {
  return {
    name: "Install what the release's logic needs",
    run: [
      'python3 -m venv "$RUNNER_TEMP/release"',
      `"$RUNNER_TEMP/release/bin/pip" install --quiet --retries 5 --require-hashes --requirement ${RELEASE_REQUIREMENTS}`,
      'echo "$RUNNER_TEMP/release/bin" >>"$GITHUB_PATH"',
      '',
    ].join('\n'),
  };
}

function notesEnvironment(spec: PipelineSpec): { readonly [name: string]: string } {
  return {
    TAG: PLANNED('tag'),
    VERSION: PLANNED('version'),
    ...Object.fromEntries(withImages(spec).map((each) => [imageVariable(each), PLANNED(imageInput(each))])),
  };
}

/** The environment variable that holds a pipeline's image. */
function imageVariable(spec: PipelineSpec): string {
  return variableName(imageInput(spec));
}

function notesCommand(spec: PipelineSpec): string {
  const image = withImages(spec)
    .map((each) => ` --image "$${imageVariable(each)}"`)
    .join('');
  return `python3 ${RELEASETOOL} notes ${FOLDERS.output} --tag "$TAG" --version "$VERSION" --repository "$GITHUB_REPOSITORY"${image}`;
}
