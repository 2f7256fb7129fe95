/** The shared parts of a repository: the default task, `build.yml`, and their packages. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { Project, TextFile } from 'projen';
import { NodePackageManager, NodeProject } from 'projen/lib/javascript';
import { ProjenrcTs } from 'projen/lib/typescript';
import { MlcLlmPipelineProject, WheelPipeline, WorkflowName } from '../../src';
import { lockPackages } from '../../src/repository/packages';
import { at, project, read, SMALL, synthesize, workflow } from '../small';

jest.mock('node:child_process', () => ({ ...jest.requireActual('node:child_process'), execFileSync: jest.fn() }));

function write(files: Record<string, string>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(at(path)), { recursive: true });
    writeFileSync(at(path), text);
  }
}

const defaultSteps = (): unknown => JSON.parse(read('.projen/tasks.json')).tasks.default.steps;
const installs = (name = 'build', job = 'build'): string =>
  workflow(name).jobs[job].steps.find((step: any) => step.name === 'Install dependencies').run;

describe('the default task', () => {
  // Regression: it had no steps, so npx projen, check and build did nothing, with status 0.
  test.each([
    ['.projenrc.ts', 'tsx'],
    ['.projenrc.mts', 'tsx'],
    ['.projenrc.js', 'node'],
    ['.projenrc.mjs', 'node'],
  ])('runs %s with %s', (file, program) => {
    write({ [file]: '' });
    synthesize();
    expect(defaultSteps()).toEqual([{ execArgs: [program, file] }]);
    expect(read('.gitignore')).toContain(`edit ${file} and run "npx projen"`);
  });

  test('is unchanged if the project has one', () => {
    write({ '.projenrc.ts': '' });
    const made = project();
    new WheelPipeline(made, SMALL);
    // Added after the pipeline, as a component may be.
    made.defaultTask!.exec('python .projenrc.py');
    made.synth();
    expect(defaultSteps()).toEqual([{ exec: 'python .projenrc.py' }]);
  });

  test("is projen's if the project has its component", () => {
    write({ '.projenrc.ts': '' });
    const made = project();
    new WheelPipeline(made, SMALL);
    new ProjenrcTs(made);
    made.synth();
    expect(defaultSteps()).toEqual([expect.objectContaining({ execArgs: expect.arrayContaining(['ts-node']) })]);
  });

  test('is added to the root for a pipeline in a subproject', () => {
    write({ '.projenrc.js': '' });
    const root = project();
    new WheelPipeline(new Project({ name: 'sub', parent: root, outdir: 'packages/thing' }), SMALL);
    root.synth();
    expect(defaultSteps()).toEqual([{ execArgs: ['node', '.projenrc.js'] }]);
    expect(JSON.parse(read('.projen/tasks.json')).tasks.check.steps).toEqual([{ exec: 'node scripts/check.cjs' }]);
    expect(existsSync(at('packages/thing/.github'))).toBe(false);
    expect(installs()).toBe('npm ci\n');
  });

  test('warns if tsx is not installed', () => {
    write({ '.projenrc.ts': '' });
    const made = project();
    const warned = jest.spyOn(made.logger, 'warn');
    new WheelPipeline(made, SMALL);
    made.synth();
    expect(warned.mock.calls).toEqual([[expect.stringMatching(/tsx, which is not installed: run "npm install/)]]);
    warned.mockClear();
    write({ 'node_modules/tsx/package.json': '{ "version": "4.23.15" }' });
    made.defaultTask!.reset();
    made.synth();
    expect(warned).not.toHaveBeenCalled();
  });

  test('is not added without a declaration: prints a warning, and adds no check that never fails', () => {
    const made = project();
    const warned = jest.spyOn(made.logger, 'warn');
    new WheelPipeline(made, SMALL);
    made.synth();
    expect(warned).toHaveBeenCalledWith(expect.stringMatching(/^"npx projen" does nothing in this project: rename/));
    expect(existsSync(at('.github/workflows/build.yml'))).toBe(false);
  });
});

describe('build.yml', () => {
  beforeEach(() => write({ '.projenrc.ts': '' }));

  test('checks that the files are up to date, without write permissions', () => {
    synthesize();
    const { on, permissions, jobs } = workflow('build');
    expect([Object.keys(on), permissions]).toEqual([['pull_request', 'merge_group', 'workflow_dispatch'], {}]);
    expect(jobs.build.permissions).toEqual({ contents: 'read' });
    expect(jobs.build.steps.map((step: any) => step.run)).toContain('npx projen check\n');
    expect(read('.projen/files.json')).toContain('.github/workflows/build.yml');
  });

  test('can be overridden like any other workflow', () => {
    const made = project();
    new WheelPipeline(made, SMALL);
    made.tryFindObjectFile('.github/workflows/build.yml')!.addOverride('jobs.build.timeout-minutes', 7);
    made.synth();
    expect(workflow('build').jobs.build['timeout-minutes']).toBe(7);
  });

  test('is skipped if it is not wanted, or if the project has one', () => {
    synthesize({ buildWorkflow: false });
    expect(existsSync(at('.github/workflows/build.yml'))).toBe(false);
    const made = project();
    new TextFile(made, '.github/workflows/build.yml', { lines: ['name: mine'] });
    new WheelPipeline(made, SMALL);
    made.synth();
    expect(read('.github/workflows/build.yml')).toBe('name: mine');
  });

  test('is an error if it was written by hand; the message names the option that keeps it', () => {
    write({ '.github/workflows/build.yml': 'name: mine\n' });
    expect(synthesize).toThrow(/\n {2}\.github\/workflows\/build\.yml\n[^]*set buildWorkflow: false$/);
    synthesize({ buildWorkflow: false });
    expect(read('.github/workflows/build.yml')).toBe('name: mine\n');
  });
});

describe('packages', () => {
  beforeEach(() => {
    write({ '.projenrc.ts': '' });
    jest.mocked(execFileSync).mockReset();
  });

  test.each([
    ['package-lock.json', 'npm ci\n'],
    ['npm-shrinkwrap.json', 'npm ci\n'],
    ['pnpm-lock.yaml', 'corepack enable\npnpm install --frozen-lockfile\n'],
    ['yarn.lock', 'corepack enable\nyarn install --frozen-lockfile\n'],
  ])('are installed as %s has them, in every job that runs the declaration', (file, commands) => {
    write({ 'package.json': '{}', [file]: '' });
    synthesize();
    expect([installs(), installs('upgrade', 'look')]).toEqual([commands, commands]);
  });

  // Regression: the package manager was pnpm, and npm ci failed.
  test.each([
    [NodePackageManager.NPM, 'npm ci\n'],
    [NodePackageManager.YARN_CLASSIC, 'yarn install --check-files --frozen-lockfile\n'],
    [NodePackageManager.PNPM, 'corepack enable\npnpm i --frozen-lockfile\n'],
  ])("are installed by the project's %s", (packageManager, commands) => {
    new MlcLlmPipelineProject({
      name: 'wheels',
      githubRepository: 'acme/wheels',
      defaultReleaseBranch: 'main',
      outdir: at(''),
      packageManager,
    }).synth();
    expect([installs(), installs('upgrade', 'look')]).toEqual([commands, commands]);
  });

  const PACKAGE = (version: string): string => JSON.stringify({ version });
  const INSTALLED = {
    'node_modules/mlc-llm-pipeline/package.json': PACKAGE('1.2.3'),
    'node_modules/projen/package.json': PACKAGE('0.103.25'),
    'node_modules/tsx/package.json': PACKAGE('4.23.15'),
  };

  test('are declared at their installed versions in a new package.json, which is written once', () => {
    write(INSTALLED);
    synthesize();
    expect(JSON.parse(read('package.json'))).toEqual({
      private: true,
      devDependencies: { 'mlc-llm-pipeline': '1.2.3', projen: '0.103.25', tsx: '4.23.15' },
    });
    write({ 'package.json': '{ "private": true }' });
    synthesize();
    expect(read('package.json')).toBe('{ "private": true }');
  });

  test('are declared with the address that npm installed them from', () => {
    const npm = (resolved: string): string =>
      JSON.stringify({
        packages: {
          'node_modules/mlc-llm-pipeline': { resolved },
          'node_modules/projen': { resolved: 'https://registry.example.org/projen/-/projen-0.103.25.tgz' },
        },
      });
    write({ ...INSTALLED, 'node_modules/.package-lock.json': npm('file:vendor/library.tgz') });
    synthesize();
    expect(JSON.parse(read('package.json')).devDependencies).toMatchObject({
      'mlc-llm-pipeline': 'file:vendor/library.tgz',
      projen: '0.103.25',
    });
  });

  test.each<[string, () => void]>([
    [
      'no workflow needs them',
      () => synthesize({ buildWorkflow: false, workflows: [WorkflowName.DOCKER, WorkflowName.LINUX] }),
    ],
    [
      'the project has its own package.json',
      () => {
        const options = { release: false, depsUpgrade: false, packageManager: NodePackageManager.NPM };
        const made = new NodeProject({ name: 'thing', outdir: at(''), defaultReleaseBranch: 'main', ...options });
        new WheelPipeline(made, SMALL);
        made.synth();
        expect(JSON.parse(read('package.json')).name).toBe('thing');
      },
    ],
  ])('are not declared if %s', (_, action) => {
    write(INSTALLED);
    action();
    expect(existsSync(at('package.json')) && read('package.json').includes('"tsx": "4.23.15"')).toBe(false);
  });

  test('are locked once, for every platform, after the files are written', () => {
    write({ 'package.json': '{}' });
    const post = process.env.PROJEN_DISABLE_POST;
    process.env.PROJEN_DISABLE_POST = 'false';
    synthesize();
    write({ 'package-lock.json': '{}' });
    synthesize();
    process.env.PROJEN_DISABLE_POST = post;
    const npm = jest.mocked(execFileSync).mock.calls.filter(([program]) => program === 'npm');
    expect(npm).toEqual([
      ['npm', expect.arrayContaining(['update', '--package-lock-only']), expect.objectContaining({ cwd: at('') })],
    ]);
  });

  test('cause a warning with the reason and the command if they cannot be locked', () => {
    write({ 'package.json': '{}' });
    jest.mocked(execFileSync).mockImplementation(() => {
      const stderr = 'npm error code E404\nnpm error 404 Not Found - GET https://registry.example.org/x\n';
      throw Object.assign(new Error(), { stderr: Buffer.from(stderr) });
    });
    const made = project();
    const warned = jest.spyOn(made.logger, 'warn');
    lockPackages(made);
    expect(warned).toHaveBeenCalledWith(
      expect.stringMatching(
        /^cannot write package-lock\.json, which CI needs.*npm update --package-lock-only.*404 Not Found/,
      ),
    );
  });
});
