/**
 * The first wheel: the synthesized Dockerfile becomes an image, the synthesized scripts build and test a real wheel in it.
 * Nothing of what is synthesized is edited; what cannot be reached from here (registries, Conda's channel) is stood in for.
 */
import {
  appendFileSync,
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Engine, startEngine } from './support/engine';
import { BuiltImage, buildImage } from './support/image';
import { check, log, RunResult } from './support/process';
import { REPOSITORY, SYNTHESIZED } from './support/repository';
import { lintTools } from './support/tools';

const EXAMPLE = SYNTHESIZED[1].folder;

/** What `npx projen lock` has written, which is committed and not synthesized. */
const LOCKS = 'scripts/locks';

/** A user without a name in the image, as Actions' runner is: not root, not the image's own. */
const UID = 12345;

/** The hash of an image's build files, as docker.yml passes it. */
const ENVIRONMENT = 'env-0123456789abcdef';

let engine: Engine;
let image: BuiltImage;
let folder: string;
/** The example's checkout, owned by another user than the container's. */
let checkout: string;
/** What the container may write. */
let work: string;

beforeAll(async () => {
  const starting = startEngine();
  image = await buildImage(starting, {
    context: REPOSITORY,
    tag: 'mlc-llm-pipeline-e2e/toolchain',
    buildArgs: { REVISION: 'e2e', ENVIRONMENT },
  });
  engine = await starting;
  log(`toolchain image: ${(image.size / 1e6).toFixed(0)} MB`);
  folder = mkdtempSync(join(tmpdir(), 'wheel-e2e-'));
  checkout = join(folder, 'checkout');
  work = join(folder, 'work');
  for (const path of [...SYNTHESIZED[1].files, LOCKS, 'checks']) {
    cpSync(join(EXAMPLE, path), join(checkout, path), { recursive: true });
  }
  mkdirSync(work);
  [folder, checkout].forEach((path) => chmodSync(path, 0o755));
  chmodSync(work, 0o777);
});

afterAll(async () => {
  if (folder) rmSync(folder, { recursive: true, force: true });
  await engine?.stop();
});

/** Runs a command in the image as that user, the checkout at its workspace; network is for pip's index only. */
function inImage(
  argv: string[],
  env: Record<string, string> = {},
  user: string | null = `${UID}:${UID}`,
): Promise<RunResult> {
  const variables = Object.entries(env).flatMap(([name, value]) => ['--env', `${name}=${value}`]);
  const who = user === null ? [] : ['--user', user];
  const mounts = ['--volume', `${checkout}:/workspace:ro`, '--volume', `${work}:/scratch`];
  return engine.tryDocker(['run', '--rm', '--network', 'host', ...who, ...mounts, ...variables, image.tag, ...argv], {
    quiet: true,
  });
}

async function build(name: string, env: Record<string, string> = {}): Promise<string> {
  const settings = {
    BUILD_DIR: `/scratch/${name}`,
    OUTPUT_DIR: `/scratch/${name}-dist`,
    SCCACHE_DIR: `/scratch/${name}-cache`,
    ...env,
  };
  const started = Date.now();
  const { status, stdout, stderr } = await inImage(['bash', 'scripts/build.sh'], settings);
  if (status !== 0) throw new Error(`build.sh failed:\n${(stdout + stderr).slice(-6000)}`);
  log(`${name}: built in ${((Date.now() - started) / 1000).toFixed(0)} s`);
  return join(work, `${name}-dist`);
}

