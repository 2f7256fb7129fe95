/** Synthesis on other people's machines: other folders, locales, time zones and umasks; and as a package that is installed. */
import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { check, run } from './support/process';
import { pack, REPOSITORY } from './support/repository';
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

describe('a new project from the package, by projen new --from', () => {
  let packed: string;
  let create: string[];
  let path: string;
  // In CI, projen installs from a lock file, which a new project does not have yet.
  const env = { CI: '', GIT_CEILING_DIRECTORIES: realpathSync(tmpdir()) };

  beforeAll(async () => {
    packed = mkdtempSync(join(tmpdir(), 'package-e2e-'));
    await pack(packed);
  });
  afterAll(() => rmSync(packed, { recursive: true, force: true }));
  beforeEach(async () => {
    path = join(folder, 'lib3');
    await check(['git', 'init', '--quiet', path]);
    const projen = join(REPOSITORY, 'node_modules/projen/bin/projen');
    create = [
      'node',
      projen,
      'new',
      '--from',
      `mlc-llm-pipeline@file:${join(packed, readdirSync(packed)[0])}`,
      '--no-git',
    ];
  });

  test('uses the repository of the remote, also in a clone with another remote', async () => {
    await check(['git', 'remote', 'add', 'origin', 'git@github.com:Acme/Wheels.git'], { cwd: path });
    await check(create, { cwd: path, env });
    const declaration = readFileSync(join(path, '.projenrc.ts'), 'utf8');
    expect(declaration).toMatch(/import { MlcLlmPipelineProject } from .mlc-llm-pipeline.;/);
    expect(declaration).toContain('githubRepository: "Acme/Wheels",');
    expect(readFileSync(join(path, 'docker/Dockerfile'), 'utf8')).toContain('The toolchain image of mlc-llm.');
    const plan = JSON.parse(readFileSync(join(path, 'scripts/plan.json'), 'utf8'));
    expect([plan.repository, plan.image.name]).toEqual(['Acme/Wheels', 'ghcr.io/acme/wheels']);
    // The program is complete, and reads its plan.
    const python = findPython();
    const { stdout: help } = await check(['bash', 'scripts/build.sh', '--help'], {
      cwd: path,
      env: { PYTHON: python },
    });
    expect(help).toMatch(/The\s+wheels:\s+apache-tvm-ffi,\s+tvm,\s+mlc-llm\./);
    expect((await check(['npx', 'projen', 'build'], { cwd: path })).status).toBe(0);
    // From then on, npx projen synthesizes the same files, regardless of the remote.
    await check(['git', 'add', '--all'], { cwd: path });
    await check(['git', 'remote', 'set-url', 'origin', 'git@github.com:somebody/fork.git'], { cwd: path });
    await check(['npx', 'projen', '--no-post'], { cwd: path });
    expect((await run(['git', 'diff', '--stat'], { cwd: path })).stdout).toBe('');
  });

  test('fails without a remote before anything is synthesized, and prints both ways to set the repository', async () => {
    const { status, stderr } = await run(create, { cwd: path, env });
    expect(status).toBe(1);
    expect(stderr.split('\n').filter((line) => /\S/.test(line) && !line.includes('installing module'))).toEqual([
      expect.stringMatching(
        /^mlc-llm-pipeline: githubRepository is required: .*git remote add origin https:.*githubRepository: 'OWNER\/NAME'/,
      ),
    ]);
    // projen installs the package before it creates the project.
    expect(readdirSync(path).sort()).toEqual(['.git', 'node_modules', 'package.json']);
  });

  test('overwrites no existing file, unless the command adopts it', async () => {
    const files = { LICENSE: 'mine\n', '.gitignore': '*.mine\n' };
    Object.entries(files).forEach(([name, text]) => writeFileSync(join(path, name), text));
    const named = [...create, '--github-repository', 'acme/wheels'];
    const { status, stderr } = await run(named, { cwd: path, env });
    const adopt = '--adopt-existing-files .gitignore --adopt-existing-files LICENSE';
    expect([status, stderr]).toEqual([1, expect.stringContaining(`  .gitignore\n  LICENSE\n`)]);
    expect(stderr).toContain(`  projen new … ${adopt}\n`);
    for (const [name, text] of Object.entries(files)) expect(readFileSync(join(path, name), 'utf8')).toBe(text);
    await check([...named, ...adopt.split(' ')], { cwd: path, env });
    expect(readFileSync(join(path, 'LICENSE'), 'utf8')).toContain('Apache License');
    expect(readFileSync(join(path, '.projenrc.ts'), 'utf8')).toContain('adoptExistingFiles: [".gitignore","LICENSE"],');
  });
});
