import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resolvePipeline } from '../../src/declaration/pipeline';
import { containerTasks } from '../../src/scripts/tasks';

const spec = resolvePipeline({
  repository: 'Owner/thing',
  source: { folder: 'thing' },
  wheels: [{ distribution: 'thing', checks: [{ name: 'import', imports: ['thing'] }] }],
});

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tasks-'));
  mkdirSync(join(folder, 'bin'));
  // A PATH with what the tasks call, and without Docker.
  for (const program of ['bash', 'id', 'realpath', 'node']) {
    symlinkSync(
      spawnSync('bash', ['-c', `command -v ${program}`], { encoding: 'utf8' }).stdout.trim(),
      join(folder, 'bin', program),
    );
  }
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Stands a program in for Docker: `info` ends with the given status, anything else writes its arguments down. */
function installDocker(infoStatus: number): void {
  const program = `#!/usr/bin/env node
const [, , ...argv] = process.argv;
if (argv[0] === 'info') process.exit(${infoStatus});
require('fs').writeFileSync(${JSON.stringify(join(folder, 'argv.json'))}, JSON.stringify(argv));
`;
  writeFileSync(join(folder, 'bin', 'docker'), program.replace('/usr/bin/env node', process.execPath));
  chmodSync(join(folder, 'bin', 'docker'), 0o755);
}

/** Runs a task as projen does: what the caller adds comes after the command. */
function runTask(name: string, args: string[] = [], env: Record<string, string> = {}) {
  const task = containerTasks(spec).find((each) => each.name === name)!;
  const command = [task.exec, ...args.map((arg) => `"${arg}"`)].join(' ');
  return spawnSync('bash', ['-c', command], {
    cwd: folder,
    encoding: 'utf8',
    env: { PATH: join(folder, 'bin'), ...env },
  });
}

const argv = (): string[] => JSON.parse(readFileSync(join(folder, 'argv.json'), 'utf8'));

describe.each(['image', 'image:shell', 'wheel', 'wheel:test', 'wheel:reproduce'])('npx projen %s', (name) => {
  test('says what to do where Docker is missing', () => {
    const { status, stderr } = runTask(name);
    expect([status, stderr]).toEqual([1, expect.stringContaining('Docker is not installed')]);
  });

  test('says what to do where its daemon is down', () => {
    installDocker(1);
    const { status, stderr } = runTask(name);
    expect([status, stderr]).toEqual([1, expect.stringContaining('start its daemon')]);
  });

  test('passes further arguments through', () => {
    installDocker(0);
    expect(runTask(name, ['--one', 'two words']).status).toBe(0);
    expect(argv().slice(-2)).toEqual(['--one', 'two words']);
  });
});

test('the image is built under the name that it is published under', () => {
  installDocker(0);
  runTask('image');
  expect(argv()).toEqual(['build', '--file', 'docker/Dockerfile', '--tag', 'ghcr.io/owner/thing:latest', '.']);
});

test('wheels are built in the image by the caller, with the checkout at /workspace and the inputs handed in', () => {
  installDocker(0);
  runTask('wheel', [], { WHEEL_VERSION: '1.0' });
  const uid = `${process.getuid!()}:${process.getgid!()}`;
  expect(argv().slice(0, 6)).toEqual(['run', '--rm', '--user', uid, '--volume', `${folder}:/workspace`]);
  expect(argv()).toEqual(expect.arrayContaining(['WHEEL_VERSION', 'JOBS', 'AUDITWHEEL_PLAT']));
  expect(argv().slice(-3)).toEqual(['ghcr.io/owner/thing:latest', 'bash', 'scripts/build.sh']);
});

test('a compiler cache that machines share reaches the container, its keys by name only', () => {
  installDocker(0);
  runTask('wheel', [], { SCCACHE_BUCKET: 'ours', AWS_SECRET_ACCESS_KEY: 'secret' });
  const given = argv().filter((_, index, all) => all[index - 1] === '--env');
  expect(given).toEqual(expect.arrayContaining(['SCCACHE_BUCKET', 'AWS_SECRET_ACCESS_KEY', 'SCCACHE_REDIS_ENDPOINT']));
  expect(argv().join(' ')).not.toContain('secret');
});

test("a caller's own tree is mounted read-only where the container finds it", () => {
  installDocker(0);
  mkdirSync(join(folder, 'my tree'));
  runTask('wheel', [], { SOURCE_DIR: 'my tree' });
  expect(argv().join('\n')).toContain(`--volume\n${join(folder, 'my tree')}:/source:ro\n--env\nSOURCE_DIR=/source\n`);
});
