/** A variant, declared in a line, builds, tests and releases wheels of its own beside the pipeline's. */
import { readdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { DECLARATION, SmallPackage, smallPackage } from './support/small-package';
import type { Variant } from '../../src';

/** As a toolkit's would: another setting of CMake shows in what the library answers. */
const VARIANT: Variant = {
  name: 'loud-2.0',
  suffix: 'loud20',
  wheels: [
    {
      distribution: 'release-demo',
      cmake: { all: { LOUD: '1000' } },
      checks: [{ name: 'it is loud', python: ['checks/loud.py', '1000'] }],
    },
  ],
};

const LOUD = [
  'import ctypes, sys, _library',
  'library = ctypes.CDLL(str(_library.path("demo")))',
  'assert library.answer(1) == 42 and library.loud() == int(sys.argv[1])',
];

let small: SmallPackage;

async function succeeds(script: 'build' | 'test', env: Record<string, string>, ...args: string[]): Promise<void> {
  const { status, stdout, stderr } = await small.script(script, { WHEEL_VERSION: '1.0', ...env }, ...args);
  expect([script, status, status === 0 ? '' : stdout + stderr]).toEqual([script, 0, '']);
}

beforeAll(async () => {
  small = await smallPackage();
  small.declare({ ...DECLARATION, variants: [VARIANT] }, { 'checks/loud.py': LOUD });
  small.append('CMakeLists.txt', 'set(LOUD 1 CACHE STRING "")\nadd_compile_definitions(LOUD=${LOUD})\n');
  small.append(
    'CMakeLists.txt',
    'foreach(LIBRARY demo other)\n  target_compile_definitions(${LIBRARY} PRIVATE LOUD=${LOUD})\nendforeach()\n',
  );
  small.append('demo.c', 'int loud(void) { return LOUD; }\n');
  await succeeds('build', {});
  await succeeds('build', {}, '--variant=loud-2.0');
  await succeeds('test', {});
  await succeeds('test', { WHEEL_VARIANT: 'loud-2.0' });
});
afterAll(() => small.remove());

test('its wheel has a name, a folder and a report of its own', () => {
  const folder = join(small.folder, 'dist/linux-x86_64-loud-2.0');
  expect(readdirSync(folder).sort()).toEqual([
    'SHA256SUMS',
    'build-record.json',
    expect.stringMatching(/^release_demo_loud20-1\.0-py3-none-manylinux.*\.whl$/),
  ]);
  const record = JSON.parse(readFileSync(join(folder, 'build-record.json'), 'utf8'));
  expect(record).toMatchObject({ platform: 'linux-x86_64-loud-2.0', version: '1.0' });
  const report = JSON.parse(readFileSync(join(small.folder, 'build/test-report/linux-x86_64-loud-2.0.json'), 'utf8'));
  expect(report.checks.map((check: { name: string }) => check.name)).toContain('it is loud');
});

test('a release holds the wheels of both, and lacks neither', async () => {
  const platforms = ['linux-x86_64', 'linux-x86_64-loud-2.0'];
  const tag = readdirSync(join(small.folder, 'dist/linux-x86_64'))
    .map((name) => /manylinux\w+/.exec(name)?.[0])
    .find(Boolean);
  const options = ['--version=1.0', ...platforms.map((each) => `--platform-tag=${each}=${tag}`)];
  const verify = ['release', 'verify', 'dist', ...options];
  const whole = await small.program(...verify);
  expect([whole.status, whole.stdout]).toEqual([
    0,
    expect.stringMatching(/release_demo-1\.0[^]*release_demo_loud20-1\.0/),
  ]);
  renameSync(join(small.folder, 'dist', platforms[1]!), join(small.folder, platforms[1]!));
  const without = await small.program(...verify);
  expect([without.status, without.stderr]).toEqual([1, expect.stringContaining('build linux-x86_64-loud-2.0')]);
});
