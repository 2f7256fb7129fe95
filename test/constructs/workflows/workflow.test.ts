import { parse } from 'yaml';
import type { StepsJob, WorkflowDefinition, WorkflowStep } from '../../../src/constructs/workflows/model';
import { checkArtifacts, checkGrants, checkPolicy } from '../../../src/constructs/workflows/policy';
import { renderWorkflow, Workflow } from '../../../src/constructs/workflows/workflow';
import { ACTIONS } from '../../../src/declaration/pins';
import { project, read } from '../../small';

const step: WorkflowStep = { name: 'Say it', run: 'echo hello\n' };
const job: StepsJob = { name: 'Job', permissions: {}, runsOn: 'ubuntu-24.04', timeoutMinutes: 5, steps: [step] };
const workflow = (changes: Partial<StepsJob>): WorkflowDefinition => ({
  name: 'w',
  on: { push: {} },
  jobs: { job: { ...job, ...changes } },
});

test('a workflow has no rights at its top, in the usual place, and says the version of each pinned action', () => {
  const text = renderWorkflow(
    workflow({ steps: [{ name: 'Check out', uses: ACTIONS.checkout, with: { 'persist-credentials': false } }] }),
    ['Title'],
  );
  expect(Object.keys(parse(text))).toEqual(['name', 'on', 'permissions', 'jobs']);
  expect(parse(text).permissions).toEqual({});
  expect(text).toContain(`uses: actions/checkout@${ACTIONS.checkout.commit} # ${ACTIONS.checkout.version}\n`);
  expect(text.startsWith('# Title\n')).toBe(true);
});

test('input names are written as they are', () => {
  const text = renderWorkflow(
    workflow({
      steps: [{ name: 'x', uses: ACTIONS.uploadArtifact, with: { 'if-no-files-found': 'error', some_Input: 1 } }],
    }),
    [],
  );
  expect(parse(text).jobs.job.steps[0].with).toEqual({ 'if-no-files-found': 'error', some_Input: 1 });
});

describe('a step that another file declares', () => {
  const shared = { ...step, source: 'steps/say.ts' };

  test('has that file as the comment behind its name, on the same line', () => {
    const lines = renderWorkflow(workflow({ steps: [shared] }), []).split('\n');
    expect(lines).toContain('      - name: Say it # steps/say.ts');
    expect(lines).toHaveLength(renderWorkflow(workflow({ steps: [step] }), []).split('\n').length);
  });

  test('keeps it where something else of the step is overridden, and has none with another name', () => {
    const file = (override: string, value: unknown): string => {
      const made = project();
      new Workflow(made, 'w', workflow({ steps: [shared] }), ['Title']).addOverride(override, value);
      made.synth();
      return read('.github/workflows/w.yml');
    };
    expect(file('jobs.job.steps.0.run', 'echo bye')).toContain('- name: Say it # steps/say.ts\n');
    expect(file('jobs.job.steps.0.name', 'Greet')).toContain('- name: Greet\n');
  });
});

test('a job can call another workflow', () => {
  const text = renderWorkflow(
    {
      ...workflow({}),
      jobs: { call: { name: 'Call', permissions: { contents: 'read' }, calls: '.github/workflows/linux.yml' } },
    },
    [],
  );
  expect(parse(text).jobs.call).toEqual({
    name: 'Call',
    permissions: { contents: 'read' },
    uses: './.github/workflows/linux.yml',
  });
});

const forbidden: Array<[string, Partial<StepsJob>, RegExp]> = [
  [
    'an action by tag',
    { steps: [{ name: 'x', uses: { ...ACTIONS.checkout, commit: 'v7' } }] },
    /pin actions\/checkout by its full commit/,
  ],
  [
    'an action without its version',
    { steps: [{ name: 'x', uses: { ...ACTIONS.setupNode, version: '' } }] },
    /which version/,
  ],
  ['a checkout that keeps its token', { steps: [{ name: 'x', uses: ACTIONS.checkout }] }, /persist-credentials/],
  ['an expression in a command', { steps: [{ name: 'x', run: 'echo ${{ github.ref }}' }] }, /through env/],
  ['a job without permissions', { permissions: undefined as unknown as {} }, /permissions/],
  ['a job without timeout', { timeoutMinutes: undefined as unknown as number }, /timeout/],
  ['a step without name', { steps: [{ name: '', run: 'true' }] }, /step 1 must have a name/],
  ['a step that does nothing', { steps: [{ name: 'x' }] }, /either use an action or run/],
  ['a job that needs none that is there', { needs: ['plan'] }, /needs plan/],
];

test.each(forbidden)('%s is refused at synthesis', (_, changes, message) => {
  expect(() => checkPolicy('w', workflow(changes))).toThrow(message);
});

test('what is downloaded must be uploaded somewhere', () => {
  const transfer = (action: 'uploadArtifact' | 'downloadArtifact', key: string, value: string): WorkflowDefinition =>
    workflow({ steps: [{ name: 'Transfer', uses: ACTIONS[action], with: { [key]: value } }] });
  const up = { id: 'up', definition: transfer('uploadArtifact', 'name', 'wheels-linux') };
  const down = (key: string, value: string) => ({ id: 'down', definition: transfer('downloadArtifact', key, value) });
  expect(() => checkArtifacts([up, down('name', 'wheels-linux')])).not.toThrow();
  expect(() => checkArtifacts([up, down('pattern', 'wheels-*')])).not.toThrow();
  expect(() => checkArtifacts([up, down('name', 'wheels-windows')])).toThrow(/wheels-windows, which no job uploads/);
});

describe('a job that calls a workflow', () => {
  const called = { id: 'linux', definition: workflow({ permissions: { contents: 'read', actions: 'write' } }) };
  const caller = (permissions: StepsJob['permissions']) => ({
    id: 'caller',
    definition: {
      ...workflow({}),
      jobs: { call: { name: 'Call', permissions, calls: '.github/workflows/linux.yml' } },
    },
  });

  test('must grant the permissions of its jobs, or GitHub would not start the run', () => {
    expect(() => checkGrants([called, caller({ contents: 'write', actions: 'write' })])).not.toThrow();
    expect(() => checkGrants([called, caller({ contents: 'read' })])).toThrow(
      'workflow caller, job call must grant actions: write, which the job job of linux needs',
    );
    expect(() => checkGrants([called, caller({ contents: 'read', actions: 'read' })])).toThrow(
      /must grant actions: write/,
    );
  });
});
