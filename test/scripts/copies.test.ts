import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Platform } from '../../src';
import { resolvePlan } from '../../src/plan/resolve';
import { program, wrappers } from '../../src/scripts/copies';

const build = (platforms: Platform[]) =>
  resolvePlan({
    repository: 'owner/thing',
    source: { folder: 'thing' },
    wheels: [{ distribution: 'thing', checks: [{ name: 'import', imports: ['thing'] }] }],
    platforms,
  }).builds[0];

test("there are wrappers for the build's systems", () => {
  const names = (...platforms: Platform[]): string[] => wrappers(build(platforms)).map(({ path }) => path);
  expect(names(Platform.LINUX_X86_64)).toEqual(['scripts/build.sh', 'scripts/test.sh', 'scripts/docker.sh']);
  expect(names(Platform.WINDOWS_AMD64)).toEqual(['scripts/build.ps1', 'scripts/test.ps1']);
});

test('the program is every Python file of src/runtime, as it is, in a fixed order', () => {
  const folder = join(__dirname, '../../src/runtime/wheel_pipeline');
  const originals = (readdirSync(folder, { recursive: true }) as string[]).filter((path) => path.endsWith('.py'));
  const copies = program();
  expect(copies.map(({ path }) => path)).toEqual(originals.sort().map((path) => `scripts/wheel_pipeline/${path}`));
  expect(copies.length).toBeGreaterThan(5);
  for (const { path, text } of copies) {
    expect(text).toBe(readFileSync(join(folder, path.replace('scripts/wheel_pipeline/', '')), 'utf8'));
  }
});
