/** The user of a container of the toolchain image: the owner of the mounted checkout, or root without a mount. */
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Engine, startEngine } from './support/engine';
import { BuiltImage, buildImage } from './support/image';
import { check, run, RunResult } from './support/process';
import { REPOSITORY } from './support/repository';

/** The owners of a checkout: root, the image's own user, a runner whose group has another ID, a large ID. */
const OWNERS = ['0:0', '1000:1000', '1001:127', '64000:64000'] as const;

/** Fails unless the environment is active, Git accepts the checkout, and the home folder and stderr can be written. */
const PROBE = `set -eu
test "$(command -v python)" = "$CONDA_PREFIX/bin/python"
git status --porcelain >/dev/null
touch ~/file
echo noted >/dev/stderr
echo built >made
echo "runs as $(id -u):$(id -G) umask $(umask), owner $(stat --format=%u:%g made), process 1 is $(cat /proc/1/comm)"
rm made
`;

let engine: Engine;
let image: BuiltImage;
let folder: string;

beforeAll(async () => {
  const starting = startEngine();
  image = await buildImage(starting, { context: REPOSITORY, tag: 'mlc-llm-pipeline-e2e/entrypoint' });
  engine = await starting;
  folder = mkdtempSync(join(tmpdir(), 'entrypoint-e2e-'));
  chmodSync(folder, 0o755);
  for (const owner of OWNERS) await makeCheckout(owner);
});

afterAll(async () => {
  if (folder) rmSync(folder, { recursive: true, force: true });
  await engine?.stop();
});

/** Create a checkout that only its owner can read. */
async function makeCheckout(owner: string): Promise<void> {
  const path = checkoutOf(owner);
  mkdirSync(join(path, 'scripts'), { recursive: true });
  await check(['git', 'init', '--quiet', path], { quiet: true });
  writeFileSync(join(path, 'probe.sh'), PROBE);
  writeFileSync(join(path, 'output'), '');
  ['docker.sh', 'docker.env'].forEach((name) => cpSync(join(REPOSITORY, 'scripts', name), join(path, 'scripts', name)));
  chmodSync(path, 0o700);
  await check(['chown', '--recursive', owner, path], { quiet: true });
}

const checkoutOf = (owner: string): string => join(folder, owner.replace(':', '-'));

/** Return the options that mount the checkout of an owner. */
const mount = (owner: string, mode = 'rw'): string[] => ['--volume', `${checkoutOf(owner)}:/workspace:${mode}`];

const RUN = ['run', '--rm', '--network', 'none'];

/** Run a command in the image with these options of `docker run`. */
function inImage(options: string[], argv: string[], input?: string, tag = image.tag): Promise<RunResult> {
  return engine.tryDocker([...RUN, ...options, tag, ...argv], { quiet: true, input });
}

/** Run a command in the checkout of uid 1001, group 127. */
const inCheckout = (argv: string[], options: string[] = []): Promise<RunResult> =>
  inImage([...options, ...mount('1001:127')], argv);

/** Run an action with a sleeping container, after its entrypoint is done. */
async function withContainer<T>(options: string[], action: (id: string) => Promise<T>): Promise<T> {
  const start = ['run', '--detach', '--network', 'none', ...options, image.tag, 'sleep', '600'];
  const id = (await engine.docker(start, { quiet: true })).stdout.trim();
  try {
    const wait = 'until [ "$(cat /proc/1/comm)" = sleep ]; do sleep 0.1; done';
    await engine.docker(['exec', id, 'sh', '-c', wait], { quiet: true });
    return await action(id);
  } finally {
    await engine.docker(['rm', '--force', id], { quiet: true });
  }
}

/** Start docker with a terminal, and type the lines. */
const atTerminal = (argv: string[], lines: string): Promise<RunResult> =>
  run(['script', '--quiet', '--return', '--command', ['docker', ...argv].join(' '), '/dev/null'], {
    env: engine.env,
    input: lines,
    quiet: true,
  });

/** The ways to start a command in the image, and process 1 of each. */
const WAYS: ReadonlyArray<[string, string, (owner: string) => Promise<RunResult>]> = [
  ['a command', 'bash', (owner) => inImage(mount(owner), ['bash', 'probe.sh'])],
  ['a login shell', 'bash', (owner) => inImage(mount(owner), ['bash', '-lc', '. ./probe.sh'])],
  [
    'an interactive shell',
    'bash',
    (owner) => atTerminal([...RUN, '-it', ...mount(owner), image.tag], 'bash probe.sh\nexit\n'),
  ],
  [
    'another entrypoint',
    'bash',
    (owner) => inImage(['--user', owner, '--env', 'HOME=/tmp', '--entrypoint', 'bash', ...mount(owner)], ['probe.sh']),
  ],
  [
    'docker exec',
    'sleep',
    (owner) =>
      withContainer(mount(owner), (id) =>
        engine.tryDocker(['exec', '--user', owner, id, 'bash', 'probe.sh'], { quiet: true }),
      ),
  ],
  [
    'scripts/docker.sh in a job of GitHub Actions',
    'bash',
    (owner) =>
      run(
        ['bash', 'scripts/docker.sh', 'in', image.tag, 'bash', '-c', 'bash probe.sh && echo a=b >>"$GITHUB_OUTPUT"'],
        {
          cwd: checkoutOf(owner),
          env: { ...engine.env, GITHUB_ACTIONS: 'true', GITHUB_OUTPUT: join(checkoutOf(owner), 'output') },
          quiet: true,
        },
      ),
  ],
];

