/**
 * The synthesized workflows in a workflow engine, with the real image and real builds: from the toolchain image to a
 * release that somebody installs. What can end on the way is in release-engine.e2e.ts, without a compiler.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeChecks } from './support/check-file';
import { Engine, startEngine } from './support/engine';
import { buildContexts } from './support/image';
import { check, run } from './support/process';
import { Registry, startRegistry } from './support/registry';
import { ActOptions, failureOf, published, ReleaseBench, synthesize } from './support/release-repository';
import { makeStorage, Storage, WorkflowRun } from './support/workflow-engine';
import { pullRequest, pushBranch, pushTag, Repository, WorkflowEvent } from './support/workflow-events';

let engine: Engine;
let registry: Registry;
let storage: Storage;
let bench: ReleaseBench;
let folder: string;
let repository: Repository;
/** The same declaration, but its check fails. */
let failing: Repository;
let contexts: readonly string[];

beforeAll(async () => {
  [engine, registry] = await Promise.all([startEngine(), startRegistry()]);
  storage = makeStorage();
  folder = mkdtempSync(join(tmpdir(), 'release-e2e-'));
  bench = await ReleaseBench.prepare(folder, engine, registry);
  repository = await checkedBy('passing', 'assert release_demo.answer(41) == 42');
  failing = await checkedBy('failing', 'assert release_demo.answer(41) == 0');
  contexts = (await buildContexts(engine, { context: repository.folder })).argv;
});

afterAll(async () => {
  [repository, failing].forEach((each) => each?.remove());
  storage?.remove();
  if (folder) rmSync(folder, { recursive: true, force: true });
  await registry?.stop();
  await engine?.stop();
});

/** The small package, whose check runs this line. */
function checkedBy(name: string, line: string): Promise<Repository> {
  const checks = [{ name: 'native code', python: ['checks/native_code.py'] }];
  writeChecks(join(folder, name), { 'checks/native_code.py': ['import release_demo', line] });
  const wheels = [{ distribution: 'release-demo', reuse: true, checks }];
  return synthesize(join(folder, name), bench.image, wheels);
}

function act(workflow: string, event: WorkflowEvent, options: ActOptions = {}): Promise<WorkflowRun> {
  return bench.act(storage, options.repository ?? repository, event, {
    workflow,
    ...options,
    env: {
      E2E_BUILD_CONTEXTS: contexts.join('\n'),
      // The engine may have no bridge network.
      DOCKER_OPTIONS: '--network host',
      // The stand-in of the base has a newer glibc; the package needs none of it, so the declared tag is right for it.
      AUDITWHEEL_PLAT: 'manylinux_2_28_x86_64',
      ...options.env,
    },
  });
}

const artifacts = (done: WorkflowRun): string[] => readdirSync(done.artifacts).sort();
const files = (done: WorkflowRun, artifact: string): string[] => readdirSync(join(done.artifacts, artifact)).sort();

/** Whether the registry has an image, and as which digest. */
async function digestIn(tag: string): Promise<string> {
  const argv = ['buildx', 'imagetools', 'inspect', tag, '--format', '{{.Manifest.Digest}}'];
  return (await engine.tryDocker(argv, { quiet: true })).stdout.trim();
}

const WHEEL = expect.stringMatching(/^release_demo-0\.0\.0\.dev0\+local.*\.whl$/) as unknown as string;

test('a pull request to a repository without an image builds one, for itself, and its wheels in it', async () => {
  const done = await act('linux.yml', pullRequest());
  expect(failureOf(done)).toBe('');
  expect(done.output).toContain('This run builds the image itself');
  expect([done.pushes, done.logins]).toEqual([[], []]);
  expect(artifacts(done)).toEqual(['test-report-linux-x86_64', 'toolchain-linux-x86_64', 'wheels-linux-x86_64']);
  expect(files(done, 'wheels-linux-x86_64')).toEqual(['SHA256SUMS', 'build-record.json', WHEEL]);
});

