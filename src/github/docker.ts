/** `docker.yml`: builds the toolchain image, tries it, and publishes it. */
import { checkout, concurrency, identifier, imageName, installRuntime, logIn } from './common';
import type { StepsJob, WorkflowDefinition, WorkflowStep } from './model';
import { workflowFile } from './workflow';
import { ACTIONS } from '../declaration/pins';
import { PROGRAM } from '../plan/files';
import type { Plan, PlannedBuild } from '../plan/plan';
import { buildsOn, chosen } from '../plan/select';

/** What the image is called on the runner, before it has a name that others see. */
const LOCAL = 'toolchain:local';

/** Declares the workflow. A pull request has a job of its own, which may publish nothing; so has each variant's image. */
export function dockerWorkflow(plan: Plan): WorkflowDefinition {
  const paths = ['docker/**', '.dockerignore', workflowFile('docker'), `${PROGRAM}/**`];
  return {
    name: 'docker',
    on: {
      workflow_dispatch: {},
      push: { branches: [...plan.image.branches], paths },
      pull_request: { paths },
    },
    concurrency: concurrency('docker'),
    jobs: Object.fromEntries(buildsOn(plan, 'linux').flatMap((build) => jobs(plan, build))),
  };
}

function jobs(plan: Plan, build: PlannedBuild): Array<[id: string, job: StepsJob]> {
  const [suffix, of] = build.variant ? [`-${identifier(build.variant)}`, ` of ${build.variant}`] : ['', ''];
  return [
    [
      `try${suffix}`,
      {
        ...common(`Try the toolchain image${of}`),
        if: "github.event_name == 'pull_request'",
        permissions: { contents: 'read' },
        steps: buildAndTry(build),
      },
    ],
    [
      `publish${suffix}`,
      {
        ...common(`Publish the toolchain image${of}`),
        if: "github.event_name != 'pull_request'",
        permissions: { contents: 'read', packages: 'write', 'id-token': 'write', attestations: 'write' },
        outputs: { digest: '${{ steps.push.outputs.digest }}' },
        steps: [...buildAndTry(build), ...publish(plan, build)],
      },
    ],
  ];
}

function common(name: string): Pick<StepsJob, 'name' | 'runsOn' | 'timeoutMinutes'> {
  return { name, runsOn: 'ubuntu-24.04', timeoutMinutes: 60 };
}

/** The layers of a variant's image are cached apart, or each would push the other's out. */
function buildOptions({ variant, dockerfile }: PlannedBuild): {
  readonly with: Record<string, string>;
  readonly cacheTo: string;
} {
  const scope = variant ? `,scope=${variant}` : '';
  return {
    with: {
      context: '.',
      file: dockerfile,
      'build-args': 'REVISION=${{ github.sha }}\n',
      'cache-from': `type=gha${scope}`,
    },
    cacheTo: `type=gha,mode=max${scope}`,
  };
}

function buildAndTry(build: PlannedBuild): WorkflowStep[] {
  const { with: options, cacheTo } = buildOptions(build);
  return [
    checkout(),
    { name: 'Set up Buildx', uses: ACTIONS.dockerSetupBuildx },
    {
      name: 'Build the image',
      uses: ACTIONS.dockerBuildPush,
      with: { ...options, 'cache-to': cacheTo, load: true, tags: LOCAL },
    },
    installRuntime(),
    tryImage('Try the image', LOCAL, build),
  ];
}

function tryImage(name: string, image: string, build: PlannedBuild): WorkflowStep {
  return { name, env: { IMAGE: image }, run: `python3 ${PROGRAM} test-image --image "$IMAGE"${chosen(build)}\n` };
}

/**
 * Pushed by its commit first, then tried as the registry gives it; only then does `latest` move, so that a job never
 * starts in an image that nobody tried.
 */
function publish(plan: Plan, build: PlannedBuild): WorkflowStep[] {
  const name = `\${{ ${imageName(plan)} }}`;
  const ours = build.variant ? `-${build.variant}` : '';
  const pushed = `${name}@\${{ steps.push.outputs.digest }}`;
  return [
    logIn(plan),
    {
      name: 'Push the image under its commit',
      id: 'push',
      uses: ACTIONS.dockerBuildPush,
      with: {
        ...buildOptions(build).with,
        push: true,
        tags: `${name}:\${{ github.sha }}${ours}`,
        provenance: 'mode=max',
        sbom: true,
      },
    },
    tryImage('Try what the registry gives', pushed, build),
    {
      name: 'Attest where the image comes from',
      uses: ACTIONS.attest,
      with: { 'subject-name': name, 'subject-digest': '${{ steps.push.outputs.digest }}', 'push-to-registry': true },
    },
    {
      // As it is: a copy wrapped in an index of its own would have another digest than the attested one.
      name: 'Make it the latest',
      env: { NAME: name, PUSHED: pushed },
      run: `docker buildx imagetools create --prefer-index=false --tag "$NAME:${build.imageTag}" "$PUSHED"\n`,
    },
    {
      name: 'Say what was published',
      env: { NAME: name, PUSHED: pushed },
      run: `printf 'Published %s as %s:${build.imageTag}\\n' "$PUSHED" "$NAME" >>"$GITHUB_STEP_SUMMARY"\n`,
    },
  ];
}
