/** `release.yml`: a tag rebuilds every wheel from source and publishes them as one release. */
import {
  CALL_INPUTS,
  checkout,
  imageInput,
  imageName,
  installRuntime,
  logIn,
  variableName,
  wheelsArtifact,
} from './common';
import type { CallJob, StepsJob, WorkflowDefinition, WorkflowStep } from './model';
import { workflowFile } from './workflow';
import { ACTIONS } from '../declaration/pins';
import type { System } from '../declaration/platform';
import { FILES, outputFolder, PROGRAM } from '../plan/files';
import type { Plan, PlannedBuild } from '../plan/plan';
import { buildsOn } from '../plan/select';

/** The inputs of a run by hand. */
const INPUTS = { tag: 'tag', dryRun: 'dry-run' } as const;

/** The tag: pushed, or named by hand. */
const TAG = `inputs.${INPUTS.tag} || github.ref_name`;

/** Whether this run publishes. */
const PUBLISHES = `!inputs.${INPUTS.dryRun}`;

/** The program's part that knows of releases. */
const RELEASE = `python3 ${PROGRAM} release`;

const PLANNED = (output: string): string => `\${{ needs.plan.outputs.${output} }}`;

/** What the jobs after the build have checked of the wheels, so that none can change between them. */
const SUMS_DIGEST = 'sums-digest';

/** Declares the workflow. */
export function releaseWorkflow(plan: Plan): WorkflowDefinition {
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
      plan: planJob(plan),
      ...Object.fromEntries(plan.builds[0].systems.map((system) => [system, callJob(plan, system)])),
      verify: verifyJob(plan),
      attest: attestJob(plan),
      publish: publishJob(plan),
    },
  };
}

/** The builds that have an image. */
const withImages = (plan: Plan): readonly PlannedBuild[] => buildsOn(plan, 'linux');

/** The tag becomes a version, and the image's `latest` a digest, once for all jobs. */
function planJob(plan: Plan): StepsJob {
  const withImage = withImages(plan).length > 0;
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
        withImages(plan).map((each) => [imageInput(each), `\${{ steps.image.outputs.${imageInput(each)} }}`]),
      ),
    },
    steps: [
      checkout(TAG),
      installRuntime(),
      {
        name: 'Read the version from the tag',
        id: 'version',
        env: { TAG: `\${{ ${TAG} }}` },
        run: `${RELEASE} plan --tag "$TAG"\n`,
      },
      ...(withImage ? imageSteps(plan) : []),
    ],
  };
}

function imageSteps(plan: Plan): WorkflowStep[] {
  return [
    logIn(plan),
    {
      name: "Resolve the image's latest to a digest",
      id: 'image',
      shell: 'bash',
      env: { NAME: `\${{ ${imageName(plan)} }}` },
      run: [
        ...withImages(plan).flatMap((each) => [
          `digest=$(docker buildx imagetools inspect "$NAME:${each.imageTag}" --format "{{.Manifest.Digest}}")`,
          `echo "${imageInput(each)}=$NAME@$digest" | tee -a "$GITHUB_OUTPUT"`,
        ]),
        '',
      ].join('\n'),
    },
  ];
}

/** The very workflow that pull requests go through, at the tag's version and without any cache of another run. */
function callJob(plan: Plan, system: System): CallJob {
  const onLinux = system === 'linux';
  return {
    name: onLinux ? 'Linux' : 'Windows',
    needs: ['plan'],
    permissions: onLinux ? { contents: 'read', packages: 'read' } : { contents: 'read' },
    calls: workflowFile(system),
    with: {
      ...(onLinux && Object.fromEntries(withImages(plan).map((each) => [imageInput(each), PLANNED(imageInput(each))]))),
      [CALL_INPUTS.ref]: PLANNED('tag'),
      [CALL_INPUTS.version]: PLANNED('version'),
      [CALL_INPUTS.cache]: false,
    },
  };
}

