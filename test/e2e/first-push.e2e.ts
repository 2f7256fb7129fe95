/**
 * The first push, a pull request and a release, as GitHub would run them: in a public repository, a private one, a fork,
 * and a renamed one. The registry's namespaces belong to owners, and a job's token has only the permissions that the job
 * declares. Image and wheels are dummies: these tests verify the jobs that run, and their images.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Engine, startEngine } from './support/engine';
import { OwnedRegistry, startOwnedRegistry } from './support/owned-registry';
import { check, log, which } from './support/process';
import { failureOf, Place, published, ReleaseBench, synthesize } from './support/release-repository';
import { allJobs, startedBy } from './support/started-by';
import { makeStorage, Storage, WorkflowRun } from './support/workflow-engine';
import { dispatch, GIT_ENV, NO_COMMIT, pullRequest, pushBranch, pushTag, schedule } from './support/workflow-events';
import type { Repository, WorkflowEvent } from './support/workflow-events';

let engine: Engine;
let registry: OwnedRegistry;
let bench: ReleaseBench;
let folder: string;
const opened: Array<{ remove(): void }> = [];

beforeAll(async () => {
  [engine, registry] = await Promise.all([startEngine(), startOwnedRegistry()]);
  folder = mkdtempSync(join(tmpdir(), 'first-push-e2e-'));
  bench = await ReleaseBench.prepare(folder, engine, registry, { docker: 'release/docker' });
});
afterAll(async () => {
  printTable();
  opened.forEach((each) => each.remove());
  if (folder) rmSync(folder, { recursive: true, force: true });
  await registry?.stop();
  await engine?.stop();
});

/** Reduce a Dockerfile to its labels and a file of its context, without base image and packages. */
function withoutBase(dockerfile: string): string {
  return `FROM scratch\nCOPY docker/environment.yml /\n${dockerfile.slice(dockerfile.indexOf('\nARG REVISION='))}`;
}

/** A repository and its state on GitHub. */
class Site {
  static async open(name: string, place: Place): Promise<Site> {
    const files = {
      'docker/Dockerfile': withoutBase,
      'scripts/docker.sh': readFileSync(resolve(__dirname, 'stand-ins/release/docker.sh'), 'utf8'),
    };
    const wheel = { distribution: 'release-demo', checks: [{ name: 'import', imports: ['release_demo'] }] };
    const image = `ghcr.io/${place.declared}`;
    const repository = await synthesize(join(folder, name), image, [wheel], files, { ...place, rights: true });
    const storage = makeStorage();
    opened.push(repository, storage);
    return new Site(name, repository, storage);
  }

  private constructor(
    private readonly name: string,
    readonly repository: Repository,
    readonly storage: Storage,
  ) {}

  /** Run every workflow that an event starts; return the runs by workflow name. */
  async happens(what: string, event: WorkflowEvent, changed: readonly string[], at = this.repository) {
    const runs: Record<string, WorkflowRun> = {};
    for (const file of startedBy(at, event, changed)) {
      runs[file.replace('.yml', '')] = await this.runs(what, event, file, at);
    }
    return runs;
  }

  async runs(what: string, event: WorkflowEvent, workflow: string, at = this.repository): Promise<WorkflowRun> {
    const env = { E2E_OWNED_REGISTRY: registry.host, E2E_DOCKER: which('docker')! };
    const run = await bench.act(this.storage, at, event, { workflow, env });
    const ran = run.jobs.map((job) => (job.result === 'success' ? job.name : `${job.name} (failure)`));
    const skipped = allJobs(at, workflow).filter((job) => !run.jobs.some(({ name }) => name === job));
    TABLE.push([`${this.name}: ${what}`, workflow, shown(ran), shown(skipped), imageOf(run).join(', ') || 'none']);
    return run;
  }

  /** List the files of the repository. */
  async files(): Promise<string[]> {
    const { stdout } = await check(['git', 'ls-files'], { cwd: this.repository.folder, env: GIT_ENV, quiet: true });
    return stdout.trim().split('\n');
  }

