import { Platform, System, WorkflowName } from '../../src';
import type { WheelPipelineOptions, Wheel } from '../../src';
import { VULKAN_SDK } from '../../src/declaration/pins';
import { resolvePlan } from '../../src/plan/resolve';

const SHA = '0123456789abcdef0123456789abcdef01234567';
const wheel: Wheel = { distribution: 'thing', checks: [{ name: 'import', imports: ['thing'] }] };
const options: WheelPipelineOptions = {
  repository: 'owner/thing-wheels',
  source: { git: { repository: 'https://example.com/thing', commit: SHA, tag: 'v1.2.0' } },
  wheels: [wheel],
};
const resolve = (changes: Partial<WheelPipelineOptions> = {}) => resolvePlan({ ...options, ...changes });
const wheelOf = (changes: Partial<Wheel>, more: Partial<WheelPipelineOptions> = {}) =>
  resolve({ ...more, wheels: [{ ...wheel, ...changes }] }).builds[0].wheels[0];

test('a small declaration is enough, and its defaults are those of the field', () => {
  const plan = resolve();
  expect(plan.name).toBe('thing-wheels');
  expect(plan.image).toEqual({
    name: 'ghcr.io/owner/thing-wheels',
    branches: ['main', 'dev'],
    label: 'io.github.owner.thing-wheels.environment',
  });
  expect(plan.workflows).toEqual(['docker', 'linux', 'windows', 'release', 'upgrade', 'cleanup']);
  expect(plan.timeoutMinutes).toEqual({ linux: 360, windows: 360 });
  expect(plan.builds).toHaveLength(1);
  expect(plan.builds[0]).toMatchObject({
    name: 'thing-wheels',
    variant: null,
    image: 'ghcr.io/owner/thing-wheels:latest',
    platforms: [{ id: 'linux-x86_64' }, { id: 'windows-amd64' }],
    rust: false,
    vulkanSdk: null,
    hooks: [],
    dockerfile: 'docker/Dockerfile',
    conda: { name: 'thing-wheels-toolchain', file: 'docker/environment.yml', channels: ['conda-forge'] },
  });
});

test('a mixed-case repository has its image in lower case, as registries want it', () => {
  expect(resolve({ repository: 'Owner/Thing' }).image.name).toBe('ghcr.io/owner/thing');
});

describe('the source', () => {
  test('is a commit, with each submodule below the one that it lies in', () => {
    const submodules = ['a', 'a/b', 'a/b/c', 'ab'];
    const { source } = resolve({ source: { git: { ...options.source.git!, submodules } } });
    expect(source).toMatchObject({ sdist: null, folder: null, overlay: [], baseVersion: '1.2.0' });
    expect(source.git?.submodules).toEqual([
      { path: 'a', parent: null },
      { path: 'a/b', parent: 'a' },
      { path: 'a/b/c', parent: 'a/b' },
      { path: 'ab', parent: null },
    ]);
  });

  test('is a source distribution, whose version is the base', () => {
    const sdist = { distribution: 'thing', version: '3.1', sha256: 'a'.repeat(64) };
    expect(resolve({ source: { sdist } }).source).toMatchObject({ git: null, sdist, baseVersion: '3.1' });
  });

  test('is a folder, with the paths of what is laid over it', () => {
    const source = { folder: 'thing', overlay: { b: '1', a: '2' } };
    const { source: planned } = resolve({ source });
    expect(planned).toEqual({ git: null, sdist: null, folder: 'thing', overlay: ['a', 'b'], baseVersion: '0.0.0' });
  });
});

/** What every wheel's build is told on Windows: debug information that a compiler cache can keep. */
const EMBEDDED = [
  'cmake.define.CMAKE_POLICY_DEFAULT_CMP0141=NEW',
  'cmake.define.CMAKE_MSVC_DEBUG_INFORMATION_FORMAT=$<$<CONFIG:Debug,RelWithDebInfo>:Embedded>',
];

