/** What holds when several run at once, when somebody ends a run, when a build fails, and whatever the caller's settings are. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Launched } from './support/launch';
import { RunResult } from './support/process';
import { DECLARATION, SmallPackage, smallPackage } from './support/small-package';
import { HookStep, Wheel, HookTiming } from '../../src';

/** A compile that goes on for as long as a test may take. */
const ENDLESS = 'add_custom_target(endless ALL COMMAND sleep 297)\n';
const COMPILING = /sleep 297/;

let small: SmallPackage;
let launched: Launched[];
beforeEach(async () => {
  small = await smallPackage();
  launched = [];
});
afterEach(() => {
  launched.forEach((each) => each.kill());
  small.remove();
});

const said = ({ status, stdout, stderr }: RunResult): [number, string] => [status, status === 0 ? '' : stdout + stderr];
const wheels = join('dist', 'linux-x86_64');

function launch(name: 'build' | 'test', env: Record<string, string> = {}): Launched {
  const started = small.launch(name, env);
  launched.push(started);
  return started;
}

/** Everything that was delivered. */
function delivered(): Record<string, string> {
  const folder = join(small.folder, wheels);
  return Object.fromEntries(
    readdirSync(folder)
      .sort()
      .map((name) => [name, readFileSync(join(folder, name), 'latin1')]),
  );
}

const sums = (): string => readFileSync(join(small.folder, wheels, 'SHA256SUMS'), 'utf8');

test('a build folder has one owner: eight start at once, one goes on, and the others say which', async () => {
  small.append('CMakeLists.txt', ENDLESS);
  const starts = [...Array(8).keys()].map(() => launch('build'));
  const ended: RunResult[] = [];
  starts.forEach((each) => void each.done.then((result) => ended.push(result)));
  while (ended.length < 7) await new Promise((resolve) => setTimeout(resolve, 50));
  const [owner] = starts.filter((each) => each.processes().size > 0);
  await owner!.reaches(COMPILING);
  for (const { status, stderr } of ended) {
    expect([status, stderr]).toEqual([
      1,
      expect.stringMatching(/\/build is in use by `build`, process \d+ on \S+, since/),
    ]);
    expect(stderr).toContain(`process ${owner!.pid} `);
  }
  mkdirSync(join(small.folder, wheels), { recursive: true });
  const test = await small.script('test');
  expect([test.status, test.stderr]).not.toEqual([0, '']);
  expect((await owner!.end('SIGTERM')).status).toBe(143);
  expect(ended.length).toBe(8);
});

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const)('%s ends a compile and all that belongs to it within two seconds', async (signal, status) => {
  expect(said(await small.script('build'))).toEqual([0, '']);
  const before = delivered();
  small.append('CMakeLists.txt', ENDLESS);
  const build = launch('build');
  await build.reaches(COMPILING);
  const ended = await build.end(signal);
  expect(ended).toMatchObject({
    status,
    stderr: `wheel_pipeline build: error: stopped by ${signal}: what was under way has ended, and nothing was delivered\n`,
    stdout: expect.stringContaining('  resume:  the same command with --from-step=build:release-demo;'),
  });
  expect(ended.seconds).toBeLessThan(2);
  expect(delivered()).toEqual(before);
  small.append('CMakeLists.txt', 'set_target_properties(endless PROPERTIES EXCLUDE_FROM_ALL TRUE)\n');
  expect(said(await small.script('build'))).toEqual([0, '']);
  expect(Object.keys(delivered())).toEqual(Object.keys(before));
  expect(readdirSync(small.folder).sort()).toEqual(expect.arrayContaining(['build', 'dist']));
  expect(readdirSync(join(small.folder, 'dist')).filter((name) => /\.(new|old|unfinished)$/.test(name))).toEqual([]);
});

test('a run that was killed leaves nothing that stops the next one', async () => {
  small.append('CMakeLists.txt', ENDLESS);
  const build = launch('build');
  await build.reaches(COMPILING);
  build.kill();
  await build.done;
  small.append('CMakeLists.txt', 'set_target_properties(endless PROPERTIES EXCLUDE_FROM_ALL TRUE)\n');
  expect(said(await small.script('build'))).toEqual([0, '']);
});