  /** Create a merge of a change to some files into the default branch. */
  async changing(...files: readonly string[]): Promise<Repository> {
    const clone = mkdtempSync(join(folder, 'changed-'));
    const git = (...argv: string[]) => check(['git', '-C', clone, ...argv], { env: GIT_ENV, quiet: true });
    await check(['git', 'clone', '--quiet', this.repository.folder, clone], { env: GIT_ENV, quiet: true });
    await git('remote', 'set-url', 'origin', `https://github.com/${this.repository.name}`);
    for (const file of files) {
      await check(['sh', '-c', 'echo "# changed" >>"$1"', 'sh', join(clone, file)], { quiet: true });
    }
    await git('commit', '--quiet', '--all', '--message', 'A change');
    const sha = (await git('rev-parse', 'HEAD')).stdout.trim();
    return { ...this.repository, folder: clone, sha, main: this.repository.sha };
  }
}

/** Rows: case, workflow, jobs that ran, skipped jobs, and the image with the reason for its choice. */
const TABLE: string[][] = [];

/** Return the names of jobs, each after the name of the job that calls its workflow. */
function shown(jobs: readonly string[]): string {
  return jobs.map((job) => job.replace(/(^|\/)[a-z]+\/(?=[^/]+$)/, '$1')).join(', ') || 'none';
}

function printTable(): void {
  const head = ['case', 'workflow', 'jobs run', 'jobs skipped', 'image used, and why'];
  const lines = [head, head.map(() => '---'), ...TABLE].map((row) => `| ${row.join(' | ')} |`);
  lines.forEach(log);
}

/** Return the image of a run and the reason from its log, with short digests. */
function imageOf({ output }: WorkflowRun): string[] {
  const lines = [
    /\] (using \S+ \((?:ghcr\.io\/\S+|sha256:\w+)\): built from [^\n]*)/g,
    /\] (using ghcr\.io\S+ built by this run of [^\n]*)/g,
    /\] warning: ([^\n]* This run builds the image itself)/g,
  ].flatMap((pattern) => [...output.matchAll(pattern)].map((match) => match[1]!));
  const short = (line: string): string =>
    line
      .replaceAll(registry.host, 'ghcr.io')
      .replace(/(sha256:\w{6})\w+/g, '$1')
      .replace(/env-\w+/g, 'env-…');
  return [...new Set(lines.map(short))];
}

const results = (run: WorkflowRun): Record<string, string> =>
  Object.fromEntries(run.jobs.map(({ name, result }) => [name, result]));
const succeeded = (...names: string[]): Record<string, string> =>
  Object.fromEntries(names.map((name) => [name, 'success']));

/** The required check of each workflow that builds wheels. */
const CHECKS: Record<string, string> = { linux: 'Linux: all checks passed', windows: 'Windows: all checks passed' };
const LINUX_WHEELS = ['Plan', 'Linux x86-64 wheels', 'Linux x86-64 tests', CHECKS.linux];
const WINDOWS_WHEELS = ['Plan', 'Windows x86-64 wheels', 'Windows x86-64 tests', CHECKS.windows];
const of = (prefix: string, names: readonly string[]): string[] => names.map((name) => `${prefix}/${name}`);
const LINUX_BUILDS = succeeded(...of('linux', LINUX_WHEELS));
const WINDOWS_BUILDS = succeeded(...of('windows', WINDOWS_WHEELS));
const NOTHING_TO_BUILD = succeeded('linux/Plan', `linux/${CHECKS.linux}`);
const OWN_IMAGE = succeeded('linux/Toolchain image for Linux x86-64');
const PUBLISHES = ['Plan', 'Publish the toolchain image', 'Publish as latest'];
const RELEASES = [
  ...of('release', ['Check the repository', 'Plan', 'Verify', 'Publish']),
  ...of('Linux/linux', LINUX_WHEELS),
  ...of('Windows/windows', WINDOWS_WHEELS),
];

