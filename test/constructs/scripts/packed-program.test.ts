/** The packed program in a generated repository. */
import { existsSync, lstatSync, readFileSync, writeFileSync, chmodSync } from 'node:fs';
import { Platform, WheelPipeline } from '../../../src';
import { PACKED } from '../../../src/constructs/scripts/packed-program';
import { scripts } from '../../../src/constructs/scripts/wrappers';
import { at, plan, project, read, SMALL, synthesize, workflow } from '../../small';

test("there are wrappers for the build's systems", () => {
  const names = (...platforms: Platform[]): string[] => scripts(plan({ platforms })).map(({ path }) => path);
  expect(names(Platform.LINUX_X86_64)).toEqual(['scripts/build.sh', 'scripts/test.sh', 'scripts/docker.sh']);
  expect(names(Platform.WINDOWS_AMD64)).toEqual(['scripts/build.ps1', 'scripts/test.ps1']);
});

test('a repository gets the file of the installed package, read-only, marked as binary and generated', () => {
  synthesize();
  const path = at('scripts/wheel_pipeline.pyz');
  expect(readFileSync(path).equals(readFileSync(PACKED))).toBe(true);
  expect(lstatSync(path).mode.toString(8)).toBe('100444');
  expect(read('.gitattributes')).toMatch(
    /^\/scripts\/wheel_pipeline\.pyz (binary linguist-generated|linguist-generated binary)$/m,
  );
  expect(JSON.parse(read('.projen/files.json')).files).toContain('scripts/wheel_pipeline.pyz');
});

test('a changed copy is replaced, and one that is no longer declared is removed', () => {
  synthesize();
  const path = at('scripts/wheel_pipeline.pyz');
  chmodSync(path, 0o644);
  writeFileSync(path, 'other');
  synthesize();
  expect(readFileSync(path).equals(readFileSync(PACKED))).toBe(true);
  const other = project();
  new WheelPipeline(other, { ...SMALL, prefix: 'part' });
  other.synth();
  expect([existsSync(path), existsSync(at('part/scripts/wheel_pipeline.pyz'))]).toEqual([false, true]);
});

test('a repository with the sources gets no packed file, and its scripts and workflows run the sources', () => {
  synthesize({ program: { sources: 'src/wheel_pipeline', requirements: 'src/requirements.txt' } });
  expect(existsSync(at('scripts/wheel_pipeline.pyz'))).toBe(false);
  expect(read('scripts/build.sh')).toContain('exec "$python" -E "$root/src/wheel_pipeline" "$command" "$@"');
  const linux = read('.github/workflows/linux.yml');
  expect(linux).toContain('--require-hashes --requirement src/requirements.txt');
  expect(linux).toContain('python3 src/wheel_pipeline ci changes');
  // A change of the program rebuilds the wheels.
  expect(workflow('linux').on.push.paths).toEqual(
    expect.arrayContaining(['src/wheel_pipeline/**', 'src/requirements.txt']),
  );
});

test('no job installs requirements for the packed program', () => {
  synthesize();
  for (const name of ['docker', 'linux', 'windows', 'release', 'cleanup', 'reproduce']) {
    expect(read(`.github/workflows/${name}.yml`)).not.toContain('pip" install');
  }
});
