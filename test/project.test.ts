import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { MlcLlmPipelineProject, Platform } from '../src';

let outdir: string;
beforeEach(() => {
  outdir = mkdtempSync(join(tmpdir(), 'project-'));
  process.env.PROJEN_DISABLE_POST = '1';
});
afterEach(() => rmSync(outdir, { recursive: true, force: true }));
const read = (path: string): string => readFileSync(join(outdir, path), 'utf8');

test('with a name alone, a project builds tvm and mlc-llm and has all workflows', () => {
  new MlcLlmPipelineProject({ name: 'my-wheels', defaultReleaseBranch: 'main', outdir }).synth();
  const { wheels, platforms } = JSON.parse(read('scripts/plan.json'));
  expect(wheels.map((wheel: { distribution: string }) => wheel.distribution)).toEqual([
    'apache-tvm-ffi',
    'tvm',
    'mlc-llm',
  ]);
  expect(Object.keys(platforms)).toEqual(['linux-x86_64', 'windows-amd64']);
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
  expect(Object.keys(JSON.parse(read('scripts/plan.json')).platforms)).toEqual(['linux-x86_64']);
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
