/** `docker.yml`: builds the toolchain image, tries it, and publishes it. */
import { checkout, concurrency, identifier, imageName, logIn } from './common';
import type { StepsJob, WorkflowDefinition, WorkflowStep } from './model';
import { workflowFile } from './workflow';
import { ACTIONS } from '../declaration/pins';
import { PipelineSpec, pipelinesOn } from '../declaration/pipeline';
import { dockerfilePath } from '../docker/dockerfile';
import { IMAGE, testImageFile } from '../scripts/test-image';

/** What the image is called on the runner, before it has a name that others see. */
const LOCAL = 'toolchain:local';

/** Declares the workflow. A pull request has a job of its own, which may publish nothing; so has each variant's image. */
export function dockerWorkflow(spec: PipelineSpec): WorkflowDefinition {
  const pipelines = pipelinesOn(spec, 'linux');
  const paths = ['docker/**', '.dockerignore', workflowFile('docker'), ...pipelines.map(testImageFile)];
  return {
    name: 'docker',
    on: {
      workflow_dispatch: {},
      push: { branches: [...spec.image.branches], paths },
      pull_request: { paths },
    },
    concurrency: concurrency('docker'),
    jobs: Object.fromEntries(pipelines.flatMap(jobs)),
  };
}

function jobs(spec: PipelineSpec): Array<[id: string, job: StepsJob]> {
  const [suffix, of] = spec.variant ? [`-${identifier(spec.variant.name)}`, ` of ${spec.variant.name}`] : ['', ''];
  return [
    [
      `try${suffix}`,
      {
        ...common(`Try the toolchain image${of}`),
        if: "github.event_name == 'pull_request'",
        permissions: { contents: 'read' },
        steps: buildAndTry(spec),
      },
    ],
    [
      `publish${suffix}`,
      {
        ...common(`Publish the toolchain image${of}`),
        if: "github.event_name != 'pull_request'",
        permissions: { contents: 'read', packages: 'write', 'id-token': 'write', attestations: 'write' },
        outputs: { digest: '${{ steps.push.outputs.digest }}' },
        steps: [...buildAndTry(spec), ...publish(spec)],
      },
    ],
  ];
}

function common(name: string): Pick<StepsJob, 'name' | 'runsOn' | 'timeoutMinutes'> {
  return { name, runsOn: 'ubuntu-24.04', timeoutMinutes: 60 };
}

/** The layers of a variant's image are cached apart, or each would push the other's out. */
function build(spec: PipelineSpec): { readonly with: Record<string, string>; readonly cacheTo: string } {
  const scope = spec.variant ? `,scope=${spec.variant.name}` : '';
  return {
    with: {
      context: '.',
      file: dockerfilePath(spec),
      'build-args': 'REVISION=${{ github.sha }}\n',
      'cache-from': `type=gha${scope}`,
    },
    cacheTo: `type=gha,mode=max${scope}`,
  };
}

function buildAndTry(spec: PipelineSpec): WorkflowStep[] {
  const { with: options, cacheTo } = build(spec);
  return [
    checkout(),
    { name: 'Set up Buildx', uses: ACTIONS.dockerSetupBuildx },
    {
      name: 'Build the image',
      uses: ACTIONS.dockerBuildPush,
      with: { ...options, 'cache-to': cacheTo, load: true, tags: LOCAL },
    },
    { name: 'Try the image', env: { [IMAGE.name]: LOCAL }, run: `bash ${testImageFile(spec)}\n` },
  ];
}

/**
 * Pushed by its commit first, then tried as the registry gives it; only then does `latest` move, so that a job never
 * starts in an image that nobody tried.
 */
function publish(spec: PipelineSpec): WorkflowStep[] {
  const name = `\${{ ${imageName(spec)} }}`;
  const ours = spec.variant ? `-${spec.variant.name}` : '';
  const pushed = `${name}@\${{ steps.push.outputs.digest }}`;
  return [
    logIn(spec),
    {
      name: 'Push the image under its commit',
      id: 'push',
      uses: ACTIONS.dockerBuildPush,
      with: {
        ...build(spec).with,
        push: true,
        tags: `${name}:\${{ github.sha }}${ours}`,
        provenance: 'mode=max',
        sbom: true,
      },
    },
    { name: 'Try what the registry gives', env: { [IMAGE.name]: pushed }, run: `bash ${testImageFile(spec)}\n` },
    {
      name: 'Attest where the image comes from',
      uses: ACTIONS.attest,
      with: { 'subject-name': name, 'subject-digest': '${{ steps.push.outputs.digest }}', 'push-to-registry': true },
    },
    {
      // As it is: a copy wrapped in an index of its own would have another digest than the attested one.
      name: 'Make it the latest',
      env: { NAME: name, PUSHED: pushed },
      run: `docker buildx imagetools create --prefer-index=false --tag "$NAME:${spec.image.tag}" "$PUSHED"\n`,
    },
    {
      name: 'Say what was published',
      env: { NAME: name, PUSHED: pushed },
      run: `printf 'Published %s as %s:${spec.image.tag}\\n' "$PUSHED" "$NAME" >>"$GITHUB_STEP_SUMMARY"\n`,
    },
  ];
}
