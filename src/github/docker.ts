/** `docker.yml`: builds the toolchain image, tries it, publishes it, and builds the wheels in it before it is the latest. */
import { attests, linuxPermissions, VISIBILITY } from './attest';
import { checkout, concurrency, installRuntime, logIn, TOKEN, runProgram } from './common';
import { homeStep, unlessInFork } from './home';
import { buildAndTry, environmentStep, offerLock, setUpBuildx } from './image';
import { imageBranches, imageInput, imagePaths, layersOutput } from './inputs';
import type { CallJob, StepsJob, WorkflowDefinition } from './model';
import { identifier } from './names';
import { BY_DIGEST, DIGEST, published, push, putTogether, SIGNS, tryPushed } from './publish-image';
import { workflowFile } from './workflow';
import { MINUTES } from '../declaration/minutes';
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
      ...(buildsWheels ? { wheels: wheelsJob(plan, builds) } : {}),
      latest: latestJob(plan, builds, buildsWheels, paths),
    },
  };
}

/** Return the first job. A fork publishes nothing; its pull requests test the image. */
function planJob(plan: Plan): StepsJob {
  const layers = buildsOn(plan, 'linux').map(layersOutput);
  return {
    name: 'Plan',
    if: `github.event_name == 'pull_request' || ${unlessInFork(plan)}`,
    permissions: linuxPermissions(plan),
    runsOn: 'ubuntu-24.04',
    timeoutMinutes: MINUTES.plan,
    outputs: {
      home: '${{ steps.home.outputs.home }}',
      ...Object.fromEntries(layers.map((name) => [name, `\${{ steps.layers.outputs.${name} }}`])),
    },
    steps: [
      checkout(),
      ...installRuntime(plan),
      homeStep(plan),
      ...logIn(plan),
      {
        name: 'Find the image whose layers may be reused',
        id: 'layers',
        env: { GH_TOKEN: TOKEN, VISIBILITY },
        run: `${runProgram(plan)} ci layers --repository "$GITHUB_REPOSITORY" --visibility "$VISIBILITY"\n`,
      },
    ],
  };
}

/** The condition of a job that publishes images. */
const PUBLISHES = "github.event_name != 'pull_request' && needs.plan.outputs.home == 'true'";

function jobId(name: string, { variant }: PlannedBuild, platform?: PlannedPlatform): string {
  if (platform) return `${name}-${identifier(platform.id)}`;
  return variant ? `${name}-${identifier(variant)}` : name;
}

/** An image of one processor is one job. One of several is built where each is at home, and then put together. */
function jobs(plan: Plan, build: PlannedBuild): Array<[id: string, job: StepsJob]> {
  const platforms = platformsOn(build, 'linux');
  const [only] = platforms;
  const several = platforms.length > 1;
  const ids = (name: string, platform: PlannedPlatform): string => jobId(name, build, several ? platform : undefined);
  const tries = platforms.map((platform): [string, StepsJob] => [
    ids('try', platform),
    {
      name: `Smoke-test the toolchain image${nameOf(build, several ? platform : undefined)}`,
      needs: ['plan'],
      if: "github.event_name == 'pull_request'",
      // To pull layers, which may be private.
      permissions: { contents: 'read', packages: 'read' },
      runsOn: platform.runner,
      timeoutMinutes: MINUTES.image,
      steps: [...logIn(plan), ...buildAndTry(plan, build)],
    },
  ]);
  const common = { needs: ['plan'], if: PUBLISHES, timeoutMinutes: MINUTES.image };
  const publishing = {
    ...common,
    name: `Publish the toolchain image${nameOf(build)}`,
    permissions: { contents: 'read', packages: 'write', ...(attests(plan) === null ? {} : SIGNS) } as const,
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

/** The wheels are built and tested in the new image before it is the latest. */
function wheelsJob(plan: Plan, builds: readonly PlannedBuild[]): CallJob {
  return {
    name: 'Linux',
    needs: builds.map((build) => jobId('publish', build)),
    permissions: linuxPermissions(plan),
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