test('a pull request that changes how the image is published tries it, and publishes nothing', async () => {
  const done = await act('docker.yml', pullRequest());
  expect(failureOf(done)).toBe('');
  expect([done.job('try'), done.job('publish'), done.pushes, done.logins]).toEqual(['success', 'skipped', [], []]);
});

test('a push publishes the image by its commit and its environment, attested; the latest once it builds wheels', async () => {
  const done = await act('docker.yml', pushBranch());
  expect(failureOf(done)).toBe('');
  expect(done.pushes).toEqual([expect.stringMatching(`^${bench.image}:${repository.sha} sha256:`)]);
  const digest = /sha256:[0-9a-f]{64}/.exec(done.pushes[0]!)![0];
  const tags = [`${bench.image}:latest`, await bench.environmentTag(repository)];
  expect(await Promise.all(tags.map(digestIn))).toEqual([digest, digest]);
  expect(done.attestations.map((each) => Object.values(each.subjects))).toEqual([[digest.replace('sha256:', '')]]);
  expect(done.jobs.map((job) => job.id)).toEqual(expect.arrayContaining(['linux-x86_64', 'test-linux-x86_64']));
  expect(done.output).toContain('kept release_demo-');
});

test('an image in which the wheels fail does not become the latest', async () => {
  const latest = await digestIn(`${bench.image}:latest`);
  const done = await act('docker.yml', pushBranch(), { repository: failing });
  expect([done.job('publish'), done.job('test-linux-x86_64'), done.job('latest')]).toEqual([
    'success',
    'failure',
    'skipped',
  ]);
  expect(done.output).toContain('FAIL native code');
  expect(artifacts(done)).toEqual(['conda-lock-linux-x86_64', 'logs-test-linux-x86_64', 'wheels-linux-x86_64']);
  expect(await digestIn(`${bench.image}:latest`)).toBe(latest);
});

test('what the default branch kept is taken by the next run, and never by a release, which somebody can install', async () => {
  const again = await act('linux.yml', pullRequest());
  expect([failureOf(again), again.output]).toEqual(['', expect.stringContaining('it is taken, not built')]);
  // The image that docker.yml attested; its environment tag now points to an image where the wheels fail.
  const image = `${bench.image}@${await digestIn(`${bench.image}:latest`)}`;
  const done = await act('release.yml', pushTag('v0.1.0'));
  expect(failureOf(done)).toBe('');
  expect(done.output).not.toContain('it is taken, not built');
  const release = published(storage, 'v0.1.0')!;
  expect(release).toMatchObject({ draft: false, prerelease: false });
  expect(release.notes).toContain(image);
  const assets = join(storage.folder, 'releases/v0.1.0/assets');
  await check(['sha256sum', '--check', '--strict', 'SHA256SUMS'], { cwd: assets });
  const attested = Object.keys(done.attestations[0]!.subjects).sort();
  expect(attested).toEqual(release.assets.filter((file) => file.endsWith('.whl')));
  await installs(assets);
});

/** Installs a release as its user does, by hash, from a folder that stands for GitHub's downloads, and uses it. */
async function installs(assets: string): Promise<void> {
  const given = readFileSync(join(assets, 'requirements-linux-x86_64.txt'), 'utf8');
  const downloads = 'https://github.com/owner/name/releases/download/v0.1.0';
  expect(given).toContain(`release-demo @ ${downloads}/release_demo-0.1.0-py3-none-`);
  const requirements = join(folder, 'requirements.txt');
  writeFileSync(requirements, given.replaceAll(downloads, `file://${assets}`));
  const target = join(folder, 'installed');
  const pip = [join(bench.bin, 'python'), '-m', 'pip', 'install', '--quiet', '--target', target];
  await check([...pip, '--no-index', '--require-hashes', '--requirement', requirements]);
  const program = 'import release_demo; print(release_demo.answer(41))';
  const used = await run([join(bench.bin, 'python'), '-c', program], { env: { PYTHONPATH: target } });
  expect([used.stderr, used.stdout]).toEqual(['', '42\n']);
}
