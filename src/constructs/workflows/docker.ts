/** `docker.yml`: builds the toolchain image, tries it, publishes it, and builds the wheels in it before it is the latest. */
import { attests, linuxPermissions, VISIBILITY } from './attest';
import { concurrency } from './concurrency';
import { WorkflowContext } from './context';
import { TOKEN } from './expressions';
import { imageBranches, imageInput, imagePaths, layersOutput } from './inputs';
import { homeStep, unlessInFork } from './jobs/home';
import type { CallJob, StepsJob, WorkflowDefinition } from './model';
import { identifier, SYSTEM_TITLES } from './names';
import { checkout } from './steps/checkout';
import { buildAndTry, environmentStep, offerLock, setUpBuildx } from './steps/image';
import { installRuntime, runProgram } from './steps/program';
import { BY_DIGEST, DIGEST, published, push, putTogether, SIGNS, tryPushed } from './steps/publish-image';
import { logIn } from './steps/registry';
import { MINUTES } from '../../declaration/minutes';
import { WorkflowName } from '../../declaration/pipeline';
import type { PlannedBuild, PlannedPlatform } from '../../plan/plan';
import { buildsOn, platformsOn } from '../../plan/select';

/** Declares the workflow. Each variant's image has jobs of its own. */
export function dockerWorkflow(context: WorkflowContext): WorkflowDefinition {
  const { plan } = context;
  const builds = buildsOn(plan, 'linux');
  const own = context.file('docker');
  const paths = imagePaths(context);
  const buildsWheels = plan.workflows.includes(WorkflowName.LINUX);
  return {
    name: context.name('docker'),
    on: {
      workflow_dispatch: {},
      push: { branches: imageBranches(plan), paths },
      // A change to the image itself is tried where wheels are built in it, in the other workflow.
      pull_request: { paths: buildsWheels ? [own] : paths },
    },
    concurrency: concurrency(context.name('docker')),
    jobs: {
      plan: planJob(context),
      ...Object.fromEntries(builds.flatMap((build) => jobs(context, build))),
      ...(buildsWheels ? { wheels: wheelsJob(context, builds) } : {}),
      latest: latestJob(context, builds, buildsWheels, paths),
    },
  };
}