test('the wheels of the last build stay when one fails, and are not tested in its place', async () => {
  expect(said(await small.script('build', { WHEEL_VERSION: '1.0' }))).toEqual([0, '']);
  const before = delivered();
  small.append('demo.c', '#error broken-on-purpose\n');
  expect((await small.script('build', { WHEEL_VERSION: '1.1' })).status).toBe(1);
  expect(delivered()).toEqual(before);
  const { status, stderr } = await small.script('test');
  expect(status).toBe(1);
  expect(stderr).toMatch(
    /error: the last build has not delivered its wheels, those in \S+\/dist\/linux-x86_64 are of an earlier one: build again/,
  );
  small.write('demo.c', 'int answer(int question) { return question + ANSWER; }\n');
  expect(said(await small.script('build', { WHEEL_VERSION: '1.1' }))).toEqual([0, '']);
  expect(said(await small.script('test'))).toEqual([0, '']);
});

test('a step that a hook has failed can be done again, and hooks run in the checkout wherever the caller is', async () => {
  const command = ['sh', 'tools/check.sh'];
  small.declare({
    ...DECLARATION,
    hooks: [{ name: 'look at it', step: HookStep.SHARE, when: HookTiming.AFTER, command }],
  });
  mkdirSync(join(small.folder, 'tools'));
  writeFileSync(join(small.folder, 'tools/check.sh'), 'test -e tools/ready\n');
  const elsewhere = (...words: string[]): Promise<RunResult> =>
    small.run(['bash', '-c', 'cd / && exec bash "$@"', 'bash', join(small.folder, 'scripts/build.sh'), ...words]);
  const failed = await elsewhere();
  expect([failed.status, failed.stdout]).toEqual([1, expect.stringContaining('--from-step=share:release-demo;')]);
  writeFileSync(join(small.folder, 'tools/ready'), '');
  expect(said(await elsewhere('--from-step=share:release-demo'))).toEqual([0, '']);
  const resumed = sums();
  expect(said(await small.script('build'))).toEqual([0, '']);
  expect(sums()).toBe(resumed);
});

test("the caller's settings give the same bytes", async () => {
  expect(said(await small.script('build'))).toEqual([0, '']);
  const expected = sums();
  const folder = join(small.folder, 'settings');
  mkdirSync(join(folder, 'modules/packaging'), { recursive: true });
  // What would be noticed.
  writeFileSync(join(folder, 'modules/sitecustomize.py'), 'raise SystemExit("the caller\'s module was loaded")\n');
  writeFileSync(join(folder, 'modules/packaging/__init__.py'), 'raise SystemExit("that one too")\n');
  writeFileSync(join(folder, 'bash_env'), 'cd() { builtin cd "$@" && pwd; }\nexport -f cd\nset -o posix\n');
  const env = {
    ...{ PIP_REQUIRE_VIRTUALENV: '1', PIP_NO_BINARY: ':all:', PIP_TARGET: join(folder, 'target'), PIP_USER: '1' },
    ...{ PIP_CONFIG_FILE: join(folder, 'none'), PIP_BUILD_CONSTRAINT: join(folder, 'none'), PIP_ONLY_BINARY: ':all:' },
    ...{ PYTHONPATH: join(folder, 'modules'), PYTHONHOME: folder, PYTHONOPTIMIZE: '2', PYTHONHASHSEED: '7' },
    ...{
      PYTHONDONTWRITEBYTECODE: '1',
      PYTHONWARNINGS: 'error',
      PYTHONUTF8: '0',
      PYTHONSTARTUP: join(folder, 'bash_env'),
    },
    ...{ CDPATH: `/tmp:${folder}`, LC_ALL: 'tr_TR.UTF-8', LANGUAGE: 'tr', TZ: 'Pacific/Kiritimati' },
    ...{ GIT_DIR: join(folder, 'no-repository'), GIT_WORK_TREE: folder, GIT_INDEX_FILE: join(folder, 'index') },
    ...{ MAKEFLAGS: '-j9', CPATH: folder, NINJA_STATUS: '%p ', DESTDIR: folder },
  };
  const script = 'umask 077; unset HOME; BASH_ENV="$1" exec bash scripts/build.sh';
  const other = await small.run(['bash', '-c', script, 'bash', join(folder, 'bash_env')], env);
  expect(said(other)).toEqual([0, '']);
  expect(sums()).toBe(expected);
});

