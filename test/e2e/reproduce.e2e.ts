/** Building more than once: a small native package that gives the same bytes, one that does not, and one that is kept. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DECLARATION, SmallPackage, smallPackage } from './support/small-package';

/** What a build can leave in a wheel: another number each time. */
const RANDOM = `
string(RANDOM LENGTH 16 NUMBER)
file(WRITE \${CMAKE_CURRENT_BINARY_DIR}/number.txt \${NUMBER})
install(FILES \${CMAKE_CURRENT_BINARY_DIR}/number.txt DESTINATION release_demo)
`;

/** A package whose build writes into its own folder, as setuptools-scm does. */
const INNER = {
  'inner/pyproject.toml': `
[build-system]
requires = ["scikit-build-core>=0.10"]
build-backend = "scikit_build_core.build"
[project]
name = "inner-demo"
version = "1.0"
[tool.scikit-build]
wheel.py-api = "py3"
`,
  'inner/CMakeLists.txt': `
cmake_minimum_required(VERSION 3.26)
project(inner_demo LANGUAGES C)
file(WRITE \${CMAKE_CURRENT_SOURCE_DIR}/version.c "int inner_version(void) { return 1; }\\n")
add_library(inner SHARED version.c)
install(TARGETS inner LIBRARY DESTINATION inner_demo)
`,
};

let small: SmallPackage;
beforeEach(async () => {
  small = await smallPackage();
});
afterEach(() => small.remove());

test('the same source gives the same bytes, with what is laid over it, and its code is shipped once', async () => {
  const { status, stdout } = await small.program('reproduce');
  expect([status, stdout]).toEqual([0, expect.stringMatching(/release_demo-\S+\.whl: the same \d+ bytes/)]);
  expect(stdout).toContain('that load libdemo.so, which exports the same');
  expect((await small.script('build')).status).toBe(0);
  const tested = await small.script('test');
  expect([tested.status, tested.stdout]).toEqual([0, expect.stringContaining('PASS both names answer')]);
});

test('a wheel that is kept is taken again, at another version too, until its source changes', async () => {
  const { wheels, ...rest } = DECLARATION;
  small.declare({ ...rest, wheels: wheels.map((wheel) => ({ ...wheel, reuse: true })) });
  const build = async (version: string): Promise<string> => {
    const built = await small.script('build', { WHEEL_VERSION: version });
    expect([built.status, built.stderr]).toEqual([0, expect.anything()]);
    return built.stdout;
  };
  expect(await build('1.0')).toContain('no wheel of release-demo is kept');
  const again = await build('1.1');
  expect(again).toContain('it is taken, not built');
  expect(again).not.toContain('pip wheel');
  const record = JSON.parse(readFileSync(join(small.folder, 'dist/linux-x86_64/build-record.json'), 'utf8'));
  expect(record.amendments[0]).toMatchObject({
    distribution: 'release-demo',
    reused: expect.stringMatching(/^.{64}$/),
  });
  expect(record.version).toBe('1.1');
  expect((await small.script('test')).status).toBe(0);
  const dryRun = await small.program('release', 'verify', 'dist', '--version=1.1');
  expect([dryRun.status, dryRun.stderr]).toEqual([1, expect.stringContaining('kept from an earlier build')]);
  small.append('demo.c', '/* changed */\n');
  expect(await build('1.2')).toContain('was made of another project.files');
});

test('a wheel that was built alone is taken by a build of it and of a wheel inside its folder', async () => {
  const { wheels, ...rest } = DECLARATION;
  const checks = [{ name: 'is there', python: ['checks/is_there.py'] }];
  const inner = { distribution: 'inner-demo', projectDir: 'inner', checks };
  const isThere = ['import importlib.metadata as m', 'm.files("inner-demo")'];
  const all = [inner, ...wheels.map((wheel) => ({ ...wheel, reuse: true }))];
  small.declare({ ...rest, wheels: all }, { 'checks/is_there.py': isThere });
  Object.entries(INNER).forEach(([file, text]) => small.write(file, text));
  const alone = await small.script('build', {}, '--only=release-demo');
  expect([alone.status, alone.stdout]).toEqual([0, expect.stringContaining('kept release_demo-')]);
  const both = await small.script('build');
  expect([both.status, both.stdout]).toEqual([0, expect.stringContaining('it is taken, not built')]);
  expect(readFileSync(join(small.folder, 'build/source/inner/version.c'), 'utf8')).toContain('inner_version');

  small.append('inner/CMakeLists.txt', '# changed\n');
  expect((await small.script('build')).stdout).toContain('was made of another project.files');
});

test('a file that differs from build to build is named, with the bytes', async () => {
  small.append('CMakeLists.txt', RANDOM);
  const { status, stderr } = await small.program('reproduce');
  expect([status, stderr]).toEqual([1, expect.stringMatching(/release_demo\/number\.txt: \d+ bytes differ, first at/)]);
  expect(readFileSync(join(small.folder, 'build/logs/reproduce/04-compare.log'), 'utf8')).toContain('number.txt');
});
