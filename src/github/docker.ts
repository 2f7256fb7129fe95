/** `docker.yml`: builds the toolchain image, tries it, publishes it, and builds the wheels in it before it is the latest. */
import { concurrency, logIn, MINUTES } from './common';
import { buildAndTry, imageOptions, offerLock, tryImage } from './image';
import { imageInput } from './inputs';
import type { CallJob, StepsJob, WorkflowDefinition, WorkflowStep } from './model';
import { identifier } from './names';
import { workflowFile } from './workflow';
import { ACTIONS } from '../declaration/pins';
import { WorkflowName } from '../declaration/pipeline';
import { PROGRAM } from '../plan/files';
import type { Plan, PlannedBuild, PlannedPlatform } from '../plan/plan';
import { buildsOn, chosen, platformsOn } from '../plan/select';

/** The program's part that knows of images. */
const CI = `python3 ${PROGRAM} ci`;

/** Declares the workflow. Each variant's image has jobs of its own. */
export function dockerWorkflow(plan: Plan): WorkflowDefinition {
  const builds = buildsOn(plan, 'linux');
  const own = workflowFile('docker');
  const paths = ['docker/**', '.dockerignore', own];
  const buildsWheels = plan.workflows.includes(WorkflowName.LINUX);
  return {
    name: 'docker',
    on: {
      workflow_dispatch: {},
      push: { branches: [...new Set([plan.defaultBranch, ...plan.image.branches])], paths },
      // A change to the image itself is tried where wheels are built in it, in the other workflow.
      pull_request: { paths: buildsWheels ? [own] : paths },
    },
    concurrency: concurrency('docker'),
    jobs: {
      ...Object.fromEntries(builds.flatMap((build) => jobs(plan, build))),
      ...(buildsWheels ? { wheels: wheelsJob(builds) } : {}),
      latest: latestJob(plan, builds, buildsWheels),
    },
  };
}

function jobId(name: string, { variant }: PlannedBuild): string {
  return variant ? `${name}-${identifier(variant)}` : name;
}

function jobs(plan: Plan, build: PlannedBuild): Array<[id: string, job: StepsJob]> {
  const of = build.variant ? ` of ${build.variant}` : '';
  const common = { runsOn: 'ubuntu-24.04', timeoutMinutes: MINUTES.image };
  const signs = { 'id-token': 'write', attestations: 'write', 'artifact-metadata': 'write' } as const;
  return [
    [
      jobId('try', build),
      {
        ...common,
        name: `Try the toolchain image${of}`,
        if: "github.event_name == 'pull_request'",
        permissions: { contents: 'read' },
        steps: buildAndTry(build),
      },
    ],
    [
      jobId('publish', build),
      {
        ...common,
        name: `Publish the toolchain image${of}`,
        if: "github.event_name != 'pull_request'",
        permissions: { contents: 'read', packages: 'write', ...(plan.release.attest ? signs : {}) },
        outputs: { image: `${plan.image.name}@\${{ steps.push.outputs.digest }}` },
        steps: [...buildAndTry(build), ...offerLock(ofRunner(build)), ...publish(plan, build)],
      },
    ],
  ];
}

/** The platform that the runner's own image is for. */
function ofRunner(build: PlannedBuild): PlannedPlatform {
  const platforms = platformsOn(build, 'linux');
  return platforms.find(({ machine }) => machine === 'x86_64') ?? platforms[0];
}

/**
 * Pushed by its commit first, then tried as the registry gives it, and signed; only then does it get the tag of what it
 * is made from, by which jobs find it.
 */
function publish(plan: Plan, build: PlannedBuild): WorkflowStep[] {
  const { name } = plan.image;
  const ours = build.variant ? `-${build.variant}` : '';
  const digest = '${{ steps.push.outputs.digest }}';
  const pushed = `${name}@${digest}`;
  return [
    ...logIn(plan),
    {
      name: 'Push the image under its commit',
      id: 'push',
      uses: ACTIONS.dockerBuildPush,
      with: {
        ...imageOptions(build),
        push: true,
        tags: `${name}:\${{ github.sha }}${ours}`,
        provenance: 'mode=max',
        sbom: true,
      },
    },
    tryImage('Try what the registry gives', pushed, build),
    ...(plan.release.attest
      ? [
          {
            name: 'Attest where the image comes from',
            uses: ACTIONS.attest,
            with: { 'subject-name': name, 'subject-digest': digest, 'push-to-registry': true },
          },
        ]
      : []),
    { name: 'Read the tag of its environment', id: 'environment', run: `${CI} image-tag${chosen(build)}\n` },
    {
      // As it is: a copy wrapped in an index of its own would have another digest than the attested one.
      name: 'Give it the tag of its environment',
      shell: 'bash',
      env: {
        TAGGED: `${name}:\${{ steps.environment.outputs.tag }}`,
        PUSHED: pushed,
        DEFAULT_BRANCH: `\${{ github.ref == 'refs/heads/${plan.defaultBranch}' }}`,
      },
      run: [
        "# Another branch takes the place of no image: releases use the default branch's.",
        'if [[ $DEFAULT_BRANCH == true ]] || ! docker buildx imagetools inspect "$TAGGED" >/dev/null 2>&1; then',
        '  docker buildx imagetools create --prefer-index=false --tag "$TAGGED" "$PUSHED"',
        'fi',
        '',
      ].join('\n'),
    },
    {
      name: 'Say what was published, and who can pull it',
      env: { PUSHED: pushed },
      run: `${CI} published --image "$PUSHED" --repository "$GITHUB_REPOSITORY"\n`,
    },
  ];
}

/** The wheels are built and tested in the new image before it is the latest. */
function wheelsJob(builds: readonly PlannedBuild[]): CallJob {
  return {
    name: 'Linux',
    needs: builds.map((build) => jobId('publish', build)),
    permissions: { contents: 'read', packages: 'read' },
    calls: workflowFile('linux'),
    with: Object.fromEntries(
      builds.map((build) => [imageInput(build), `\${{ needs.${jobId('publish', build)}.outputs.image }}`]),
    ),
  };
}

/** What people pull moves last, and on the default branch only. */
function latestJob(plan: Plan, builds: readonly PlannedBuild[], buildsWheels: boolean): StepsJob {
  const variable = (build: PlannedBuild): string => `PUSHED${build.variant ? `_${identifier(build.variant)}` : ''}`;
  const env = builds.map((build) => [
    variable(build).replace(/-/g, '_').toUpperCase(),
    `\${{ needs.${jobId('publish', build)}.outputs.image }}`,
  ]);
  return {
    name: 'Make it the latest',
    needs: [...builds.map((build) => jobId('publish', build)), ...(buildsWheels ? ['wheels'] : [])],
    if: `github.ref == 'refs/heads/${plan.defaultBranch}'`,
    permissions: { packages: 'write' },
    runsOn: 'ubuntu-24.04',
    timeoutMinutes: MINUTES.report,
    steps: [
      ...logIn(plan),
      {
        name: 'Move the tag',
        env: Object.fromEntries(env) as Record<string, string>,
        run: [
          ...builds.map(
            (build, index) =>
              `docker buildx imagetools create --prefer-index=false --tag ${build.image} "$${env[index][0]}"`,
          ),
          '',
        ].join('\n'),
      },
    ],
  };
}