describe.each(OWNERS)('with a checkout of %s', (owner) => {
  const group = owner.split(':')[1];

  test.each(WAYS)('%s runs as its owner', async (_, first, start) => {
    const { status, stdout, stderr } = await start(owner);
    expect({ status, said: stdout + stderr }).toEqual({ status: 0, said: expect.stringContaining('noted') });
    const user = `${owner.split(':')[0]}:${group}`;
    expect(stdout).toContain(`runs as ${user} umask 0022, owner ${owner}, process 1 is ${first}`);
  });

  test('writes nothing that belongs to another user', async () => {
    await inImage(mount(owner), ['bash', '-c', 'mkdir -p new/folder && touch new/folder/file']);
    const found = await check(['find', checkoutOf(owner), '-printf', '%U:%G\\n'], { quiet: true });
    expect([...new Set(found.stdout.trim().split('\n'))]).toEqual([owner]);
    expect(readFileSync(join(checkoutOf(owner), 'output'), 'utf8')).toBe('a=b\n');
  });

  test('has a name for its user and its group', async () => {
    const { status, stdout } = await inImage(mount(owner), ['bash', '-c', 'id -un && id -gn && echo ~']);
    const names = owner === '0:0' ? ['root', 'root', '/root'] : ['builder', 'workspace', '/home/builder'];
    expect([status, ...stdout.trim().split('\n')]).toEqual([0, ...names]);
  });

  test('reads a checkout that is mounted read-only', async () => {
    const { stdout, stderr } = await inImage(mount(owner, 'ro'), ['bash', '-c', 'id -u; wc -l <probe.sh; touch new']);
    expect(stdout).toBe(`${owner.split(':')[0]}\n${PROBE.split('\n').length - 1}\n`);
    expect(stderr).toContain('Read-only file system');
  });
});

describe('a command in the image', () => {
  test.each([
    ['succeeds', 0, ['true']],
    ['fails', 42, ['bash', '-c', 'exit 42']],
    ['does not exist', 127, ['no-such-program']],
    ['cannot be executed', 126, ['/etc/passwd']],
    ['looks like an option', 127, ['-c', 'id']],
    // Process 1 ignores signals that it does not handle.
    ['is ended by a signal', 143, ['bash', '-c', '(kill -TERM $BASHPID)']],
  ])('that %s has exit status %i', async (_, status, argv) => {
    expect((await inCheckout(argv)).status).toBe(status);
  });

  test('receives the signals and the input of the container', async () => {
    const script = 'trap "echo ended; exit 5" TERM; echo ready; read -r line; echo "$line"; kill -TERM 1; sleep 9';
    const { status, stdout } = await inImage(
      ['--interactive', ...mount('1001:127')],
      ['bash', '-c', script],
      'typed\n',
    );
    expect([status, stdout]).toEqual([5, 'ready\ntyped\nended\n']);
  });

  test('opens the terminal by its name', async () => {
    const { status, stdout } = await inCheckout(['bash', '-c', 'echo one >"$(tty)"; echo two >/dev/stdout'], ['--tty']);
    expect([status, stdout.replace(/\r/g, '')]).toEqual([0, 'one\ntwo\n']);
  });

  test('is the first program that reads a file of the checkout', async () => {
    const path = checkoutOf('1001:127');
    mkdirSync(join(path, 'bin'));
    // Each records its user.
    writeFileSync(join(path, 'start-up.sh'), 'echo "start-up $EUID" >>/workspace/ran\n');
    for (const name of ['bash', 'chown', 'id', 'mktemp', 'sed', 'setpriv', 'stat', 'true']) {
      writeFileSync(join(path, 'bin', name), `#!/bin/sh\necho "${name} $(/usr/bin/id -u)" >>/workspace/ran\n`, {
        mode: 0o755,
      });
    }
    const settings = ['--env', 'PATH=/workspace/bin:/usr/bin:/bin', '--env', 'BASH_ENV=/workspace/start-up.sh'];
    await inCheckout(['id'], settings);
    await inCheckout(['/bin/bash', '-c', 'exit'], settings);
    expect(readFileSync(join(path, 'ran'), 'utf8')).toBe('id 1001\nstart-up 1001\n');
    for (const name of ['bin', 'start-up.sh', 'ran']) rmSync(join(path, name), { recursive: true });
  });

  test('keeps a home folder that the caller sets', async () => {
    const { stdout } = await inCheckout(['bash', '-c', 'echo "$HOME"'], ['--env', 'HOME=/workspace/.home']);
    expect(stdout).toBe('/workspace/.home\n');
  });

  test('does not change the owner of a mounted home folder', async () => {
    const home = join(folder, 'home');
    mkdirSync(home, { mode: 0o755 });
    const script = 'touch ~/file && echo "$HOME"';
    const { status, stdout } = await inCheckout(['bash', '-c', script], ['--volume', `${home}:/home/builder`]);
    expect([status, stdout]).toEqual([0, expect.stringMatching(/^\/tmp\/tmp\.\w+\n$/)]);
    expect(statSync(home).uid).toBe(process.getuid!());
  });

  test("keeps the groups of --group-add, and none of root's", async () => {
    const options = ['--group-add', '44', '--group-add', '4343'];
    expect((await inCheckout(['id', '-G'], options)).stdout).toBe('127 44 4343\n');
  });

  test.each(['4242:4242', '1000', 'builder'])('runs as the user of --user %s', async (user) => {
    const { status, stdout } = await inCheckout(['bash', '-c', 'id -u; touch ~/file && mkdir ~/x'], ['--user', user]);
    expect([status, stdout]).toEqual([0, `${user === '4242:4242' ? 4242 : 1000}\n`]);
  });
});

