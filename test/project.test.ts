import { readdirSync } from 'node:fs';
import { parse } from 'yaml';
import { at, read } from './small';
import { MlcLlmPipelineProject, Platform } from '../src';
import type { Plan, PlannedBuild } from '../src/plan/plan';

const declare = (options: object = {}): MlcLlmPipelineProject =>
  new MlcLlmPipelineProject({
    name: 'my-wheels',
    githubRepository: 'acme/wheels',
    defaultReleaseBranch: 'main',
    outdir: at(''),
    ...options,
  });

const builtFirst = (): PlannedBuild => (JSON.parse(read('scripts/plan.json')) as Plan).builds[0];

test('with a name and a repository alone, a project builds tvm and mlc-llm and has all workflows', () => {
  declare().synth();
  const { wheels, platforms } = builtFirst();
  expect(wheels.map((wheel) => wheel.distribution)).toEqual(['apache-tvm-ffi', 'tvm', 'mlc-llm']);
  expect(platforms.map((platform) => platform.id)).toEqual(['linux-x86_64', 'windows-amd64']);
  expect(read('.gitattributes')).toMatch(
    /^\/scripts\/wheel_pipeline\.pyz (binary linguist-generated|linguist-generated binary)$/m,
  );
  for (const workflow of ['build', 'docker', 'linux', 'windows', 'release']) {
    expect(parse(read(`.github/workflows/${workflow}.yml`)).permissions).toEqual({});
  }
});

test('what is declared under pipeline replaces the default, the rest stays', () => {
  declare({
    name: '@acme/wheels',
    githubRepository: 'Acme/wheels',
    pipeline: { platforms: [Platform.LINUX_X86_64], image: { branches: ['stable'] } },
  }).synth();
  expect(builtFirst().platforms.map((platform) => platform.id)).toEqual(['linux-x86_64']);
  expect(parse(read('.github/workflows/docker.yml')).on.push.branches).toContain('stable');
  expect(builtFirst().image).toBe('ghcr.io/acme/wheels:latest');
});

// It was ignored: images and caches came from pushes to main, which there was not.
test("the project's default branch is that of the workflows", () => {
  declare({ defaultReleaseBranch: 'trunk' }).synth();
  const plan = JSON.parse(read('scripts/plan.json')) as Plan;
  expect([plan.defaultBranch, plan.image.branches]).toEqual(['trunk', ['trunk', 'dev']]);
  expect(parse(read('.github/workflows/linux.yml')).on.push.branches).toEqual(['trunk']);
  for (const workflow of ['docker', 'linux', 'windows', 'release', 'build']) {
    expect(read(`.github/workflows/${workflow}.yml`)).not.toMatch(/\bmain\b/);
  }
});

test.each<[object, string]>([
  [{ release: true }, 'release: true must be left out: release.yml publishes the wheels'],
  [{ projenrcTs: false }, 'projenrcTs: false must be left out or true'],
  [{ artifactsDirectory: 'dist' }, 'artifactsDirectory: "dist" must be another folder'],
  [{ githubRepository: 'wheels' }, 'githubRepository: "wheels" must be a GitHub repository as owner/name'],
  // projen took the path for the package's name, and `projen new` refused the package.json that it had written itself.
  ...['/tmp/mlc.tgz', 'mlc.tgz', './mlc', 'file:mlc.tgz', 'github:acme/mlc'].map((each): [object, string] => [
    { devDeps: ['tsx@^4', each] },
    `devDeps: "${each}" must be a package by name; an archive is NAME@file:/path/to/archive.tgz`,
  ]),
  [{ pipelin: {} }, 'options: "pipelin" must be an option that there is; the nearest is pipeline'],
  [{ variants: ['cuda-13.0'] }, 'options: "variants" must be inside pipeline: pipeline: { variants: … }'],
  [
    { pipeline: { toolchain: { package: [] } } },
    'pipeline.toolchain: "package" must be an option that there is; the nearest is packages',
  ],
  [{ pipeline: { linux: { timeoutMinutes: 1000 } } }, 'pipeline.linux.timeoutMinutes: 1000 must be a whole number'],
])('%j is refused, and nothing is written', (options, message) => {
  expect(() => declare(options)).toThrow(message);
  expect(readdirSync(at(''))).toEqual([]);
});

test.each(['mlc', '@acme/mlc@^1', 'mlc@file:/tmp/mlc.tgz', '@acme/mlc@git+https://github.com/acme/mlc.git'])(
  'accepts the dependency %s',
  (each) => expect(() => declare({ devDeps: [each] })).not.toThrow(),
);

test('tasks for the image and the wheels pass arguments through', () => {
  declare().synth();
  const { tasks } = JSON.parse(read('.projen/tasks.json'));
  for (const name of ['image', 'image:shell', 'wheel', 'wheel:test']) {
    expect(tasks[name].steps[0].receiveArgs).toBe(true);
  }
});