describe('a public repository', () => {
  let site: Site;
  beforeAll(async () => {
    site = await Site.open('acme/wheels, public', { declared: 'acme/wheels' });
  });

  test('the first push publishes an attested image, and builds the Linux wheels once, in it', async () => {
    const runs = await site.happens('first push', pushBranch('main', NO_COMMIT), await site.files());
    expect(Object.entries(runs).map(([name, run]) => [name, failureOf(run)])).toEqual([
      ['docker', ''],
      ['linux', ''],
      ['windows', ''],
    ]);
    expect(results(runs.docker!)).toEqual(succeeded(...of('docker', PUBLISHES), ...of('Linux/linux', LINUX_WHEELS)));
    expect(results(runs.linux!)).toEqual(NOTHING_TO_BUILD);
    expect(runs.linux!.output).toContain('so docker.yml builds the image and the wheels');
    expect(results(runs.windows!)).toEqual(WINDOWS_BUILDS);
    expect(runs.docker!.attestations).toHaveLength(1);
    expect(runs.docker!.output).toMatch(/built by this run of docker\.yml/);
    expect(registry.packages.get('acme/wheels')).toEqual({ repository: 'acme/wheels', public: false });
    registry.makePublic('acme/wheels');
  });

  test('a pull request builds in the latest image, which was built from the same files', async () => {
    const change = await site.changing('package/pyproject.toml');
    const runs = await site.happens('pull request', pullRequest(), ['package/pyproject.toml'], change);
    expect([results(runs.linux!), results(runs.windows!)]).toEqual([LINUX_BUILDS, WINDOWS_BUILDS]);
    expect(Object.keys(runs)).toEqual(['linux', 'windows']);
    expect(imageOf(runs.linux!)).toEqual([
      expect.stringMatching(
        /^using ghcr\.io\/acme\/wheels:latest \(\S+\): built from this commit's files \(env-…\), attested by docker\.yml/,
      ),
    ]);
  });

  test('a pull request that changes the image builds it, with the layers of the latest', async () => {
    const change = await site.changing('docker/Dockerfile');
    const runs = await site.happens('pull request (image)', pullRequest(), ['docker/Dockerfile'], change);
    expect(results(runs.linux!)).toEqual({ ...LINUX_BUILDS, ...OWN_IMAGE });
    expect(imageOf(runs.linux!)).toEqual([
      expect.stringContaining('ghcr.io/acme/wheels:latest was built from other files'),
    ]);
    const layers = /cache-from=type=registry,ref=ghcr\.io\/acme\/wheels@sha256:[0-9a-f]{64}$/;
    expect(runs.linux!.builds).toEqual([expect.stringMatching(layers)]);
  });

  test('an image that another branch published is refused, regardless of its tags', async () => {
    const change = await site.changing('docker/environment.yml');
    const dev = await site.runs('push to dev', pushBranch('dev'), 'docker.yml', change);
    expect(failureOf(dev)).toBe('');
    const linux = await site.runs('pull request of that', pullRequest(), 'linux.yml', change);
    expect(results(linux)).toEqual({ ...LINUX_BUILDS, ...OWN_IMAGE });
    expect(imageOf(linux).join()).toContain('docker.yml has not attested it on refs/heads/main');
    const [, digest] = /(sha256:[0-9a-f]{64})/.exec(dev.pushes[0]!)!;
    const given = dispatch({ image: `ghcr.io/acme/wheels@${digest}` });
    const refused = await site.runs('dispatch with that image', given, 'linux.yml');
    expect(results(refused)).toEqual({ 'linux/Plan': 'failure', [`linux/${CHECKS.linux}`]: 'failure' });
    expect(refused.output).toContain('cannot be used because docker.yml has not attested it on refs/heads/main');
  });

  test('a release is built in it, signed and published', async () => {
    const run = await site.runs('release', pushTag('v1.0.0'), 'release.yml');
    expect(failureOf(run)).toBe('');
    expect(results(run)).toEqual(succeeded(...RELEASES, 'release/Attest'));
    const release = published(site.storage, 'v1.0.0')!;
    expect(release.draft).toBe(false);
    expect(release.assets).toContain('release-demo-1.0.0.sigstore.json');
    expect(release.notes).toContain('gh attestation verify');
  });
});

