/** Declared runners, timeouts and the pipeline's folder, in the jobs of every workflow. */
import { readdirSync } from 'node:fs';
import { Platform, WheelPipelineOptions, WorkflowName } from '../../../src';
import { at, synthesize, workflow } from '../../small';

type Jobs = Record<string, any>;

function jobsOf(changes: Partial<WheelPipelineOptions>): Record<string, Jobs> {
  synthesize(changes);
  const names = readdirSync(at('.github/workflows')).map((file) => file.replace(/\.yml$/, ''));
  return Object.fromEntries(names.map((name) => [name, workflow(name).jobs]));
}

const runners = (jobs: Jobs): Record<string, unknown> =>
  Object.fromEntries(Object.entries(jobs).map(([id, job]) => [id, job['runs-on']]));

const BOTH = [Platform.LINUX_X86_64, Platform.LINUX_AARCH64];
const declared: Partial<WheelPipelineOptions> = {
  linux: { runsOn: ['intel'], aarch64RunsOn: ['arm'] },
  docker: { runsOn: ['docker'], timeoutMinutes: 77 },
  release: { runsOn: ['release'] },
};

test('each job has the runner that is declared for it', () => {
  const jobs = jobsOf({ ...declared, platforms: BOTH });
  expect(runners(jobs.linux)).toEqual({
    plan: 'ubuntu-24.04',
    'toolchain-linux-x86_64': ['intel'],
    'toolchain-linux-aarch64': ['arm'],
    'linux-x86_64': ['intel'],
    'test-linux-x86_64': ['intel'],
    'linux-aarch64': ['arm'],
    'test-linux-aarch64': ['arm'],
    green: 'ubuntu-24.04',
  });
  expect(runners(jobs.docker)).toEqual({
    plan: ['docker'],
    'try-linux-x86_64': ['docker'],
    'try-linux-aarch64': ['arm'],
    'push-linux-x86_64': ['docker'],
    'push-linux-aarch64': ['arm'],
    publish: ['docker'],
    wheels: undefined,
    latest: ['docker'],
  });
  const releasing = ['home', 'plan', 'verify', 'attest', 'publish'].map((id) => jobs.release[id]['runs-on']);
  expect(releasing).toEqual(Array(5).fill(['release']));
  expect(jobs.reproduce.compare['runs-on']).toEqual(['release']);
  const minutes = Object.values(jobs.docker).map((job) => job['timeout-minutes']);
  expect(new Set(minutes)).toEqual(new Set([77, undefined]));
});

// Its jobs have no platform in their ids, and ran on the runner for x86-64.
test('the image of 64-bit ARM alone is built on the runner for 64-bit ARM', () => {
  const { docker } = jobsOf({
    ...declared,
    platforms: [Platform.LINUX_AARCH64],
    workflows: [WorkflowName.DOCKER, WorkflowName.LINUX],
  });
  expect(runners(docker)).toMatchObject({ plan: ['docker'], try: ['arm'], publish: ['arm'], latest: ['docker'] });
});

test("the jobs that check out the repository run in the pipeline's folder, and no other", () => {
  const all = Object.values(jobsOf({ prefix: 'nightly', platforms: [...BOTH, Platform.WINDOWS_AMD64] }))
    .flatMap((jobs) => Object.values(jobs))
    .filter((job) => job.steps !== undefined);
  expect(all.length).toBeGreaterThan(20);
  for (const { name, steps, defaults } of all) {
    const checksOut = steps.some(({ uses }: { uses?: string }) => uses?.startsWith('actions/checkout@'));
    expect([name, defaults?.run['working-directory']]).toEqual([name, checksOut ? 'nightly' : undefined]);
  }
});
