/** `linux.yml`: builds and tests the Linux wheels inside the toolchain image. */
import { proofPermissions, VISIBILITY } from './attest';
import { concurrency } from './concurrency';
import { WorkflowContext } from './context';
import { TOKEN } from './expressions';
import { buildTriggers, imageInput } from './inputs';
import { planJob } from './jobs/plan';
import { platformJobs } from './jobs/platform';
import { requiredJob } from './jobs/required';
import type { CallJob, StepsJob, WorkflowDefinition, WorkflowStep } from './model';
import { identifier } from './names';
import { download, RETENTION, upload } from './steps/artifacts';
import { freeDiskSpace } from './steps/disk';
import { buildAndTry, LOCAL_IMAGE } from './steps/image';
import { runProgram } from './steps/program';
import { logIn } from './steps/registry';
import { MINUTES } from '../../declaration/minutes';
import { VARIABLES } from '../../plan/inputs';
import type { PlannedBuild, PlannedPlatform } from '../../plan/plan';
import { buildsOn, chosen, platformsOn } from '../../plan/select';

/** The image as a job hands it on. */
const ARCHIVE = 'toolchain.tar.zst';

/** Declares the workflow. */
export function linuxWorkflow(context: WorkflowContext): WorkflowDefinition {
  const builds = buildsOn(context.plan, 'linux');
  const pairs = builds.flatMap((build) => platformsOn(build, 'linux').map((platform) => ({ build, platform })));
  const platforms = pairs.map(({ platform }) => platform);
  const jobs: { [id: string]: StepsJob | CallJob } = {
    plan: planJob(context, 'linux', findImages(context, builds)),
    ...Object.fromEntries(
      pairs.map(({ build, platform }) => [toolchainId(platform), toolchainJob(context, build, platform)]),
    ),
    ...Object.fromEntries(pairs.flatMap(({ build, platform }) => wheelJobs(context, build, platform))),
  };
  return {
    name: context.name('linux'),
    on: buildTriggers(context, 'linux', builds, platforms),
    concurrency: concurrency(context.name('linux')),
    jobs: { ...jobs, green: requiredJob('linux', Object.keys(jobs), pairs) },
  };
}

/** Finds the image of the commit; where none may be used, the run builds it. Only here is `latest` resolved. */
function findImages(
  context: WorkflowContext,
  builds: readonly PlannedBuild[],
): Pick<StepsJob, 'outputs' | 'permissions' | 'steps'> {
  const { plan } = context;
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
      ...logIn(context),
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
function toolchainJob(context: WorkflowContext, build: PlannedBuild, platform: PlannedPlatform): StepsJob {
  return {
    name: `Toolchain image for ${platform.title}`,
    needs: ['plan'],
    if: `needs.plan.outputs.build == 'true' && needs.plan.outputs.build-${imageInput(build)} == 'true'`,
    // To pull layers, which may be private.
    permissions: { contents: 'read', packages: 'read' },
    runsOn: context.runner(platform),
    workingDirectory: context.workingDirectory,
    timeoutMinutes: MINUTES.image,
    steps: [
      ...logIn(context),
      ...buildAndTry(context, build, 'inputs.ref'),
      {
        name: 'Export the image',
        shell: 'bash',
        run: `docker save ${LOCAL_IMAGE} | zstd -T0 -q -o ${ARCHIVE}\n`,
      },
      upload(context, 'Upload the image', toolchainId(platform), ARCHIVE, RETENTION.handedOn),
    ],
  };
}

function wheelJobs(
  context: WorkflowContext,
  build: PlannedBuild,
  platform: PlannedPlatform,
): Array<[string, StepsJob]> {
  const output = `needs.plan.outputs.${imageInput(build)}`;
  const image = `\${{ ${output} || '${LOCAL_IMAGE}' }}`;
  const toolchain = toolchainId(platform);
  const inImage = 'bash scripts/docker.sh in "$IMAGE"';
  const prepare: WorkflowStep[] = [
    ...freeDiskSpace(build, 'use-image'),
    ...logIn(context),
    {
      name: 'Pull the toolchain image',
      if: output,
      env: { IMAGE: image },
      run: 'docker pull --quiet "$IMAGE"\n',
    },
    { ...download(context, 'Download the image', toolchain, '.'), if: `!${output}` },
    {
      name: 'Load the image',
      if: `!${output}`,
      shell: 'bash',
      run: `zstd -d -q -c ${ARCHIVE} | docker load\nrm ${ARCHIVE}\n`,
    },
  ];
  return platformJobs(context, build, platform, {
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