describe('a wheel', () => {
  test('keeps what it does not declare at its defaults', () => {
    expect(wheelOf({})).toMatchObject({
      builtAs: 'thing',
      projectDir: '.',
      settings: {
        linux: ['cmake.define.CMAKE_BUILD_WITH_INSTALL_RPATH=ON'],
        windows: ['cmake.define.CMAKE_BUILD_WITH_INSTALL_RPATH=ON', ...EMBEDDED],
      },
      environment: {},
      useSourceVersion: false,
      reuse: false,
      requires: { add: [], pin: [], drop: [] },
      forbidden: ['**/*.a'],
      maxBytes: { linux: null, windows: null },
      checks: [{ imports: ['thing'], exclude: null, command: null, python: null, timeout: 120, expect: null }],
    });
  });

  test("has its backend's settings for each system, in the order of the declaration", () => {
    const cmake = { all: { A: '1', CMAKE_BUILD_WITH_INSTALL_RPATH: 'OFF' }, windows: { A: '2', W: 'a b' } };
    expect(wheelOf({ settings: { 'wheel.exclude': 'x;y' }, cmake }).settings).toEqual({
      linux: ['wheel.exclude=x;y', 'cmake.define.CMAKE_BUILD_WITH_INSTALL_RPATH=OFF', 'cmake.define.A=1'],
      windows: [
        'wheel.exclude=x;y',
        'cmake.define.CMAKE_BUILD_WITH_INSTALL_RPATH=OFF',
        ...EMBEDDED,
        'cmake.define.A=2',
        'cmake.define.W=a b',
      ],
    });
  });

  test('has the version that it is compiled under among its own variables, and no other wheel has', () => {
    const wheels = [
      { ...wheel, compileVersion: '0.1', useSourceVersion: true },
      { ...wheel, distribution: 'other' },
    ];
    const environment = { EVERYWHERE: '1' };
    const [build] = resolve({ wheels, environment }).builds;
    const own = { SETUPTOOLS_SCM_PRETEND_VERSION: '0.1' };
    expect(build.wheels.map((each) => each.environment)).toEqual([own, {}]);
    expect(build.wheels.map((each) => each.useSourceVersion)).toEqual([true, false]);
    expect(build.environment).toEqual({ linux: environment, windows: environment });
  });

  test('has each check by its kind', () => {
    const { checks } = wheelOf({
      checks: [
        { name: 'import', imports: ['thing', 'thing.*'], exclude: ['thing.x'], system: System.LINUX },
        { name: 'run', command: ['-m', 'thing', ''], expect: 'usage', timeout: 7 },
        { name: 'compute', python: ['checks/compute.py', ''] },
      ],
    });
    expect(checks).toMatchObject([
      { imports: ['thing', 'thing.*'], exclude: ['thing.x'], system: 'linux' },
      { command: ['-m', 'thing', ''], expect: 'usage', timeout: 7, system: null },
      { python: ['checks/compute.py', ''] },
    ]);
  });

  test('has nothing for a system that is not declared', () => {
    const changes = { excludes: { windows: ['x.dll'] }, maxBytes: { windows: 5 }, forbidden: ['x'] };
    const planned = wheelOf(changes, { platforms: [Platform.LINUX_X86_64] });
    expect(planned).toMatchObject({
      settings: { windows: [] },
      excludes: { linux: [], windows: [] },
      maxBytes: { windows: null },
      forbidden: ['x'],
    });
  });
});

describe('the toolchain', () => {
  const build = (changes: Partial<WheelPipelineOptions>) => resolve(changes).builds[0];

  test('has what every native wheel needs, what the program itself needs, and what is declared', () => {
    const { conda, tools, rust } = build({
      toolchain: { packages: [{ name: 'rust' }], tools: [{ command: 'cargo', minimum: '1.80', system: System.LINUX }] },
    });
    const names = conda.packages.map((each) => each.name);
    expect(names).toEqual(expect.arrayContaining(['python', 'packaging', 'cmake', 'rust']));
    expect(conda.packages.every((each) => each.version !== '')).toBe(true);
    expect(tools).toContainEqual({ command: 'cargo', minimum: '1.80', optional: false, system: 'linux' });
    expect(tools).toContainEqual({ command: 'sccache', minimum: '0.8', optional: true, system: null });
    expect(rust).toBe(true);
  });

  test("has LunarG's SDK where Vulkan meets Windows", () => {
    const toolchain = { vulkan: true };
    expect(build({ toolchain }).vulkanSdk).toMatchObject(VULKAN_SDK);
    expect(build({ toolchain, platforms: [Platform.LINUX_X86_64] })).toMatchObject({ vulkan: true, vulkanSdk: null });
  });

  test('starts from the declared base image on x86-64 alone', () => {
    const baseImage = `example.com/base:1@sha256:${'a'.repeat(64)}`;
    const { platforms } = build({ toolchain: { baseImage, glibc: '2.34' }, platforms: Object.values(Platform) });
    expect(platforms.map((platform) => platform.baseImage)).toEqual([
      baseImage,
      expect.stringMatching(/manylinux_2_28_aarch64:.*@sha256:/),
      null,
    ]);
  });
});

test('only a pipeline with an image needs a name for it, and only one that publishes it a name of its own owner', () => {
  const name = 'ghcr.io/other/image';
  const given = { workflows: [WorkflowName.LINUX], image: { name, digest: `sha256:${'1'.repeat(64)}` } };
  expect(resolve(given).image.name).toBe(name);
  expect(resolve({ repository: 'owner/.github', platforms: [Platform.WINDOWS_AMD64] }).workflows).not.toContain(
    'docker',
  );
  expect(() => resolve({ repository: 'owner/.github' })).toThrow('image.name is required');
});
