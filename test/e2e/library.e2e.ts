/** The library in a user's repository: a bare project without a Node.js package, and its `build.yml`. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { parse } from 'yaml';
import { check, run } from './support/process';
import { pack } from './support/repository';

let folder: string;
let tarball: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'library-e2e-'));
  tarball = await pack(folder);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const env = { CI: '', NODE_ENV: undefined };

const DECLARATION = `
const project = new Project({ name: 'wheels' });
new WheelPipeline(project, {
  repository: 'acme/wheels',
  source: { folder: 'thing' },
  wheels: [{ distribution: 'thing', checks: [{ name: 'import', imports: ['thing'] }] }],
});
project.synth();
`;

/** Create a repository with the declaration, synthesized once and committed, and a fresh clone of it. */
async function repository(name: string, file: string, imports: string, install: string): Promise<[string, string]> {
  const path = join(folder, name);
  mkdirSync(join(path, 'vendor'), { recursive: true });
  await check(['cp', tarball, join(path, 'vendor')]);
  writeFileSync(join(path, file), imports + DECLARATION);
  const bash = (command: string) => check(['bash', '-ec', command], { cwd: path, env });
  await bash(`git init --quiet && npm install ${install} ./vendor/${basename(tarball)} projen tsx`);
  await bash(file.endsWith('.ts') ? `npx tsx ${file}` : `node ${file}`);
  await bash('git add --all && git -c user.name=me -c user.email=me@localhost commit --quiet --message first');
  const clone = `${path}-clone`;
  await check(['git', 'clone', '--quiet', path, clone]);
  return [path, clone];
}

/** Run the commands of the job of `build.yml`. */
async function runBuild(clone: string): Promise<void> {
  const { jobs } = parse(readFileSync(join(clone, '.github/workflows/build.yml'), 'utf8'));
  const commands = jobs.build.steps.flatMap((step: { readonly run?: string }) => step.run ?? []);
  expect(commands[0]).toBe('npm ci\n');
  for (const command of commands) await check(['bash', '-ec', command], { cwd: clone, env: { ...env, CI: 'true' } });
}

/** Edit a synthesized file; verify that the check fails and that synthesis restores the file. */
async function expectDriftIsCaught(clone: string): Promise<void> {
  const page = join(clone, 'docs/releases.md');
  const synthesized = readFileSync(page, 'utf8');
  await check(['chmod', 'u+w', page]);
  for (const task of ['check', 'build']) {
    writeFileSync(page, 'by hand\n');
    const { status, stderr } = await run(['npx', 'projen', task], { cwd: clone, env });
    expect([status, stderr]).toEqual([1, expect.stringContaining('-by hand')]);
    await check(['chmod', 'u+w', page]);
  }
  writeFileSync(page, 'by hand\n');
  await check(['npx', 'projen'], { cwd: clone, env });
  expect(readFileSync(page, 'utf8')).toBe(synthesized);
  expect((await run(['git', 'status', '--porcelain'], { cwd: clone })).stdout).toBe('');
}

test('a project without package.json gets one, and CI installs exact versions verified by checksum', async () => {
  const imports = "import { Project } from 'projen';\nimport { WheelPipeline } from 'mlc-llm-pipeline';\n";
  const [path, clone] = await repository('bare', '.projenrc.ts', imports, '--no-save');
  const { devDependencies } = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8'));
  expect(devDependencies).toEqual({
    'mlc-llm-pipeline': `file:vendor/${basename(tarball)}`,
    projen: expect.stringMatching(/^\d+\.\d+\.\d+$/),
    tsx: expect.stringMatching(/^\d+\.\d+\.\d+$/),
  });
  const lock = readFileSync(join(path, 'package-lock.json'), 'utf8');
  const { '': _, ...packages } = JSON.parse(lock).packages;
  const unverified = Object.entries<any>(packages).filter(([, { integrity, inBundle }]) => !integrity && !inBundle);
  expect(unverified).toEqual([]);
  // The binaries of all platforms, regardless of the platform that wrote the lock file.
  expect(Object.keys(packages)).toEqual(
    expect.arrayContaining(['linux-x64', 'darwin-arm64', 'win32-x64'].map((id) => `node_modules/@esbuild/${id}`)),
  );
  await runBuild(clone);
  await expectDriftIsCaught(clone);
  // Another package with the same name and version is not installed.
  const { integrity } = packages['node_modules/tsx'];
  writeFileSync(join(clone, 'package-lock.json'), lock.replace(integrity, `sha512-${'A'.repeat(86)}==`));
  const { status, stderr } = await run(['npm', 'ci'], { cwd: clone, env });
  expect([status, stderr]).toEqual([1, expect.stringContaining('EINTEGRITY')]);
});

test("a project keeps the user's package.json and lock file, and CI uses them", async () => {
  const imports = "const { Project } = require('projen');\nconst { WheelPipeline } = require('mlc-llm-pipeline');\n";
  const [path, clone] = await repository('own', '.projenrc.js', imports, '--save-dev');
  expect(readFileSync(join(path, 'package.json'), 'utf8')).toMatch(/"projen": "\^/);
  await runBuild(clone);
  await expectDriftIsCaught(clone);
});