describe('two wheels of one build', () => {
  const [first] = DECLARATION.wheels as [Wheel];
  const CMAKE = `
cmake_minimum_required(VERSION 3.26)
project(second_demo LANGUAGES C)
if(DEFINED ENV{SETUPTOOLS_SCM_PRETEND_VERSION})
  message(FATAL_ERROR "another wheel's variable is here")
endif()
add_library(second SHARED second.c)
install(TARGETS second LIBRARY DESTINATION second_demo)
`;

  beforeEach(() => {
    small.declare({
      ...DECLARATION,
      environment: { CFLAGS: '-DDECLARED=1', LDFLAGS: '-Wl,--defsym=declared=0' },
      wheels: [
        { ...first, compileVersion: '9.9' },
        {
          distribution: 'second-demo',
          projectDir: 'second',
          checks: [{ name: 'import', imports: ['second_demo'] }],
        },
      ],
    });
    small.write('second/CMakeLists.txt', CMAKE);
    small.write('second/second.c', 'int second(void) { return 2; }\n');
    small.write('second/second_demo/__init__.py', '');
    const project = readFileSync(join(small.folder, 'package/pyproject.toml'), 'utf8');
    small.write('second/pyproject.toml', project.replace(/release([-_])demo/g, 'second$1demo'));
  });

  test('get the flags of the caller and of the declaration together, and each its own variables', async () => {
    small.append('demo.c', '#if !defined(DECLARED) || !defined(CALLER)\n#error a flag is missing\n#endif\n');
    small.append('demo.c', 'extern char declared, caller;\nchar *flags[] = {&declared, &caller};\n');
    small.append(
      'CMakeLists.txt',
      [
        'if(NOT "$ENV{SETUPTOOLS_SCM_PRETEND_VERSION}" STREQUAL 9.9)\n  message(FATAL_ERROR "its variable is missing")\nendif()',
        'target_link_options(demo PRIVATE -Wl,--no-undefined)\ntarget_link_options(other PRIVATE -Wl,--no-undefined)\n',
      ].join('\n'),
    );
    const env = { CFLAGS: '-DCALLER=1', LDFLAGS: '-Wl,--defsym=caller=0' };
    expect(said(await small.script('build', env))).toEqual([0, '']);
    expect(Object.keys(delivered()).filter((name) => name.endsWith('.whl')).length).toBe(2);
  });

  test('can be built one at a time, and are delivered together', async () => {
    const env = { CFLAGS: '', LDFLAGS: '' };
    const alone = await small.script('build', env, '--only=release-demo');
    expect(said(alone)).toEqual([0, '']);
    expect(alone.stdout).toContain('nothing is delivered: there is no wheel of second-demo yet');
    expect(existsSync(join(small.folder, wheels))).toBe(false);
    const other = await small.script('build', env, '--only', 'second-demo');
    expect(said(other)).toEqual([0, '']);
    expect(other.stdout).not.toContain('Build the wheel of release-demo');
    const apart = sums();
    expect(apart.match(/\.whl$/gm)!.length).toBe(2);
    // Each run has left to the other what it had built.
    const resumed = await small.script('build', env, '--from-step=repair:second-demo');
    expect(said(resumed)).toEqual([0, '']);
    expect(resumed.stdout).toContain('Build the wheel of release-demo: done before');
    expect(sums()).toBe(apart);
    expect(said(await small.script('build', env))).toEqual([0, '']);
    expect(sums()).toBe(apart);
  });

  test('are not delivered together where one is of an older source or plan', async () => {
    const env = { CFLAGS: '-DCALLER=1', LDFLAGS: '' };
    const alone = async (): Promise<void> => {
      const before = delivered();
      const { status, stdout } = await small.script('build', env, '--only=second-demo');
      expect([status, stdout]).toEqual([0, expect.stringContaining('there is no wheel of release-demo yet')]);
      expect(delivered()).toEqual(before);
    };
    expect(said(await small.script('build', env))).toEqual([0, '']);
    small.append('second/second.c', 'int third(void) { return 3; }\n');
    await alone();
    // A build of the very same has ended before it emptied what the one before it had left.
    expect(said(await small.script('build', { ...env, CFLAGS: '-DCALLER=2' }))).toEqual([0, '']);
    const tools = join(small.folder, 'tools');
    mkdirSync(tools);
    writeFileSync(join(tools, 'auditwheel'), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
    expect((await small.script('build', { ...env, PATH: `${tools}:${small.env.PATH}` })).status).toBe(1);
    await alone();
  });
});
