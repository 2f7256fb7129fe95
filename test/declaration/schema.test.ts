/** Every option, and every kind of wrong value: one sentence, and never another error. */
import fc from 'fast-check';
import type * as declared from '../../src';
import { diskSchema } from '../../src/declaration/disk';
import { SpecError } from '../../src/declaration/error';
import { hookSchema } from '../../src/declaration/hook';
import { jobSchema, linuxOptionsSchema, systemOptionsSchema } from '../../src/declaration/job';
import { pinsSchema } from '../../src/declaration/pin-options';
import { imageSchema, pipelineSchema } from '../../src/declaration/pipeline-rules';
import { preflightSchema } from '../../src/declaration/preflight';
import { releaseSchema, triggersSchema } from '../../src/declaration/release';
import { definitionOf, parse } from '../../src/declaration/schema/parse';
import type { z } from '../../src/declaration/schema/values';
import { sourceSchema } from '../../src/declaration/source';
import { toolchainSchema } from '../../src/declaration/toolchain-rules';
import { upkeepSchema } from '../../src/declaration/upkeep';
import { variantChangesSchema, variantSchema } from '../../src/declaration/variant';
import { mlcLlmSchema } from '../../src/mlc-llm/options';
import { resolvePlan } from '../../src/plan/resolve';

/** Whether two types have the same options with the same values; the compiler answers. */
type Same<A, B> = [A, B] extends [B, A] ? ([keyof A, keyof B] extends [keyof B, keyof A] ? true : false) : false;
type Says<S extends z.ZodMiniType, T> = Same<z.infer<S>, T>;

test('each schema takes what its interface says, and nothing else', () => {
  // A `false` among these does not compile.
  const agree: true[] = [
    true satisfies Says<typeof pipelineSchema, declared.WheelPipelineOptions>,
    true satisfies Says<typeof mlcLlmSchema, declared.MlcLlmPipelineOptions>,
    true satisfies Says<typeof sourceSchema, declared.Source>,
    true satisfies Says<typeof variantSchema, declared.Variant>,
    true satisfies Says<typeof variantChangesSchema, declared.VariantChanges>,
    true satisfies Says<typeof toolchainSchema, declared.Toolchain>,
    true satisfies Says<typeof preflightSchema, declared.Preflight>,
    true satisfies Says<typeof diskSchema, declared.DiskFigures>,
    true satisfies Says<typeof hookSchema, declared.Hook>,
    true satisfies Says<typeof jobSchema, declared.JobOptions>,
    true satisfies Says<typeof systemOptionsSchema, declared.SystemOptions>,
    true satisfies Says<typeof linuxOptionsSchema, declared.LinuxOptions>,
    true satisfies Says<typeof imageSchema, declared.ImageOptions>,
    true satisfies Says<typeof pinsSchema, declared.PinOptions>,
    true satisfies Says<typeof releaseSchema, declared.ReleaseOptions>,
    true satisfies Says<typeof triggersSchema, declared.TriggerOptions>,
    true satisfies Says<typeof upkeepSchema, declared.UpkeepOptions>,
  ];
  expect(agree).not.toContain(false);
});

/** A small declaration that is right. */
const VALID = {
  repository: 'owner/thing',
  source: { folder: 'thing' },
  wheels: [{ distribution: 'thing', checks: [{ name: 'import', imports: ['thing'] }] }],
};

/** A place in a declaration: how a value gets there, and what it should be. */
interface Place {
  readonly option: string;
  readonly type: string;
  readonly schema: z.ZodMiniType;
  readonly put: (value: unknown) => unknown;
}

/** All places of a schema, down to the entries of lists and the values of names. */
function* places(schema: z.ZodMiniType, option: string, put: Place['put']): Generator<Place> {
  const definition = definitionOf(schema);
  yield { option, type: definition.type, schema, put };
  const { shape = {}, element, valueType } = definition;
  for (const [key, inner] of Object.entries(shape)) {
    yield* places(inner, option ? `${option}.${key}` : key, (value) => put({ [key]: value }));
  }
  if (element) yield* places(element, `${option}[]`, (value) => put([value]));
  if (valueType) yield* places(valueType, `${option}{}`, (value) => put({ NAME: value }));
}

const PLACES = [...places(pipelineSchema, '', (value) => value)].slice(1);

/** What a declaration is answered with. */
function answer(declaration: unknown): unknown {
  try {
    resolvePlan({ ...VALID, ...(declaration as object) } as declared.WheelPipelineOptions);
    return undefined;
  } catch (error) {
    return error;
  }
}

function expectOneSentence(error: unknown): void {
  expect(error).toBeInstanceOf(SpecError);
  const { message } = error as SpecError;
  expect(message).toMatch(/^[^\n\r]+: [^\n\r]+ must be [^\n\r]+$/);
  expect(message).not.toMatch(/Invalid input|expected string/);
  expect(message.length).toBeLessThan(600);
}