describe('a private repository', () => {
  let site: Site;
  beforeAll(async () => {
    site = await Site.open('acme/secret, private', { declared: 'acme/secret', visibility: 'private' });
  });

  test('the first push publishes an image without attestation, and records its digest', async () => {
    const runs = await site.happens('first push', pushBranch('main', NO_COMMIT), await site.files());
    expect(Object.values(runs).map(failureOf)).toEqual(['', '', '']);
    expect(results(runs.docker!)).toEqual(succeeded(...of('docker', PUBLISHES), ...of('Linux/linux', LINUX_WHEELS)));
    expect([results(runs.linux!), results(runs.windows!)]).toEqual([NOTHING_TO_BUILD, WINDOWS_BUILDS]);
    expect(runs.docker!.attestations).toEqual([]);
    expect(registry.packages.get('acme/secret')).toEqual({ repository: 'acme/secret', public: false });
  });

  test('a pull request builds in the image that the run recorded', async () => {
    const change = await site.changing('package/pyproject.toml');
    const runs = await site.happens('pull request', pullRequest(), ['package/pyproject.toml'], change);
    expect([results(runs.linux!), results(runs.windows!)]).toEqual([LINUX_BUILDS, WINDOWS_BUILDS]);
    expect(imageOf(runs.linux!)).toEqual([expect.stringContaining('recorded by docker.yml on refs/heads/main')]);
  });

  test('a release is published without signature, and its notes mention none', async () => {
    const run = await site.runs('release', pushTag('v1.0.0'), 'release.yml');
    expect(failureOf(run)).toBe('');
    expect(results(run)).toEqual(succeeded(...RELEASES));
    const release = published(site.storage, 'v1.0.0')!;
    expect(release.draft).toBe(false);
    expect(release.assets.filter((name) => name.includes('sigstore'))).toEqual([]);
    expect(release.notes).not.toContain('attestation');
  });
});

describe('a fork', () => {
  let site: Site;
  beforeAll(async () => {
    site = await Site.open('bob/wheels, a fork', { declared: 'acme/wheels', name: 'bob/wheels', fork: true });
  });

  test('a push builds and publishes nothing, and required checks report', async () => {
    const runs = await site.happens('first push', pushBranch('main', NO_COMMIT), await site.files());
    expect(Object.values(runs).map(failureOf)).toEqual(['', '', '']);
    expect(results(runs.docker!)).toEqual({});
    expect(results(runs.linux!)).toEqual(NOTHING_TO_BUILD);
    expect(results(runs.windows!)).toEqual(succeeded('windows/Plan', `windows/${CHECKS.windows}`));
  });

  test('a pull request builds its own image, although it could pull the public one', async () => {
    const change = await site.changing('package/pyproject.toml');
    const runs = await site.happens('pull request', pullRequest(), ['package/pyproject.toml'], change);
    expect(results(runs.linux!)).toEqual({ ...LINUX_BUILDS, ...OWN_IMAGE });
    expect(results(runs.windows!)).toEqual(WINDOWS_BUILDS);
    expect(imageOf(runs.linux!)).toEqual([
      'bob/wheels publishes no image: only acme/wheels does. This run builds the image itself',
    ]);
  });

  test('a tag releases nothing', async () => {
    const run = await site.runs('release', pushTag('v1.0.0'), 'release.yml');
    expect([run.status, results(run), published(site.storage, 'v1.0.0')]).toEqual([0, {}, undefined]);
  });

  test('a schedule, whose event does not include the repository, does nothing', async () => {
    const cleanup = await site.runs('schedule', schedule(), 'cleanup.yml');
    const linux = await site.runs('schedule', schedule(), 'linux.yml');
    expect([cleanup, linux].map(results)).toEqual([succeeded('cleanup/Check the repository'), NOTHING_TO_BUILD]);
  });

  test('the registry receives no query and no image', () => {
    expect(registry.denied.filter((each) => each.includes('bob/wheels'))).toEqual([]);
    expect([...registry.packages.keys()]).toEqual(['acme/wheels', 'acme/secret']);
  });
});

