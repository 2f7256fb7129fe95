/**
 * The synthesized workflows, unedited, in a workflow engine: from the toolchain image to a published release, and every
 * way in which a release must not appear. What GitHub keeps (artifacts, releases, the registry) is stood in for.
 */
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Project } from 'projen';
import { WheelPipeline } from '../../src';
import type { WheelCheck } from '../../src';
import { Engine, startEngine } from './support/engine';
import { buildContexts } from './support/image';
import { pythonTools } from './support/machine';
import { check } from './support/process';
import { Registry, startRegistry } from './support/registry';
import { digestOf, readRelease, Release, runnerPrograms } from './support/releases';
import { REPOSITORY } from './support/repository';
import { makeStorage, runWorkflow, Storage, WorkflowRun } from './support/workflow-engine';
import {
  dispatch,
  makeRepository,
  pullRequest,
  pushBranch,
  pushTag,
  Repository,
  WorkflowEvent,
} from './support/workflow-events';
import { RUNTIME } from '../../src/declaration/pins';

const PACKAGE = join(REPOSITORY, 'test/e2e/release-package');
const WINDOWS = 'windows-amd64';

let engine: Engine;
let registry: Registry;
let storage: Storage;
let folder: string;
/** What a Windows job's Conda environment stands for. */
let bin: string;
let repository: Repository;
/** The same declaration, but its check fails. */
let failing: Repository;
let contexts: readonly string[];
/** The programs that come before the machine's own. */
let programs: string;

beforeAll(async () => {
  [engine, registry] = await Promise.all([startEngine(), startRegistry()]);
  storage = makeStorage();
  folder = mkdtempSync(join(tmpdir(), 'release-e2e-'));
  bin = await pythonTools('release', Object.keys(RUNTIME));
  repository = await synthesize('passing', {
    name: 'native code',
    python: ['import release_demo', 'assert release_demo.answer(41) == 42'],
  });
  failing = await synthesize('failing', {
    name: 'native code',
    python: ['import release_demo', 'assert release_demo.answer(41) == 0'],
  });
  contexts = (await buildContexts(engine, { context: repository.folder })).argv;
  programs = await runnerPrograms(join(folder, 'programs'));
});

afterAll(async () => {
  [repository, failing].forEach((each) => each?.remove());
  storage?.remove();
  if (folder) rmSync(folder, { recursive: true, force: true });
  await registry?.stop();
  await engine?.stop();
});