/** Every declared platform and wheel is there and agrees with the tag, or nothing goes on. */
function verifyJob(plan: Plan): StepsJob {
  return {
    name: 'Verify',
    needs: ['plan', ...plan.builds[0].systems],
    permissions: { contents: 'read' },
    runsOn: 'ubuntu-24.04',
    timeoutMinutes: 15,
    outputs: { [SUMS_DIGEST]: `\${{ steps.verify.outputs.${SUMS_DIGEST} }}` },
    steps: [
      ...wheelSteps(plan),
      {
        name: 'Verify the wheels of every platform',
        id: 'verify',
        env: { VERSION: PLANNED('version') },
        run: `${RELEASE} verify ${FILES.output} --version "$VERSION"\n`,
      },
      {
        name: 'Show the release notes',
        // With its name, GitHub gives bash its pipefail.
        shell: 'bash',
        env: notesEnvironment(plan),
        run: `${notesCommand(plan)} | tee -a "$GITHUB_STEP_SUMMARY"\n`,
      },
    ],
  };
}

/** Signs where the wheels come from; it compiles nothing and has no right to write to the repository. */
function attestJob(plan: Plan): StepsJob {
  return {
    name: 'Attest',
    needs: ['plan', 'verify'],
    if: PUBLISHES,
    permissions: { contents: 'read', 'id-token': 'write', attestations: 'write' },
    runsOn: 'ubuntu-24.04',
    timeoutMinutes: 15,
    steps: [
      ...wheelSteps(plan),
      {
        name: 'See that the wheels are the verified ones',
        env: { VERSION: PLANNED('version'), SUMS_DIGEST: `\${{ needs.verify.outputs.${SUMS_DIGEST} }}` },
        run: `${RELEASE} verify ${FILES.output} --version "$VERSION" --expect-digest "$SUMS_DIGEST" --sums SHA256SUMS\n`,
      },
      { name: 'Attest the wheels', uses: ACTIONS.attest, with: { 'subject-checksums': 'SHA256SUMS' } },
    ],
  };
}

/** A draft first, and visible only once what was uploaded has been downloaded again and is the same. */
function publishJob(plan: Plan): StepsJob {
  return {
    name: 'Publish',
    needs: ['plan', 'verify', 'attest'],
    if: PUBLISHES,
    permissions: { contents: 'write' },
    runsOn: 'ubuntu-24.04',
    timeoutMinutes: 30,
    steps: [
      ...wheelSteps(plan),
      { name: 'Write the release notes', env: notesEnvironment(plan), run: `${notesCommand(plan)} >notes.md\n` },
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
          `${RELEASE} publish ${FILES.output} --tag "$TAG" --version "$VERSION" --repository "$GITHUB_REPOSITORY" \\`,
          '  --notes notes.md --expect-digest "$SUMS_DIGEST" "${options[@]}"',
          '',
        ].join('\n'),
      },
    ],
  };
}

/** A job after the build starts with the tag's own logic, and every platform's wheels where a local build leaves them. */
function wheelSteps(plan: Plan): WorkflowStep[] {
  return [
    checkout(TAG),
    installRuntime(),
    ...plan.builds
      .flatMap((build) => build.platforms)
      .map((platform) => ({
        name: `Download the ${platform.title} wheels`,
        uses: ACTIONS.downloadArtifact,
        with: { name: wheelsArtifact(platform), path: outputFolder(platform) },
      })),
  ];
}

function notesEnvironment(plan: Plan): { readonly [name: string]: string } {
  return {
    TAG: PLANNED('tag'),
    VERSION: PLANNED('version'),
    ...Object.fromEntries(withImages(plan).map((each) => [imageVariable(each), PLANNED(imageInput(each))])),
  };
}

/** The environment variable that holds a build's image. */
function imageVariable(build: PlannedBuild): string {
  return variableName(imageInput(build));
}

function notesCommand(plan: Plan): string {
  const image = withImages(plan)
    .map((each) => ` --image "$${imageVariable(each)}"`)
    .join('');
  return `${RELEASE} notes ${FILES.output} --tag "$TAG" --version "$VERSION" --repository "$GITHUB_REPOSITORY"${image}`;
}
