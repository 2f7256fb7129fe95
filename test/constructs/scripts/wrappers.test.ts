import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { scripts } from '../../../src/constructs/scripts/wrappers';
import { plan } from '../../small';

const rendered = new Map(scripts(plan()).map(({ path, text }) => [path.replace('scripts/', ''), text]));
const source = (name: string): string => rendered.get(name)!;

describe('as texts', () => {
  test.each(['build.sh', 'test.sh', 'build.ps1', 'test.ps1'])('%s is short, and refers to its template', (name) => {
    expect(source(name).trimEnd().split('\n').length).toBeLessThanOrEqual(40);
    expect(source(name)).toContain('Synthesized by projen from .projenrc.ts');
    expect(source(name)).not.toMatch(/@[A-Z]+@/);
  });

  // Windows PowerShell takes a file without a byte-order mark for the machine's own code page.
  test.each(['build.ps1', 'test.ps1'])('%s has nothing that Windows PowerShell 5.1 does not read', (name) => {
    expect(source(name)).not.toMatch(/[^\x20-\x7e\n]|&&|\|\||\?\?|\?\.|\?\[/);
  });

  // `--only a,b` at a prompt is an array, which PowerShell hands on as two words.
  test.each(['build.ps1', 'test.ps1'])('%s makes one word of an array before anything else reads the words', (name) => {
    const uses = [...source(name).matchAll(/\$args\b.*/g)].map(([text]) => text);
    expect(uses).toEqual(["$args | ForEach-Object { if ($_ -is [array]) { $_ -join ',' } else { $_ } })"]);
  });
});

/** Stands in for Python: answers the question for its version, and writes down what it is called with. */
const PYTHON = `#!/bin/bash
if [[ $2 == -c ]]; then
  echo "@VERSION@"
  exit @OLD@
fi
printf '%s\\0' "$0" "\${BASH_ENV-unset}" "$@" >"@FOLDER@/called"
exit 7
`;

let folder: string;
let checkout: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wrappers-'));
  checkout = join(folder, 'a check out');
  mkdirSync(join(folder, 'bin'));
  // A PATH with what the wrappers call, and without any Python.
  for (const program of ['bash', 'dirname', 'readlink']) {
    symlinkSync(join('/usr/bin', program), join(folder, 'bin', program));
  }
  mkdirSync(join(checkout, 'scripts'), { recursive: true });
  for (const name of ['build.sh', 'test.sh']) writeFileSync(join(checkout, 'scripts', name), source(name));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function installPython(path: string, version: string): string {
  const [major, minor] = version.split('.').map(Number);
  const old = major < 3 || minor < 12 ? '1' : '0';
  const text = PYTHON.replace('@VERSION@', version).replace('@OLD@', old).replace('@FOLDER@', folder);
  writeFileSync(join(folder, path), text);
  chmodSync(join(folder, path), 0o755);
  return join(folder, path);
}

interface Call {
  readonly cwd?: string;
  readonly env?: Record<string, string>;
  readonly script?: string;
}

function call(args: readonly string[], { cwd = checkout, env = {}, script = 'scripts/build.sh' }: Call = {}) {
  const PATH = join(folder, 'bin');
  return spawnSync('bash', [script, ...args], { cwd, encoding: 'utf8', env: { PATH, ...env } });
}

/** Which Python was called, and with what. */
function called(): { python: string; bashEnv: string; args: string[] } {
  const [python, bashEnv, ...args] = readFileSync(join(folder, 'called'), 'utf8').split('\0').slice(0, -1);
  return { python, bashEnv, args };
}

const program = (): string => join(checkout, 'scripts/wheel_pipeline.pyz');

describe('with a Python that is new enough', () => {
  beforeEach(() => void installPython('bin/python', '3.13.2'));

  test.each(['build', 'test'])('%s.sh calls the program with its own name, and ends as it does', (name) => {
    const { status, stdout, stderr } = call([], { script: `scripts/${name}.sh` });
    expect([status, stdout, stderr]).toEqual([7, '', '']);
    expect(called().args).toEqual(['-E', program(), name]);
  });

  test('arguments arrive unchanged', () => {
    const args = ['', ' ', 'a  b', "it's", '"', '*', '~', '$HOME', '`id`', '\\', 'a\nb', '--', '-E', '--only=a,b', 'ä'];
    call(args);
    expect(called().args.slice(3)).toEqual(args);
  });

  test.each<[string, () => Call]>([
    ['in its own folder', () => ({ cwd: join(checkout, 'scripts'), script: './build.sh' })],
    ['by a path from elsewhere', () => ({ cwd: '/', script: join(checkout, 'scripts/build.sh') })],
    ['from another folder of the checkout', () => ({ cwd: join(checkout, 'sub'), script: '../scripts/build.sh' })],
    ['through a link', () => ({ cwd: folder, script: 'link' })],
    ['with a CDPATH that has such folders too', () => ({ env: { CDPATH: join(folder, 'other') } })],
    ['with a start-up file of the shell', () => ({ env: { BASH_ENV: join(folder, 'env') } })],
  ])('called %s, it finds the program', (_, how) => {
    mkdirSync(join(checkout, 'sub'));
    mkdirSync(join(folder, 'other/scripts/..'), { recursive: true });
    symlinkSync(join(checkout, 'scripts/build.sh'), join(folder, 'link'));
    writeFileSync(join(folder, 'env'), 'echo noise\n');
    call([], how());
    expect(called()).toMatchObject({ bashEnv: 'unset', args: ['-E', program(), 'build'] });
  });

  test('PYTHON names another one', () => {
    const other = installPython('my python', '3.12.0');
    call([], { env: { PYTHON: other } });
    expect(called().python).toBe(other);
    expect(call([], { env: { PYTHON: '/none' } }).stderr).toContain('needed, /none is missing: ');
  });
});

test('python3 is taken where python is too old', () => {
  installPython('bin/python', '2.7.18');
  installPython('bin/python3', '3.12.0');
  expect(call([]).status).toBe(7);
  expect(called().python).toBe(join(folder, 'bin/python3'));
});

test.each([
  ['missing', [], 'python is missing, python3 is missing'],
  ['too old', ['python', 'python3'], 'python is 3.11.9, python3 is 3.11.9'],
])('a Python that is %s is one sentence that says what to do', (_, names, found) => {
  names.forEach((name) => installPython(`bin/${name}`, '3.11.9'));
  const { status, stdout, stderr } = call(['--help'], { script: 'scripts/test.sh' });
  expect([status, stdout]).toEqual([1, '']);
  expect(stderr).toBe(
    `test.sh: Python 3.12 or newer is needed, ${found}: ` +
      'use the toolchain image (npx projen image:shell), or activate the Conda environment of docker/environment.yml\n',
  );
});
