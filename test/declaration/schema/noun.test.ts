/** One table entry per option: its schema, its default in the plan and its merge. */
import {
  defaulted,
  entriesOf,
  nested,
  optional,
  optionsOf,
  perSystem,
  required,
} from '../../../src/declaration/schema/noun';
import { parse } from '../../../src/declaration/schema/parse';
import { flag, listOf, recordOf, text, z } from '../../../src/declaration/schema/values';

interface Part {
  readonly name: string;
  readonly color?: string;
}

interface Thing {
  readonly name: string;
  readonly note?: string;
  readonly fast?: boolean;
  readonly folders?: string[];
  readonly globs?: string[];
  readonly limits?: { readonly linux?: string; readonly windows?: string };
  readonly part?: { readonly add?: string[] };
  readonly parts: Part[];
  readonly extra?: { readonly [name: string]: string };
}

const part = optionsOf<Part>()({ name: required(text()), color: optional(text()) });
const thing = optionsOf<Thing>()(
  {
    name: required(text()),
    note: optional(text()),
    fast: defaulted(flag, false),
    folders: defaulted(listOf(text()), []),
    globs: defaulted(listOf(text()), ['*.a']),
    limits: perSystem(null, { linux: text(), windows: text() }),
    part: nested('Part', optionsOf<{ readonly add?: string[] }>()({ add: defaulted(listOf(text()), []) })),
    parts: entriesOf('Part', part, 'name', 'at least one part'),
  },
  { extra: z.optional(recordOf(text(), text())) },
);
const small: Thing = { name: 'x', parts: [{ name: 'a' }] };

test('the plan has every default, and not the options that it has in another shape', () => {
  expect(thing.resolve({ ...small, extra: { A: '1' } }, ['linux', 'windows'])).toEqual({
    name: 'x',
    note: null,
    fast: false,
    folders: [],
    globs: ['*.a'],
    limits: { linux: null, windows: null },
    part: { add: [] },
    parts: [{ name: 'a', color: null }],
  });
});

test('a value for a system that nothing is built on is left out', () => {
  const limits = { linux: 'l', windows: 'w' };
  expect(thing.resolve({ ...small, limits }, ['linux']).limits).toEqual({ linux: 'l', windows: null });
});

test('a change adds to lists and to names with values, and replaces the rest', () => {
  const ours: Thing = { ...small, note: 'old', folders: ['a'], limits: { linux: '1' }, extra: { A: '1', B: '2' } };
  const change = {
    note: 'new',
    folders: ['a', 'b'],
    limits: { windows: '2' },
    extra: { B: '3' },
    part: { add: ['p'] },
  };
  expect(thing.merge(ours, change)).toEqual({
    ...ours,
    note: 'new',
    folders: ['a', 'b'],
    limits: { linux: '1', windows: '2' },
    extra: { A: '1', B: '3' },
    part: { add: ['p'] },
  });
});

test('an entry replaces the one of the same key, and keeps its place', () => {
  const ours: Thing = { name: 'x', parts: [{ name: 'a', color: 'red' }, { name: 'b' }] };
  const parts = [{ name: 'c' }, { name: 'a', color: 'blue' }];
  expect(thing.merge(ours, { parts }).parts).toEqual([{ name: 'a', color: 'blue' }, { name: 'b' }, { name: 'c' }]);
});

test('a change of a list that is not declared adds to its default', () => {
  expect(thing.merge(small, { globs: ['*.o'] }).globs).toEqual(['*.a', '*.o']);
  expect(thing.merge({ ...small, globs: [] }, { globs: ['*.o'] }).globs).toEqual(['*.o']);
});

test('what is undefined changes nothing', () => {
  const ours = { ...small, note: 'old', limits: { linux: '1' } };
  expect(thing.merge(ours, { note: undefined, limits: { linux: undefined } })).toEqual(ours);
});

test('an option that the table does not have is refused, and the compiler refuses a table that is not complete', () => {
  expect(() => parse(thing.schema, { ...small, colour: 1 })).toThrow('colour');
  // @ts-expect-error `color` is missing
  optionsOf<Part>()({ name: required(text()) });
  // @ts-expect-error `size` is no option
  optionsOf<Part>()({ name: required(text()), color: optional(text()), size: optional(text()) });
});
