/** What is tried of each kind of statement, and what must be seen: the same in both shells. */
import { PWSH } from './powershell-trial';
import { Build, GLOBS, NAME, NASTY, Observed } from './trial';
import { Condition, Statement, text, Variable } from '../../src/scripts/script';

/** Something that is tried in both shells, and must be seen to do the same. */
export interface Case {
  readonly title: string;
  readonly build: Build;
  readonly env?: Record<string, string>;
  /** Files of the working folder. */
  readonly files?: Record<string, string>;
  /** What must be seen, so that two shells which both do nothing are not taken for equal. */
  readonly sees: Partial<Observed>;
}

export const KEPT = new Variable('KEPT');
const kept = (index: number): Variable => new Variable(`KEPT_${index}`);
/** Arguments for real programs; see {@link GLOBS}. */
const ARGUMENTS = PWSH && process.platform !== 'win32' ? NASTY : [...NASTY, ...GLOBS];
/** A value with what every shell is tempted by. */
export const VALUE = '$x "y" `z` \u2019\u201d %q; \\';
/** Names that a file can have wherever the scripts run. */
const NAMES = [
  'a b',
  "it's",
  '$x',
  'a`b',
  ';',
  '=',
  '-x',
  '--',
  'ü€',
  '\u2019\u201d',
  '%q',
  '{}',
  '@x',
  '#x',
  '&',
  '(a)',
];
const failed = (status: number): Partial<Observed> => ({
  status,
  complaint: `trial: step "1. Try it" failed with exit status ${status}`,
});
export const said = (line: string): Partial<Observed> => ({ status: 0, said: `==> 1. Try it\n${line}\n` });

