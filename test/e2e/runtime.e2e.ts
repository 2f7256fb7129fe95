/** The program as a person meets it: the wrappers and their arguments, what they say, and what holds when it is disturbed. */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RunResult } from './support/process';
import { REPOSITORY } from './support/repository';
import type { WheelCheck } from '../../src';
import { DECLARATION, SmallPackage, smallPackage } from './support/small-package';

let small: SmallPackage;
beforeEach(async () => {
  small = await smallPackage();
});
afterEach(() => small.remove());

const path = (name: string): string => join(small.folder, name);
const sums = (): string => readFileSync(path('dist/linux-x86_64/SHA256SUMS'), 'utf8');

/** Runs a script that has to end well. */
async function good(line: string, env: Record<string, string> = {}): Promise<RunResult> {
  const ran = await small.script(line, env);
  expect([line, ran.status, ran.status === 0 ? '' : ran.stdout + ran.stderr]).toEqual([line, 0, '']);
  return ran;
}

describe('the command line', () => {
  test('lists every input of the plan, with its variable', async () => {
    const { stdout } = await good('build --help');
    const { inputs } = JSON.parse(readFileSync(path('scripts/plan.json'), 'utf8'));
    for (const { name, variable, commands, system } of inputs) {
      if (!commands.includes('build') || system === 'windows') continue;
      expect(stdout).toContain(`--${name}`);
      if (variable) expect(stdout).toContain(variable);
    }
  });

  test.each([
    ['--jbos=3', {}, "unknown argument '--jbos'; did you mean --jobs?"],
    ['', { WHEEL_VERSION: 'one' }, "WHEEL_VERSION: 'one' must be a version by PEP 440"],
    ['', { AUDITWHEEL_PLAT: 'manylinux_2_28_riscv64' }, 'must be a platform tag of this machine'],
    ['', { SOURCE_DIR: '/no/such/tree' }, 'SOURCE_DIR: /no/such/tree is not a folder'],
    ['', { JOBS: 'all' }, "JOBS: 'all' must be a whole number above 0"],
    ['--only=releas-demo', {}, 'did you mean release-demo?'],
    ['--from-step=repair:release-dem', {}, 'did you mean repair:release-demo?'],
  ])('refuses %s %j in the first second, before anything is touched', async (words, env, message) => {
    const started = Date.now();
    const { status, stderr } = await small.script(`build ${words}`.trim(), env as Record<string, string>);
    expect([status, stderr]).toEqual([2, expect.stringContaining(message)]);
    expect(Date.now() - started).toBeLessThan(2000);
    expect(['build/source', 'dist/linux-x86_64'].filter((name) => existsSync(path(name)))).toEqual([]);
  });
});

