/**
 * The release as it is synthesized, in a workflow engine, without a compiler: what its jobs take, check, sign and publish,
 * and every way in which one must end before anything is signed. The builds themselves are stood in for.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Engine, startEngine } from './support/engine';
import { check } from './support/process';
import { Registry, startRegistry } from './support/registry';
import { ActOptions, failureOf, published, ReleaseBench, SIGNED, synthesize } from './support/release-repository';
import { digestOf } from './support/releases';
import { makeStorage, Storage, WorkflowRun } from './support/workflow-engine';
import { dispatch, GIT_ENV, pushBranch, pushTag, Repository, WorkflowEvent } from './support/workflow-events';

let engine: Engine;
let registry: Registry;
let bench: ReleaseBench;
let folder: string;
let repository: Repository;
/** By digest. */
let image: string;
let storage: Storage;

beforeAll(async () => {
  [engine, registry] = await Promise.all([startEngine(), startRegistry()]);
  folder = mkdtempSync(join(tmpdir(), 'release-engine-e2e-'));
  bench = await ReleaseBench.prepare(folder, engine, registry);
  const wheel = { distribution: 'release-demo', reuse: true, checks: [{ name: 'import', imports: ['release_demo'] }] };
  const docker = readFileSync(resolve(__dirname, 'stand-ins/release/docker.sh'), 'utf8');
  const files = { 'scripts/docker.sh': docker };
  repository = await synthesize(join(folder, 'project'), bench.image, [wheel], files);
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

/** An image with nothing in it, under the tag of the environment. */
async function pushImage(): Promise<string> {
  const tag = await bench.environmentTag(repository);
  writeFileSync(join(folder, 'empty'), '');
  const tar = join(folder, 'image.tar');
  await check(['tar', '--create', '--file', tar, '--directory', folder, 'empty']);
  const label = `io.github.owner.name.environment=${tag.split(':').at(-1)}`;
  await engine.docker(['import', '--change', `LABEL ${label}`, tar, tag]);
  await engine.docker(['push', '--quiet', tag]);
  const inspected = await engine.docker(['image', 'inspect', '--format', '{{index .RepoDigests 0}}', tag]);
  await engine.docker(['image', 'rm', tag]);
  return inspected.stdout.trim();
}

function act(event: WorkflowEvent, options: ActOptions = {}): Promise<WorkflowRun> {
  return bench.act(storage, repository, event, { attested: { [image]: SIGNED }, ...options });
}

/** The names of a release's files. */
const assetsOf = (version: string): string[] => [
  'SHA256SUMS',
  'build-record-linux-x86_64.json',
  'build-record-windows-amd64.json',
  `release-demo-${version}.sigstore.json`,
  `release_demo-${version}-py3-none-manylinux_2_28_x86_64.whl`,
  `release_demo-${version}-py3-none-manylinux_2_28_x86_64.whl.spdx.json`,
  `release_demo-${version}-py3-none-win_amd64.whl`,
  `release_demo-${version}-py3-none-win_amd64.whl.spdx.json`,
  'requirements-linux-x86_64.txt',
  'requirements-windows-amd64.txt',
];
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
  const release = published(storage, 'v1.0.0')!;
  expect(release).toMatchObject({ draft: false, prerelease: false });
  expect(release.assets).toEqual(assetsOf('1.0.0'));
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
    expect.arrayContaining(['Restore the compiler cache', 'Save the compiler cache', 'Save the wheel cache']),
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

const PLAN_FAILS = [
  ['home', 'success'],
  ['plan', 'failure'],
];

/** What has to end in the plan: nothing is built, signed or published. */
async function endsInThePlan(done: WorkflowRun, words: string): Promise<void> {
  expect(done.output).toContain(words);
  expect(done.jobs.map((job) => [job.id, job.result])).toEqual(PLAN_FAILS);
  expect([done.attestations, published(storage, 'v1.0.0')]).toEqual([[], undefined]);
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
  const done = await act(pushTag('v1.0.0'), {
    attested: { [image]: SIGNED.replace('heads/main', 'heads/dev') },
  });
  await endsInThePlan(done, 'docker.yml has not attested it on refs/heads/main');
});

test('wheels that fail their test are not released, and the logs are kept', async () => {
  const done = await act(pushTag('v1.0.0'), { env: { E2E_TEST_FAILS: '1' } });
  expect([done.job('verify'), done.attestations, published(storage, 'v1.0.0')]).toEqual(['skipped', [], undefined]);
  expect(done.jobs.find((job) => job.name.endsWith('Linux: all checks passed'))!.result).toBe('failure');
});

test('what a test writes into its copy of the wheels reaches nobody', async () => {
  const done = await act(pushTag('v1.0.0'), { env: { E2E_TEST_CHANGES: '1' } });
  expect(failureOf(done)).toBe('');
  const sums = readFileSync(join(storage.folder, 'releases/v1.0.0/assets/SHA256SUMS'), 'utf8');
  expect(sums).not.toContain('more');
});

test('a release candidate is a prerelease', async () => {
  const done = await act(pushTag('v1.0.0rc1'));
  expect(failureOf(done)).toBe('');
  expect(published(storage, 'v1.0.0rc1')).toMatchObject({
    draft: false,
    prerelease: true,
    assets: assetsOf('1.0.0rc1'),
  });
});

test('a tag that is no version ends in the plan', async () => {
  const done = await act(pushTag('vnext'));
  expect([done.jobs.map((job) => [job.id, job.result]), done.output]).toEqual([
    PLAN_FAILS,
    expect.stringContaining('vnext'),
  ]);
});

test('a platform without its wheel, or with the wheel of another version, is not released', async () => {
  const faults: Array<Record<string, string>> = [
    { E2E_BUILT_WITHOUT: 'windows-amd64' },
    { E2E_BUILT_VERSION: 'windows-amd64=0.9.0' },
  ];
  for (const wrong of faults) {
    const done = await act(pushTag('v1.0.0'), { env: wrong });
    expect([wrong, done.job('verify'), done.attestations, published(storage, 'v1.0.0')]).toEqual([
      wrong,
      'failure',
      [],
      undefined,
    ]);
  }
});

test('a publishing that breaks off leaves a draft, which the next run takes up; what is published is changed by none', async () => {
  const faults: Array<Record<string, string>> = [
    { GH_STANDIN_FAIL: 'upload:1+' },
    { GH_STANDIN_CORRUPT: 'win_amd64.whl' },
  ];
  for (const fault of faults) {
    const broken = await act(pushTag('v1.0.0'), { env: fault });
    expect([fault, broken.job('publish'), published(storage, 'v1.0.0')?.draft]).toEqual([fault, 'failure', true]);
  }
  expect(failureOf(await act(pushTag('v1.0.0')))).toBe('');
  expect(published(storage, 'v1.0.0')).toMatchObject({ draft: false, assets: assetsOf('1.0.0') });
  const before = digestOf(join(storage.folder, 'releases/v1.0.0'));
  const again = await act(pushTag('v1.0.0'));
  expect([failureOf(again), again.output]).toEqual(['', expect.stringContaining('already published')]);
  expect(digestOf(join(storage.folder, 'releases/v1.0.0'))).toBe(before);
});
