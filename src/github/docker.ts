/** `docker.yml`: builds the toolchain image, tries it, and publishes it. */
import { CHECKOUT, concurrency, latestImage } from './common';
import { WorkflowDefinition, workflowFile } from './workflow';
import { DOCKERFILE } from '../docker/dockerfile';
import { ACTIONS } from '../spec/pins';
import type { PipelineSpec } from '../spec/pipeline';

/** Declares the workflow. */
export function dockerWorkflow(spec: PipelineSpec): WorkflowDefinition {
  const paths = ['docker/**', workflowFile('docker')];
  const registry = spec.image.name.split('/')[0];
  const build = {
    context: '.',
    file: DOCKERFILE,
    'build-args': 'REVISION=${{ github.sha }}',
    'cache-from': 'type=gha',
  };
  return {
    name: 'docker',
    on: {
      workflow_dispatch: {},
      push: { branches: [...spec.image.branches], paths },
      pull_request: { paths },
    },
    concurrency: concurrency('docker'),
    jobs: {
      image: {
        name: 'Toolchain image',
        permissions: { contents: 'read', packages: 'write' },
        runsOn: 'ubuntu-24.04',
        timeoutMinutes: 60,
        steps: [
          CHECKOUT,
          { name: 'Set up Buildx', uses: ACTIONS.dockerSetupBuildx },
          {
            name: 'Build the image',
            uses: ACTIONS.dockerBuildPush,
            with: { ...build, load: true, tags: latestImage(spec), 'cache-to': 'type=gha,mode=max' },
          },
          {
            name: 'Try the image',
            env: { IMAGE: latestImage(spec) },
            run: 'docker run --rm --user "$(id -u):$(id -g)" --volume "$PWD":/workspace "$IMAGE" python scripts/buildtool.py tools --platform=linux-x86_64 --output=/tmp/tools.tsv\n',
          },
          {
            name: 'Log in to the registry',
            if: "github.event_name != 'pull_request'",
            uses: ACTIONS.dockerLogin,
            with: { registry, username: '${{ github.actor }}', password: '${{ github.token }}' },
          },
          {
            name: 'Push the image',
            if: "github.event_name != 'pull_request'",
            uses: ACTIONS.dockerBuildPush,
            with: {
              ...build,
              push: true,
              tags: `${latestImage(spec)}\n${spec.image.name}:\${{ github.sha }}\n`,
              provenance: 'mode=max',
              sbom: true,
            },
          },
        ],
      },
    },
  };
}