/** A repository with the pipeline of the small package that lies in it. */
async function synthesize(name: string, wheelCheck: WheelCheck): Promise<Repository> {
  const outdir = join(folder, name);
  const project = new Project({ name: 'release-demo', outdir });
  new WheelPipeline(project, {
    repository: 'owner/name',
    name: 'release-demo',
    source: { folder: 'package' },
    wheels: [{ distribution: 'release-demo', reuse: true, checks: [wheelCheck] }],
  });
  process.env.PROJEN_DISABLE_POST = '1';
  project.synth();
  cpSync(PACKAGE, join(outdir, 'package'), { recursive: true });
  const files = readdirSync(outdir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return makeRepository({
    from: { folder: outdir, files: files.map((entry) => join(entry.parentPath, entry.name).slice(outdir.length + 1)) },
  });
}

/** What a Windows build of a version leaves behind; without a wheel where it is to be missing. */
async function windowsWheels(version: string, missing = false): Promise<string> {
  const wheels = join(folder, `windows-${version}${missing ? '-missing' : ''}`);
  if (!existsSync(wheels)) {
    await check([
      join(bin, 'python'),
      join(PACKAGE, 'windows_wheel.py'),
      join(repository.folder, 'scripts'),
      wheels,
      version,
    ]);
  }
  if (missing) {
    readdirSync(wheels)
      .filter((file) => file.endsWith('.whl'))
      .forEach((file) => rmSync(join(wheels, file)));
  }
  return wheels;
}

interface Options {
  readonly repository?: Repository;
  readonly windows?: string;
  readonly env?: Record<string, string>;
}

async function act(workflow: string, event: WorkflowEvent, options: Options = {}): Promise<WorkflowRun> {
  return runWorkflow({
    engine,
    storage,
    workflow,
    event,
    repository: options.repository ?? repository,
    programs: [programs],
    vars: { TOOLCHAIN_IMAGE: `${registry.host}/owner/name` },
    env: {
      E2E_BUILD_CONTEXTS: contexts.join('\n'),
      E2E_REGISTRY: registry.host,
      E2E_WINDOWS_WHEELS: options.windows ?? (await windowsWheels('0.1.0')),
      GH_STANDIN_FOLDER: join(folder, 'releases'),
      E2E_MICROMAMBA_BIN: bin,
      // The stand-in of the base has a newer glibc; the package needs none of it, so the declared tag is right for it.
      AUDITWHEEL_PLAT: 'manylinux_2_28_x86_64',
      ...options.env,
    },
  });
}

const release = (tag: string): Release | undefined => readRelease(join(folder, 'releases'), tag);
const snapshot = (tag: string): string => digestOf(join(folder, 'releases', tag));

const assetsOf = (version: string): string[] => [
  'SHA256SUMS',
  'build-record-linux-x86_64.json',
  `build-record-${WINDOWS}.json`,
  expect.stringMatching(
    new RegExp(`^release_demo-${version}-py3-none-manylinux.*manylinux_2_28_x86_64.*\\.whl$`),
  ) as unknown as string,
  `release_demo-${version}-py3-none-win_amd64.whl`,
];

const artifacts = (run: WorkflowRun): string[] => readdirSync(run.artifacts).sort();

/** A run by hand for a tag; the tag is there, and the run is about the default branch. */
const byHand = (tag: string, dryRun: boolean): WorkflowEvent => ({
  ...dispatch({ tag, 'dry-run': dryRun }),
  ref: `refs/tags/${tag}`,
});

/** What act printed, where a run should have succeeded. */
const failureOf = (run: WorkflowRun): string => (run.status === 0 ? '' : run.output.slice(-6000));

describe('docker.yml', () => {
  test('builds and tries the image for a pull request, and publishes nothing', async () => {
    const run = await act('docker.yml', pullRequest());
    expect(failureOf(run)).toBe('');
    expect([run.job('try'), run.job('publish'), run.pushes, run.logins]).toEqual(['success', 'skipped', [], []]);
  });

  test('publishes it for a push: under its commit, attested, and then as the latest', async () => {
    const run = await act('docker.yml', pushBranch());
    expect(failureOf(run)).toBe('');
    expect(run.pushes).toEqual([expect.stringMatching(`^${registry.host}/owner/name:${repository.sha} sha256:`)]);
    const latest = await engine.docker(
      ['buildx', 'imagetools', 'inspect', `${registry.host}/owner/name:latest`, '--format', '{{.Manifest.Digest}}'],
      { quiet: true },
    );
    expect(run.pushes[0]).toContain(latest.stdout.trim());
    expect(run.attestations.length).toBe(1);
  });
});

describe('linux.yml', () => {
  test('builds and tests the wheels of a pull request in the image, and hands them on', async () => {
    const run = await act('linux.yml', pullRequest());
    expect(failureOf(run)).toBe('');
    expect(artifacts(run)).toEqual(['wheels-linux-x86_64']);
    const files = readdirSync(join(run.artifacts, 'wheels-linux-x86_64')).sort();
    expect(files).toEqual([
      'SHA256SUMS',
      'build-record.json',
      expect.stringMatching(/^release_demo-0\.0\.0\.dev0\+local.*\.whl$/),
    ]);
  });

  test('hands nothing on but the logs when a test fails', async () => {
    const run = await act('linux.yml', pullRequest(), { repository: failing });
    expect(run.status).not.toBe(0);
    expect(artifacts(run)).toEqual(['logs-linux-x86_64']);
    expect(run.output).toContain('FAIL native code');
  });
});

describe('release.yml', () => {
  test('publishes the wheels of a tag, traceable to it, and tells whether they reproduce the default branch', async () => {
    const built = await act('linux.yml', dispatch());
    expect([failureOf(built), artifacts(built)]).toEqual(['', ['wheels-linux-x86_64']]);
    expect(built.output).toContain('kept release_demo-');
    // What the default branch kept is taken by the next run, and never by a release.
    const again = await act('linux.yml', pullRequest());
    expect([failureOf(again), again.output]).toEqual(['', expect.stringContaining('it is taken, not built')]);
    const run = await act('release.yml', pushTag('v0.1.0'));
    expect(failureOf(run)).toBe('');
    expect(run.output).not.toContain('it is taken, not built');
    const published = release('v0.1.0')!;
    expect(published).toMatchObject({ draft: false, prerelease: false, assets: assetsOf('0.1.0') });
    expect(published.notes).toMatch(new RegExp(`${registry.host}/owner/name@sha256:[0-9a-f]{64}`));
    expect(published.notes).toContain('releases/expanded_assets/v0.1.0');
    await check(['sha256sum', '--check', '--strict', 'SHA256SUMS'], { cwd: join(folder, 'releases/v0.1.0/assets') });
    expect(run.output).toContain('release-demo: the same contents as an earlier build of this commit');
    const attested = Object.keys(run.attestations[0].subjects).sort();
    expect(attested).toEqual(published.assets.filter((file) => file.endsWith('.whl')));
  });

  test('changes nothing when it runs again for a published tag', async () => {
    const before = snapshot('v0.1.0');
    const run = await act('release.yml', pushTag('v0.1.0'));
    expect(failureOf(run)).toBe('');
    expect(snapshot('v0.1.0')).toBe(before);
    expect(run.output).toContain('already published');
  });

  test('marks a prerelease', async () => {
    const run = await act('release.yml', pushTag('v0.2.0rc1'), { windows: await windowsWheels('0.2.0rc1') });
    expect(failureOf(run)).toBe('');
    expect(release('v0.2.0rc1')).toMatchObject({
      draft: false,
      prerelease: true,
      assets: assetsOf('0\\.2\\.0rc1'.replace(/\\/g, '')),
    });
  });

  test('publishes and attests nothing in a dry run', async () => {
    const run = await act('release.yml', byHand('v0.3.0', true), { windows: await windowsWheels('0.3.0') });
    expect(failureOf(run)).toBe('');
    expect([release('v0.3.0'), run.attestations, run.job('publish'), run.job('verify')]).toEqual([
      undefined,
      [],
      'skipped',
      'success',
    ]);
  });

  test('ends in the plan for a tag that is no version', async () => {
    const run = await act('release.yml', pushTag('vnext'));
    expect([run.job('plan'), run.job('verify'), release('vnext')]).toEqual(['failure', 'skipped', undefined]);
    expect(run.output).toContain('vnext');
  });

  test('publishes nothing when a test fails', async () => {
    const run = await act('release.yml', pushTag('v0.4.0'), {
      repository: failing,
      windows: await windowsWheels('0.4.0'),
    });
    expect([run.status === 0, release('v0.4.0'), run.job('publish')]).toEqual([false, undefined, 'skipped']);
  });

  test('publishes nothing when a platform has no wheel', async () => {
    const run = await act('release.yml', pushTag('v0.5.0'), { windows: await windowsWheels('0.5.0', true) });
    expect([run.job('verify'), release('v0.5.0'), run.job('publish')]).toEqual(['failure', undefined, 'skipped']);
  });

  test('publishes nothing when a wheel has the version of another tag', async () => {
    const run = await act('release.yml', pushTag('v0.6.0'), { windows: await windowsWheels('0.1.0') });
    expect([run.job('verify'), release('v0.6.0'), run.job('publish')]).toEqual(['failure', undefined, 'skipped']);
  });

  test('leaves a draft, and no release, when a wheel changes on its way', async () => {
    const run = await act('release.yml', pushTag('v0.7.0'), {
      windows: await windowsWheels('0.7.0'),
      env: { GH_STANDIN_CORRUPT: 'win_amd64' },
    });
    expect([run.job('publish'), release('v0.7.0')?.draft]).toEqual(['failure', true]);
  });

  test('takes up the draft of a try that was interrupted', async () => {
    const windows = await windowsWheels('0.8.0');
    const interrupted = await act('release.yml', pushTag('v0.8.0'), { windows, env: { GH_STANDIN_FAIL: 'upload:1+' } });
    expect([interrupted.job('publish'), release('v0.8.0')?.draft]).toEqual(['failure', true]);
    const again = await act('release.yml', pushTag('v0.8.0'), { windows });
    expect(failureOf(again)).toBe('');
    expect(release('v0.8.0')).toMatchObject({ draft: false, assets: assetsOf('0.8.0') });
  });
});
