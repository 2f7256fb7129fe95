/** What can be chosen, and that the choice reaches every file that it is for. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { plan, project, read, SMALL, synthesize, workflow } from './small';
import { HookStep, HookTiming, Platform, System, WheelPipeline, WheelPipelineOptions } from '../src';

describe('a base image of another floor', () => {
  const digest = `sha256:${'a'.repeat(64)}`;
  const baseImage = (name: string): Partial<WheelPipelineOptions> => ({
    toolchain: { baseImage: `quay.io/pypa/${name}:2026.08.15-1@${digest}` },
    platforms: [Platform.LINUX_X86_64],
  });

  // The Dockerfile had it; the plan, the pages and the release went on with 2.28.
  test.each([
    ['manylinux_2_34_x86_64', 'manylinux_2_34_x86_64'],
    ['manylinux2014_x86_64', 'manylinux_2_17_x86_64'],
  ])('%s names the platform tag everywhere', (image, tag) => {
    synthesize(baseImage(image));
    expect(read('docker/Dockerfile')).toContain(`FROM quay.io/pypa/${image}:`);
    expect(JSON.parse(read('scripts/plan.json')).builds[0].platforms[0].platformTag).toBe(tag);
    for (const page of ['ci-pipeline', 'releases', 'local-development']) {
      expect(read(`docs/${page}.md`)).toContain(tag);
      expect(read(`docs/${page}.md`)).not.toContain('2_28');
    }
  });

  test('whose name says nothing needs a word', () => {
    expect(() => plan(baseImage('debian'))).toThrow('toolchain.glibc says it');
    const { toolchain } = baseImage('debian');
    expect(plan({ toolchain: { ...toolchain, glibc: '2.36' } }).builds[0].platforms[0].platformTag).toBe(
      'manylinux_2_36_x86_64',
    );
    expect(() => plan(baseImage('musllinux_1_2_x86_64'))).toThrow('an image with glibc');
  });
});

describe('a hook', () => {
  const hook = { name: 'mine', when: HookTiming.AFTER, command: ['python', 'mine.py'] };

  test('runs at a step, or at that of each wheel or of one', () => {
    const { hooks } = plan({
      hooks: [
        { ...hook, step: HookStep.SOURCE },
        { ...hook, step: HookStep.REPAIR, system: System.LINUX },
        { ...hook, step: HookStep.BUILD, wheel: 'Second' },
        { ...hook, step: HookStep.TEST_ENVIRONMENT, when: HookTiming.BEFORE },
      ],
    }).builds[0];
    expect(hooks.map(({ step, when, system }) => [step, when, system])).toEqual([
      ['source', 'after', null],
      ['repair:first', 'after', 'linux'],
      ['repair:second', 'after', 'linux'],
      ['build:second', 'after', null],
      ['test-environment', 'before', null],
    ]);
    expect(hooks[0].command).toEqual(['python', 'mine.py']);
  });

  test.each([
    [{ step: 'sauce' as HookStep }, 'hooks[mine].step: "sauce" must be one of tools, compiler,'],
    [{ step: HookStep.BUILD, wheel: 'third' }, 'hooks[mine].wheel: "third" must be a wheel of this pipeline'],
    [{ step: HookStep.SOURCE, wheel: 'first' }, 'hooks[mine].wheel: "first" must be left out'],
    [{ step: HookStep.SHARE }, 'hooks[mine].step: "share" must be a step that exists'],
    [{ step: HookStep.PREFLIGHT }, 'hooks[mine].step: "preflight" must be a step that exists'],
    [{ step: HookStep.OVERLAY }, 'hooks[mine].step: "overlay" must be a step that exists: it does with source.overlay'],
    [{ step: HookStep.VULKAN_SDK }, 'hooks[mine].step: "vulkan-sdk" must be a step that exists'],
    [{ step: HookStep.SOURCE, command: [] }, 'hooks[mine].command: [] must be a program and its arguments'],
  ])('%j is refused', (changes, message) => {
    expect(() => plan({ hooks: [{ ...hook, ...changes }] })).toThrow(message);
  });

  test('before code is shared is one for a wheel with aliases of that system', () => {
    const dll = { alias: 'x.dll', target: 'y.dll' };
    const hooks = [{ ...hook, step: HookStep.SHARE }];
    const wheels = SMALL.wheels.map((each, index) => (index === 0 ? { ...each, aliases: [dll] } : each));
    expect(plan({ wheels, hooks }).builds[0].hooks.map(({ step }) => step)).toEqual(['share:first']);
    expect(() => plan({ wheels, hooks: [{ ...hook, step: HookStep.SHARE, system: System.LINUX }] })).toThrow(
      'must be a step that exists: it does for a wheel with aliases',
    );
  });

  // One place for the names; the program has them in its own code.
  test('knows the very steps that the program has', () => {
    const folder = join(__dirname, '../src/runtime/wheel_pipeline');
    const sources = ['building/build.py', 'building/wheel_build.py', 'gate/run.py'];
    const text = sources.map((file) => readFileSync(join(folder, file), 'utf8')).join('\n');
    const ids = [...text.matchAll(/\b(?:Step|step)\(\s*"([\w-]+)"/g)].map(([, id]) => id);
    expect(ids.sort()).toEqual(Object.values(HookStep).sort());
  });
});

test('variables are for all builds, one system, one variant, one wheel', () => {
  const variants = [{ name: 'gpu', suffix: 'gpu', wheels: [{ distribution: 'first' }], environment: { B: 'gpu' } }];
  const [first, ...rest] = SMALL.wheels;
  const { builds } = plan({
    environment: { A: 'all', B: 'all', CFLAGS: '-g1' },
    linux: { environment: { B: 'linux' } },
    wheels: [{ ...first, environment: { C: 'first' } }, ...rest],
    variants,
  });
  expect(builds.map((build) => build.environment)).toEqual([
    { linux: { A: 'all', B: 'linux', CFLAGS: '-g1' }, windows: { A: 'all', B: 'all', CFLAGS: '-g1' } },
    { linux: { A: 'all', B: 'gpu', CFLAGS: '-g1' }, windows: { A: 'all', B: 'gpu', CFLAGS: '-g1' } },
  ]);
  expect(builds[0].wheels.map((wheel) => wheel.environment)).toEqual([{ C: 'first' }, {}]);
});

test('runners are chosen for each platform, the image and the release', () => {
  synthesize({
    platforms: Object.values(Platform),
    variants: [
      {
        name: 'gpu',
        suffix: 'gpu',
        platforms: [Platform.LINUX_X86_64],
        wheels: [{ distribution: 'first' }],
        deviceOptions: '--gpus all',
        runsOn: ['self-hosted', 'gpu'],
      },
    ],
    linux: { runsOn: ['self-hosted', 'big'], aarch64RunsOn: ['our-arm'], timeoutMinutes: 90 },
    windows: { runsOn: ['our-windows'] },
    docker: { runsOn: ['builder'], timeoutMinutes: 17 },
    release: { runsOn: ['trusted'] },
  });
  const { jobs } = workflow('linux');
  expect(jobs['linux-x86_64']).toMatchObject({ 'runs-on': ['self-hosted', 'big'], 'timeout-minutes': 90 });
  expect(jobs['linux-aarch64']['runs-on']).toEqual(['our-arm']);
  expect(jobs['linux-x86_64-gpu']['runs-on']).toEqual(['self-hosted', 'gpu']);
  expect(workflow('windows').jobs['windows-amd64']['runs-on']).toEqual(['our-windows']);
  for (const [id, job] of Object.entries<any>(workflow('docker').jobs)) {
    const runner = id.endsWith('aarch64') ? 'our-arm' : 'builder';
    if (!job.uses) expect(job).toMatchObject({ 'runs-on': [runner], 'timeout-minutes': 17 });
  }
  expect(workflow('release').jobs.publish['runs-on']).toEqual(['trusted']);
});

test('a declared runner builds for a device too, and takes no place of the one that has it', () => {
  const gpu = { name: 'gpu', suffix: 'gpu', wheels: [{ distribution: 'first' }], deviceOptions: '--gpus all' };
  synthesize({ variants: [{ ...gpu, platforms: [Platform.LINUX_X86_64] }], linux: { runsOn: ['big'] } });
  const { jobs } = workflow('linux');
  expect(jobs['linux-x86_64-gpu']['runs-on']).toEqual(['big']);
  expect(jobs['test-linux-x86_64-gpu']['runs-on']).toBe('${{ vars.RUNNER_GPU }}');
  expect(jobs['test-linux-x86_64']['runs-on']).toEqual(['big']);
});

test('triggers have filters', () => {
  synthesize({
    triggers: {
      defaultBranch: 'trunk',
      pushBranches: ['stable'],
      pullRequestBranches: ['trunk'],
      ignoredPaths: ['*.md'],
    },
  });
  const { on } = workflow('linux');
  expect(on.push.branches).toEqual(['trunk', 'stable']);
  expect(on.push.paths).toContain('!*.md');
  expect(on.pull_request).toEqual({ branches: ['trunk'], 'paths-ignore': ['*.md'] });
});

test('a pin is one line', () => {
  const commit = 'f'.repeat(40);
  const image = `docker.io/mambaorg/micromamba:9.9.9@sha256:${'b'.repeat(64)}`;
  synthesize({
    toolchain: { vulkan: true },
    pins: {
      actions: { 'actions/checkout': `${commit} # v9.1.2` },
      micromamba: image,
      vulkanSdk: { version: '9.8.7.0', sha256: 'c'.repeat(64) },
    },
  });
  for (const name of ['docker', 'linux', 'windows', 'release']) {
    const uses = [...read(`.github/workflows/${name}.yml`).matchAll(/uses: (actions\/checkout@.*)/g)];
    expect(new Set(uses.map(([, text]) => text))).toEqual(new Set([`actions/checkout@${commit} # v9.1.2`]));
  }
  expect(read('docker/Dockerfile')).toContain(`FROM ${image} AS micromamba`);
  expect(plan({ toolchain: { vulkan: true } }).builds[0].vulkanSdk).not.toBeNull();
  expect(JSON.parse(read('scripts/plan.json')).builds[0].vulkanSdk).toEqual({
    version: '9.8.7.0',
    url: 'https://sdk.lunarg.com/sdk/download/9.8.7.0/windows/vulkansdk-windows-X64-9.8.7.0.exe',
    sha256: 'c'.repeat(64),
  });
  expect(() => plan({ pins: { actions: { 'actions/chekout': `${commit} # v1` } } })).toThrow(
    'the nearest is actions/checkout',
  );
  expect(() => plan({ pins: { actions: { 'actions/checkout': 'v4' } } })).toThrow('pins.actions[actions/checkout]');
});

describe("projen's own way to change a workflow", () => {
  const file = '.github/workflows/linux.yml';

  test('changes the file, with comments and order as they were', () => {
    synthesize();
    const before = read(file);
    const other = project();
    new WheelPipeline(other, SMALL);
    other.tryFindObjectFile(file)!.addOverride('jobs.linux-x86_64.env.DEBUG', '1');
    WheelPipeline.of(other)!.workflows.linux!.file.addOverride('on.schedule', [{ cron: '1 2 * * 3' }]);
    other.synth();
    const job = workflow('linux').jobs['linux-x86_64'];
    expect(job.env).toMatchObject({ DEBUG: '1' });
    expect(workflow('linux').on.schedule).toEqual([{ cron: '1 2 * * 3' }]);
    const comments = (text: string): string[] => text.split('\n').filter((line) => line.includes('#'));
    expect(comments(read(file))).toEqual(comments(before));
    expect(Object.keys(workflow('linux'))).toEqual(Object.keys(parse(before)));
  });

  test.each([
    ['jobs.linux-x86_64.permissions', undefined, 'must state its permissions'],
    ['jobs.linux-x86_64.timeout-minutes', undefined, 'must have a timeout'],
    ['jobs.linux-x86_64.steps', [{ name: 'x', run: 'echo ${{ github.ref }}' }], 'must not put an expression'],
    ['jobs.linux-x86_64.steps', [{ name: 'x', uses: 'actions/checkout@v4' }], 'by its full commit'],
    ['permissions', { contents: 'write' }, 'no permissions at its top'],
  ])('is judged by the policy: %s, %j, and no file changes', (path, value, message) => {
    synthesize();
    const before = read(file);
    const other = project();
    new WheelPipeline(other, { ...SMALL, name: 'other' });
    other.tryFindObjectFile(file)!.addOverride(path, value);
    expect(() => other.synth()).toThrow(message);
    expect(read(file)).toBe(before);
    expect(read('scripts/plan.json')).toContain('"name": "thing"');
  });
});

describe('disk space', () => {
  const variant = {
    name: 'gpu',
    suffix: 'gpu',
    wheels: [{ distribution: 'first' }],
    platforms: [Platform.LINUX_X86_64],
  };
  const figures = { image: 6.5, linux: 12, windows: 0.4 };

  test('has the declared figures of each build, on its systems', () => {
    const { builds } = plan({
      diskGigabytes: figures,
      variants: [{ ...variant, diskGigabytes: { linux: 30, windows: 9 } }],
    });
    expect(builds.map(({ diskGigabytes }) => diskGigabytes)).toEqual([
      figures,
      { image: null, linux: 30, windows: null },
    ]);
    const none = { image: null, linux: null, windows: null };
    expect(plan({ variants: [variant] }).builds.map(({ diskGigabytes }) => diskGigabytes)).toEqual([none, none]);
    const windows = plan({ diskGigabytes: figures, platforms: [Platform.WINDOWS_AMD64] });
    expect(windows.builds[0].diskGigabytes).toEqual({ ...none, windows: 0.4 });
  });

  test('is on the pages if it was measured', () => {
    synthesize({ diskGigabytes: { image: 6.5, linux: 12 }, variants: [variant] });
    const page = read('docs/local-development.md');
    expect(page).toContain('On Linux, a build and its test need 12 GB of disk space');
    expect(page).toContain('The toolchain image takes 6.5 GB.');
    expect(page).toContain('The disk space of a build on Windows is not measured, so it is not checked.');
    expect(page).toMatch(/^\| `gpu` +\|.*\| not measured \|/m);
    expect(read('docs/ci-pipeline.md')).toContain('30 GB for a variant without figures');
    synthesize();
    expect(read('docs/ci-pipeline.md')).not.toContain('free disk space');
  });

  test.each([
    [0, '0 must be a number of gigabytes above 0'],
    [20_000, '20000 must be a number of gigabytes above 0, up to 10000'],
  ])('rejects the figure %s', (linux, message) => {
    expect(() => plan({ diskGigabytes: { linux } })).toThrow(`diskGigabytes.linux: ${message}`);
  });
});