describe('a container with fewer capabilities', () => {
  const probe = ['bash', '-c', 'id -u; touch ~/file && echo "wrote to home"; echo noted >/dev/stderr'];

  test.each([[['--cap-drop', 'ALL']], [['--cap-drop', 'ALL', '--cap-add', 'SETUID']]])(
    'that may not change its user is refused, and the command does not run: %j',
    async (options) => {
      const { status, stdout, stderr } = await inCheckout(['bash', '-c', 'id; touch made-by-root'], options);
      expect([status, stdout]).toEqual([125, '']);
      expect(stderr).toContain(
        'toolchain-entrypoint: cannot become uid 1001, which owns /workspace: start the container with --user 1001:127\n',
      );
      expect(() => statSync(join(checkoutOf('1001:127'), 'made-by-root'))).toThrow('ENOENT');
    },
  );

  test.each([
    ['started as the message says', ['--cap-drop', 'ALL', '--user', '1001:127']],
    ['that may gain no privileges', ['--security-opt', 'no-new-privileges']],
    ['whose root file system is read-only', ['--read-only', '--tmpfs', '/tmp']],
    ['with an init process', ['--init']],
    ['with another working directory', ['--workdir', '/opt']],
  ])('%s runs as the owner of the checkout', async (_, options) => {
    const { status, stdout, stderr } = await inCheckout(probe, options);
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '1001\nwrote to home\n', stderr: 'noted\n' });
  });
});

describe('without a checkout at /workspace', () => {
  /** An image whose workspace has another owner. */
  const OWNED = 'mlc-llm-pipeline-e2e/entrypoint-owned';
  beforeAll(async () => {
    const build = ['buildx', 'build', '--builder', 'default', '--network', 'host', '--load', '--tag', OWNED, '-'];
    await engine.docker(build, { input: `FROM ${image.tag}\nRUN chown 1000:1000 /workspace\n`, quiet: true });
  });
  afterAll(() => engine.tryDocker(['image', 'rm', OWNED], { quiet: true }));

  test.each([
    ['nothing', () => []],
    ['a folder in it', () => ['--volume', `${checkoutOf('1001:127')}:/workspace/sub`]],
    ['a folder elsewhere', () => ['--volume', `${checkoutOf('1001:127')}:/checkout`]],
    ['a folder whose name starts with the same letters', () => ['--volume', `${checkoutOf('1001:127')}:/workspaces`]],
  ])('root runs in it, with %s mounted', async (_, options) => {
    const argv = ['bash', '-c', 'id -u; echo "$HOME"; touch new ~/new'];
    expect(await inImage(options(), argv, '', OWNED)).toEqual({ status: 0, stdout: '0\n/root\n', stderr: '' });
  });

  test('root runs in it with a new volume, which belongs to root', async () => {
    expect((await inImage(['--volume', '/workspace'], ['id', '-u'])).stdout).toBe('0\n');
  });

  test('the owner of a mounted file system is used as well', async () => {
    const { stdout } = await inImage(['--tmpfs', '/workspace:uid=4242,gid=4343'], ['bash', '-c', 'id -u; id -G']);
    expect(stdout).toBe('4242\n4343\n');
  });

  test('cibuildwheel can work through its shell as root', async () => {
    const create = ['create', '--interactive', '--network', 'none', image.tag, '/bin/bash'];
    const id = (await engine.docker(create, { quiet: true })).stdout.trim();
    try {
      const input = 'id -u; /opt/python/cp313-cp313/bin/python -c "import os; print(os.getuid())"; exit 3\n';
      const { status, stdout } = await engine.tryDocker(['start', '--attach', '--interactive', id], {
        quiet: true,
        input,
      });
      expect([status, stdout]).toEqual([3, '0\n0\n']);
    } finally {
      await engine.docker(['rm', '--force', id], { quiet: true });
    }
  });
});