describe('a renamed repository', () => {
  let site: Site;
  beforeAll(async () => {
    site = await Site.open('acme/renamed', { declared: 'acme/wheels', name: 'acme/renamed' });
  });
  const told =
    'this repository is acme/renamed, but .projenrc.ts declares acme/wheels: set githubRepository to "acme/renamed" there';
  const fails = (name: string, first: string) => ({ [`${name}/${first}`]: 'failure' });
  const reports = (name: string) => ({ ...fails(name, 'Plan'), ...fails(name, CHECKS[name]) });

  test('the first job of each workflow fails and prints the fix', async () => {
    const pushed = await site.happens('first push', pushBranch('main', NO_COMMIT), await site.files());
    const asked = await site.happens('pull request', pullRequest(), ['package/pyproject.toml']);
    const release = await site.runs('release', pushTag('v1.0.0'), 'release.yml');
    expect(results(pushed.docker!)).toEqual(fails('docker', 'Plan'));
    for (const runs of [pushed, asked]) {
      expect([results(runs.linux!), results(runs.windows!)]).toEqual([reports('linux'), reports('windows')]);
    }
    expect(results(release)).toEqual(fails('release', 'Check the repository'));
    for (const run of [...Object.values(pushed), ...Object.values(asked), release]) {
      expect(run.output).toContain(told);
    }
    expect(published(site.storage, 'v1.0.0')).toBeUndefined();
  });
});

/** Verify that the stand-in for the registry denies access. */
test('the registry denies access to packages of other owners', async () => {
  // ghcr.io responds to a query of a missing package as to that of a private one.
  // A new package is private: docker.yml tests without credentials if it can be pulled.
  expect([...new Set(registry.denied)]).toEqual([
    'PULL acme/wheels by acme/wheels',
    'PULL acme/wheels by nobody',
    'PULL acme/secret by acme/secret',
    'PULL acme/secret by nobody',
  ]);
  const login = async (account: string): Promise<Record<string, string>> => {
    const config = mkdtempSync(join(folder, 'docker-'));
    const env = { ...engine.env, DOCKER_CONFIG: config };
    const input = Buffer.from(account).toString('base64');
    await check(['docker', 'login', '--username', 'x', '--password-stdin', registry.host], { env, input, quiet: true });
    return { DOCKER_CONFIG: config };
  };
  const secret = `${registry.host}/acme/secret:latest`;
  const tries = async (account: string, ...argv: string[]) =>
    (await engine.tryDocker(argv, { env: await login(account), quiet: true })).status === 0;
  expect(await tries('acme/secret packages:read', 'pull', secret)).toBe(true);
  expect(await tries('acme/secret contents:read', 'pull', secret)).toBe(false);
  expect(await tries('bob/wheels packages:read', 'pull', secret)).toBe(false);
  await engine.docker(['tag', secret, `${registry.host}/acme/other:latest`]);
  expect(await tries('bob/wheels packages:write', 'push', `${registry.host}/acme/other:latest`)).toBe(false);
  expect(await tries('acme/other packages:read', 'push', `${registry.host}/acme/other:latest`)).toBe(false);
  expect(await tries('acme/wheels packages:write', 'push', secret)).toBe(false);
  expect(await tries('acme/other packages:write', 'push', `${registry.host}/acme/other:latest`)).toBe(true);
  await engine.docker(['image', 'rm', '--force', secret, `${registry.host}/acme/other:latest`]);
});
