import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WORKSPACE } from '../../../src/constructs/image/dockerfile';
import {
  containerTasks,
  dockerEnvironment,
  DOCKER_ENVIRONMENT,
  releaseTask,
} from '../../../src/constructs/scripts/tasks';
import { resolvePlan } from '../../../src/plan/resolve';

const plan = resolvePlan({
  repository: 'Owner/thing',
  source: { folder: 'thing' },
  wheels: [{ distribution: 'thing', checks: [{ name: 'import', imports: ['thing'] }] }],
  variants: [{ name: 'gpu-1.0', suffix: 'gpu10', wheels: [{ distribution: 'thing' }] }],
});
const tasks = [...plan.builds.flatMap((build) => containerTasks(plan, build)), releaseTask(plan)];
const commandOf = (name: string): string => tasks.find((task) => task.name === name)!.exec;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tasks-'));
  mkdirSync(join(folder, 'bin'));
  // A PATH with what the tasks call, and without Docker.
  for (const program of ['bash', 'realpath']) {
    symlinkSync(
      spawnSync('bash', ['-c', `command -v ${program}`], { encoding: 'utf8' }).stdout.trim(),
      join(folder, 'bin', program),
    );
  }
  cpSync(join(__dirname, '../../../src/constructs/scripts/docker.sh'), join(folder, 'scripts/docker.sh'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Stands in for Docker: `info` ends with the given status, anything else writes its arguments down. */
function installDocker(infoStatus: number): void {
  const program = `#!/bin/bash
if [[ $1 == info ]]; then exit ${infoStatus}; fi
printf '%s\\0' "$@" >${folder}/argv
`;
  writeFileSync(join(folder, 'bin', 'docker'), program);
  chmodSync(join(folder, 'bin', 'docker'), 0o755);
}

/** Runs a task as projen does: what the caller adds comes after the command. */
function runTask(name: string, args: string[] = [], env: Record<string, string> = {}) {
  const command = [commandOf(name), ...args.map((arg) => `"${arg}"`)].join(' ');
  return spawnSync('bash', ['-c', command], {
    cwd: folder,
    encoding: 'utf8',
    // To bash, Node's pipe on its input is a network's, for which it reads the start-up file of whoever runs the tests.
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: join(folder, 'bin'), ...env },
  });
}

const argv = (): string[] => readFileSync(join(folder, 'argv'), 'utf8').split('\0').slice(0, -1);

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

test('wheels are built in the image, with the checkout mounted at the workspace and the inputs passed', () => {
  installDocker(0);
  runTask('wheel');
  const environment = ['--env-file', DOCKER_ENVIRONMENT];
  expect(argv()).toEqual([
    ...['run', '--rm', '--volume', `${folder}:${WORKSPACE}`, ...environment],
    ...['ghcr.io/owner/thing:latest', 'bash', 'scripts/build.sh'],
  ]);
});

test("a caller's own tree is mounted read-only where the container finds it", () => {
  installDocker(0);
  mkdirSync(join(folder, 'my tree'));
  runTask('wheel', [], { SOURCE_DIR: 'my tree' });
  expect(argv().join('\n')).toContain(`--volume\n${join(folder, 'my tree')}:/source:ro\n--env\nSOURCE_DIR=/source\n`);
});

test("a caller's own tree that is not there is named, and made by nobody", () => {
  installDocker(0);
  const { status, stderr } = runTask('wheel', [], { SOURCE_DIR: 'no such tree' });
  expect([status, stderr]).toEqual([1, 'docker.sh: SOURCE_DIR: no such tree is not a folder\n']);
  expect(existsSync(join(folder, 'argv'))).toBe(false);
});

test("the caller's variables go in by name: inputs and shared caches, and no folder of the caller's", () => {
  const names = dockerEnvironment();
  expect(names).toEqual(expect.arrayContaining(['WHEEL_VERSION', 'JOBS', 'AUDITWHEEL_PLAT', 'AWS_SECRET_ACCESS_KEY']));
  names.forEach((name) => expect(name).toMatch(/^[A-Z0-9_]+$/));
  expect(names.filter((name) => name.endsWith('_DIR') || name === 'WHEEL_VARIANT')).toEqual([]);
});

test('a variant is chosen by its name, in its own image', () => {
  const image = 'ghcr.io/owner/thing:latest-gpu-1.0';
  expect(commandOf('wheel:gpu-1.0')).toBe(`bash scripts/docker.sh in ${image} bash scripts/build.sh --variant gpu-1.0`);
  expect(commandOf('image:gpu-1.0')).toContain('--file docker/gpu-1.0.Dockerfile');
  expect(commandOf('image:test:gpu-1.0')).toBe(
    `python3 scripts/wheel_pipeline.pyz test-image --image ${image} --variant gpu-1.0`,
  );
});

// projen shows the command of a task that fails: one that a person can read.
test('a release is tried for a tag by one command of the program', () => {
  writeFileSync(join(folder, 'bin/python3'), '#!/bin/bash\necho "$@"\n');
  chmodSync(join(folder, 'bin/python3'), 0o755);
  expect(runTask('release:dry-run', ['v1 0']).stdout).toBe('scripts/wheel_pipeline.pyz release dry-run dist v1 0\n');
});
