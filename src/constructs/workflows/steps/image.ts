/** Builds and tries the toolchain image, in the workflow that publishes it and in one that only works in it. */
import { RETENTION, upload } from './artifacts';
import { checkout } from './checkout';
import { freeDiskSpace } from './disk';
import { installRuntime, runProgram } from './program';
import type { Plan, PlannedBuild, PlannedPlatform } from '../../../plan/plan';
import { chosen } from '../../../plan/select';
import type { WorkflowContext } from '../context';
import { layersOutput } from '../inputs';
import { declaredIn, Value, WorkflowStep } from '../model';
import { identifier } from '../names';

const SOURCE = 'steps/image.ts';

/** What the image is called on the runner, before it has a name that others see. */
export const LOCAL_IMAGE = 'toolchain:local';

/**
 * Return the build options of an image. Unchanged layers come from an image that the plan job verified, so that users pull
 * only new layers. A manual run rebuilds all layers, with the newest packages if no lock file is committed. Layers are not
 * stored in GitHub's cache, where they would evict other entries.
 */
export function imageOptions(context: WorkflowContext, build: PlannedBuild): { readonly [input: string]: Value } {
  const layers = `needs.plan.outputs.${layersOutput(build)}`;
  return {
    context: context.path('.'),
    file: context.path(build.dockerfile),
    'build-args': 'REVISION=${{ github.sha }}\nENVIRONMENT=${{ steps.environment.outputs.tag }}\n',
    'cache-from': `\${{ github.event_name != 'workflow_dispatch' && ${layers} && format('type=registry,ref={0}', ${layers}) || '' }}`,
  };
}

/** BuildKit itself by digest: what it is called floats. */
export function setUpBuildx({ actions, plan }: WorkflowContext): WorkflowStep {
  const options = { 'driver-opts': `image=${plan.pins.buildkit}` };
  return { name: 'Set up Buildx', source: SOURCE, uses: actions.dockerSetupBuildx, with: options };
}

/** Output an image's environment tag, which is also its label: the hash of its build files. */
export function environmentStep(plan: Plan, build: PlannedBuild): WorkflowStep {
  return {
    name: 'Compute the environment tag',
    source: SOURCE,
    id: 'environment',
    run: `${runProgram(plan)} ci image-tag${chosen(build)}\n`,
  };
}

/** From the checkout on; a commit is what an expression names. */
export function buildAndTry(context: WorkflowContext, build: PlannedBuild, commit?: string): WorkflowStep[] {
  const { plan, actions } = context;
  return declaredIn(SOURCE, [
    checkout(context, commit),
    ...freeDiskSpace(build, 'build-image'),
    ...installRuntime(plan),
    environmentStep(plan, build),
    setUpBuildx(context),
    {
      name: 'Build the image',
      uses: actions.dockerBuildPush,
      with: { ...imageOptions(context, build), load: true, tags: LOCAL_IMAGE },
    },
    tryImage(plan, 'Smoke-test the image', LOCAL_IMAGE, build, ' --summary'),
  ]);
}

/**
 * Where no lock of the Conda environment is committed, hands on the one that was just resolved, and says how to commit it:
 * from then on, every image has the very same packages.
 */
export function offerLock(
  context: WorkflowContext,
  { variant }: PlannedBuild,
  platform: PlannedPlatform,
): WorkflowStep[] {
  const artifact = ['conda-lock', variant && identifier(variant), identifier(platform.id)].filter(Boolean).join('-');
  const said = [
    `No lock of the Conda environment is committed, so the newest allowed packages were installed.`,
    `To have the same ones from now on: gh run download $GITHUB_RUN_ID --name ${artifact} --dir docker,`,
    `then commit it.`,
  ].join(' ');
  return declaredIn(SOURCE, [
    {
      name: 'Export the resolved Conda lock',
      id: 'lock',
      shell: 'bash',
      env: { IMAGE: LOCAL_IMAGE },
      run: [
        `if [[ -f ${platform.lock} ]]; then exit 0; fi`,
        `docker run --rm --volume "$PWD:/workspace:ro" "$IMAGE" python ${context.plan.program.path} conda-lock >${platform.lock}.resolved`,
        `mkdir -p build/lock`,
        `mv ${platform.lock}.resolved build/lock/${platform.lock.replace(/^docker\//, '')}`,
        `echo "::notice title=Lock the Conda environment::${said}"`,
        `echo "${said}" >>"$GITHUB_STEP_SUMMARY"`,
        `echo resolved=true >>"$GITHUB_OUTPUT"`,
        '',
      ].join('\n'),
    },
    {
      ...upload(context, 'Upload the Conda lock', artifact, 'build/lock/', RETENTION.logs),
      if: "steps.lock.outputs.resolved == 'true'",
    },
  ]);
}

/** Runs the image's own test. */
export function tryImage(plan: Plan, name: string, image: string, build: PlannedBuild, options = ''): WorkflowStep {
  const run = `${runProgram(plan)} test-image --image "$IMAGE"${chosen(build)}${options}\n`;
  return { name, env: { IMAGE: image }, run };
}
