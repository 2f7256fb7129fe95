/** Synthesis on other people's machines: other folders, locales, time zones and umasks; and as a package that is installed. */
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { check, run } from './support/process';
import { REPOSITORY } from './support/repository';
import { findPython } from '../../projenrc/python';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'synthesis-e2e-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A clone of what is committed, with this checkout's dependencies. */
async function clone(name: string): Promise<string> {
  const path = join(folder, name);
  await check(['git', 'clone', '--quiet', REPOSITORY, path]);
  symlinkSync(join(REPOSITORY, 'node_modules'), join(path, 'node_modules'));
  return path;
}

test.each([
  ['C', 'UTC', '022'],
  ['tr_TR.UTF-8', 'Pacific/Kiritimati', '077'],
  ['de_DE.UTF-8', 'America/St_Johns', '002'],
])('gives the committed bytes with locale %s, time zone %s and umask %s', async (locale, zone, umask) => {
  const path = await clone(`a clone, ${locale}`);
  const env = { LC_ALL: locale, LANG: locale, TZ: zone };
  await check(['bash', '-c', `umask ${umask} && npx projen --no-post`], {
    cwd: path,
    env,
  });
  // The link to the dependencies is no part of the clone.
  const { stdout } = await check(['git', 'status', '--porcelain', '--', '.', ':!node_modules'], { cwd: path });
  expect(stdout).toBe('');
});

test('a new project can be made from the package: projen new --from', async () => {
  await check(['npx', 'projen', 'compile'], { cwd: REPOSITORY });
  const { stdout } = await check(['npm', 'pack', '--silent', '--ignore-scripts', '--pack-destination', folder], {
    cwd: REPOSITORY,
  });
  const tarball = join(folder, stdout.trim().split('\n').pop()!);
  const path = join(folder, 'my-wheels');
  await check(['mkdir', path]);
  const projen = join(REPOSITORY, 'node_modules/projen/bin/projen');
  const create = [
    'node',
    projen,
    'new',
    '--from',
    `mlc-llm-pipeline@file:${tarball}`,
    '--no-git',
    '--name',
    'my-wheels',
  ];
  // In CI, projen installs from a lock file, which a new project does not have yet.
  await check(create, { cwd: path, env: { CI: '' } });
  expect(readFileSync(join(path, '.projenrc.ts'), 'utf8')).toMatch(
    /import { MlcLlmPipelineProject } from .mlc-llm-pipeline.;/,
  );
  expect(readFileSync(join(path, 'docker/Dockerfile'), 'utf8')).toContain('The toolchain image of mlc-llm.');
  // The program is there, all of it, and knows what it builds.
  const python = findPython();
  const { stdout: help } = await check(['bash', 'scripts/build.sh', '--help'], { cwd: path, env: { PYTHON: python } });
  expect(help).toMatch(/The\s+wheels:\s+apache-tvm-ffi,\s+tvm,\s+mlc-llm\./);
  expect((await check(['npx', 'projen', 'build'], { cwd: path })).status).toBe(0);
  // It synthesizes by itself from then on, and to the same.
  await check(['git', 'init', '--quiet'], { cwd: path });
  await check(['git', 'add', '--all'], { cwd: path });
  await check(['npx', 'projen', '--no-post'], { cwd: path });
  expect((await run(['git', 'diff', '--stat'], { cwd: path })).stdout).toBe('');
});
