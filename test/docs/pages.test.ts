/** The pages say what the files do: each claim is compared with the workflows that are rendered beside it. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Project } from 'projen';
import { parse } from 'yaml';
import { WheelPipeline, WorkflowName } from '../../src';
import type { WheelPipelineOptions } from '../../src';
import { describeTriggers } from '../../src/docs/triggers';

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
  new WheelPipeline(project, {
    repository: 'owner/name',
    source: { folder: 'package' },
    wheels: [{ distribution: 'thing', checks: [{ name: 'import', imports: ['thing'] }] }],
    ...changes,
  });
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
  ['with other triggers', { triggers: { defaultBranch: 'trunk', schedule: '', pullRequestBranches: ['trunk'] } }],
])('every workflow, %s, is listed with each of its triggers', (_, changes) => {
  const { page, workflow } = synthesize(changes);
  for (const name of ['docker', 'linux', 'windows', 'release', 'reproduce', 'upgrade', 'cleanup']) {
    const row = page('ci-pipeline')
      .split('\n')
      .find((line) => line.startsWith(`| [\`${name}.yml\`]`))!;
    expect(row).toContain(`| ${describeTriggers(workflow(name))} |`);
  }
});

test('a trigger without words is no silent gap', () => {
  expect(() => describeTriggers({ name: 'x', on: { gollum: {} }, jobs: {} })).toThrow(
    /no words for the trigger gollum/,
  );
});

test('the artifacts that the page names are those that are uploaded, for as long as it says', () => {
  const { page, workflow } = synthesize();
  const text = page('ci-pipeline');
  for (const name of ['linux', 'windows']) {
    const uploads = steps(workflow(name)).filter((step) => step.uses?.startsWith('actions/upload-artifact@'));
    for (const { with: given } of uploads) {
      if (/^(wheels|test-report)-/.test(given.name)) expect(text).toContain(`\`${given.name}\``);
      const days = String(given['retention-days']);
      const [, released, other] = /^\$\{\{ inputs\.fresh && (\d+) \|\| (\d+) \}\}$/.exec(days) ?? ['', '', days];
      expect(text).toMatch(
        /^toolchain-/.test(given.name) ? new RegExp(`builds for itself for ${days},`) : `kept for ${other} days`,
      );
      if (released) expect(text).toContain(`those of a release for ${released},`);
    }
    const report = uploads.find(({ with: given }) => given.name.startsWith('test-report-'))!;
    expect(steps(workflow(name)).some((step) => step.run?.includes(`${report.with.path}test-report.json`))).toBe(true);
  }
});

test('what the page says of a release holds in its workflow', () => {
  const { page, workflow } = synthesize();
  const [ci, releases, release] = [page('ci-pipeline'), page('releases'), workflow('release')];
  expect(ci).toContain('GitHub gives it none (`cache-mode: none`)');
  expect(release.jobs.linux['cache-mode']).toBe('none');
  expect(ci).toContain('No other run is stopped, or replaced while it waits');
  expect(release.concurrency['cancel-in-progress']).toBe(false);
  expect(releases).toContain('Publishing waits for the environment `release`');
  expect(release.jobs.publish.environment).toBe('release');
  expect(Object.keys(release.jobs)).toEqual(['home', 'plan', 'linux', 'windows', 'verify', 'attest', 'publish']);
  for (const step of ['Plan', 'Image', 'Build and test', 'Verify', 'Attest', 'Publish']) {
    expect(releases).toMatch(new RegExp(`^\\d\\. \\*\\*${step}\\*\\*`, 'm'));
  }
});

test('what the page says of upkeep holds in its workflows', () => {
  const { page, workflow } = synthesize({ upkeep: { cooldownDays: 9, keepImagesDays: 33, hold: [] } });
  const text = page('ci-pipeline');
  expect(text).toContain('have been public for 9 days');
  expect(text).toContain('older than 33 days');
  expect(text).toContain('stays (nothing)');
  const propose = workflow('upgrade').jobs.propose;
  const app = propose.steps.find((step: any) => step.id === 'app').with;
  for (const [input, right] of Object.entries(app).filter(([name]) => name.startsWith('permission-'))) {
    expect(text).toContain(`*${input.replace('permission-', '')}*: ${right}`);
  }
  for (const name of ['UPGRADE_APP_CLIENT_ID', 'UPGRADE_APP_PRIVATE_KEY']) {
    expect(JSON.stringify(app)).toContain(name);
    expect(text).toContain(`\`${name}\``);
  }
  expect(text).toContain(
    `[environment](https://github.com/owner/name/settings/environments) \`${propose.environment}\``,
  );
  expect(workflow('cleanup').on.workflow_dispatch.inputs['dry-run'].default).toBe(true);
  const without = synthesize({ workflows: [WorkflowName.DOCKER, WorkflowName.LINUX, WorkflowName.WINDOWS] });
  expect(without.page('ci-pipeline')).not.toMatch(/upgrade\.yml|cleanup\.yml|## Upkeep/);
});

test('a runner that a variable names is the one that tests, and the page says what is without it', () => {
  const gpu = { name: 'gpu-1.0', suffix: 'gpu', deviceOptions: '--gpus all', wheels: [{ distribution: 'thing' }] };
  const { page, workflow } = synthesize({ variants: [gpu] });
  const tests = workflow('linux').jobs['test-linux-x86_64-gpu-1_0'];
  expect(page('ci-pipeline')).toContain('| `ubuntu-24.04`; tests: the one that `RUNNER_GPU_1_0` names |');
  expect(tests['runs-on']).toBe('${{ vars.RUNNER_GPU_1_0 }}');
  expect(page('ci-pipeline')).toContain('the tests are skipped with a warning');
  expect(tests.if).toContain("vars.RUNNER_GPU_1_0 != ''");
  expect(synthesize().page('ci-pipeline')).not.toContain('RUNNER_');
  const declared = synthesize({ variants: [{ ...gpu, runsOn: 'gpu' }] });
  expect(declared.page('ci-pipeline')).not.toContain('RUNNER_');
});

test('what is chosen otherwise is said otherwise', () => {
  const { page } = synthesize({ release: { environment: '', attest: false, sbom: false, onDefaultBranch: false } });
  const releases = page('releases');
  expect(releases).toContain('whoever can push a tag `v*` publishes');
  expect(releases).not.toMatch(/attest|sigstore|SPDX|signed it|\*\*Attest/);
  expect(releases).not.toContain('the tag on `main`');
});

test('the timeouts are those of the jobs', () => {
  const { page, workflow } = synthesize({ linux: { timeoutMinutes: 111 }, windows: { timeoutMinutes: 222 } });
  expect(page('ci-pipeline')).toContain('111 minutes for a build (`linux.timeoutMinutes`), 222 minutes');
  expect(workflow('linux').jobs['linux-x86_64']['timeout-minutes']).toBe(111);
  expect(workflow('windows').jobs['windows-amd64']['timeout-minutes']).toBe(222);
  expect(page('ci-pipeline')).toContain(`${workflow('linux').jobs['test-linux-x86_64']['timeout-minutes']} for tests`);
});
