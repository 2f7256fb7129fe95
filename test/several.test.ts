/** Several pipelines in one repository: by a prefix, or in a subproject. */
import { mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Project } from 'projen';
import { at, project, read, SMALL, workflow } from './small';
import { WheelPipeline, WorkflowName } from '../src';

function files(folder = at('')): string[] {
  return (readdirSync(folder, { recursive: true }) as string[]).filter((path) => statSync(join(folder, path)).isFile());
}

const TESTS = [WorkflowName.DOCKER, WorkflowName.LINUX, WorkflowName.WINDOWS];

test('two pipelines live in one repository: the second one has a folder, workflows and tasks of its own', () => {
  const both = project();
  new WheelPipeline(both, SMALL);
  new WheelPipeline(both, { ...SMALL, prefix: 'nightly', workflows: TESTS });
  expect(WheelPipeline.of(both, 'nightly')!.prefix).toBe('nightly');
  expect(WheelPipeline.of(both)!.prefix).toBe('');
  both.synth();
  const of = (start: string): string[] => files().filter((path) => path.startsWith(start));
  expect(of('nightly/scripts/').map((path) => path.slice(8))).toEqual(
    of('scripts/').filter((path) => path !== 'scripts/check.cjs'),
  );
  const { on, concurrency, jobs, name } = workflow('nightly-docker');
  expect(name).toBe('nightly-docker');
  expect(concurrency.group).not.toBe(workflow('docker').concurrency.group);
  expect(on.push.paths).toContain('.github/workflows/nightly-docker.yml');
  expect(on.push.paths).toContain('nightly/docker/**');
  const { publish } = jobs;
  expect(publish.defaults).toEqual({ run: { 'working-directory': 'nightly' } });
  const build = publish.steps.find((step: any) => step.with?.context);
  expect(build.with).toMatchObject({ context: 'nightly', file: 'nightly/docker/Dockerfile' });
  const changes = workflow('nightly-linux').jobs.plan.steps.find(({ id }: { id?: string }) => id === 'changes').run;
  expect(changes).toContain(" --path 'nightly/docker/**'");
  expect(changes).toContain("--image-path 'nightly/docker/**'");
  expect(changes).toContain("--image-path '.github/workflows/nightly-docker.yml'");
  const wheels = workflow('nightly-linux').jobs['linux-x86_64'].steps;
  expect(
    wheels
      .map((step: any) => step.with?.path)
      .filter(Boolean)
      .join('\n'),
  ).toMatch(/nightly\/dist\/linux-x86_64/);
  expect(read('nightly/docs/ci-pipeline.md')).toContain('](../../.github/workflows/nightly-linux.yml)');
  expect(JSON.parse(read('.projen/tasks.json')).tasks['nightly:wheel'].steps[0].cwd ?? 'nightly').toBe('nightly');
  expect(JSON.parse(read('nightly/scripts/plan.json')).image.name).toBe('ghcr.io/owner/thing-nightly');
});

test('two pipelines of one folder, or two that release, are refused', () => {
  const both = project();
  new WheelPipeline(both, SMALL);
  expect(() => new WheelPipeline(both, { ...SMALL, workflows: TESTS })).toThrow('prefix: nothing must be a folder');
  expect(() => new WheelPipeline(both, { ...SMALL, prefix: 'two' })).toThrow('must be without release');
});

// They were written below the subproject, where GitHub reads none.
test("a subproject's workflows are at the root of the repository", () => {
  const root = project();
  mkdirSync(at('packages/thing'), { recursive: true });
  const sub = new Project({ name: 'sub', parent: root, outdir: 'packages/thing' });
  new WheelPipeline(sub, SMALL);
  root.synth();
  expect(
    files()
      .filter((path) => path.includes('workflows/'))
      .sort(),
  ).toEqual(
    ['cleanup', 'docker', 'linux', 'release', 'reproduce', 'upgrade', 'windows'].map(
      (name) => `.github/workflows/packages-thing-${name}.yml`,
    ),
  );
  const { jobs } = workflow('packages-thing-release');
  expect(jobs.linux.uses).toBe('./.github/workflows/packages-thing-linux.yml');
  expect(jobs.publish.defaults.run['working-directory']).toBe('packages/thing');
  // A job without a checkout has no such folder.
  expect(workflow('packages-thing-linux').jobs.green.defaults).toBeUndefined();
  expect(read('packages/thing/docs/ci-pipeline.md')).toContain(
    '](../../../.github/workflows/packages-thing-linux.yml)',
  );
});
