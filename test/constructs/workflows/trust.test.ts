import type { CallJob, StepsJob, WorkflowDefinition, WorkflowStep } from '../../../src/constructs/workflows/model';
import { checkPolicy } from '../../../src/constructs/workflows/policy';
import { ACTIONS } from '../../../src/declaration/pins';

const job: StepsJob = {
  name: 'Job',
  permissions: {},
  runsOn: 'ubuntu-24.04',
  timeoutMinutes: 5,
  steps: [{ name: 'Say it', run: 'echo hello\n' }],
};
const workflow = (changes: Partial<WorkflowDefinition> & { readonly step?: WorkflowStep } = {}): WorkflowDefinition => {
  const { step, ...rest } = changes;
  return { name: 'w', on: { push: {} }, jobs: { job: step ? { ...job, steps: [step] } : job }, ...rest };
};
const step = (action: keyof typeof ACTIONS, given: WorkflowStep['with'], condition?: string): WorkflowStep => ({
  name: 'Step',
  uses: ACTIONS[action],
  with: given,
  if: condition,
});
const called = { on: { workflow_call: {} } };
const call: CallJob = { name: 'Call', permissions: {}, calls: '.github/workflows/linux.yml' };
const mine = "!inputs.fresh && !inputs.ref && github.ref == 'refs/heads/main'";
const required = { pull_request: {}, merge_group: {}, workflow_call: {} };
const green: StepsJob = { ...job, needs: ['job'], if: 'always()' };

const LAYERS =
  "${{ needs.plan.outputs.layers-image-a && format('type=registry,ref={0}', needs.plan.outputs.layers-image-a) || '' }}";

const faults: Array<[string, WorkflowDefinition, RegExp]> = [
  [
    'a checkout by the name of a tag',
    workflow({ step: step('checkout', { ref: '${{ github.ref_name }}', 'persist-credentials': false }) }),
    /must check out a commit/,
  ],
  [
    'a cache that is saved by whatever ref the default branch builds',
    workflow({ step: step('cacheSave', { path: 'x', key: 'x' }, '!inputs.fresh') }),
    /only what the default branch builds of itself/,
  ],
  [
    'a cache that a release restores',
    workflow({ ...called, step: step('cacheRestore', { path: 'x', key: 'x' }) }),
    /must not restore where a release calls/,
  ],
  [
    'a Conda environment that a release restores',
    workflow({ step: step('setupMicromamba', { 'cache-environment': true }) }),
    /must not cache the environment of a release/,
  ],
  [
    "an image's layers among the caches",
    workflow({ step: step('dockerBuildPush', { 'cache-to': 'type=gha,mode=max' }) }),
    /they push the others out/,
  ],
  [
    'a token for somebody else',
    workflow({ step: step('dockerLogin', { registry: 'example.com' }) }),
    /registry other than ghcr\.io/,
  ],
  [
    'credentials for a container of any registry',
    workflow({ jobs: { job: { ...job, container: { image: 'x', credentials: { username: 'x' } } } } }),
    /credentials for its container/,
  ],
  [
    'an artifact that is kept for ever',
    workflow({ step: step('uploadArtifact', { name: 'x', path: 'x' }) }),
    /for how many days/,
  ],
  [
    'logs that a timeout loses',
    workflow({ step: step('uploadArtifact', { name: 'logs-x', path: 'x', 'retention-days': 1 }, 'failure()') }),
    /a failure, a timeout and a stop alike/,
  ],
  [
    'a release that calls a workflow with its caches',
    workflow({
      jobs: { call: { ...call, with: { fresh: true } }, job: { ...job, permissions: { contents: 'write' } } },
    }),
    /no cache, since the caller releases/,
  ],
  [
    'a release that calls a workflow as it is',
    workflow({ jobs: { call: { ...call, cacheMode: 'none' }, job: { ...job, permissions: { contents: 'write' } } } }),
    /everything made anew/,
  ],
  [
    'runs that wait in one group',
    workflow({ concurrency: { group: 'w-${{ github.ref }}', 'cancel-in-progress': false } }),
    /group of its own for every run/,
  ],
  [
    'a required workflow that does not report',
    workflow({ on: { ...required, pull_request: { paths: ['docker/**'] } }, jobs: { job, green } }),
    /never reports/,
  ],
  [
    'npm beside a right to write',
    workflow({ jobs: { job: { ...job, permissions: { issues: 'write' }, steps: [{ name: 'Npm', run: 'npm ci' }] } } }),
    /must not run npm or npx \(Npm\)/,
  ],
  [
    'npm beside an app',
    workflow({
      jobs: { job: { ...job, steps: [step('createAppToken', { 'client-id': 'x' }), { name: 'Npx', run: 'npx x' }] } },
    }),
    /must not run npm or npx \(Npx\)/,
  ],
  [
    'an app that may do whatever it was given',
    workflow({ step: step('createAppToken', { 'client-id': 'x' }) }),
    /what its token may do at most/,
  ],
  [
    "an app's key that every job can read",
    workflow({ step: step('createAppToken', { 'permission-contents': 'write' }) }),
    /must have an environment/,
  ],
  ['a BuildKit that floats', workflow({ step: step('dockerSetupBuildx', {}) }), /BuildKit by digest/],
  [
    'a scanner that floats',
    workflow({ step: step('dockerBuildPush', { sbom: true }) }),
    /what lists its contents by digest/,
  ],
  ...['type=registry,ref=ghcr.io/owner/name:latest', '${{ inputs.image }}', LAYERS.replace('0', '1')].map(
    (from): [string, WorkflowDefinition, RegExp] => [
      `a build with the layers of an unverified image (${from})`,
      workflow({ step: step('dockerBuildPush', { 'cache-from': from }) }),
      /must not reuse layers of an image that its plan job did not verify/,
    ],
  ),
  ['a required workflow without one report', workflow({ on: required }), /must have a job that always runs/],
];

test.each(faults)('%s is refused at synthesis', (_, definition, message) => {
  expect(() => checkPolicy('w', definition)).toThrow(message);
});

test('the right counterparts are not', () => {
  for (const definition of [
    workflow({ step: step('checkout', { ref: '${{ inputs.ref }}', 'persist-credentials': false }) }),
    workflow({ ...called, step: step('cacheSave', { path: 'x', key: 'x' }, mine) }),
    workflow({ ...called, step: step('cacheRestore', { path: 'x', key: 'x' }, '!inputs.fresh') }),
    workflow({ step: step('setupMicromamba', { 'cache-environment': '${{ !inputs.fresh && !inputs.ref }}' }) }),
    workflow({ step: step('dockerLogin', { registry: 'ghcr.io' }) }),
    workflow({ step: step('dockerBuildPush', { 'cache-from': LAYERS }) }),
    workflow({ step: step('dockerBuildPush', { 'cache-from': '' }) }),
    workflow({ on: required, jobs: { job, green } }),
  ]) {
    expect(() => checkPolicy('w', definition)).not.toThrow();
  }
});
