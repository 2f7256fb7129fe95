import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { MlcLlmPipelineProject, Platform } from '../src';
import type { Plan, PlannedBuild } from '../src/plan/plan';

let outdir: string;
beforeEach(() => {
  outdir = mkdtempSync(join(tmpdir(), 'project-'));
  process.env.PROJEN_DISABLE_POST = '1';
});
afterEach(() => rmSync(outdir, { recursive: true, force: true }));
const read = (path: string): string => readFileSync(join(outdir, path), 'utf8');
const builtFirst = (): PlannedBuild => (JSON.parse(read('scripts/plan.json')) as Plan).builds[0];

test('with a name alone, a project builds tvm and mlc-llm and has all workflows', () => {
  new MlcLlmPipelineProject({ name: 'my-wheels', defaultReleaseBranch: 'main', outdir }).synth();
  const { wheels, platforms } = builtFirst();
  expect(wheels.map((wheel) => wheel.distribution)).toEqual(['apache-tvm-ffi', 'tvm', 'mlc-llm']);
  expect(platforms.map((platform) => platform.id)).toEqual(['linux-x86_64', 'windows-amd64']);
  expect(read('.gitattributes')).toContain('/scripts/wheel_pipeline/** linguist-generated');
  for (const workflow of ['build', 'docker', 'linux', 'windows', 'release']) {
    expect(parse(read(`.github/workflows/${workflow}.yml`)).permissions).toEqual({});
  }
});

test('what is declared under pipeline replaces the default, the rest stays', () => {
  new MlcLlmPipelineProject({
    name: '@acme/wheels',
    githubRepository: 'Acme/wheels',
    defaultReleaseBranch: 'main',
    outdir,
    pipeline: { platforms: [Platform.LINUX_X86_64], image: { branches: ['trunk'] } },
  }).synth();
  expect(builtFirst().platforms.map((platform) => platform.id)).toEqual(['linux-x86_64']);
  expect(parse(read('.github/workflows/docker.yml')).on.push.branches).toEqual(['trunk']);
  expect(read('.github/workflows/linux.yml')).toContain(
    "format('{0}:latest', vars.TOOLCHAIN_IMAGE || 'ghcr.io/acme/wheels')",
  );
});

test('tasks for the image and the wheels pass arguments through', () => {
  new MlcLlmPipelineProject({ name: 'my-wheels', defaultReleaseBranch: 'main', outdir }).synth();
  const { tasks } = JSON.parse(read('.projen/tasks.json'));
  for (const name of ['image', 'image:shell', 'wheel', 'wheel:test']) {
    expect(tasks[name].steps[0].receiveArgs).toBe(true);
  }
});
