/**
 * The release as it is synthesized, in a workflow engine, without a compiler: what its jobs take, check, sign and publish,
 * and every way in which one must end before anything is signed. The builds themselves are stood in for.
 */
import { chmodSync, copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Project } from 'projen';
import { forAct } from './support/act-schema';
import { Engine, startEngine } from './support/engine';
import { pythonTools } from './support/machine';
import { check } from './support/process';
import { Registry, startRegistry } from './support/registry';
import { readRelease, runnerPrograms } from './support/releases';
import { makeStorage, runWorkflow, Storage, WorkflowRun } from './support/workflow-engine';
import {
  dispatch,
  GIT_ENV,
  makeRepository,
  pushBranch,
  pushTag,
  Repository,
  WorkflowEvent,
} from './support/workflow-events';
import { WheelPipeline } from '../../src';
import { RUNTIME } from '../../src/declaration/pins';

const STAND_INS = resolve(__dirname, 'stand-ins');
const SIGNED = 'owner/name/.github/workflows/docker.yml refs/heads/main';

let engine: Engine;
let registry: Registry;
let folder: string;
let bin: string;
let programs: string;
let repository: Repository;
/** By digest. */
let image: string;
let storage: Storage;

beforeAll(async () => {
  [engine, registry] = await Promise.all([startEngine(), startRegistry()]);
  folder = mkdtempSync(join(tmpdir(), 'release-engine-e2e-'));
  bin = await pythonTools('release', Object.keys(RUNTIME));
  programs = await runnerPrograms(join(folder, 'programs'));
  copyFileSync(join(STAND_INS, 'release/pwsh'), join(programs, 'pwsh'));
  chmodSync(join(programs, 'pwsh'), 0o755);
  repository = await synthesize();
  image = await pushImage();
});
afterAll(async () => {
  repository?.remove();
  if (folder) rmSync(folder, { recursive: true, force: true });
  if (image) await engine.tryDocker(['image', 'rm', '--force', image], { quiet: true });
  await registry?.stop();
  await engine?.stop();
});
beforeEach(() => {
  storage = makeStorage();
});
afterEach(() => storage.remove());

