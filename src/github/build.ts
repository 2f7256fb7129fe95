/** `build.yml`: compiles, lints and tests the project that declares the pipeline, and sees that its files are up to date. */
import { checkout, concurrency } from './common';
import type { StepsJob, WorkflowDefinition, WorkflowStep } from './model';
import { ACTIONS, NODE_VERSION } from '../declaration/pins';

/** A job of this workflow starts with the project's dependencies installed. */
export const INSTALL: readonly WorkflowStep[] = [
  checkout(),
  {
    name: 'Set up Node.js',
    uses: ACTIONS.setupNode,
    with: { 'node-version': NODE_VERSION, 'package-manager-cache': false },
  },
  { name: 'Install dependencies', run: 'npm ci\n' },
];

/** Declares the workflow; a repository may add jobs to it. */
export function buildWorkflow(jobs: { readonly [id: string]: StepsJob } = {}): WorkflowDefinition {
  return {
    name: 'build',
    on: { pull_request: {}, workflow_dispatch: {} },
    concurrency: concurrency('build'),
    jobs: {
      build: {
        name: 'Build',
        permissions: { contents: 'read' },
        runsOn: 'ubuntu-24.04',
        timeoutMinutes: 30,
        steps: [
          ...INSTALL,
          { name: 'Compile, lint and test', run: 'npx projen build\n' },
          {
            name: 'See that the synthesized files are the declared ones',
            run: [
              'if [[ -n $(git status --porcelain) ]]; then',
              '  git diff',
              '  echo "::error::Synthesis changes committed files: run npx projen and commit what it writes."',
              '  exit 1',
              'fi',
              '',
            ].join('\n'),
          },
        ],
      },
      ...jobs,
    },
  };
}
