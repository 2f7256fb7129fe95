/** `linux.yml`: builds and tests the Linux wheels inside the toolchain image. */
import { proofPermissions, VISIBILITY } from './attest';
import { concurrency, download, greenJob, logIn, platformJobs, RETENTION, TOKEN, upload, runProgram } from './common';
import { freeDiskSpace } from './disk';
import { buildAndTry, LOCAL_IMAGE } from './image';
import { buildTriggers, imageInput } from './inputs';
import type { CallJob, StepsJob, WorkflowDefinition, WorkflowStep } from './model';
import { identifier } from './names';
import { planJob } from './plan-job';
import { MINUTES } from '../declaration/minutes';
import { VARIABLES } from '../plan/inputs';
import type { Plan, PlannedBuild, PlannedPlatform } from '../plan/plan';
import { buildsOn, chosen, platformsOn } from '../plan/select';

/** The image as a job hands it on. */
const ARCHIVE = 'toolchain.tar.zst';

/** Declares the workflow. */
export function linuxWorkflow(plan: Plan): WorkflowDefinition {
  const builds = buildsOn(plan, 'linux');
  const pairs = builds.flatMap((build) => platformsOn(build, 'linux').map((platform) => ({ build, platform })));
  const platforms = pairs.map(({ platform }) => platform);
  const jobs: { [id: string]: StepsJob | CallJob } = {
    plan: planJob(plan, 'linux', findImages(plan, builds)),
    ...Object.fromEntries(
      pairs.map(({ build, platform }) => [toolchainId(platform), toolchainJob(plan, build, platform)]),
    ),
    ...Object.fromEntries(pairs.flatMap(({ build, platform }) => wheelJobs(plan, build, platform))),
  };
  return {
    name: 'linux',
    on: buildTriggers(plan, 'linux', builds, platforms),
    concurrency: concurrency('linux'),
    jobs: { ...jobs, green: greenJob('linux', Object.keys(jobs), pairs) },
  };
}

/** Find the image of the commit; if there is none, the run builds it. No other job resolves `latest`. */
function findImages(plan: Plan, builds: readonly PlannedBuild[]): Pick<StepsJob, 'outputs' | 'permissions' | 'steps'> {
  const names = builds.map(imageInput);
  const variable = (name: string): string => `GIVEN_${name.replace(/-/g, '_').toUpperCase()}`;
  return {
    permissions: { packages: 'read', ...proofPermissions(plan) },
    outputs: Object.fromEntries(
      names
        .flatMap((name) => [name, `build-${name}`, `layers-${name}`])
        .map((name) => [name, `\${{ steps.images.outputs.${name} }}`]),
    ),
    steps: [
      ...logIn(plan),
      {
        name: 'Find the toolchain image',
        id: 'images',
        env: {
          GH_TOKEN: TOKEN,
          VISIBILITY,
          ...Object.fromEntries(names.map((name) => [variable(name), `\${{ inputs.${name} }}`])),
        },
        run: [
          `${runProgram(plan)} ci images --repository "$GITHUB_REPOSITORY" --visibility "$VISIBILITY" \\`,
          `  --workflow-ref "$GITHUB_WORKFLOW_REF"${names.map((name) => ` --given "${name}=$${variable(name)}"`).join('')}`,
          '',
        ].join('\n'),
      },
    ].map((step) => ({ ...step, if: "steps.changes.outputs.build == 'true'" })),
  };
}

function toolchainId({ id }: PlannedPlatform): string {
  return `toolchain-${identifier(id)}`;
}

/** A change to the image is tried with wheels that are built in it, in the run of a fork too, which can publish nothing. */
function toolchainJob(plan: Plan, build: PlannedBuild, platform: PlannedPlatform): StepsJob {
  return {
    name: `Toolchain image for ${platform.title}`,
    needs: ['plan'],
    if: `needs.plan.outputs.build == 'true' && needs.plan.outputs.build-${imageInput(build)} == 'true'`,
    // To pull layers, which may be private.
    permissions: { contents: 'read', packages: 'read' },
    runsOn: platform.runner,
    timeoutMinutes: MINUTES.image,
    steps: [
      ...logIn(plan),
      ...buildAndTry(plan, build, 'inputs.ref'),
      {
        name: 'Pack the image',
        shell: 'bash',
        run: `docker save ${LOCAL_IMAGE} | zstd -T0 -q -o ${ARCHIVE}\n`,
      },
      upload('Hand the image on', toolchainId(platform), ARCHIVE, RETENTION.handedOn),
    ],
  };
}

function wheelJobs(plan: Plan, build: PlannedBuild, platform: PlannedPlatform): Array<[string, StepsJob]> {
  const output = `needs.plan.outputs.${imageInput(build)}`;
  const image = `\${{ ${output} || '${LOCAL_IMAGE}' }}`;
  const toolchain = toolchainId(platform);
  const inImage = 'bash scripts/docker.sh in "$IMAGE"';
  const prepare: WorkflowStep[] = [
    ...freeDiskSpace(build, 'use-image'),
    ...logIn(plan),
    {
      name: 'Pull the toolchain image',
      if: output,
      env: { IMAGE: image },
      run: 'docker pull --quiet "$IMAGE"\n',
    },
    { ...download('Download the image of this run', toolchain, '.'), if: `!${output}` },
    {
      name: 'Unpack it',
      if: `!${output}`,
      shell: 'bash',
      run: `zstd -d -q -c ${ARCHIVE} | docker load\nrm ${ARCHIVE}\n`,
    },
  ];
  return platformJobs(plan, build, platform, {
    prepare,
    build: `${inImage} bash scripts/build.sh${chosen(build)}`,
    test: `${inImage} bash scripts/test.sh${chosen(build)}`,
    env: { IMAGE: image, [VARIABLES.toolchainImage]: image },
    // No compiler needs the device, and docker starts nothing where it is missing.
    testEnv: build.deviceOptions === null ? {} : { DOCKER_OPTIONS: build.deviceOptions },
    needs: [toolchain],
    // A plan may fail after it has said that there is something to build.
    condition: [
      '!cancelled()',
      "needs.plan.result == 'success'",
      "needs.plan.outputs.build == 'true'",
      `needs.${toolchain}.result != 'failure'`,
    ].join(' && '),
    permissions: { contents: 'read', packages: 'read' },
  });
}
