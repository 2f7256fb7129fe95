/** Claims of the pages, each compared with the workflows of the same plan. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Project } from 'projen';
import { parse } from 'yaml';
import { WheelPipeline, WorkflowName } from '../../../src';
import type { WheelPipelineOptions } from '../../../src';
import { guideFor } from '../../../src/constructs/docs/guide';
import { page as renderPage } from '../../../src/constructs/docs/page';
import { describeTriggers } from '../../../src/constructs/docs/triggers';
import { WorkflowContext } from '../../../src/constructs/workflows/context';
import { INPUTS } from '../../../src/contract/tables';

const DECLARATION: WheelPipelineOptions = {
  repository: 'owner/name',
  source: { folder: 'package' },
  wheels: [{ distribution: 'thing', checks: [{ name: 'import', imports: ['thing'] }] }],
};

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'pages-'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

let count = 0;
function synthesize(changes: Partial<WheelPipelineOptions> = {}): {
  page: (name: string) => string;
  workflow: (name: string) => any;
} {
  const outdir = join(root, String(count++));
  const project = new Project({ name: 'thing', outdir });
  new WheelPipeline(project, { ...DECLARATION, ...changes });
  process.env.PROJEN_DISABLE_POST = '1';
  project.synth();
  const read = (path: string): string => readFileSync(join(outdir, path), 'utf8');
  return {
    page: (name) => read(`docs/${name}.md`),
    workflow: (name) => parse(read(`.github/workflows/${name}.yml`)),
  };
}

const steps = (workflow: any): any[] => Object.values<any>(workflow.jobs).flatMap((job) => job.steps ?? []);

test.each([
  ['as it is', {}],
  ['with other triggers', { triggers: { defaultBranch: 'trunk', schedule: [], pullRequestBranches: ['trunk'] } }],
])('every workflow, %s, is listed with each of its triggers', (_, changes) => {
  const { page, workflow } = synthesize(changes);
  for (const name of ['docker', 'linux', 'windows', 'release', 'reproduce', 'upgrade', 'cleanup']) {
    const row = page('ci-pipeline')
      .split('\n')
      .find((line) => line.startsWith(`| [\`${name}.yml\`]`))!;
    expect(row).toContain(`| ${describeTriggers(workflow(name))} |`);
  }
});

test('a trigger that only an override adds is listed by its name', () => {
  const on = { push: { branches: ['main'] }, gollum: {}, repository_dispatch: { branches: ['x'] } };
  expect(describeTriggers({ name: 'x', on, jobs: {} })).toBe(
    'push (branch `main`), `gollum`, `repository_dispatch` (branch `x`)',
  );
});

test('the page lists the uploaded artifacts and their retention', () => {
  const { page, workflow } = synthesize();
  const text = page('ci-pipeline');
  for (const name of ['linux', 'windows']) {
    const uploads = steps(workflow(name)).filter((step) => step.uses?.startsWith('actions/upload-artifact@'));
    for (const { with: given } of uploads) {
      if (/^(wheels|test-report)-/.test(given.name)) expect(text).toContain(`\`${given.name}\``);
      const days = String(given['retention-days']);
      const [, released, other] = /^\$\{\{ inputs\.fresh && (\d+) \|\| (\d+) \}\}$/.exec(days) ?? ['', '', days];
      expect(text).toMatch(
        /^toolchain-/.test(given.name)
          ? new RegExp(`An image\\s+that a\\s+run builds itself is kept for ${days} day,`)
          : new RegExp(`kept for\\s+${other} days`),
      );
      if (released) expect(text).toContain(`those of a release for ${released},`);
    }
    const report = uploads.find(({ with: given }) => given.name.startsWith('test-report-'))!;
    expect(steps(workflow(name)).some((step) => step.run?.includes(`${report.with.path}test-report.json`))).toBe(true);
  }
});

test('the page describes the release workflow', () => {
  const { page, workflow } = synthesize();
  const [ci, releases, release] = [page('ci-pipeline'), page('releases'), workflow('release')];
  expect(ci).toContain('A release does not restore any, which GitHub enforces (`cache-mode: none`)');
  expect(release.jobs.linux['cache-mode']).toBe('none');
  expect(ci).toContain('No other run is cancelled or replaced.');
  expect(release.concurrency['cancel-in-progress']).toBe(false);
  expect(releases).toContain('Publishing waits for the environment `release`');
  expect(release.jobs.publish.environment).toBe('release');
  expect(Object.keys(release.jobs)).toEqual(['home', 'plan', 'linux', 'windows', 'verify', 'attest', 'publish']);
  for (const step of ['Plan', 'Image', 'Build and test', 'Verify', 'Attest', 'Publish']) {
    expect(releases).toMatch(new RegExp(`^1\\. \\*\\*${step}\\*\\*`, 'm'));
  }
});

test('the page describes the upkeep workflows', () => {
  const { page, workflow } = synthesize({ upkeep: { cooldownDays: 9, keepImagesDays: 33, hold: [] } });
  const text = page('ci-pipeline');
  expect(text).toContain('have been public for 9 days');
  expect(text).toContain('older than 33 days');
  expect(text).toContain('Never updated: nothing (');
  const propose = workflow('upgrade').jobs.propose;
  const app = propose.steps.find((step: any) => step.id === 'app').with;
  const guide = readFileSync(join(__dirname, '../../../docs/guide/customizing.md'), 'utf8');
  const [, setUp] = guide.split('### Set up a GitHub App for upgrades');
  for (const [input, right] of Object.entries(app).filter(([name]) => name.startsWith('permission-'))) {
    expect(setUp).toContain(`*${input.replace('permission-', '')}*: ${right}`);
  }
  for (const name of ['UPGRADE_APP_CLIENT_ID', 'UPGRADE_APP_PRIVATE_KEY']) {
    expect(JSON.stringify(app)).toContain(name);
    expect(setUp).toContain(`\`${name}\``);
  }
  expect(setUp).toContain(`the environment \`${propose.environment}\``);
  expect(workflow('cleanup').on.workflow_dispatch.inputs['dry-run'].default).toBe(true);
  const without = synthesize({ workflows: [WorkflowName.DOCKER, WorkflowName.LINUX, WorkflowName.WINDOWS] });
  expect(without.page('ci-pipeline')).not.toMatch(/upgrade\.yml|cleanup\.yml|## Upkeep/);
});

test('the runner of a repository variable runs the tests, and the page explains its absence', () => {
  const gpu = { name: 'gpu-1.0', suffix: 'gpu', deviceOptions: '--gpus all', wheels: [{ distribution: 'thing' }] };
  const { page, workflow } = synthesize({ variants: [gpu] });
  const tests = workflow('linux').jobs['test-linux-x86_64-gpu-1_0'];
  expect(page('ci-pipeline')).toContain('| `ubuntu-24.04`; tests: `vars.RUNNER_GPU_1_0` |');
  expect(tests['runs-on']).toBe('${{ vars.RUNNER_GPU_1_0 }}');
  expect(page('ci-pipeline')).toContain('the tests are skipped with a warning');
  expect(tests.if).toContain("vars.RUNNER_GPU_1_0 != ''");
  expect(synthesize().page('ci-pipeline')).not.toContain('RUNNER_');
  const declared = synthesize({ variants: [{ ...gpu, runsOn: ['gpu'] }] });
  expect(declared.page('ci-pipeline')).not.toContain('RUNNER_');
});

test('what is chosen otherwise is said otherwise', () => {
  const { page } = synthesize({
    release: { useEnvironment: false, attest: false, sbom: false, onDefaultBranch: false },
  });
  const releases = page('releases');
  expect(releases).toContain('anyone who can push a tag `v*` can publish');
  expect(releases).not.toMatch(/gh attestation|attestations|sigstore|SPDX|\*\*Attest/);
  expect(releases).not.toMatch(/the tag on\s+`main`/);
});

test.each([
  [undefined, /In a public repository, an attestation [^]*In a private or internal repository, an artifact/],
  [true, /- an attestation by this repository's `docker.yml` on `main`(?![^]*with the digest in its name)/],
  [false, /- An artifact of a `docker.yml` run on `main` with the digest in its name/],
])('the page explains the image of a run and its provenance (attest: %s)', (attest, proof) => {
  const { page, workflow } = synthesize({ release: { attest } });
  const text = page('ci-pipeline');
  expect(text).toContain('resolves `latest` once to a digest');
  expect(text).toMatch(proof);
  const { publish } = workflow('docker').jobs;
  const record = publish.steps.find((step: any) => step.run?.includes('name=toolchain-image-'));
  expect(Boolean(record)).toBe(text.includes('`toolchain-image-sha256-<digest>`'));
  const kept = publish.steps.find((step: any) => step.with?.name === '${{ steps.record.outputs.name }}');
  if (kept) expect(text).toContain(`keeps it for ${kept.with['retention-days']} days`);
});

test('the page names the declared image if no workflow publishes one', () => {
  const image = { name: 'example.com/image', digest: `sha256:${'1'.repeat(64)}` };
  const { page } = synthesize({ workflows: [WorkflowName.LINUX], image });
  expect(page('ci-pipeline')).toContain(`- name: \`${image.name}@${image.digest}\``);
  const tagged = `${image.name}@${image.digest} ${image.name}:latest`;
  expect(page('local-development')).toContain(`docker tag ${tagged}`);
});

test('the timeouts are those of the jobs', () => {
  const { page, workflow } = synthesize({ linux: { timeoutMinutes: 111 }, windows: { timeoutMinutes: 222 } });
  expect(page('ci-pipeline')).toContain('111 minutes for a Linux build (`linux.timeoutMinutes`), 222 minutes');
  expect(workflow('linux').jobs['linux-x86_64']['timeout-minutes']).toBe(111);
  expect(workflow('windows').jobs['windows-amd64']['timeout-minutes']).toBe(222);
  expect(page('ci-pipeline')).toContain(`${workflow('linux').jobs['test-linux-x86_64']['timeout-minutes']} for tests`);
});

test('required checks are names of jobs', () => {
  const { page, workflow } = synthesize();
  for (const name of ['linux', 'windows']) {
    expect(page('ci-pipeline')).toContain(`*${workflow(name).jobs.green.name}*`);
  }
});

test('tasks and workflows start with the prefix of their pipeline', () => {
  const outdir = join(root, String(count++));
  const project = new Project({ name: 'thing', outdir });
  new WheelPipeline(project, {
    ...DECLARATION,
    prefix: 'nightly',
    variants: [{ name: 'gpu-1.0', suffix: 'gpu', wheels: [{ distribution: 'thing' }] }],
  });
  project.synth();
  const pages = ['local-development', 'ci-pipeline', 'releases'].map((name) =>
    readFileSync(join(outdir, 'nightly/docs', `${name}.md`), 'utf8'),
  );
  const tasks = pages.flatMap((text) => [...text.matchAll(/npx projen ([\w:.-]+)|`(nightly:[\w:.-]+)`/g)]);
  expect(tasks.length).toBeGreaterThan(10);
  for (const [, ran, named] of tasks) expect(project.tasks.tryFind(ran ?? named)?.name).toMatch(/^nightly:/);
  const workflows = pages.flatMap((text) => [...text.matchAll(/[\w-]*(?:docker|linux|windows|release|cleanup)\.yml/g)]);
  expect(workflows.length).toBeGreaterThan(10);
  for (const [file] of workflows) expect(file).toMatch(/^nightly-/);
});

test('every task and option on a page exists', () => {
  const project = new Project({ name: 'thing', outdir: join(root, String(count++)) });
  new WheelPipeline(project, DECLARATION);
  project.synth();
  const read = (name: string): string => readFileSync(join(project.outdir, 'docs', `${name}.md`), 'utf8');
  for (const name of ['local-development', 'ci-pipeline', 'releases']) {
    for (const [, task] of read(name).matchAll(/npx projen ([\w:.-]+)/g)) {
      expect(project.tasks.tryFind(task)?.name).toBe(task);
    }
  }
  const rows = [...read('local-development').matchAll(/^\| `--([\w-]+)` \| (?:`(\w+)`)? \|/gm)];
  expect(rows.map(([, option, variable]) => [option, variable ?? null])).toEqual(
    INPUTS.filter(({ type }) => type !== 'variant').map(({ name, variable }) => [name, variable ?? null]),
  );
});

test('a template that uses a name without data is an error', () => {
  const described = {
    context: new WorkflowContext(
      new WheelPipeline(new Project({ name: 'thing', outdir: join(root, String(count++)) }), DECLARATION)._plan,
    ),
    workflows: [],
    variants: [],
    prefix: '',
    guide: guideFor(root, root),
  };
  expect(() => renderPage('releases', described, {})).toThrow(/unknown name "[\w.]+" in a page's template/);
});