describe('what a person sees', () => {
  test('steps with their time, a table at the end, the same in the summary of a job, and no escape codes', async () => {
    const summary = path('summary.md');
    const { stdout } = await good('build', { GITHUB_STEP_SUMMARY: summary, CI: 'true' });
    expect(stdout).toMatch(/==> 5\/11 Build the wheel of release-demo \[[\d.]+ s\]/);
    const wheel = readdirSync(path('dist/linux-x86_64')).find((file) => file.endsWith('.whl'))!;
    for (const text of [stdout, readFileSync(summary, 'utf8')]) {
      expect(text).toContain(wheel);
      expect(text).toContain(sums().slice(0, 64));
      expect(text).toMatch(/Build the wheel of release-demo +\|? ?[\d.]+ s/);
    }
    expect(stdout).not.toContain('\u001b');
  });

  test('on a terminal, color and a narrow width are honored', async () => {
    const onTerminal = (env: string): Promise<RunResult> =>
      small.run(
        ['script', '--quiet', '--return', '--command', `stty cols 60; ${env} bash scripts/build.sh`, '/dev/null'],
        {
          CI: '',
        },
      );
    const colored = await onTerminal('TERM=xterm-256color');
    expect([colored.status, colored.stdout]).toEqual([0, expect.stringContaining('\u001b[1m')]);
    // Too wide for the terminal: a line for each cell.
    expect(colored.stdout).toMatch(/^wheel +release_demo/m);
    const plain = await onTerminal('TERM=xterm-256color NO_COLOR=1');
    expect(plain.stdout).not.toMatch(/\u001b\[3\d/);
  });

  test('a failing compile: the step, the command, the log, and the compiler itself', async () => {
    small.append('demo.c', '#error broken on purpose\n');
    const { status, stdout, stderr } = await small.script('build');
    expect([status, stderr]).toEqual([
      1,
      expect.stringMatching(/step 5, Build the wheel of release-demo: python\S* ended/),
    ]);
    expect(stdout).toContain('broken on purpose');
    expect(stdout).toMatch(/ {2}command: .*-m pip .* wheel/);
    const log = /log: +(\S+)/.exec(stdout)![1];
    expect(readFileSync(log, 'utf8')).toContain('broken on purpose');
  });
});

describe('a part of a build', () => {
  test('goes on from a step without the steps before, and only for the very same', async () => {
    await good('build');
    const first = sums();
    const { stdout } = await good('build --from-step=repair:release-demo');
    expect(stdout).toMatch(/Build the wheel of release-demo: done before/);
    expect(sums()).toBe(first);
    const { status, stderr } = await small.script('build --from-step=repair:release-demo', { WHEEL_VERSION: '2.0' });
    expect([status, stderr]).toEqual([2, expect.stringContaining('the run before was of another version')]);
  });

  test('is one wheel, when the others are there from before', async () => {
    layTwo();
    const only = await good('build --only=second-demo');
    expect(only.stdout).toContain('nothing is delivered: there is no wheel of release-demo yet');
    await good('build');
    const both = sums();
    const again = await good('build --only=second-demo');
    expect(again.stdout).not.toContain('Build the wheel of release-demo');
    expect(sums()).toBe(both);
  });
});

/** The package twice, under two names; only the first has a variable of its own. */
function twoWheels(): typeof DECLARATION {
  const [wheel] = DECLARATION.wheels;
  const checks = (name: string): WheelCheck[] => [{ name: 'imports', imports: [name] }];
  return {
    ...DECLARATION,
    wheels: [
      { ...wheel, compileVersion: '9.9', checks: checks('release_demo') },
      { distribution: 'second-demo', projectDir: 'second', checks: checks('second_demo') },
    ],
  };
}

/** Lays down the second one too, which needs nothing of what is laid over the first. */
function layTwo(): void {
  small.declare(twoWheels());
  cpSync(join(REPOSITORY, 'test/e2e/release-package'), path('package/second'), { recursive: true });
  renameSync(path('package/second/release_demo'), path('package/second/second_demo'));
  for (const name of ['pyproject.toml', 'CMakeLists.txt']) {
    const file = path(`package/second/${name}`);
    writeFileSync(file, readFileSync(file, 'utf8').replace(/release([-_])demo/g, 'second$1demo'));
  }
}

describe('what is delivered', () => {
  test('stays whole when the next build fails, and is not taken for its own', async () => {
    await good('build');
    const before = sums();
    small.append('demo.c', '#error broken\n');
    expect((await small.script('build')).status).toBe(1);
    expect(sums()).toBe(before);
    const { status, stderr } = await small.script('test');
    expect([status, stderr]).toEqual([1, expect.stringContaining('the last build has not delivered its wheels')]);
    writeFileSync(path('package/demo.c'), 'int answer(int question) { return question + ANSWER; }\n');
    await good('build');
    await good('test');
  });

  test('never takes the place of files that no build delivered, nor are they emptied', async () => {
    mkdirSync(path('dist/linux-x86_64'), { recursive: true });
    writeFileSync(path('dist/linux-x86_64/mine.txt'), 'mine');
    const refused = await small.script('build');
    expect([refused.status, refused.stderr]).toEqual([2, expect.stringContaining('mine.txt')]);
    expect(readFileSync(path('dist/linux-x86_64/mine.txt'), 'utf8')).toBe('mine');
    rmSync(path('dist'), { recursive: true });
    mkdirSync(path('build/source'), { recursive: true });
    writeFileSync(path('build/source/mine.c'), 'mine');
    const emptied = await small.script('build');
    expect([emptied.status, emptied.stderr]).toEqual([2, expect.stringContaining('was not made by this program')]);
    expect(readFileSync(path('build/source/mine.c'), 'utf8')).toBe('mine');
  });
});

test('the caller: his settings for Python, pip, git, shell, locale and modes do not change the wheel', async () => {
  await good('build');
  const plain = sums();
  const nowhere = path('nowhere');
  await good('build', {
    ...{ PIP_NO_BINARY: ':all:', PIP_TARGET: nowhere, PYTHONPATH: nowhere, PYTHONHOME: nowhere, PYTHONOPTIMIZE: '2' },
    ...{ CDPATH: '/', BASH_ENV: path('package/demo.c'), LC_ALL: 'C', GIT_DIR: nowhere, MAKEFLAGS: '-k' },
  });
  expect(sums()).toBe(plain);
  const bare = await small.run(['bash', '-c', 'umask 077; unset HOME; exec bash scripts/build.sh']);
  expect([bare.status, bare.stderr]).toEqual([0, expect.anything()]);
  expect(sums()).toBe(plain);
});

test("flags: the caller's and the declaration's reach the compiler, together with ours", async () => {
  const flags = { CFLAGS: '-DFROM_DECLARATION=1' };
  small.declare({ ...DECLARATION, environment: flags });
  small.append('demo.c', '#if !(FROM_CALLER && FROM_DECLARATION)\n#error flags are lost\n#endif\n');
  await good('build', { CFLAGS: '-DFROM_CALLER=1' });
  expect((await small.script('build')).status).toBe(1);
});

test("a wheel's own variable reaches no other wheel", async () => {
  layTwo();
  const seen = (value: string): string =>
    `if(NOT "$ENV{SETUPTOOLS_SCM_PRETEND_VERSION}" STREQUAL "${value}")\n  message(FATAL_ERROR "another wheel's variable")\nendif()\n`;
  small.append('CMakeLists.txt', seen('9.9'));
  small.append('second/CMakeLists.txt', seen(''));
  await good('build');
});
