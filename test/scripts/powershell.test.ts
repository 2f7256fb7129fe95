import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { Project } from 'projen';
import { loadReader, nowhere, PowerShellReader } from './powershell-reader';
import { WheelPipeline } from '../../src';
import { mlcLlm } from '../../src/mlc-llm/declaration';
import { commandLines } from '../../src/scripts/lines';
import { quotePowerShell } from '../../src/scripts/powershell';
import { POWERSHELL_FUNCTIONS, PowerShellFunction } from '../../src/scripts/powershell-functions';
import { Text, Variable, Word } from '../../src/scripts/script';

const VARIABLES: Record<string, string> = { NAME: 'a "b" $c `d \u2019', _X9: '' };

let reader: PowerShellReader;
beforeAll(async () => {
  reader = await loadReader();
});

test('every synthesized PowerShell file has no syntax error', () => {
  const outdir = mkdtempSync(join(tmpdir(), 'powershell-'));
  try {
    const project = new Project({ name: 'mlc-llm', outdir });
    new WheelPipeline(project, { repository: 'owner/name', ...mlcLlm() });
    process.env.PROJEN_DISABLE_POST = '1';
    project.synth();
    const files = (readdirSync(outdir, { recursive: true }) as string[]).filter((path) => /\.psm?1$/.test(path)).sort();
    expect(files).toEqual(['scripts/build.ps1', 'scripts/install-vulkan-sdk.ps1', 'scripts/test.ps1']);
    const errors = files.map((path) => [path, reader.errors(readFileSync(join(outdir, path), 'utf8'))]);
    expect(errors).toEqual(files.map((path) => [path, []]));
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
});

test.each(Object.entries(POWERSHELL_FUNCTIONS))('%s brings the functions that it calls', (name, { text, uses }) => {
  const known = (each: string): each is PowerShellFunction => each in POWERSHELL_FUNCTIONS;
  expect(reader.errors(text)).toEqual([]);
  expect(reader.called(text).filter((each) => known(each) && each !== name && !uses.includes(each))).toEqual([]);
});

const RUNS = { numRuns: 500 };

/** Any text without NUL, which no argument can hold, with more of what PowerShell reads something into. */
const literal = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 3 }),
      fc.string({ unit: 'binary', maxLength: 3 }),
      fc.constantFrom(...Array.from('\'"\u2018\u2019\u201a\u201b\u201c\u201d\u201e`$(){}@#%;&|<> \t\n\r\\,=:-?[n0')),
    ),
    { maxLength: 8 },
  )
  .map((pieces) => pieces.join('').replaceAll('\0', ''));
const variable = fc.constantFrom(...Object.keys(VARIABLES)).map((name) => new Variable(name));
const withVariables = fc.array(fc.oneof(literal, variable), { maxLength: 5 }).map((parts) => new Text(parts));
const valueOf = (word: Word): string =>
  (word instanceof Text ? word.parts : [word])
    .map((part) => (part instanceof Variable ? VARIABLES[part.name] : part))
    .join('');

describe('a word is quoted so that PowerShell reads back what was meant', () => {
  test('for any text', () => {
    fc.assert(
      fc.property(literal, (word) => expect(reader.evaluate(quotePowerShell(word))).toBe(word)),
      RUNS,
    );
  });

  test('for any text with variables in it', () => {
    fc.assert(
      fc.property(withVariables, (word) => {
        expect(reader.evaluate(quotePowerShell(word), VARIABLES)).toBe(valueOf(word));
      }),
      RUNS,
    );
  });

  test('among others, on one line or on several', () => {
    const words = fc.array(
      fc.oneof(
        literal,
        withVariables,
        literal.map((each) => `--${each}`),
      ),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(words, (argv) => {
        const read: string[][] = [];
        const lines = commandLines(['step', ...argv.map(quotePowerShell)], '`');
        reader.runSteps(
          lines.join('\n'),
          nowhere(new Map(Object.entries(VARIABLES)), (_, argument) => void read.push([...argument])),
        );
        expect(read).toEqual([argv.map(valueOf)]);
      }),
      RUNS,
    );
  });
});

test('a syntax error is found, also those that only PowerShell knows', () => {
  expect(reader.errors('if ($a { }')).not.toEqual([]);
  expect(reader.errors('step "$NAME: x"')).toEqual(['a colon after a name in a string: $NAME: x"']);
  expect(reader.errors('step "${NAME}: `$NAME: $env:NAME $script:NAME $NAME::x"')).toEqual([]);
});

// https://learn.microsoft.com/powershell/module/microsoft.powershell.core/about/about_quoting_rules
describe('the reader', () => {
  test.each([
    ["'it''s'", "it's"],
    ["'a\u2018\u2019b'", 'a\u2019b'],
    ["'$NAME `n \"'", '$NAME `n "'],
    ['"a""b`"c"', 'a"b"c'],
    ['"a\u201c\u201db`\u201ec"', 'a\u201db\u201ec'],
    ['"`n`t`r``n`$x`{"', '\n\t\r`n$x{'],
    ['"${_X9}<$NAME>"', `<${VARIABLES.NAME}>`],
    ['"# $NAME# #"', `# ${VARIABLES.NAME}# #`],
    ['$NAME', VARIABLES.NAME],
    ['4', '4'],
    ['word', 'word'],
    ["('a')", 'a'],
    ["'a' # b", 'a'],
  ])('reads %j as PowerShell does: %j', (word, value) => {
    expect(reader.evaluate(word, VARIABLES)).toBe(value);
  });

  test.each([
    ...["'a\u2019b'", '"a\u201db"', "'a'\u2019b'", "'a'b'", '"a'],
    ...['"$NAME:x"', '"$NAMES"', '"$(id)"', '"${env:NAME}"', '"`u{41}"', '"`e"', '$NAME.Length', '$args', '@args'],
    ...['-Force', '-x:y', '--', '007', '1kb', '0x10', "'a','b'", "@('a')", '{ a }', 'a/b', '*', '--%'],
    ...["'a' | b", "'a'; b", "'a' && b", "'a' > b", "'a' 'b'", '', "'a'\nwhile (1) { }", "'a'\n& b"],
  ])('refuses %j, which no script should hold', (word) => {
    expect(() => reader.evaluate(word, VARIABLES)).toThrow();
  });
});