/** Every kind of statement: a new one without a row does not compile. */
export const CASES: Record<Statement['kind'], readonly Case[]> = {
  run: [
    {
      title: 'arguments reach a program unchanged',
      build: (step) => step.run('record', ...ARGUMENTS),
      sees: { status: 0, calls: [['record', ...ARGUMENTS]] },
    },
    {
      title: 'arguments reach it unchanged around a variable',
      build: (step) => step.run('record', NAME, ...ARGUMENTS.map((each) => text`${each}${NAME}${each}`)),
      env: { NAME: VALUE },
      sees: { status: 0, calls: [['record', VALUE, ...ARGUMENTS.map((each) => `${each}${VALUE}${each}`)]] },
    },
    {
      title: 'variables are told from the text beside them',
      build: (step) =>
        step.run('record', ...['x', '_', '0', ':x', '[0]', '.a', '-a', '?', '}'].map((each) => text`${NAME}${each}`)),
      sees: {
        calls: [['record', ...['x', '_', '0', ':x', '[0]', '.a', '-a', '?', '}'].map((each) => `nobody${each}`)]],
      },
    },
    {
      title: 'options on lines of their own stay single arguments',
      build: (step) =>
        step.run('record', 'x'.repeat(60), '--quiet', '--name=a b', 'y'.repeat(60), '--', text`--n=${NAME}`, 'z'),
      sees: {
        calls: [['record', 'x'.repeat(60), '--quiet', '--name=a b', 'y'.repeat(60), '--', '--n=nobody', 'z']],
      },
    },
    { title: 'a program may have no argument', build: (step) => step.run('record'), sees: { calls: [['record']] } },
    {
      title: 'a failure ends the script with the status of the program',
      build: (step) => step.run('refuse', 'a').run('record', 'not reached'),
      sees: { ...failed(3), calls: [['refuse', 'a']] },
    },
    {
      title: 'a retry starts again with the same arguments, until it succeeds',
      build: (step) => step.retry(3, 'flaky', ...NASTY).run('record', 'reached'),
      sees: {
        status: 0,
        calls: [
          ['flaky', ...NASTY],
          ['flaky', ...NASTY],
          ['record', 'reached'],
        ],
      },
    },
    {
      title: 'the last failure of a retry ends the script',
      build: (step) => step.retry(2, 'refuse').run('record', 'not reached'),
      sees: { ...failed(3), calls: [['refuse'], ['refuse']] },
    },
  ],
  attempt: [
    {
      title: 'a failure does not matter',
      build: (step) => step.attempt('refuse', ...NASTY).run('record', 'reached'),
      sees: {
        status: 0,
        calls: [
          ['refuse', ...NASTY],
          ['record', 'reached'],
        ],
      },
    },
  ],
  capture: [
    {
      title: 'what a program prints reaches the next one unchanged',
      build: (step) =>
        ['a b', " it's ", VALUE, '', '-x', '--', 'ü€', 'a\nb', '\ta'].forEach((each) =>
          step.capture(KEPT, 'answer', each).run('record', KEPT, text`<${KEPT}>`),
        ),
      sees: { status: 0 },
    },
    {
      title: 'a failure ends the script',
      build: (step) => step.capture(KEPT, 'refuse').run('record', 'not reached'),
      sees: { ...failed(3), calls: [['refuse']] },
    },
  ],
  expect: [
    {
      title: 'the expected output passes',
      build: (step) => step.expect(VALUE, ['answer', VALUE], 'Advice.').expect(NAME, ['answer', NAME], 'Advice.'),
      env: { NAME: VALUE },
      sees: {
        status: 0,
        calls: [
          ['answer', VALUE],
          ['answer', VALUE],
        ],
      },
    },
    {
      title: 'another output fails with the advice, and case matters',
      build: (step) => step.expect('a', ['answer', 'A'], `Do ${VALUE}`),
      sees: { status: 1, complaint: `trial: 1. Try it: expected 'a', got 'A' from: answer A. Do ${VALUE}` },
    },
    {
      title: 'a failure ends the script with the status of the program',
      build: (step) => step.expect('', ['refuse'], 'Advice.'),
      sees: failed(3),
    },
  ],
  need: [
    { title: 'a program that is there passes', build: (step) => step.need('record', 'Advice.'), sees: { status: 0 } },
    {
      title: 'a missing one is named with the advice',
      build: (step) => step.need('no such-command', `Do ${VALUE}`),
      sees: { status: 1, complaint: `trial: 1. Try it: no such-command is not on the PATH. Do ${VALUE}` },
    },
  ],
  set: [
    {
      title: 'a variable holds any value',
      build: (step) =>
        step
          .each(NASTY, (each, value) => each.set(kept(NASTY.indexOf(value)), value))
          .run('record', ...NASTY.map((_, index) => kept(index))),
      sees: { status: 0, calls: [['record', ...NASTY]] },
    },
    {
      title: 'programs see what is exported, and nothing else',
      build: (step) =>
        step
          // An empty one is left out: before 7.5, PowerShell takes it for none.
          .each(
            NASTY.filter((each) => each !== ''),
            (each, value) => each.export(kept(NASTY.indexOf(value)), value),
          )
          .export(NAME, text`<${NAME}>`)
          .set(KEPT, 'not exported')
          .run('record')
          .run('bash', '-c', 'printf "%s,%s" "$NAME" "${KEPT-none}" >seen')
          .run('bash', '-c', 'env -0 | grep -z ^KEPT_ | sort -zV >exported'),
      sees: {
        files: {
          seen: '<nobody>,none',
          exported: NASTY.map((value, index) => `KEPT_${index}=${value}\0`)
            .slice(1)
            .join(''),
        },
      },
    },
  ],
  makeFolder: [
    {
      title: 'folders are made with their parents, whatever their names, and those that are there stay',
      build: (step) => step.each(NAMES, (each, name) => each.makeFolder(`${name}/in`)).makeFolder(text`of ${NAME}`),
      files: { 'a b/kept': 'x' },
      sees: { status: 0 },
    },
  ],
  emptyFolder: [
    {
      title: 'folders are made anew, others are left alone',
      build: (step) => step.each(NAMES, (each, name) => each.emptyFolder(name)).emptyFolder(text`${NAME}/in`),
      files: { 'a b/gone/file': 'x', 'nobody/in/.gone': 'x', 'nobody/kept': 'x', kept: 'x' },
      sees: { status: 0 },
    },
  ],
  copyTree: [
    {
      title: 'all that a folder holds goes into another, which keeps what else it holds',
      build: (step) =>
        step
          .copyTree('from', 'to')
          .copyTree('from', text`new ${NAME}/deep`)
          .copyTree("it's", '-x'),
      files: {
        ...{ 'from/.hidden': 'x', 'from/a/b': 'new', 'from/a/.c/d': 'x', 'from/-e': 'x', "it's/it": 'x' },
        ...{ 'to/a/b': 'old', 'to/a/kept': 'x' },
      },
      sees: { status: 0 },
    },
    {
      title: 'a folder that is not there is named',
      build: (step) => step.copyTree('no where', 'to'),
      sees: { status: 1, complaint: 'trial: 1. Try it: no where is not a folder' },
    },
  ],
  write: [
    {
      title: 'lines are written as they are, each ended with a line feed',
      build: (step) => step.write('one', ...NASTY, text`<${NAME}>`).each(NAMES, (each, name) => each.write(name, name)),
      sees: {
        files: { one: `${NASTY.join('\n')}\n<nobody>\n`, ...Object.fromEntries(NAMES.map((n) => [n, `${n}\n`])) },
      },
    },
  ],
  // Nothing to compare with: see "what only Windows does" below.
  windows: [],
  comment: [
    {
      title: 'nothing happens, whatever it says',
      build: (step) => step.comment('$(touch a) `touch b`', "it's \\", '', '"', '<#', '@"').run('record'),
      sees: { status: 0, calls: [['record']], files: {} },
    },
  ],
  say: [
    { title: 'a line is printed', build: (step) => step.say('it is so'), sees: said('it is so') },
    {
      title: 'it is printed as it is',
      build: (step) => step.say(text`${NASTY.join(' ')}${NAME}`),
      sees: said(`${NASTY.join(' ').replaceAll('\r\n', '\n')}nobody`),
    },
  ],
  fail: [
    {
      title: 'the script ends with the message',
      build: (step) => step.fail(text`${VALUE} of ${NAME}`).say('not reached'),
      sees: { status: 1, complaint: `trial: 1. Try it: ${VALUE} of nobody` },
    },
  ],
  when: [
    {
      title: 'branches may be nested, empty or left out',
      build: (step) =>
        step.when(
          { kind: 'isSet', variable: NAME },
          (set) =>
            set.when(
              { kind: 'exists', path: 'nowhere' },
              () => {},
              (missing) =>
                missing.say('missing').when({ kind: 'onPath', command: 'record' }, (there) => there.say('there')),
            ),
          (unset) => unset.fail('unset'),
        ),
      sees: said('missing\nthere'),
    },
  ],
};

/** Every condition, with what makes it hold and what does not. */
export const CONDITIONS: Record<Condition['kind'], (value: string) => Condition> = {
  isSet: () => ({ kind: 'isSet', variable: KEPT }),
  exists: (value) => ({ kind: 'exists', path: value }),
  onPath: (value) => ({ kind: 'onPath', command: value }),
};
export const HOLDS: Record<Condition['kind'], readonly string[]> = {
  isSet: ['x', ' ', '0', 'False', '$null', "''"],
  exists: ['a b', 'scripts', '.', '-x', "it's"],
  onPath: ['record', 'a-tool'],
};
export const DOES_NOT: Record<Condition['kind'], readonly string[]> = {
  isSet: [''],
  exists: ['', 'nowhere', '$x', 'scripts/nowhere'],
  onPath: ['no such-command', "it's"],
};
