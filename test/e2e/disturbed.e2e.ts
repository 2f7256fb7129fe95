/** Builds that meet each other, or a signal: one owner for a folder, no child left, nothing half delivered. */
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './support/process';
import { SmallPackage, smallPackage } from './support/small-package';

let small: SmallPackage;
beforeEach(async () => {
  small = await smallPackage();
});
afterEach(() => small.remove());

const SLOW = 'execute_process(COMMAND ${CMAKE_COMMAND} -E sleep 60)\n';

/** Waits until something holds. */
async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; !(await holds()); tries++) {
    if (tries > 300) throw new Error('it did not come about in 30 s');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** The processes that have the package's folder in their command line. */
async function processes(): Promise<string[]> {
  const { stdout } = await run(['ps', '-eo', 'pid=,stat=,args=']);
  return stdout.split('\n').filter((line) => line.includes(small.folder) && !/^\s*\d+ Z/.test(line));
}

test('of two builds on one folder, one says who has it; the wheel is the one of the other', async () => {
  for (let start = 0; start < 8; start++) {
    const both = await Promise.all([small.script('build --version=1.0'), small.script('build --version=2.0')]);
    const failed = both.filter(({ status }) => status !== 0);
    expect(failed.map(({ stderr }) => stderr)).toEqual([expect.stringMatching(/is in use by `build`, process \d+ on/)]);
    const version = both[0].status === 0 ? '1.0' : '2.0';
    const wheels = readdirSync(join(small.folder, 'dist/linux-x86_64')).filter((file) => file.endsWith('.whl'));
    expect(wheels).toEqual([expect.stringContaining(`-${version}-`)]);
  }
});

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
  '%s ends a compile and all that it started within two seconds; the next build succeeds',
  async (signal) => {
    expect((await small.script('build')).status).toBe(0);
    const sums = join(small.folder, 'dist/linux-x86_64/SHA256SUMS');
    const before = readFileSync(sums, 'utf8');
    small.append('CMakeLists.txt', SLOW);
    const build = spawn('bash', ['scripts/build.sh'], { cwd: small.folder, env: { ...process.env, ...small.env } });
    let stderr = '';
    build.stderr.on('data', (data: Buffer) => (stderr += data.toString()));
    const ended = new Promise<number | null>((resolve) => build.on('exit', (code) => resolve(code)));
    await until(async () => (await processes()).some((line) => line.includes('cmake')));
    const sent = Date.now();
    build.kill(signal);
    expect(await ended).toBe(128 + { SIGINT: 2, SIGTERM: 15, SIGHUP: 1 }[signal]);
    expect(Date.now() - sent).toBeLessThan(2000);
    expect(stderr).toContain(`stopped by ${signal}`);
    expect(await processes()).toEqual([]);
    expect(readFileSync(sums, 'utf8')).toBe(before);
    small.replace('CMakeLists.txt', SLOW, '');
    expect((await small.script('build')).status).toBe(0);
    expect(readFileSync(sums, 'utf8')).toBe(before);
  },
);

test('the compiler cache ends with a build that fails', async () => {
  small.append('demo.c', '#error broken\n');
  expect((await small.script('build')).status).toBe(1);
  // Other suites have servers of their own: this one's has the package's folder in its environment.
  const ours = `grep --text --files-with-matches -- '${small.folder}' /proc/[0-9]*/environ | xargs -r dirname`;
  const { stdout } = await run(['bash', '-c', `${ours} | while read -r p; do tr '\\0' ' ' <"$p/cmdline"; echo; done`]);
  expect(stdout.split('\n').filter((line) => line.includes('sccache'))).toEqual([]);
});

test('the program costs little beside its tools', async () => {
  const started = Date.now();
  const { status } = await small.script('build');
  const wall = (Date.now() - started) / 1000;
  expect(status).toBe(0);
  const record = JSON.parse(readFileSync(join(small.folder, 'dist/linux-x86_64/build-record.json'), 'utf8'));
  const tools = record.measured.durations
    .filter(({ title }: { title: string }) => /^(Build|Repair|Ship|Check)/.test(title))
    .reduce((sum: number, { seconds }: { seconds: number }) => sum + seconds, 0);
  expect(wall - tools).toBeLessThan(3);
  expect(existsSync(join(small.folder, 'build/logs/build'))).toBe(true);
});