describe('the image', () => {
  test('is made of the declared packages', async () => {
    for (const command of [
      'python',
      'cmake',
      'ninja',
      'git',
      'sccache',
      'patchelf',
      'auditwheel',
      'cargo',
      'llvm-config',
    ]) {
      const { status, stdout, stderr } = await inImage([command, '--version']);
      expect({ command, status, output: stdout + stderr }).toEqual({
        command,
        status: 0,
        output: expect.stringMatching(/\d+\.\d+/),
      });
    }
    expect((await inImage(['python', '--version'])).stdout).toMatch(/^Python 3\.13\./);
  });

  test.each([
    ['a command', ['python', '-c', 'import sys; print(sys.prefix)']],
    ['an interactive shell', ['bash', '-ic', 'python -c "import sys; print(sys.prefix)"']],
    ['a login shell', ['bash', '-lc', 'python -c "import sys; print(sys.prefix)"']],
    ['a plain sh', ['sh', '-c', 'python -c "import sys; print(sys.prefix)"']],
  ])('has its environment active for %s', async (_, argv) => {
    expect((await inImage(argv)).stdout.trim()).toBe('/opt/toolchain');
  });

  test('has it for Actions, which replaces the entry point and enters afterwards', async () => {
    const name = `e2e-${process.pid}`;
    await engine.docker(
      [
        'run',
        '--detach',
        '--rm',
        '--name',
        name,
        '--user',
        '1001',
        '--entrypoint',
        'tail',
        image.tag,
        '-f',
        '/dev/null',
      ],
      { quiet: true },
    );
    try {
      const { stdout } = await engine.docker(
        ['exec', '--env', 'HOME=/github/home', name, 'sh', '-c', 'command -v python'],
        { quiet: true },
      );
      expect(stdout.trim()).toBe('/opt/toolchain/bin/python');
    } finally {
      await engine.tryDocker(['rm', '--force', name], { quiet: true });
    }
  });

  test('runs as the owner of the checkout', async () => {
    expect((await inImage(['id', '-u'], {}, null)).stdout.trim()).toBe(String(process.getuid!()));
  });

  test('reads a checkout of another owner with git, and has a home that can be written', async () => {
    const script =
      'git init --quiet ~/repository && touch ~/file && git -C ~/repository status --short && git config --get-all safe.directory';
    expect((await inImage(['bash', '-c', script])).stdout.trim()).toBe('*');
  });

  test('says where it comes from', async () => {
    const { stdout } = await engine.docker(['image', 'inspect', '--format', '{{json .Config.Labels}}', image.tag], {
      quiet: true,
    });
    const labels = JSON.parse(stdout) as Record<string, string>;
    expect(labels['org.opencontainers.image.revision']).toBe('e2e');
    expect(labels['org.opencontainers.image.source']).toMatch(/^https:\/\/github\.com\//);
    expect(Object.entries(labels).find(([name]) => name.endsWith('.environment'))?.[1]).toBe(ENVIRONMENT);
  });
});

describe('the wheel', () => {
  let output: string;

  test('is built, repaired, inspected and recorded by build.sh', async () => {
    output = await build('first', { TOOLCHAIN_IMAGE: image.id });
    const wheels = readdirSync(output).filter((file) => file.endsWith('.whl'));
    expect(wheels).toEqual([
      expect.stringMatching(/^apache_tvm_ffi-0\.1\.15\.post2-cp313-cp313-manylinux_.*_x86_64\.whl$/),
    ]);
    await check(['sha256sum', '--check', '--strict', 'SHA256SUMS'], { cwd: output });
    const record = JSON.parse(readFileSync(join(output, 'build-record.json'), 'utf8'));
    expect(record).toMatchObject({
      platform: 'linux-x86_64',
      image: image.id,
      version: '0.1.15.post2',
      source: { kind: 'sdist', name: 'apache-tvm-ffi' },
    });
    expect(Object.keys(record.tools)).toEqual(
      expect.arrayContaining(['python', 'cmake', 'ninja', 'auditwheel', 'patchelf', 'sccache']),
    );
    expect(record.wheels).toEqual([expect.objectContaining({ distribution: 'apache-tvm-ffi', file: wheels[0] })]);
    expect(record.measured.durations.length).toBeGreaterThan(5);
    const { env } = await lintTools();
    // W002 is about the same licence twice, W009 about the module's own top-level names.
    await check(['check-wheel-contents', '--ignore', 'W002,W009', join(output, wheels[0])], { env });
  });

  test('passes test.sh in a fresh environment', async () => {
    const { status, stdout } = await inImage(['bash', 'scripts/test.sh'], {
      BUILD_DIR: '/scratch/first',
      OUTPUT_DIR: '/scratch/first-dist',
    });
    expect({ status, stdout }).toEqual({
      status: 0,
      stdout: expect.stringContaining('PASS round trip through native code'),
    });
    expect(stdout).toContain(
      "testing with /opt/python/cp313-cp313/bin/python, as /opt/toolchain/bin/python is Conda's",
    );
    expect(stdout).toMatch(
      /pip .*install .*--require-hashes --requirement=\S+\/scripts\/locks\/test-linux-x86_64\.txt/,
    );
    const report = JSON.parse(readFileSync(join(work, 'first/test-report/linux-x86_64.json'), 'utf8'));
    expect(report).toMatchObject({ failed: 0 });
    expect(report.passed).toBeGreaterThanOrEqual(8);
  });

  test('is the same, to the byte, from another folder, another copy of the source and without the first cache', async () => {
    cpSync(join(work, 'first/source'), join(work, 'elsewhere/a longer path/tree'), { recursive: true });
    const second = await build('second', {
      SOURCE_DIR: '/scratch/elsewhere/a longer path/tree',
      BUILD_DIR: '/scratch/second/deeper/build',
    });
    const { status, stdout, stderr } = await inImage([
      'python',
      'scripts/wheel_pipeline.pyz',
      'compare',
      '/scratch/first-dist',
      '/scratch/second-dist',
    ]);
    expect({ status, output: stdout + stderr }).toEqual({ status: 0, output: expect.any(String) });
    expect(readFileSync(join(second, 'SHA256SUMS'), 'utf8')).toBe(readFileSync(join(output, 'SHA256SUMS'), 'utf8'));
    // The tree that was given is as it was.
    await check(['diff', '-r', join(work, 'first/source'), join(work, 'elsewhere/a longer path/tree')]);
  });

  test('is not accepted when it was changed after it was recorded', async () => {
    const tampered = join(work, 'tampered');
    cpSync(output, tampered, { recursive: true });
    const wheel = readdirSync(tampered).find((file) => file.endsWith('.whl'))!;
    chmodSync(join(tampered, wheel), 0o644);
    await check(['bash', '-c', 'printf x >>"$1"', 'bash', join(tampered, wheel)]);
    const { status, stdout, stderr } = await inImage(['bash', 'scripts/test.sh'], {
      BUILD_DIR: '/scratch/tampered-build',
      OUTPUT_DIR: '/scratch/tampered',
    });
    expect(status).not.toBe(0);
    expect(stdout + stderr).toContain(wheel);
  });

  test('cannot come from a source that fails to compile: the step, the command and the log are named', async () => {
    const broken = join(work, 'broken');
    cpSync(join(work, 'first/source'), broken, { recursive: true });
    appendFileSync(join(broken, 'src/ffi/object.cc'), '\n#error broken-on-purpose\n');
    const { status, stdout, stderr } = await inImage(['bash', 'scripts/build.sh'], {
      SOURCE_DIR: '/scratch/broken',
      BUILD_DIR: '/scratch/broken-build',
      OUTPUT_DIR: '/scratch/broken-dist',
    });
    expect(status).not.toBe(0);
    expect(stderr).toMatch(
      /^wheel_pipeline build: error: step \d+, Build the wheel of apache-tvm-ffi: python\S* ended with exit status \d+$/m,
    );
    // What the compiler said, and not only what pip makes of it.
    expect(stdout).toMatch(/^ {2}\| .*object\.cc:\d+:\d+: error: #error broken-on-purpose$/m);
    expect(stdout).toMatch(/^ {2}command: \S*python\S* -m pip .*wheel/m);
    const [, path] = /^ {2}log: +\/scratch\/(broken-build\/logs\/build\/\d+-build-apache-tvm-ffi\.log)$/m.exec(stdout)!;
    expect(readFileSync(join(work, path!), 'utf8')).toContain('broken-on-purpose');
    expect(existsSync(join(work, 'broken-dist'))).toBe(false);
  });
});
