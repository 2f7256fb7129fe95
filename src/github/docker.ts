/** `docker.yml`: builds the toolchain image, tries it, and publishes it. */
import { checkout, concurrency, imageName, logIn } from './common';
import type { StepsJob, WorkflowDefinition, WorkflowStep } from './model';
import { workflowFile } from './workflow';
import { DOCKERFILE } from '../docker/dockerfile';
import { TEST_IMAGE, IMAGE } from '../scripts/test-image';
import { ACTIONS } from '../spec/pins';
import type { PipelineSpec } from '../spec/pipeline';

/** What the image is called on the runner, before it has a name that others see. */
const LOCAL = 'toolchain:local';

/** Declares the workflow. A pull request has a job of its own, which may publish nothing. */
export function dockerWorkflow(spec: PipelineSpec): WorkflowDefinition {
  const paths = ['docker/**', '.dockerignore', workflowFile('docker'), TEST_IMAGE];
  return {
    name: 'docker',
    on: {
      workflow_dispatch: {},
      push: { branches: [...spec.image.branches], paths },
      pull_request: { paths },
    },
    concurrency: concurrency('docker'),
    jobs: {
      try: {
        ...common('Try the toolchain image'),
        if: "github.event_name == 'pull_request'",
        permissions: { contents: 'read' },
        steps: buildAndTry(),
      },
      publish: {
        ...common('Publish the toolchain image'),
        if: "github.event_name != 'pull_request'",
        permissions: { contents: 'read', packages: 'write', 'id-token': 'write', attestations: 'write' },
        outputs: { digest: '${{ steps.push.outputs.digest }}' },
        steps: [...buildAndTry(), ...publish(spec)],
      },
    },
  };
}

function common(name: string): Pick<StepsJob, 'name' | 'runsOn' | 'timeoutMinutes'> {
  return { name, runsOn: 'ubuntu-24.04', timeoutMinutes: 60 };
}

const BUILD = {
  context: '.',
  file: DOCKERFILE,
  'build-args': 'REVISION=${{ github.sha }}\n',
  'cache-from': 'type=gha',
};

function buildAndTry(): WorkflowStep[] {
  return [
    checkout(),
    { name: 'Set up Buildx', uses: ACTIONS.dockerSetupBuildx },
    {
      name: 'Build the image',
      uses: ACTIONS.dockerBuildPush,
      with: { ...BUILD, 'cache-to': 'type=gha,mode=max', load: true, tags: LOCAL },
    },
    { name: 'Try the image', env: { [IMAGE.name]: LOCAL }, run: `bash ${TEST_IMAGE}\n` },
  ];
}

/**
 * Pushed by its commit first, then tried as the registry gives it; only then does `latest` move, so that a job never
 * starts in an image that nobody tried.
 */
function publish(spec: PipelineSpec): WorkflowStep[] {
  const name = `\${{ ${imageName(spec)} }}`;
  const pushed = `${name}@\${{ steps.push.outputs.digest }}`;
  return [
    logIn(spec),
    {
      name: 'Push the image under its commit',
      id: 'push',
      uses: ACTIONS.dockerBuildPush,
      with: { ...BUILD, push: true, tags: `${name}:\${{ github.sha }}`, provenance: 'mode=max', sbom: true },
    },
    { name: 'Try what the registry gives', env: { [IMAGE.name]: pushed }, run: `bash ${TEST_IMAGE}\n` },
    {
      name: 'Attest where the image comes from',
      uses: ACTIONS.attest,
      with: { 'subject-name': name, 'subject-digest': '${{ steps.push.outputs.digest }}', 'push-to-registry': true },
    },
    {
      // As it is: a copy wrapped in an index of its own would have another digest than the attested one.
      name: 'Make it the latest',
      env: { NAME: name, PUSHED: pushed },
      run: 'docker buildx imagetools create --prefer-index=false --tag "$NAME:latest" "$PUSHED"\n',
    },
    {
      name: 'Say what was published',
      env: { NAME: name, PUSHED: pushed },
      run: 'printf \'Published %s as %s:latest\\n\' "$PUSHED" "$NAME" >>"$GITHUB_STEP_SUMMARY"\n',
    },
  ];
}