async function synthesize(): Promise<Repository> {
  const outdir = join(folder, 'project');
  const project = new Project({ name: 'release-demo', outdir });
  new WheelPipeline(project, {
    repository: 'owner/name',
    name: 'release-demo',
    source: { folder: 'package' },
    image: { name: `${registry.host}/owner/name` },
    wheels: [{ distribution: 'release-demo', reuse: true, checks: [{ name: 'import', imports: ['release_demo'] }] }],
  });
  process.env.PROJEN_DISABLE_POST = '1';
  project.synth();
  const entries = readdirSync(outdir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const files = entries.map((entry) => join(entry.parentPath, entry.name).slice(outdir.length + 1));
  const text = forAct(readFileSync(join(outdir, '.github/workflows/release.yml'), 'utf8'));
  return makeRepository({
    from: { folder: outdir, files: files.filter((file) => !/release\.yml$|docker\.sh$/.test(file)) },
    files: {
      'package/pyproject.toml': '',
      '.github/workflows/release.yml': text,
      'scripts/docker.sh': readFileSync(join(STAND_INS, 'release/docker.sh'), 'utf8'),
    },
  });
}

/** An image with nothing in it, under the tag of the environment. */
async function pushImage(): Promise<string> {
  const program = ['scripts/wheel_pipeline', 'ci', 'image-tag'];
  const { stdout } = await check([join(bin, 'python'), ...program], { cwd: repository.folder, quiet: true });
  const tag = `${registry.host}/owner/name:${/^tag=(env-[0-9a-f]{16})$/m.exec(stdout)![1]}`;
  writeFileSync(join(folder, 'empty'), '');
  const tar = join(folder, 'image.tar');
  await check(['tar', '--create', '--file', tar, '--directory', folder, 'empty']);
  await engine.docker(['import', tar, tag]);
  await engine.docker(['push', '--quiet', tag]);
  const inspected = await engine.docker(['image', 'inspect', '--format', '{{index .RepoDigests 0}}', tag]);
  await engine.docker(['image', 'rm', tag]);
  return inspected.stdout.trim();
}

interface Options {
  readonly workflow?: string;
  readonly env?: Record<string, string>;
  /** What docker.yml has signed. */
  readonly signed?: string;
}

async function act(event: WorkflowEvent, options: Options = {}): Promise<WorkflowRun> {
  const releases = join(storage.folder, 'releases');
  await check(['mkdir', '-p', releases], { quiet: true });
  writeFileSync(join(releases, 'attested.txt'), `oci://${image} ${options.signed ?? SIGNED}\n`);
  return runWorkflow({
    engine,
    storage,
    repository,
    event,
    workflow: options.workflow ?? 'release.yml',
    programs: [programs],
    env: {
      E2E_PYTHON: join(bin, 'python'),
      E2E_BUILT: join(STAND_INS, 'built.py'),
      E2E_PWSH: join(STAND_INS, 'actions/runner/pwsh'),
      E2E_REGISTRY: registry.host,
      GH_STANDIN_FOLDER: releases,
      GH_STANDIN_API: join(STAND_INS, 'gh_api.py'),
      GH_STANDIN_REPOSITORY: join(storage.folder, 'origin.git'),
      ...options.env,
    },
  });
}

const published = (tag: string) => readRelease(join(storage.folder, 'releases'), tag);
const failureOf = (done: WorkflowRun): string => (done.status === 0 ? '' : done.output.slice(-6000));
const steps = (done: WorkflowRun, name: string): string[] =>
  done.jobs.find((job) => job.name.endsWith(name))?.steps.map((step) => step.name) ?? [];

/** A repository on GitHub in which somebody has changed something. */
async function elsewhere(...commands: string[][]): Promise<string> {
  const path = mkdtempSync(join(folder, 'elsewhere-'));
  await check(['git', 'clone', '--quiet', repository.folder, path], { env: GIT_ENV, quiet: true });
  for (const argv of commands) await check(['git', ...argv], { cwd: path, env: GIT_ENV, quiet: true });
  return path;
}

test('a tag is built by its commit in the signed image, tested apart, signed and published', async () => {
  const done = await act(pushTag('v1.0.0'));
  expect(failureOf(done)).toBe('');
  const release = published('v1.0.0')!;
  expect(release).toMatchObject({ draft: false, prerelease: false });
  expect(release.assets).toEqual([
    'SHA256SUMS',
    'build-record-linux-x86_64.json',
    'build-record-windows-amd64.json',
    'release-demo-1.0.0.sigstore.json',
    'release_demo-1.0.0-py3-none-manylinux_2_28_x86_64.whl',
    'release_demo-1.0.0-py3-none-manylinux_2_28_x86_64.whl.spdx.json',
    'release_demo-1.0.0-py3-none-win_amd64.whl',
    'release_demo-1.0.0-py3-none-win_amd64.whl.spdx.json',
    'requirements-linux-x86_64.txt',
    'requirements-windows-amd64.txt',
  ]);
  expect(release.notes).toContain(image);
  expect(release.notes).toContain('--source-ref refs/tags/v1.0.0');
  expect(done.output).toContain(`commit=${repository.sha}`);
  expect(readdirSync(done.artifacts).sort()).toEqual([
    'signature',
    'test-report-linux-x86_64',
    'test-report-windows-amd64',
    'wheels-linux-x86_64',
    'wheels-windows-amd64',
  ]);
  expect(Object.keys(done.attestations[0]!.subjects)).toHaveLength(2);
  expect(done.logins).toEqual([]);
});

test('a release restores nothing that the default branch left, and saves nothing', async () => {
  const filled = await act(pushBranch(), { workflow: 'linux.yml' });
  expect(failureOf(filled)).toBe('');
  expect(steps(filled, 'Linux x86-64 wheels')).toEqual(
    expect.arrayContaining(['Restore the compiler cache', 'Save the compiler cache', 'Save the kept wheels']),
  );
  const again = await act(pushBranch(), { workflow: 'linux.yml' });
  expect(again.output).toContain('found a compiler cache: compiled');
  const before = readdirSync(join(storage.folder, 'cache')).sort();
  const done = await act(pushTag('v1.0.0'));
  expect(failureOf(done)).toBe('');
  expect(done.output).not.toContain('found a compiler cache');
  expect(
    done.jobs.flatMap((job) => job.steps.map((step) => step.name)).filter((name) => /^(Restore|Save)/.test(name)),
  ).toEqual([]);
  expect(readdirSync(join(storage.folder, 'cache')).sort()).toEqual(before);
});

test('a run by hand that was given a commit saves nothing for others', async () => {
  const done = await act(dispatch({ ref: repository.sha, fresh: false }), { workflow: 'linux.yml' });
  expect(failureOf(done)).toBe('');
  expect(steps(done, 'Linux x86-64 wheels').filter((name) => name.startsWith('Save'))).toEqual([]);
  expect(readdirSync(join(storage.folder, 'cache'))).toEqual([]);
});

const dry = (tag: string, dryRun: boolean): WorkflowEvent => dispatch({ tag, 'dry-run': dryRun });

/** What has to end in the plan: nothing is built, signed or published. */
async function endsInThePlan(done: WorkflowRun, words: string): Promise<void> {
  expect(done.output).toContain(words);
  expect(done.jobs.map((job) => [job.id, job.result])).toEqual([['plan', 'failure']]);
  expect([done.attestations, published('v1.0.0')]).toEqual([[], undefined]);
}

test('a dispatch from elsewhere publishes nothing, and is told where to start it', async () => {
  const tagged = await elsewhere(['tag', 'v1.0.0']);
  const done = await act(dry('v1.0.0', false), { env: { GH_STANDIN_REPOSITORY: tagged } });
  await endsInThePlan(done, 'this run is on refs/heads/main, and GitHub would sign that, not refs/tags/v1.0.0');
});

test('a dry run from elsewhere does everything but sign and publish', async () => {
  const tagged = await elsewhere(['tag', 'v1.0.0']);
  const done = await act(dry('v1.0.0', true), { env: { GH_STANDIN_REPOSITORY: tagged } });
  expect(failureOf(done)).toBe('');
  expect(done.output).toContain('this dry run could not publish: this run is on refs/heads/main');
  expect([done.job('verify'), done.job('attest'), done.job('publish')]).toEqual(['success', 'skipped', 'skipped']);
});

test('a branch of the same name is no tag, and a run on it does not publish the tag of that name', async () => {
  const branched = await elsewhere(['branch', 'v1.0.0']);
  const onBranch = dispatch({ 'dry-run': false }, 'v1.0.0');
  const without = await act(onBranch, { env: { GH_STANDIN_REPOSITORY: branched } });
  await endsInThePlan(without, 'there is no tag v1.0.0 in owner/name: push it');
  const both = await elsewhere(['branch', 'v1.0.0'], ['tag', 'v1.0.0']);
  const done = await act(onBranch, { env: { GH_STANDIN_REPOSITORY: both } });
  await endsInThePlan(done, 'this run is on refs/heads/v1.0.0, and GitHub would sign that');
});

test('a tag that moved is not released', async () => {
  const moved = await elsewhere(['commit', '--allow-empty', '--message', 'other'], ['tag', 'v1.0.0']);
  const done = await act(pushTag('v1.0.0'), { env: { GH_STANDIN_REPOSITORY: moved } });
  await endsInThePlan(done, 'the tag was moved');
});

test('a tag that is not on the default branch is not released', async () => {
  const other = await elsewhere(
    ['tag', 'v1.0.0'],
    ['checkout', '--orphan', 'x'],
    ['commit', '-m', 'x'],
    ['branch', '-M', 'main'],
  );
  const done = await act(pushTag('v1.0.0'), { env: { GH_STANDIN_REPOSITORY: other } });
  await endsInThePlan(done, 'the tag v1.0.0 is not on the branch main');
});

test('an image that docker.yml did not sign on the default branch is not used', async () => {
  const done = await act(pushTag('v1.0.0'), { signed: SIGNED.replace('heads/main', 'heads/dev') });
  await endsInThePlan(done, 'images only that docker.yml has signed on refs/heads/main');
});

test('wheels that fail their test are not released, and the logs are kept', async () => {
  const done = await act(pushTag('v1.0.0'), { env: { E2E_TEST_FAILS: '1' } });
  expect([done.job('verify'), done.attestations, published('v1.0.0')]).toEqual(['skipped', [], undefined]);
  expect(done.jobs.find((job) => job.name.endsWith('All of linux is green'))!.result).toBe('failure');
});

test('what a test writes into its copy of the wheels reaches nobody', async () => {
  const done = await act(pushTag('v1.0.0'), { env: { E2E_TEST_CHANGES: '1' } });
  expect(failureOf(done)).toBe('');
  const sums = readFileSync(join(storage.folder, 'releases/v1.0.0/assets/SHA256SUMS'), 'utf8');
  expect(sums).not.toContain('more');
});
