import { Platform, Variant } from '../../src';
import type { WheelPipelineOptions } from '../../src/declaration/pipeline';
import { resolvePlan } from '../../src/plan/resolve';

const check = { name: 'import', imports: ['thing'] };
const DECLARATION: WheelPipelineOptions = {
  repository: 'owner/thing',
  source: { folder: 'package' },
  wheels: ['shared', 'thing', 'on-top'].map((distribution) => ({ distribution, checks: [check] })),
};
const GPU: Variant = {
  name: 'gpu-1.0',
  suffix: 'gpu10',
  platforms: [Platform.LINUX_X86_64],
  wheels: [{ distribution: 'thing' }, { distribution: 'on-top' }],
};

const resolve = (...variants: Variant[]) => resolvePlan({ ...DECLARATION, variants });

const WRONG: Array<[string, Variant[], string]> = [
  ['a name that is no file name', [{ ...GPU, name: 'GPU 1.0' }], 'variants[0].name: "GPU 1.0" must be lower-case'],
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
    'a package twice',
    [{ ...GPU, packages: [{ name: 'zstd' }, { name: 'zstd' }] }],
    'variants[gpu-1.0].packages: "zstd" must be declared once',
  ],
  [
    'an exclude that auditwheel would not match',
    [{ ...GPU, wheels: [{ distribution: 'thing', excludes: { linux: ['libgpu'] } }] }],
    'variants[gpu-1.0].wheels[thing].excludes.linux: "libgpu" must be a whole file name',
  ],
];

test.each(WRONG)('%s is answered with what would be right', (_, variants, message) => {
  expect(() => resolve(...variants)).toThrow(message);
});
