import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { Build, BUILD_DIR, inputs, NAME, Outcome, render } from './trial';
import { quoteBash } from '../../src/scripts/bash';
import { text, Variable } from '../../src/scripts/script';

// The command that a script runs in these tests: it writes the arguments that it got to a file, as JSON.
const RECORD = ['node', '-e', 'require("fs").writeFileSync(process.argv[1], JSON.stringify(process.argv.slice(2)))'];

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bash-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function runScript(build: Build, env: Record<string, string> = {}, args: string[] = []): Outcome {
  const file = join(folder, 'scripts', 'trial.sh');
  mkdirSync(join(folder, 'scripts'), { recursive: true });
  writeFileSync(file, render('bash', build));
  return spawnSync('bash', [file, ...args], {
    cwd: folder,
    encoding: 'utf8',
    env: { PATH: process.env.PATH!, BUILD_DIR: 'build', ...env },
  });
}

const inFolder = (name: string): string => join(folder, name);
const recorded = (name: string): string[] => JSON.parse(readFileSync(inFolder(name), 'utf8'));

describe('arguments', () => {
  const nasty = [
    '',
    ' ',
    'a b',
    "it's",
    '"',
    '$HOME',
    '`id`',
    '\\',
    'a\\',
    ';',
    '&',
    '=',
    'A=B',
    '-x',
    '--',
    '~',
    '*',
    '?',
    '!',
    '#x',
    'ü€',
    '\n',
    'a\nb',
    '%q',
    '{a,b}',
    '<x>',
  ];

  test('reach a command unchanged, whatever they hold', () => {
    runScript((step) => step.run(...RECORD, 'argv.json', ...nasty));
    expect(recorded('argv.json')).toEqual(nasty);
  });

  test('reach it unchanged around a variable, too', () => {
    runScript((step) => step.run(...RECORD, 'argv.json', ...nasty.map((each) => text`${each}${NAME}${each}`)), {
      NAME: '$x "y" `z`',
    });
    expect(recorded('argv.json')).toEqual(nasty.map((each) => `${each}$x "y" \`z\`${each}`));
  });

  test('are quoted so that bash reads back what was meant, for any text', () => {
    const printable = fc.string({ unit: 'grapheme', maxLength: 20 }).filter((each) => !each.includes('\0'));
    fc.assert(
      fc.property(fc.array(printable, { minLength: 1, maxLength: 20 }), (words) => {
        const command = `printf '%s\\0' ${words.map((word) => quoteBash(word)).join(' ')}`;
        const { stdout } = spawnSync('bash', ['-c', command], { encoding: 'utf8' });
        expect(stdout.split('\0').slice(0, -1)).toEqual(words);
      }),
      { numRuns: 60 },
    );
  });
});

describe('a step that fails', () => {
  test('ends the script with the exit status of its command, and says step, command and log', () => {
    const { status, stderr } = runScript((step) => step.run('bash', '-c', 'echo why; exit 7').say('not reached'));
    expect(status).toBe(7);
    expect(stderr).toContain('trial.sh: step "1. Try it" failed with exit status 7');
    expect(stderr).toMatch(/command: bash -c .*exit/);
    expect(stderr).toContain(`log:     ${inFolder('build/logs/trial.log')}`);
    expect(readFileSync(inFolder('build/logs/trial.log'), 'utf8')).toContain('why\n');
  });

  test('is not hidden by a command that comes after', () => {
    const { status } = runScript((step) => step.run('false').run('true'));
    expect(status).toBe(1);
  });

  test('annotates the pull request', () => {
    const { stdout } = runScript((step) => step.fail('50% is\nnot enough'), { GITHUB_ACTIONS: 'true' });
    expect(stdout).toContain('::error title=trial.sh::1. Try it: 50%25 is%0Anot enough\n');
  });

  test('inside a capture ends it as well', () => {
    expect(runScript((step) => step.capture(NAME, 'bash', '-c', 'exit 3')).status).toBe(3);
  });
});

