import Ajv from 'ajv/dist/2020';
import { Platform } from '../../src';
import type { WheelPipelineOptions } from '../../src';
import { mlcLlm } from '../../src/mlc-llm/declaration';
import { MlcLlmVariant, mlcLlmVariant } from '../../src/mlc-llm/variants';
import { Plan, planSchema, programPlan } from '../../src/plan/plan';
import { resolvePlan } from '../../src/plan/resolve';

const validate = new Ajv({ strict: true, allowUnionTypes: true, keywords: ['synthesis'] }).compile(planSchema());

const MLC_LLM: WheelPipelineOptions = { ...mlcLlm(), repository: 'owner/name' };
const SMALL: WheelPipelineOptions = {
  repository: 'owner/thing',
  source: { folder: 'thing' },
  wheels: [{ distribution: 'thing', checks: [{ name: 'import', imports: ['thing'] }] }],
};
const variants = Object.values(MlcLlmVariant).map(mlcLlmVariant);

const plans: Array<[string, Plan]> = [
  ['MLC-LLM with every variant', resolvePlan({ ...MLC_LLM, variants })],
  ['MLC-LLM on every platform', resolvePlan({ ...MLC_LLM, platforms: Object.values(Platform) })],
  ['a small package', resolvePlan(SMALL)],
  ['a package for Linux only', resolvePlan({ ...SMALL, platforms: [Platform.LINUX_AARCH64] })],
  ['a package for Windows only', resolvePlan({ ...SMALL, platforms: [Platform.WINDOWS_AMD64] })],
];

describe.each(plans)('the plan of %s', (_, plan) => {
  test('is one by its schema', () => {
    validate(plan);
    expect(validate.errors ?? []).toEqual([]);
  });

  test('has exactly one kind of source', () => {
    const { git, sdist, folder } = plan.source;
    expect([git, sdist, folder].filter((kind) => kind !== null)).toHaveLength(1);
  });

  test("has the pipeline's own build first, and no two builds or platforms of one name", () => {
    expect(plan.builds[0].variant).toBeNull();
    for (const names of [
      plan.builds.map((build) => build.variant),
      plan.builds.map((build) => build.image),
      plan.builds.map((build) => build.conda.file),
      plan.builds.flatMap((build) => build.platforms).map((platform) => platform.id),
    ]) {
      expect(names).toEqual([...new Set(names)]);
    }
  });

  test('pins each wheel on one that the same build makes before it', () => {
    for (const { wheels } of plan.builds) {
      const names = wheels.map((wheel) => wheel.distribution);
      wheels.forEach((wheel, index) =>
        wheel.requires.pin.forEach((pin) => expect(names.slice(0, index)).toContain(pin)),
      );
    }
  });

  test('has exactly one of imports, command and python in a check', () => {
    for (const check of plan.builds.flatMap((build) => build.wheels).flatMap((wheel) => wheel.checks)) {
      const given = [check.imports, check.command, check.python].filter((value) => value !== null);
      expect(given).toHaveLength(1);
    }
  });

  test('has nothing but empty values for a system that is not declared', () => {
    for (const build of plan.builds) {
      const missing = (['linux', 'windows'] as const).filter((system) => !build.systems.includes(system));
      for (const system of missing) {
        expect([build.environment[system], build.diskGigabytes[system]]).toEqual([{}, null]);
        for (const wheel of build.wheels) {
          const { settings, excludes, systemLibraries, maxBytes } = wheel;
          expect([settings, excludes, systemLibraries].map((each) => each[system])).toEqual([[], [], []]);
          expect(maxBytes[system]).toBeNull();
        }
        const others = [...build.tools, ...build.conda.packages].map((each) => each.system);
        expect(others).not.toContain(system);
      }
    }
  });
});

describe('the schema', () => {
  const plan = resolvePlan(SMALL);

  test('is written for the dialect that it names, with what the fields mean', () => {
    expect(planSchema()).toMatchObject({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      additionalProperties: false,
      properties: { repository: { description: 'On GitHub, as owner/name.' } },
    });
  });

  test.each([
    ['a plan without its wheels', { ...plan, builds: [{ ...plan.builds[0], wheels: undefined }] }],
    ['a key that nobody reads', { ...plan, colour: 'red' }],
    ['another shape', { ...plan, schema: 1 }],
    ['a number as text', { ...plan, limits: { ...plan.limits, attempts: '4' } }],
    ['no build', { ...plan, builds: [] }],
  ])('refuses %s', (_, wrong) => {
    expect(validate(JSON.parse(JSON.stringify(wrong)))).toBe(false);
  });
});

describe('the plan of the program', () => {
  const text = JSON.stringify(programPlan(resolvePlan({ ...MLC_LLM, variants })));

  test('has no field that synthesis alone needs', () => {
    expect(JSON.stringify(planSchema())).toContain('"synthesis":true');
    const found = ['conda', 'runner', 'timeoutMinutes', 'filters', 'jobs', 'schedule'].filter((name) =>
      text.includes(`"${name}":`),
    );
    expect(found).toEqual([]);
  });

  test('leaves out what is null, and keeps both systems of a value', () => {
    expect(text.replaceAll(/"maxBytes":\{[^}]*\}|"diskGigabytes":\{[^}]*\}/g, '')).not.toContain('null');
    expect(text).toMatch(/"maxBytes":\{"linux":(null|\d+),"windows":(null|\d+)\}/);
  });
});
