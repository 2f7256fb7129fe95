/** The tree of a pipeline's constructs: each is found by its path, and what it owns can be overridden. */
import { mkdirSync } from 'node:fs';
import { FileBase, Project, TextFile } from 'projen';
import {
  BuildScripts,
  DocsPages,
  PipelineTasks,
  PipelineWorkflow,
  Platform,
  ToolchainImage,
  WheelPipeline,
  WheelPipelineOptions,
  WorkflowName,
} from '../../src';
import { at, project, read, SMALL, workflow } from '../small';

const VARIANT = { name: 'gpu', suffix: 'gpu', wheels: [{ distribution: 'first' }] };

function pipeline(changes: Partial<WheelPipelineOptions> = {}): WheelPipeline {
  return new WheelPipeline(project(), { ...SMALL, ...changes });
}

const paths = (made: WheelPipeline): string[] => made.node.findAll().map(({ node }) => node.path);
const find = (made: WheelPipeline, path: string) => made.node.findAll().find(({ node }) => node.path.endsWith(path));

test('each construct and each file has a path', () => {
  const made = pipeline();
  const names = ['docker', 'linux', 'windows', 'release', 'upgrade', 'cleanup', 'reproduce'];
  const [top] = paths(made);
  expect(top).toMatch(/\/?WheelPipeline$/);
  expect(paths(made).map((path) => path.slice(top.length + 1))).toEqual([
    '',
    'image',
    ...['docker--Dockerfile', 'docker--environment.yml', 'docker--requirements.txt', '.dockerignore'].map(
      (file) => `image/SynthesizedFile@${file}`,
    ),
    'scripts',
    'scripts/JsonFile@scripts--plan.json',
    ...['build.sh', 'test.sh', 'build.ps1', 'test.ps1', 'docker.sh'].map(
      (file) => `scripts/SynthesizedFile@scripts--${file}`,
    ),
    'scripts/PackedProgram@scripts--wheel_pipeline.pyz',
    ...['test-requirements.txt', 'build-requirements.txt', 'docker.env'].map(
      (file) => `scripts/SynthesizedFile@scripts--${file}`,
    ),
    'workflows',
    ...names.flatMap((name) => [`workflows/${name}`, `workflows/${name}/Workflow@.github--workflows--${name}.yml`]),
    'pages',
    ...['local-development', 'ci-pipeline', 'releases'].map((page) => `pages/SynthesizedFile@docs--${page}.md`),
    'tasks',
  ]);
});

test('something of each construct is overridden, with effect', () => {
  const made = pipeline({ variants: [VARIANT] });
  (find(made, '/image') as ToolchainImage).dockerfiles[1].addLine('ENV ADDED=1');
  (find(made, '/image/SynthesizedFile@docker--environment.yml') as TextFile).addLine('  - ccache');
  const scripts = find(made, '/scripts') as BuildScripts;
  scripts.plan.addOverride('limits.attempts', 6);
  scripts.wrappers[0].addLine('echo done');
  scripts.dockerEnvironment!.addLine('MY_VARIABLE');
  (find(made, '/workflows/linux') as PipelineWorkflow).file.addOverride('jobs.linux-x86_64.env.DEBUG', '1');
  made.workflows.reproduce!.file.addOverride('on.schedule', [{ cron: '1 2 3 * *' }]);
  (find(made, '/pages') as DocsPages).releases!.addLine('Ours is signed twice.');
  (find(made, '/tasks') as PipelineTasks).tryFind('wheel:gpu')!.prependExec('git fetch --tags');
  made.project.synth();
  expect(read('docker/gpu.Dockerfile')).toMatch(/\nENV ADDED=1\n$/);
  expect(read('docker/Dockerfile')).not.toContain('ADDED');
  expect(read('docker/environment.yml')).toMatch(/\n {2}- ccache\n$/);
  expect(JSON.parse(read('scripts/plan.json')).limits.attempts).toBe(6);
  expect(read('scripts/build.sh')).toMatch(/\necho done\n$/);
  expect(read('scripts/docker.env')).toMatch(/\nMY_VARIABLE\n$/);
  expect(workflow('linux').jobs['linux-x86_64'].env.DEBUG).toBe('1');
  expect(workflow('reproduce').on.schedule).toEqual([{ cron: '1 2 3 * *' }]);
  expect(read('docs/releases.md')).toMatch(/\nOurs is signed twice\.\n$/);
  const { steps } = JSON.parse(read('.projen/tasks.json')).tasks['wheel:gpu'];
  expect(steps[0].exec).toBe('git fetch --tags');
});

test('the pages describe what an override has changed', () => {
  const made = pipeline();
  made.workflows.reproduce!.file.addOverride('on.schedule', [{ cron: '1 2 3 * *' }]);
  made.workflows.linux!.file.addOverride('jobs.green.name', 'Ready');
  made.project.synth();
  expect(read('docs/ci-pipeline.md')).toContain('schedule `1 2 3 * *` (UTC)');
  expect(read('docs/ci-pipeline.md')).toContain('*Ready*');
});

test('what the pipeline does not have is undefined', () => {
  const made = pipeline({ platforms: [Platform.WINDOWS_AMD64], workflows: [WorkflowName.WINDOWS] });
  const { image, workflows, pages, scripts, tasks } = made;
  const { docker, linux, release, reproduce, upgrade, cleanup } = workflows;
  expect(workflows.all).toEqual([workflows.windows]);
  for (const each of [docker, linux, release, reproduce, upgrade, cleanup]) expect(each).toBeUndefined();
  expect([image.dockerfiles, image.dockerignore, scripts.dockerEnvironment, pages.releases]).toEqual([
    [],
    undefined,
    undefined,
    undefined,
  ]);
  expect(image.environments).toHaveLength(1);
  expect(tasks.tryFind('wheel')).toBeUndefined();
  expect(tasks.all.map(({ name }) => name)).toEqual(['lock']);
});

test("a subproject's workflows are found in its pipeline, and lie at the repository's root", () => {
  const root = project();
  mkdirSync(at('packages/thing'), { recursive: true });
  const sub = new Project({ name: 'sub', parent: root, outdir: 'packages/thing' });
  const made = new WheelPipeline(sub, { ...SMALL, prefix: 'nightly' });
  expect((find(made, 'WheelPipeline-nightly/workflows/linux') as PipelineWorkflow).file).toBe(
    made.workflows.linux!.file,
  );
  const { file } = made.workflows.linux!;
  expect([file.project, file.path]).toEqual([root, '.github/workflows/packages-thing-nightly-linux.yml']);
  expect(made.tasks.tryFind('wheel')!.name).toBe('nightly:wheel');
  const owned = made.node.findAll().filter((each): each is FileBase => each instanceof FileBase);
  expect(owned.every(({ path }) => path.startsWith('nightly/'))).toBe(true);
});