describe('statements', () => {
  test('capture keeps what a command prints, and later commands see it', () => {
    runScript((step) => step.capture(NAME, 'printf', 'a b\n').run(...RECORD, 'argv.json', text`<${NAME}>`));
    expect(recorded('argv.json')).toEqual(['<a b>']);
  });

  test('export reaches the environment of commands, set does not', () => {
    const OTHER = new Variable('OTHER');
    runScript((step) =>
      step
        .export(NAME, 'exported')
        .set(OTHER, 'kept')
        .run('bash', '-c', 'printf "%s,%s" "${NAME-}" "${OTHER-}" >env.txt'),
    );
    expect(readFileSync(inFolder('env.txt'), 'utf8')).toBe('exported,');
  });

  test('expect passes on the right output and fails with its advice on another', () => {
    expect(runScript((step) => step.expect('a', ['printf', 'a'], 'Do this.')).status).toBe(0);
    const { status, stderr } = runScript((step) => step.expect('a', ['printf', 'b'], 'Do this.'));
    expect(status).toBe(1);
    expect(stderr).toContain("expected 'a', got 'b'");
    expect(stderr).toContain('Do this.');
  });

  test('need names the missing command and the advice', () => {
    const { status, stderr } = runScript((step) => step.need('no-such-command', 'Install it.'));
    expect([status, stderr]).toEqual([1, 'trial.sh: 1. Try it: no-such-command is not on the PATH. Install it.\n']);
  });

  test('retry tries again until the command succeeds', () => {
    const flaky = inFolder('flaky.sh');
    writeFileSync(flaky, '#!/bin/sh\nif [ -e tried ]; then exit 0; fi\ntouch tried\nexit 1\n');
    chmodSync(flaky, 0o755);
    // No pauses in a test.
    mkdirSync(inFolder('bin'));
    writeFileSync(inFolder('bin/sleep'), '#!/bin/sh\n');
    chmodSync(inFolder('bin/sleep'), 0o755);
    const { status, stdout } = runScript((step) => step.retry(3, './flaky.sh'), {
      PATH: `${inFolder('bin')}:${process.env.PATH}`,
    });
    expect(status).toBe(0);
    expect(stdout).toContain('attempt 1 of 3 failed with exit status 1');
  });

  test('attempt goes on where the command fails', () => {
    expect(runScript((step) => step.attempt('false')).status).toBe(0);
  });

  test('folders are made, emptied and copied, hidden files too; other folders are left alone', () => {
    mkdirSync(inFolder('from'));
    writeFileSync(inFolder('from/.hidden'), 'x');
    mkdirSync(inFolder('old'));
    writeFileSync(inFolder('old/file'), 'x');
    runScript((step) => step.makeFolder('new/deep').emptyFolder('old').copyTree('from', 'to'));
    expect(
      ['new/deep', 'old', 'old/file', 'to/.hidden', 'from/.hidden'].map((name) => existsSync(inFolder(name))),
    ).toEqual([true, true, false, true, true]);
  });

  test('copying a folder that is not there says so', () => {
    expect(runScript((step) => step.copyTree('nowhere', 'to')).stderr).toContain('nowhere is not a folder');
  });

  test('copying a folder into itself is refused, with what to set instead', () => {
    const { status, stderr } = runScript((step) => step.makeFolder('a').copyTree('a', 'a/b'));
    expect([status, stderr]).toEqual([1, expect.stringContaining('set BUILD_DIR to another place')]);
  });

  test('write writes lines', () => {
    runScript((step) => step.write('out.txt', 'a $b', text`<${NAME}>`));
    expect(readFileSync(inFolder('out.txt'), 'utf8')).toBe('a $b\n<nobody>\n');
  });

  test.each([
    ['isSet', { kind: 'isSet', variable: NAME } as const, { NAME: 'x' }, 'then'],
    ['onPath', { kind: 'onPath', command: 'bash' } as const, {}, 'then'],
    ['onPath of a missing one', { kind: 'onPath', command: 'no-such-command' } as const, {}, 'otherwise'],
    ['exists', { kind: 'exists', path: 'scripts' } as const, {}, 'then'],
    ['exists of a missing one', { kind: 'exists', path: 'nowhere' } as const, {}, 'otherwise'],
  ])('when decides by %s', (_, condition, env, expected) => {
    const { stdout } = runScript(
      (step) =>
        step.when(
          condition,
          (a) => a.say('said: then'),
          (b) => b.say('said: otherwise'),
        ),
      env,
    );
    expect(stdout).toContain(`said: ${expected}`);
  });
});

describe('a script', () => {
  test('explains itself with --help, and does nothing', () => {
    const { status, stdout } = runScript((step) => step.run('touch', 'touched'), {}, ['--help']);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^Usage: scripts\/trial.sh \[--help\]\n\nTries statements\./);
    for (const input of inputs) expect(stdout).toContain(input.help);
    expect(existsSync(inFolder('touched'))).toBe(false);
  });

  test('refuses an argument that it does not know', () => {
    const { status, stderr } = runScript(() => {}, {}, ['--fast']);
    expect([status, stderr]).toEqual([2, expect.stringContaining("unknown argument '--fast'")]);
  });

  test('refuses a number that is none', () => {
    const { status, stderr } = runScript(() => {}, { COUNT: 'many' });
    expect([status, stderr]).toEqual([2, "trial.sh: COUNT: 'many' must be a whole number above 0\n"]);
  });

  test('makes paths absolute, from where the caller stands', () => {
    runScript((step) => step.run(...RECORD, 'argv.json', BUILD_DIR));
    expect(recorded('argv.json')).toEqual([inFolder('build')]);
  });

  test('keeps the duration of each step', () => {
    runScript((step) => step.run('true'));
    expect(readFileSync(inFolder('build/logs/trial-steps.tsv'), 'utf8')).toMatch(/^1\. Try it\t\d+\n$/);
  });
});