/** The first job; a fork publishes nothing, and its pull requests try the image. */
function planJob(context: WorkflowContext): StepsJob {
  const { plan } = context;
  const layers = buildsOn(plan, 'linux').map(layersOutput);
  return {
    name: 'Plan',
    if: `github.event_name == 'pull_request' || ${unlessInFork(plan)}`,
    permissions: linuxPermissions(plan),
    runsOn: context.dockerRunner,
    timeoutMinutes: context.dockerMinutes(MINUTES.plan),
    workingDirectory: context.workingDirectory,
    outputs: {
      home: '${{ steps.home.outputs.home }}',
      ...Object.fromEntries(layers.map((name) => [name, `\${{ steps.layers.outputs.${name} }}`])),
    },
    steps: [
      checkout(context),
      ...installRuntime(plan),
      homeStep(plan),
      ...logIn(context),
      {
        name: 'Find an image to reuse layers from',
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
function jobs(context: WorkflowContext, build: PlannedBuild): Array<[id: string, job: StepsJob]> {
  const { plan, workingDirectory } = context;
  const platforms = platformsOn(build, 'linux');
  const [only] = platforms;
  const several = platforms.length > 1;
  const ids = (name: string, platform: PlannedPlatform): string => jobId(name, build, several ? platform : undefined);
  const tries = platforms.map((platform): [string, StepsJob] => [
    ids('try', platform),
    {
      name: `Build the toolchain image${nameOf(build, several ? platform : undefined)}`,
      needs: ['plan'],
      if: "github.event_name == 'pull_request'",
      // To pull layers, which may be private.
      permissions: { contents: 'read', packages: 'read' },
      runsOn: context.imageRunner(platform),
      timeoutMinutes: context.dockerMinutes(MINUTES.image),
      workingDirectory,
      steps: [...logIn(context), ...buildAndTry(context, build)],
    },
  ]);
  const timeoutMinutes = context.dockerMinutes(MINUTES.image);
  const common = { needs: ['plan'], if: PUBLISHES, timeoutMinutes, workingDirectory };
  const publishing = {
    ...common,
    name: `Publish the toolchain image${nameOf(build)}`,
    permissions: { contents: 'read', packages: 'write', ...(attests(plan) === null ? {} : SIGNS) } as const,
    outputs: { image: `${plan.image.name}@${DIGEST}` },
  };
  if (!several) {
    const steps = [
      ...logIn(context),
      ...buildAndTry(context, build),
      ...offerLock(context, build, only),
      push(context, build, {}),
      tryPushed(plan, build),
    ];
    return [
      ...tries,
      [
        jobId('publish', build),
        { ...publishing, runsOn: context.imageRunner(only), steps: [...steps, ...published(context)] },
      ],
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
        runsOn: context.imageRunner(platform),
        outputs: { digest: DIGEST },
        steps: [
          ...logIn(context),
          ...buildAndTry(context, build),
          ...offerLock(context, build, platform),
          push(context, build, BY_DIGEST(plan)),
          tryPushed(plan, build),
        ],
      },
    ]),
    [
      jobId('publish', build),
      {
        ...publishing,
        needs: ['plan', ...platforms.map((platform) => ids('push', platform))],
        runsOn: context.dockerRunner,
        timeoutMinutes: context.dockerMinutes(MINUTES.publish),
        steps: [
          checkout(context),
          setUpBuildx(context),
          ...installRuntime(plan),
          environmentStep(plan, build),
          ...logIn(context),
          putTogether(
            plan,
            build,
            platforms.map((platform) => ids('push', platform)),
          ),
          ...published(context),
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
function wheelsJob(context: WorkflowContext, builds: readonly PlannedBuild[]): CallJob {
  return {
    name: SYSTEM_TITLES.linux,
    needs: builds.map((build) => jobId('publish', build)),
    permissions: linuxPermissions(context.plan),
    calls: context.file('linux'),
    with: Object.fromEntries(
      builds.map((build) => [imageInput(build), `\${{ needs.${jobId('publish', build)}.outputs.image }}`]),
    ),
  };
}

/** What people pull moves last, on the default branch only, and never back: a later push may have moved it by then. */
function latestJob(
  context: WorkflowContext,
  builds: readonly PlannedBuild[],
  buildsWheels: boolean,
  paths: readonly string[],
): StepsJob {
  const { plan, workingDirectory } = context;
  const variable = (build: PlannedBuild): string => `PUSHED${build.variant ? `_${identifier(build.variant)}` : ''}`;
  const env = builds.map((build) => [
    variable(build).replace(/-/g, '_').toUpperCase(),
    `\${{ needs.${jobId('publish', build)}.outputs.image }}`,
  ]);
  return {
    name: 'Publish as latest',
    needs: [...builds.map((build) => jobId('publish', build)), ...(buildsWheels ? ['wheels'] : [])],
    if: `github.ref == 'refs/heads/${plan.defaultBranch}'`,
    permissions: { contents: 'read', packages: 'write' },
    runsOn: context.dockerRunner,
    timeoutMinutes: context.dockerMinutes(MINUTES.report),
    workingDirectory,
    steps: [
      checkout(context),
      ...installRuntime(plan),
      {
        name: 'Check for a newer image on the branch',
        id: 'newest',
        env: { GH_TOKEN: TOKEN },
        run: `${runProgram(plan)} ci newest --repository "$GITHUB_REPOSITORY" --commit "$GITHUB_SHA"${paths.map((path) => ` --path '${path}'`).join('')}\n`,
      },
      ...[
        ...logIn(context),
        {
          name: 'Move the latest tag',
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
