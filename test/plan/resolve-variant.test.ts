import { Platform, Variant } from '../../src';
import type { WheelPipelineOptions } from '../../src';
import { resolvePlan } from '../../src/plan/resolve';

const check = { name: 'import', imports: ['thing'] };
const DECLARATION: WheelPipelineOptions = {
  repository: 'owner/thing',
  source: { folder: 'package' },
  wheels: [
    { distribution: 'shared', checks: [check] },
    {
      distribution: 'thing',
      cmake: { all: { A: '1', B: '1' }, linux: { C: '1' } },
      excludes: { linux: ['libshared.so'] },
      requires: { pin: ['shared'] },
      checks: [check],
    },
    { distribution: 'on-top', requires: { pin: ['shared', 'thing'] }, checks: [check] },
  ],
};
const GPU: Variant = {
  name: 'gpu-1.0',
  suffix: 'gpu10',
  platforms: [Platform.LINUX_X86_64],
  packages: [{ name: 'gpu-dev', version: '1.0.*' }],
  deviceOptions: '--gpus all',
  wheels: [
    {
      distribution: 'thing',
      cmake: { all: { B: '2' }, linux: { D: '2' } },
      excludes: { linux: ['libgpu.so.1'] },
      systemLibraries: { linux: ['libgpu.so.1'] },
      checks: [{ name: 'device', python: ['checks/device.py'] }],
    },
    { distribution: 'on-top' },
  ],
};
const resolve = (...variants: Variant[]) => resolvePlan({ ...DECLARATION, variants });

test('a variant is the pipeline with what it adds, under names of its own', () => {
  const [main, variant] = resolve(GPU).builds;
  expect(variant).toMatchObject({
    name: 'thing-gpu-1.0',
    variant: 'gpu-1.0',
    image: 'ghcr.io/owner/thing:latest-gpu-1.0',
    imageTag: 'latest-gpu-1.0',
    systems: ['linux'],
    platforms: [
      { id: 'linux-x86_64-gpu-1.0', title: 'Linux x86-64, gpu-1.0', lock: 'docker/conda-linux-64-gpu-1.0.lock' },
    ],
    dockerfile: 'docker/gpu-1.0.Dockerfile',
    conda: { name: 'thing-gpu-1.0-toolchain', file: 'docker/environment-gpu-1.0.yml' },
    deviceOptions: '--gpus all',
    runnerByVariable: true,
  });
  const packages = variant.conda.packages.map((each) => each.name);
  expect(packages).toContain('gpu-dev');
  expect(packages).not.toContain('delvewheel');
  const [shared, thing, onTop] = variant.wheels;
  expect(shared).toMatchObject({ distribution: 'shared', builtAs: 'shared', checks: main.wheels[0].checks });
  expect(thing).toMatchObject({
    distribution: 'thing-gpu10',
    builtAs: 'thing',
    settings: { linux: expect.arrayContaining(['A=1', 'B=2', 'C=1', 'D=2'].map((entry) => `cmake.define.${entry}`)) },
    excludes: { linux: ['libshared.so', 'libgpu.so.1'] },
    requires: { pin: ['shared'], drop: [] },
  });
  expect(thing.checks.map((each) => each.name)).toEqual(['import', 'device']);
  // What the source requires as `thing` is there as `thing-gpu10`.
  expect(onTop).toMatchObject({
    distribution: 'on-top-gpu10',
    requires: { pin: ['shared', 'thing-gpu10'], drop: ['thing'] },
  });
});

test('the pipeline itself stays as it is without variants', () => {
  expect(resolve(GPU).builds[0]).toEqual(resolve().builds[0]);
});

test('a variant for all platforms is built for all of them', () => {
  const { platforms: _, ...everywhere } = GPU;
  expect(resolve(everywhere).builds[1].platforms.map(({ id }) => id)).toEqual([
    'linux-x86_64-gpu-1.0',
    'windows-amd64-gpu-1.0',
  ]);
});
