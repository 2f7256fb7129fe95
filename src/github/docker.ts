/** `docker.yml`: builds the toolchain image, tries it, publishes it, and builds the wheels in it before it is the latest. */
import { checkout, concurrency, installRuntime, logIn, runProgram, TOKEN } from './common';
import { homeStep, unlessInFork } from './home';
import { buildAndTry, environmentStep, imageOptions, offerLock, setUpBuildx, tryImage } from './image';
import { imageBranches, imageInput, imagePaths } from './inputs';
import type { CallJob, StepsJob, Value, WorkflowDefinition, WorkflowStep } from './model';
import { identifier } from './names';
import { workflowFile } from './workflow';
import { MINUTES } from '../declaration/minutes';
import { ACTIONS } from '../declaration/pins';
import { WorkflowName } from '../declaration/pipeline';
import type { Plan, PlannedBuild, PlannedPlatform } from '../plan/plan';
import { buildsOn, platformsOn } from '../plan/select';

/** Declares the workflow. Each variant's image has jobs of its own. */
export function dockerWorkflow(plan: Plan): WorkflowDefinition {
  const builds = buildsOn(plan, 'linux');
  const own = workflowFile('docker');
  const paths = imagePaths();
  const buildsWheels = plan.workflows.includes(WorkflowName.LINUX);
  return {
    name: 'docker',
    on: {
      workflow_dispatch: {},
      push: { branches: imageBranches(plan), paths },
      // A change to the image itself is tried where wheels are built in it, in the other workflow.
      pull_request: { paths: buildsWheels ? [own] : paths },
    },
    concurrency: concurrency('docker'),
    jobs: {
      plan: planJob(plan),
      ...Object.fromEntries(builds.flatMap((build) => jobs(plan, build))),
      ...(buildsWheels ? { wheels: wheelsJob(builds) } : {}),
      latest: latestJob(plan, builds, buildsWheels, paths),
    },
  };
}

/** The first job; a fork publishes nothing, and its pull requests try the image. */
function planJob(plan: Plan): StepsJob {
  return {
    name: 'Plan',
    if: `github.event_name == 'pull_request' || ${unlessInFork(plan)}`,
    permissions: { contents: 'read' },
    runsOn: 'ubuntu-24.04',
    timeoutMinutes: MINUTES.plan,
    outputs: { home: '${{ steps.home.outputs.home }}' },
    steps: [checkout(), ...installRuntime(plan), homeStep(plan)],
  };
}

/** The condition of a job that publishes. */
const PUBLISHES = "github.event_name != 'pull_request' && needs.plan.outputs.home == 'true'";

function jobId(name: string, { variant }: PlannedBuild, platform?: PlannedPlatform): string {
  if (platform) return `${name}-${identifier(platform.id)}`;
  return variant ? `${name}-${identifier(variant)}` : name;
}

/** What signs an image, as far as it is signed. */
const SIGNS = { 'id-token': 'write', attestations: 'write', 'artifact-metadata': 'write' } as const;

/** An image of one processor is one job. One of several is built where each is at home, and then put together. */
function jobs(plan: Plan, build: PlannedBuild): Array<[id: string, job: StepsJob]> {
  const platforms = platformsOn(build, 'linux');
  const [only] = platforms;
  const several = platforms.length > 1;
  const ids = (name: string, platform: PlannedPlatform): string => jobId(name, build, several ? platform : undefined);
  const tries = platforms.map((platform): [string, StepsJob] => [
    ids('try', platform),
    {
      name: `Try the toolchain image${nameOf(build, several ? platform : undefined)}`,
      needs: ['plan'],
      if: "github.event_name == 'pull_request'",
      permissions: { contents: 'read' },
      runsOn: platform.runner,
      timeoutMinutes: MINUTES.image,
      steps: buildAndTry(plan, build),
    },
  ]);
  const common = { needs: ['plan'], if: PUBLISHES, timeoutMinutes: MINUTES.image };
  const publishing = {
    ...common,
    name: `Publish the toolchain image${nameOf(build)}`,
    permissions: { contents: 'read', packages: 'write', ...(plan.release.attest ? SIGNS : {}) } as const,
    outputs: { image: `${plan.image.name}@${DIGEST}` },
  };
  if (!several) {
    const steps = [
      ...logIn(plan),
      ...buildAndTry(plan, build),
      ...offerLock(plan, build, only),
      push(plan, build, {}),
      tryPushed(plan, build),
    ];
    return [
      ...tries,
      [jobId('publish', build), { ...publishing, runsOn: only.runner, steps: [...steps, ...published(plan)] }],
    ];
  }
  return [
    ...tries,
    ...platforms.map((platform): [string, StepsJob] => [
      ids('push', platform),
      {
        ...common,
        name: `Push the toolchain image${nameOf(build, platform)}`,
        permissions: { contents: 'read', packages: 'write' },
        runsOn: platform.runner,
        outputs: { digest: DIGEST },
        steps: [
          ...logIn(plan),
          ...buildAndTry(plan, build),
          ...offerLock(plan, build, platform),
          push(plan, build, BY_DIGEST(plan)),
          tryPushed(plan, build),
        ],
      },
    ]),
    [
      jobId('publish', build),
      {
        ...publishing,
        needs: ['plan', ...platforms.map((platform) => ids('push', platform))],
        runsOn: 'ubuntu-24.04',
        timeoutMinutes: MINUTES.publish,
        steps: [
          checkout(),
          setUpBuildx(plan),
          ...installRuntime(plan),
          environmentStep(plan, build),
          ...logIn(plan),
          putTogether(
            plan,
            build,
            platforms.map((platform) => ids('push', platform)),
          ),
          ...published(plan),
        ],
      },
    ],
  ];
}

