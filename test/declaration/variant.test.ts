import { Platform, Variant } from '../../src';
import { PipelineOptions, resolvePipeline } from '../../src/declaration/pipeline';

const check = { name: 'import', imports: ['thing'] };
const DECLARATION: PipelineOptions = {
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
  wheels: [
    {
      distribution: 'thing',
      cmake: { all: { B: '2' }, linux: { D: '2' } },
      excludes: { linux: ['libgpu.so.1'] },
      systemLibraries: { linux: ['libgpu.so.1'] },
      checks: [{ name: 'device', python: ['pass'] }],
    },
    { distribution: 'on-top' },
  ],
};

const resolve = (...variants: Variant[]) => resolvePipeline({ ...DECLARATION, variants });

test('a variant is the pipeline with what it adds, under names of its own', () => {
  const [variant] = resolve(GPU).variants;
  expect(variant.platforms.map(({ id, title }) => [id, title])).toEqual([
    ['linux-x86_64-gpu-1.0', 'Linux x86-64, gpu-1.0'],
  ]);
  expect([variant.systems, variant.image.tag]).toEqual([['linux'], 'latest-gpu-1.0']);
  expect(variant.toolchain.packages.map((each) => each.name)).toContain('gpu-dev');
  expect(variant.toolchain.packages.map((each) => each.name)).not.toContain('delvewheel');
  const [shared, thing, onTop] = variant.wheels;
  expect(shared).toEqual(DECLARATION.wheels[0]);
  expect(thing).toMatchObject({
    distribution: 'thing-gpu10',
    builtAs: 'thing',
    cmake: { all: { A: '1', B: '2' }, linux: { C: '1', D: '2' } },
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
  const { variants: _, ...withVariant } = resolve(GPU);
  const { variants: none, ...without } = resolve();
  expect(withVariant).toEqual(without);
  expect(none).toEqual([]);
});

const WRONG: Array<[string, Variant[], string]> = [
  ['a name that is no file name', [{ ...GPU, name: 'GPU 1.0' }], 'variants.name: "GPU 1.0" must be lower-case'],
  ['a suffix with a dash', [{ ...GPU, suffix: '-gpu' }], 'variants[gpu-1.0].suffix: "-gpu" must be lower-case'],
  ['a name twice', [GPU, { ...GPU, suffix: 'other' }], 'variants: "gpu-1.0" must be declared once'],
  ['a suffix twice', [GPU, { ...GPU, name: 'other' }], 'variants.suffix: "gpu10" must be declared once'],
  ['no wheel', [{ ...GPU, wheels: [] }], 'variants[gpu-1.0].wheels: [] must be at least one wheel'],
  [
    'a wheel that is none',
    [{ ...GPU, wheels: [{ distribution: 'other' }] }],
    'variants[gpu-1.0].wheels.distribution: "other" must be a wheel of this pipeline: shared, thing, on-top',
  ],
  [
    'a wheel twice',
    [{ ...GPU, wheels: [{ distribution: 'thing' }, { distribution: 'Thing' }] }],
    'variants[gpu-1.0].wheels: "thing" must be declared once',
  ],
  [
    'a platform that the pipeline does not have',
    [{ ...GPU, platforms: [Platform.LINUX_AARCH64] }],
    'variants[gpu-1.0].platforms: "linux-aarch64" must be a platform of this pipeline',
  ],
  ['no platform', [{ ...GPU, platforms: [] }], 'variants[gpu-1.0].platforms: [] must be at least one platform'],
  [
    'an exclude that auditwheel would not match',
    [{ ...GPU, wheels: [{ distribution: 'thing', excludes: { linux: ['libgpu'] } }] }],
    'wheels[thing-gpu10].excludes.linux: "libgpu" must be a whole file name',
  ],
];

test.each(WRONG)('%s is answered with what would be right', (_, variants, message) => {
  expect(() => resolve(...variants)).toThrow(message);
});