const TEXTS = ['', ' ', 'a\nb', 'a\r', '\0', '\u0007', '\u2028', '\ud800', '${{ secrets.X }}', 'a${{'];
const KINDS: Record<string, unknown[]> = {
  string: [...TEXTS, null, 0, NaN, true, [], {}, ['a'], { a: 1 }, () => 1, Symbol('x'), 10n],
  number: [NaN, Infinity, -Infinity, -1, 0, null, '1', true, [], {}, () => 1, 10n],
  boolean: [null, 0, 1, '', 'true', [], {}, NaN],
  enum: [...TEXTS, 'nonsense', null, 0, true, [], {}, undefined].filter((value) => value !== undefined),
  union: [...TEXTS, null, 0, true, {}, [], [''], ['a\nb'], ['${{ x }}'], [[]]],
  array: [null, 0, '', 'text', true, {}, { length: 1 }, [null], [undefined], [[]], NaN],
  object: [null, 0, '', 'text', true, [], [{}], NaN, { nonsense: 1 }, new Date(), new Map()],
  record: [null, 0, '', 'text', true, [], ['a'], { 'a b': 'x' }, { '': 'x' }, { 'a\nb': 'x' }, { 'a${{ b': 'x' }],
};

/** Where a text may be empty, or may be anything on one line. */
const MAY_BE_EMPTY = /environment(\{\})?$|cmake\.\w+\{\}|settings\{\}|\.command\[\]|\.python\[\]|schedule$/;
/** Files of the source: they are as long as they are, and reach no workflow. */
const FILE = /overlay\{\}$/;

test('the schemas reach every option', () => {
  expect(PLACES.length).toBeGreaterThan(150);
  for (const { type } of PLACES) expect(Object.keys(KINDS)).toContain(type);
});

test.each(PLACES.map((place) => [place.option, place] as const))('%s', (option, { type, put, schema }) => {
  for (const value of KINDS[type]) {
    if (typeof value === 'string' && value.trim() === '' && value.length < 2 && MAY_BE_EMPTY.test(option)) continue;
    if (FILE.test(option) && typeof value === 'string' && !['', ' ', '\0', '\ud800'].includes(value)) continue;
    // An empty list or object says nothing; it is wrong where something has to be in it.
    if (Array.isArray(value) && value.length === 0 && type === 'array') continue;
    expect(() => parse(schema, value)).toThrow(SpecError);
    expectOneSentence(answer(put(value)));
  }
});

test('whatever stands anywhere, the answer is a plan or one sentence', () => {
  const anything = fc.oneof(fc.anything(), fc.string({ unit: 'binary' }), fc.constantFrom(...TEXTS), fc.double());
  fc.assert(
    fc.property(fc.constantFrom(...PLACES), anything, ({ put }, value) => {
      const error = answer(put(value));
      if (error !== undefined) expectOneSentence(error);
    }),
    { numRuns: 3000, seed: 15 },
  );
});

test('no text that is taken has a line of its own in a plan, or is evaluated', () => {
  const texts = fc.string({ unit: fc.constantFrom('a', '$', '{', '}', '\n', '\r', "'", '"', '\\', ' ', ':', '#') });
  const strings = PLACES.filter(({ type, option }) => type === 'string' && !FILE.test(option));
  fc.assert(
    fc.property(fc.constantFrom(...strings), texts, ({ schema }, value) => {
      let taken: unknown;
      try {
        taken = parse(schema, value);
      } catch (error) {
        expectOneSentence(error);
        return;
      }
      expect(taken).toBe(value);
      expect(value).not.toMatch(/[\n\r]|\$\{\{/);
    }),
    { numRuns: 3000, seed: 15 },
  );
});

test.each([
  [{ enviroment: {} }, 'options: "enviroment" must be an option that there is; the nearest is environment'],
  [{ linux: { runner: 'big' } }, 'linux: "runner" must be an option that there is; the nearest is runsOn'],
  [{ toolchain: { pakages: [] } }, 'toolchain: "pakages" must be an option that there is; the nearest is packages'],
  [
    { wheels: [{ ...VALID.wheels[0], check: [] }] },
    'wheels[thing]: "check" must be an option that there is; the nearest is checks',
  ],
  [{ platforms: ['linux'] }, 'platforms: "linux" must be one of linux-x86_64, linux-aarch64, windows-amd64'],
  [{ environment: { A: 1 } }, "environment[A]: 1 must be a variable's text"],
  [{ image: { branches: ['${{ x }}'] } }, 'image.branches: "${{ x }}" must be the name of a branch'],
  [{ environment: { WHEEL_VERSION: '9' } }, 'environment: "WHEEL_VERSION" must be a variable of your own'],
  [{ prefix: '../x' }, 'prefix: "../x" must be a relative path that stays inside the project'],
])('%j is answered with %s', (changes, message) => {
  const error = answer(changes);
  expectOneSentence(error);
  expect((error as SpecError).message).toContain(message);
});