function nameOf({ variant }: PlannedBuild, platform?: PlannedPlatform): string {
  if (platform) return ` for ${platform.title}`;
  return variant ? ` of ${variant}` : '';
}

/** The digest of what was pushed. */
const DIGEST = '${{ steps.push.outputs.digest }}';

/** The image of one processor has no tag: only all of them together have. */
const BY_DIGEST = ({ image }: Plan): { readonly [input: string]: Value } => ({
  outputs: `type=image,name=${image.name},push-by-digest=true,name-canonical=true,push=true`,
});

/** The tag that says of which commit an image is. */
function commitTag({ image }: Plan, { variant }: PlannedBuild): string {
  return `${image.name}:\${{ github.sha }}${variant ? `-${variant}` : ''}`;
}

/** Pushed by its commit first, then tried as the registry gives it. */
function push(plan: Plan, build: PlannedBuild, where: { readonly [input: string]: Value }): WorkflowStep {
  const byDigest = 'outputs' in where;
  return {
    name: byDigest ? 'Push the image' : 'Push the image under its commit',
    id: 'push',
    uses: ACTIONS.dockerBuildPush,
    with: {
      ...imageOptions(build),
      ...(byDigest ? where : { push: true, tags: commitTag(plan, build) }),
      // What the next build takes its unchanged layers from, in the image itself.
      'cache-to': 'type=inline',
      provenance: 'mode=max',
      sbom: `generator=${plan.pins.sbomScanner}`,
    },
  };
}

function tryPushed(plan: Plan, build: PlannedBuild): WorkflowStep {
  return tryImage(plan, 'Try what the registry gives', `${plan.image.name}@${DIGEST}`, build);
}

/** One image of those for each processor: who pulls it gets the one for theirs. */
function putTogether(plan: Plan, build: PlannedBuild, pushed: readonly string[]): WorkflowStep {
  const variables = pushed.map((id, index) => [
    `IMAGE_${index + 1}`,
    `${plan.image.name}@\${{ needs.${id}.outputs.digest }}`,
  ]);
  return {
    name: 'Put them together under its commit',
    id: 'push',
    shell: 'bash',
    env: { TAG: commitTag(plan, build), ...Object.fromEntries(variables) },
    run: [
      `docker buildx imagetools create --tag "$TAG" ${variables.map(([name]) => `"$${name}"`).join(' ')}`,
      'digest=$(docker buildx imagetools inspect "$TAG" --format \'{{.Manifest.Digest}}\')',
      'echo "digest=$digest" | tee -a "$GITHUB_OUTPUT"',
      '',
    ].join('\n'),
  };
}

/** Signed first; only then does an image get the tag of what it is made from, by which jobs find it. */
function published(plan: Plan): WorkflowStep[] {
  const { name } = plan.image;
  const pushed = `${name}@${DIGEST}`;
  return [
    ...(plan.release.attest
      ? [
          {
            name: 'Attest where the image comes from',
            uses: ACTIONS.attest,
            with: { 'subject-name': name, 'subject-digest': DIGEST, 'push-to-registry': true },
          },
        ]
      : []),
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
      run: `${runProgram(plan)} ci published --image "$PUSHED" --repository "$GITHUB_REPOSITORY"\n`,
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

/** What people pull moves last, on the default branch only, and never back: a later push may have moved it by then. */
function latestJob(
  plan: Plan,
  builds: readonly PlannedBuild[],
  buildsWheels: boolean,
  paths: readonly string[],
): StepsJob {
  const variable = (build: PlannedBuild): string => `PUSHED${build.variant ? `_${identifier(build.variant)}` : ''}`;
  const env = builds.map((build) => [
    variable(build).replace(/-/g, '_').toUpperCase(),
    `\${{ needs.${jobId('publish', build)}.outputs.image }}`,
  ]);
  return {
    name: 'Make it the latest',
    needs: [...builds.map((build) => jobId('publish', build)), ...(buildsWheels ? ['wheels'] : [])],
    if: `github.ref == 'refs/heads/${plan.defaultBranch}'`,
    permissions: { contents: 'read', packages: 'write' },
    runsOn: 'ubuntu-24.04',
    timeoutMinutes: MINUTES.report,
    steps: [
      checkout(),
      ...installRuntime(plan),
      {
        name: 'See whether the branch has a newer one by now',
        id: 'newest',
        env: { GH_TOKEN: TOKEN },
        run: `${runProgram(plan)} ci newest --repository "$GITHUB_REPOSITORY" --commit "$GITHUB_SHA"${paths.map((path) => ` --path '${path}'`).join('')}\n`,
      },
      ...[
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
      ].map((step) => ({ ...step, if: "steps.newest.outputs.newest == 'true'" })),
    ],
  };
}
