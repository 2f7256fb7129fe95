/** What the program promises a person who calls its wrappers: help, early refusals, going on, and what is on the screen. */
import { existsSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';

import { log, RunResult } from './support/process';
import { REPOSITORY } from './support/repository';
import { DECLARATION, SmallPackage, smallPackage } from './support/small-package';
import { GIT_ENV } from './support/workflow-events';
import { findPython } from '../../projenrc/python';
import { INPUTS } from '../../src/contract/tables';
import { HookStep, HookTiming } from '../../src/declaration/hook';

const ESCAPE = '\u001b';

let small: SmallPackage;
beforeEach(async () => {
  small = await smallPackage();
});
afterEach(() => small.remove());

const output = (): string => join(small.folder, 'dist/linux-x86_64');
const dist = (file: string): string => readFileSync(join(output(), file), 'utf8');

async function builds(env: Record<string, string> = {}, ...args: string[]): Promise<RunResult> {
  const built = await small.script('build', env, ...args);
  expect([built.status, built.status === 0 ? '' : built.stdout + built.stderr]).toEqual([0, '']);
  return built;
}

describe('before any work', () => {
  test.each(['build', 'test'] as const)('%s.sh --help lists every input', async (command) => {
    const { status, stdout } = await small.script(command, {}, '--help');
    expect(status).toBe(0);
    const said = stdout.replace(/\s+/g, ' ');
    const inputs = INPUTS.filter((each) => each.commands.includes(command) && each.system !== 'windows');
    expect(inputs.length).toBeGreaterThan(7);
    expect(said).not.toMatch(/[{}]/);
    for (const { name, variable, help, defaultHelp } of inputs) {
      expect(said).toContain(`--${name}`);
      // A line is broken at a dash, too.
      const words = [help, `default: ${defaultHelp}`, ...(variable ? [`environment variable: ${variable}`] : [])];
      const parts = words.flatMap((text) => text.split(/\{[\w-]+\}/));
      parts.forEach((text) => expect(said.replace(/ /g, '')).toContain(text.replace(/\s+/g, '')));
    }
  });

  test.each([
    ['WHEEL_VERSION', { WHEEL_VERSION: 'one' }, [], "'one' must be a version by PEP 440"],
    ['AUDITWHEEL_PLAT', { AUDITWHEEL_PLAT: 'win_amd64' }, [], "'win_amd64' must be a platform tag of this machine"],
    ['SOURCE_DIR', { SOURCE_DIR: '/no/such/folder' }, [], '/no/such/folder is not a folder'],
    ['JOBS', { JOBS: 'many' }, [], "'many' must be a whole number"],
    ['--jobs', { JOBS: '2' }, ['--jobs=0'], "'0' must be a whole number above 0"],
    ['SOURCE_DATE_EPOCH', { SOURCE_DATE_EPOCH: 'now' }, [], "'now' must be seconds since 1970"],
    ['', {}, ['--vesion=1.0'], "unknown argument '--vesion'; did you mean --version?"],
    ['', {}, ['--only=release-dem'], "there is no wheel 'release-dem': name one of release-demo"],
    ['', { WHEEL_VARIANT: 'loud' }, [], "there is no variant 'loud'"],
  ])('a wrong input ends it in the first seconds: %s %j %j', async (told, env, args, message) => {
    const started = Date.now();
    const { status, stdout, stderr } = await small.script('build', env, ...args);
    expect(Date.now() - started).toBeLessThan(2000);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toBe(stderr.split('\n')[0] + '\n');
    expect(stderr).toContain(`wheel_pipeline build: error: ${told && `${told}: `}`);
    expect(stderr).toContain(message);
    expect(existsSync(join(small.folder, 'build'))).toBe(false);
  });

  test('a Python with nothing installed runs the program', async () => {
    symlinkSync(findPython(), join(small.folder, 'python3'));
    const path = { PATH: `${small.folder}:/usr/bin:/bin`, PYTHON: join(small.folder, 'python3') };
    const { status, stdout } = await small.script('build', path, '--help');
    expect(status).toBe(0);
    expect(stdout).toMatch(/The\s+wheels:\s+release-demo\./);
  });
});

describe('a later run', () => {
  /** Fails where the caller says so. */
  const BREAKABLE = '#ifdef BROKEN\n#error broken-on-purpose\n#endif\n';
  const STEP = 'build:release-demo';

  test('goes on from the step that failed, and not for anything else', async () => {
    small.append('demo.c', BREAKABLE);
    const failed = await small.script('build', { WHEEL_VERSION: '1.0', CFLAGS: '-DBROKEN' });
    expect(failed.status).toBe(1);
    expect(failed.stderr).toMatch(
      /error: step \d+, Build the wheel of release-demo: python\S* ended with exit status 1/,
    );
    expect(failed.stdout).toMatch(/^ {2}\| .*error: #error broken-on-purpose$/m);
    expect(failed.stdout.match(/^ {2}\| /gm)!.length).toBeLessThanOrEqual(20);
    expect(failed.stdout).toMatch(/^ {2}command: \S*python\S* -m pip/m);
    const [, path] = /^ {2}log: +(\S+build\/logs\/build\/\d+-build-release-demo\.log)$/m.exec(failed.stdout)!;
    expect(readFileSync(path!, 'utf8')).toContain('broken-on-purpose');

    const onward = `--from-step=${STEP}`;
    const refused = async (env: Record<string, string>, reason: string): Promise<void> => {
      const { status, stderr } = await small.script('build', env, onward);
      expect([status, stderr]).toEqual([2, expect.stringContaining(reason)]);
    };
    await refused({ WHEEL_VERSION: '1.1' }, 'the earlier run had another version');
    const again = await builds({ WHEEL_VERSION: '1.0' }, onward);
    expect(again.stdout).toMatch(/==> \d+\/\d+ Fetch the source: done before\n/);
    expect(again.stdout).toMatch(/==> \d+\/\d+ Build the wheel of release-demo \[/);
    const resumed = dist('SHA256SUMS');
    await builds({ WHEEL_VERSION: '1.0' });
    expect(dist('SHA256SUMS')).toBe(resumed);

    const unknown = await small.script('build', {}, '--from-step=build:release-dema');
    expect([unknown.status, unknown.stderr]).toEqual([2, expect.stringContaining(`did you mean ${STEP}?`)]);
    small.declare({ ...DECLARATION, name: 'another-name' });
    await refused({ WHEEL_VERSION: '1.0' }, 'the earlier run had another plan');
  });

  test('makes what one that ended before its first wheel has not made', async () => {
    const hook = {
      name: 'stop',
      step: HookStep.ENVIRONMENT,
      when: HookTiming.BEFORE,
      command: ['sh', '-c', 'test -z "$STOP"'],
    };
    small.declare({ ...DECLARATION, hooks: [hook] });
    const { status } = await small.script('build', { WHEEL_VERSION: '1.0', STOP: '1' });
    expect(status).toBe(1);
    await builds({ WHEEL_VERSION: '1.0' }, '--only=release-demo');
  });

  test('does not go on for another commit', async () => {
    const git = (...argv: string[]): Promise<unknown> => small.run(['git', '-C', 'package', ...argv], GIT_ENV);
    await git('init', '--quiet');
    await git('add', '--all');
    await git('commit', '--quiet', '--message', 'One');
    await builds({ WHEEL_VERSION: '1.0' });
    await git('commit', '--quiet', '--allow-empty', '--message', 'Another');
    const { status, stderr } = await small.script('build', { WHEEL_VERSION: '1.0' }, '--from-step=inspect');
    expect([status, stderr]).toEqual([2, expect.stringContaining('the earlier run had another commit')]);
  });
});

describe('on the screen', () => {
  /** The first wheel takes seconds, so that a status line counts them. A table follows at the end. */
  const SLOW = 'add_custom_target(slow ALL COMMAND sleep 2)\nadd_dependencies(demo slow)\n';
  const sgr = (text: string): string[] =>
    [...text.matchAll(/\u001b\[([\d;]*)m/g)].flatMap(([, codes]) => codes!.split(';'));
  const lines = (text: string): string[] => text.replace(/\r/g, '').split('\n');

  test('a terminal shows colors, progress and a table', async () => {
    small.append('CMakeLists.txt', SLOW);
    const { status, stdout } = await small.onTerminal(240, {}, 'scripts/build.sh');
    expect(status).toBe(0);
    expect(sgr(stdout).length).toBeGreaterThan(0);
    expect(stdout).toMatch(/\r\u001b\[K {2}.*: \d+ of \d+, .*left/);
    const row = /^release_demo-\S+\.whl +\d+\.\d+ MB +manylinux\S+ +[0-9a-f]{64}$/;
    expect(lines(stdout)).toContainEqual(expect.stringMatching(row));
    expect(stdout).toMatch(/Repair the wheel of release-demo +\d+\.\d s/);
  });

  test('of a narrow terminal, a row of a table is several lines', async () => {
    const { status, stdout } = await small.onTerminal(40, {}, 'scripts/build.sh');
    expect(status).toBe(0);
    const plain = lines(stdout.replace(/\u001b\[[\d;?]*[A-Za-z]/g, ''));
    expect(plain).toContainEqual(expect.stringMatching(/^wheel +release_demo-\S+\.whl$/));
    expect(plain).toContainEqual(expect.stringMatching(/^SHA-256 +[0-9a-f]{64}$/));
  });

  test.each([
    ['CI', { CI: 'true' }, ''],
    ['--plain', {}, '--plain'],
  ])('there are no escape codes with %s', async (_, env, option) => {
    small.append('CMakeLists.txt', SLOW);
    const { status, stdout } = await small.onTerminal(40, env, 'scripts/build.sh', option);
    expect([status, stdout.includes(ESCAPE)]).toEqual([0, false]);
    expect(lines(stdout)).toContainEqual(expect.stringMatching(/^release_demo-\S+\.whl +\d+\.\d+ MB/));
  });

  test('there are no colours with NO_COLOR', async () => {
    const { status, stdout } = await small.onTerminal(120, { NO_COLOR: '1' }, 'scripts/build.sh');
    const colours = sgr(stdout).filter((code) => /^([349]\d|10\d)$/.test(code));
    expect([status, colours]).toEqual([0, []]);
  });

  test('--verbose shows what the tools say, which otherwise only the log has', async () => {
    const quiet = await builds();
    expect(quiet.stdout).not.toMatch(/^ +\[\d+\/\d+\]/m);
    const folder = join(small.folder, 'build/logs/build');
    const logs = readdirSync(folder).sort();
    expect(logs.map((name) => name.slice(0, 2))).toEqual(logs.map((_, index) => `${index + 1}`.padStart(2, '0')));
    expect(
      readFileSync(
        join(
          folder,
          logs.find((name) => name.includes('build-release-demo'))!,
        ),
        'utf8',
      ),
    ).toMatch(/\[\d+\/\d+\]/);
    expect((await builds({}, '--verbose')).stdout).toMatch(/\[\d+\/\d+\]/);
  });

  test("the job's summary has the table of the end", async () => {
    const summary = join(small.folder, 'summary.md');
    const { stdout } = await builds({ GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: summary });
    expect(stdout.match(/^::group::/gm)!.length).toBe(stdout.match(/^::endgroup::/gm)!.length);
    const text = readFileSync(summary, 'utf8');
    const [sum] = dist('SHA256SUMS').split(' ');
    expect(text).toMatch(new RegExp(`^\\| release_demo-\\S+\\.whl \\| \\d+\\.\\d+ MB \\| \\S+ \\| ${sum} \\|$`, 'm'));
    expect(text).toMatch(/^\| Build the wheel of release-demo \| \d+\.\d s \|$/m);
    expect(text).toMatch(/^\| compiler cache \| hits \| misses \|$/m);
  });
});

test('takes at most three seconds more than its tools', async () => {
  const children = join(small.folder, 'children.txt');
  const measure = join(REPOSITORY, 'test/e2e/support/measure.py');
  const argv = ['python', '-E', measure, children, join(small.folder, 'scripts'), 'build'];
  const started = Date.now();
  const { status, stdout, stderr } = await small.run(argv);
  const seconds = (Date.now() - started) / 1000;
  expect([status, status === 0 ? '' : stdout + stderr]).toEqual([0, '']);
  const tools = Number(readFileSync(children, 'utf8'));
  log(`a build of the small package takes ${seconds.toFixed(1)} s, its tools ${tools.toFixed(1)} s of them`);
  expect(tools).toBeGreaterThan(1);
  expect(seconds - tools).toBeLessThan(3);
});
