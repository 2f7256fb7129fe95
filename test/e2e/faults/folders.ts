/** Classes 1, 2, 3 and 7: never somebody else's files, never two at once, signals, and damage that is repaired. */
import { lstatSync, mkdirSync, readdirSync, readFileSync, renameSync, symlinkSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { at, Env, FaultCase, INSTALLS_TOKEN, TOKEN } from './case';
import { commit, OUTPUT, Site } from './site';
import type { Wheel } from '../../../src';
import { Launched } from '../support/launch';
import { check, RunResult } from '../support/process';
import { DECLARATION } from '../support/small-package';

type Case = FaultCase<Site>;

/** A program that goes on for as long as a case may take, once it is asked for more than its version. */
const ENDLESS = 'exec sleep 297';
const WAITING = /^sleep 297$/;

/** Runs a command while another one, which waits in its first step, has what both want; and ends that one. */
async function beside(site: Site, first: readonly string[], second: readonly string[], env: Env) {
  const slow = site.tool('auditwheel', ENDLESS);
  const argv = (words: readonly string[]): string[] => ['bash', `scripts/${words[0]}.sh`, ...words.slice(1)];
  const owner = new Launched(argv(first), { cwd: site.folder, env: { ...site.small.env, ...slow } });
  try {
    await owner.reaches(WAITING);
    const result = await site.run(second, env);
    expect(result.stderr).toContain(`process ${owner.pid} `);
    // The one that was there first goes on.
    expect([...owner.processes().values()]).toContainEqual(expect.stringMatching(WAITING));
    return result;
  } finally {
    await owner.end('SIGTERM');
  }
}

/** Signals a run that waits in its first step. */
async function signalled(site: Site, words: readonly string[], ...signals: NodeJS.Signals[]): Promise<RunResult> {
  const slow = site.tool('auditwheel', 'trap "" TERM HUP INT; sleep 297; sleep 298');
  const argv = ['bash', `scripts/${words[0]}.sh`, ...words.slice(1)];
  const started = new Launched(argv, { cwd: site.folder, env: { ...site.small.env, ...slow } });
  try {
    await started.reaches(WAITING);
    for (const signal of signals.slice(1)) process.kill(started.pid, signal);
    const { seconds, ...result } = await started.end(signals[0]!);
    expect(seconds).toBeLessThan(4);
    return result;
  } finally {
    started.kill();
  }
}

const foreign = (path: string, broken: string): Case => ({
  fault: 'build-dir-foreign',
  broken: `BUILD_DIR is a project's folder that has ${broken}`,
  breaks: (site) => site.write(`mine/${path}`, 'mine\n'),
  env: (site) => ({ BUILD_DIR: at(site, 'mine') }),
  exit: 2,
  told: `/mine/${path.split('/')[0]}`,
  after: "the project's files are as they were",
  again: ['build', '--from-step=deliver'],
});

const inBuild = (tree: string, build: string, broken: string, link = ''): Case => ({
  fault: 'source-in-build',
  broken,
  breaks: (site) => {
    site.copy(tree);
    if (link) symlinkSync(at(site, tree), at(site, link));
  },
  env: (site) => ({ SOURCE_DIR: at(site, link || tree), BUILD_DIR: at(site, build) }),
  exit: 2,
  after: 'the tree is as it was',
  again: ['build', '--from-step=deliver'],
});

const output = (fault: string, folder: string, broken: string, breaks?: Case['breaks']): Case => ({
  fault,
  broken,
  breaks,
  env: (site) => ({ OUTPUT_DIR: at(site, folder) }),
  exit: 2,
  after: 'what is there is as it was',
  again: ['build', '--from-step=deliver'],
});

const TWO: Case[] = [
  [['build'], ['build'], 'a second build'],
  [['build'], ['test', '--only=release-demo'], 'a test while a build is at work'],
  [['test'], ['build'], 'a build while a test is at work'],
  [['test'], ['test'], 'a second test'],
  [['build'], ['reproduce'], 'a reproduction while a build is at work'],
].map(([first, second, broken]) => ({
  fault: 'in-use',
  broken: `${broken} is started on one BUILD_DIR`,
  run: second as string[],
  act: (site: Site) => {
    // A test refuses what the build at work has not delivered yet; this is about its folder.
    const apart = second![0] === 'test' && first![0] === 'build' ? { OUTPUT_DIR: at(site, 'other') } : {};
    if (second![0] === 'test' && first![0] === 'build') mkdirSync(at(site, 'other'));
    return beside(site, first as string[], second as string[], apart);
  },
  exit: 1,
  after: 'the one that was there first goes on; nothing is delivered by the other',
  again: ['build'],
}));

const SIGNALS: Case[] = (['SIGINT', 'SIGTERM', 'SIGHUP'] as const).flatMap((signal) =>
  (['build', 'test'] as const).map((command) => ({
    fault: 'stopped',
    broken: `${signal} to ${command}.sh, while a tool that ignores it is at work`,
    run: [command],
    act: (site: Site) => signalled(site, [command], signal),
    exit: { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 }[signal],
    told: `stopped by ${signal}`,
    after: 'no process of it is left, and the delivered wheels are as they were',
    again: command === 'build' ? ['build'] : ['build', '--from-step=deliver'],
  })),
);

export const FOLDERS: Case[] = [
  inBuild('mine/tree', 'mine', 'SOURCE_DIR lies in BUILD_DIR'),
  inBuild('mine/cmake/x', 'mine', 'SOURCE_DIR lies in a folder of BUILD_DIR that the build has, too'),
  inBuild('mine', 'mine', 'SOURCE_DIR is BUILD_DIR'),
  inBuild('mine/tree', 'mine', 'SOURCE_DIR is a link into BUILD_DIR', 'link'),
  {
    ...inBuild('mine', 'package', 'the declared source folder is BUILD_DIR'),
    env: (site) => ({ BUILD_DIR: at(site, 'package') }),
  },
  {
    ...inBuild('mine', 'package/build', 'BUILD_DIR is a link to a folder around SOURCE_DIR', 'link'),
    env: (site) => ({ SOURCE_DIR: at(site, 'mine'), BUILD_DIR: at(site, 'link') }),
  },
  foreign('source/main.c', 'a folder source'),
  foreign('cmake/Find.cmake', 'a folder cmake'),
  foreign('raw/picture', 'a folder raw'),
  foreign('finished/letter', 'a folder finished'),
  foreign('source', 'a file source'),
  foreign('logs/build/01-minutes.log', 'a folder of logs'),
  {
    ...foreign('test-environment/notes', 'a folder test-environment'),
    run: ['test'],
    again: ['build', '--from-step=deliver'],
  },
  { ...foreign('reproduce/notes', 'a folder reproduce'), run: ['reproduce'] },
  output('output-in-emptied', 'build/finished', 'OUTPUT_DIR is the folder that the finished wheels come from'),
  output('output-in-emptied', 'build/raw/release-demo', "OUTPUT_DIR lies in one of the build's own folders"),
  output('build-in-output', 'build', 'OUTPUT_DIR is BUILD_DIR'),
  output('build-in-output', '.', 'OUTPUT_DIR is the checkout, which holds BUILD_DIR'),
  output('source-in-output', 'package', 'OUTPUT_DIR is the declared source folder'),
  {
    ...output('source-in-output', 'mine', 'SOURCE_DIR lies in OUTPUT_DIR', (site) => site.copy('mine/tree')),
    env: (site) => ({ OUTPUT_DIR: at(site, 'mine'), SOURCE_DIR: at(site, 'mine/tree') }),
  },
  output('output-foreign', 'mine', "OUTPUT_DIR is a project's folder", (site) => site.write('mine/thesis.txt', 'x')),
  output('output-foreign', 'mine', 'OUTPUT_DIR has a SHA256SUMS that lists a file of somebody', (site) => {
    site.write('mine/thesis.txt', 'x');
    site.write('mine/SHA256SUMS', `${'0'.repeat(64)}  thesis.txt\n`);
  }),
  output('output-foreign', 'mine', 'OUTPUT_DIR has wheels of another origin, listed by a SHA256SUMS', (site) => {
    site.write('mine/other-1.0-py3-none-any.whl', 'x');
    site.write('mine/SHA256SUMS', `${'0'.repeat(64)}  other-1.0-py3-none-any.whl\n`);
  }),
  output('output-foreign', OUTPUT, 'a file of somebody lies beside the delivered wheels, and is listed', (site) => {
    site.write(`${OUTPUT}/thesis.txt`, 'x');
    site.write(`${OUTPUT}/SHA256SUMS`, `${site.read(`${OUTPUT}/SHA256SUMS`)}${'0'.repeat(64)}  thesis.txt\n`);
  }),
  output('output-no-folder', 'mine', 'OUTPUT_DIR is a file', (site) => site.write('mine', 'x')),
  output('output-no-folder', 'mine/wheels', 'OUTPUT_DIR lies below a file', (site) => site.write('mine', 'x')),
  {
    area: 1,
    broken: 'OUTPUT_DIR is a link to a folder elsewhere',
    breaks: (site) => {
      mkdirSync(at(site, 'disk'));
      renameSync(at(site, OUTPUT), at(site, 'disk/wheels'));
      symlinkSync(at(site, 'disk/wheels'), at(site, OUTPUT));
    },
    exit: 0,
    after: 'the link is still there, and the wheels lie where it leads',
    check: (site) => expect(lstatSync(at(site, OUTPUT)).isSymbolicLink()).toBe(true),
    again: ['build', '--from-step=deliver'],
  },
  {
    area: 1,
    broken: "git's variables lead to a repository of the caller's, as within a hook",
    breaks: async (site) => {
      site.write('mine/file', 'x');
      await commit(at(site, 'mine'));
      await check(['git', '-C', at(site, 'mine'), 'update-index', '--refresh'], { quiet: true });
    },
    env: (site) => ({ GIT_DIR: at(site, 'mine/.git'), GIT_WORK_TREE: at(site, 'mine'), GIT_INDEX_FILE: 'none' }),
    exit: 0,
    after: 'that repository is as it was, and so are the wheels',
  },
  {
    fault: 'compiler-cache-foreign',
    broken: "SCCACHE_DIR is a project's folder, whose files the cache would take for its own",
    breaks: (site) => site.write('mine/thesis.txt', 'x'),
    env: (site) => ({ SCCACHE_DIR: at(site, 'mine') }),
    exit: 2,
    after: "the project's files are as they were",
    again: ['build', '--from-step=deliver'],
  },
  ...TWO,
  {
    fault: 'output-in-use',
    broken: 'two builds, each with a BUILD_DIR of its own, deliver to one OUTPUT_DIR',
    act: (site) => beside(site, ['build'], ['build'], { BUILD_DIR: at(site, 'build/other') }),
    exit: 1,
    after: 'the one that was there first goes on; nothing is delivered by the other',
    again: ['build'],
  },
  {
    fault: 'output-in-use',
    broken: 'wheels are tested while a build is about to replace them',
    act: (site) => beside(site, ['test'], ['build'], { BUILD_DIR: at(site, 'build/other') }),
    exit: 1,
    after: 'the test goes on with its wheels',
    again: ['build', '--from-step=deliver'],
  },
  {
    area: 2,
    broken: 'two builds use one compiler cache at once',
    act: async (site) => {
      const runs = ['one', 'two'].map((name) =>
        site.run(['build'], {
          BUILD_DIR: at(site, `build/${name}`),
          OUTPUT_DIR: at(site, `temporary/${name}`),
          SCCACHE_DIR: at(site, 'build/shared-cache'),
        }),
      );
      const results = await Promise.all(runs);
      return results.find(({ status }) => status !== 0) ?? results[0]!;
    },
    exit: 0,
    after: 'both have delivered the same wheel',
    check: (site) => {
      const [one, two] = ['one', 'two'].map((name) => site.read(`temporary/${name}/SHA256SUMS`));
      expect([one, two]).toEqual([site.read(`${OUTPUT}/SHA256SUMS`), site.read(`${OUTPUT}/SHA256SUMS`)]);
    },
    again: ['build', '--from-step=deliver'],
  },
  ...SIGNALS,
  {
    fault: 'stopped',
    broken: 'a second signal comes while the run ends',
    act: (site) => signalled(site, ['build'], 'SIGTERM', 'SIGTERM'),
    exit: 143,
    after: 'no process of it is left, and the delivered wheels are as they were',
  },
  {
    fault: 'step-failed',
    broken: 'a build fails while its compiler cache has a server',
    breaks: (site) => site.small.append('demo.c', '#error broken-on-purpose\n'),
    act: async (site) => {
      const build = new Launched(['bash', 'scripts/build.sh'], { cwd: site.folder, env: site.small.env });
      const result = await build.done;
      expect([...build.processes().values()]).toEqual([]);
      return result;
    },
    exit: 1,
    told: 'broken-on-purpose',
    after: 'no server is left, and the delivered wheels are as they were',
  },
  {
    fault: 'stopped',
    broken: 'who reads the output goes away, as in `build.sh | head -1`',
    act: (site) => site.small.run(['bash', '-c', 'set -o pipefail; bash scripts/build.sh | head -1']),
    exit: 141,
    told: 'stopped by SIGPIPE',
    after: 'the delivered wheels are as they were',
  },
  {
    fault: 'output-unwritable',
    broken: 'standard output is a full disk',
    act: (site) => site.small.run(['bash', '-c', 'bash scripts/build.sh >/dev/full']),
    exit: 1,
    after: 'the delivered wheels are as they were',
  },
  {
    area: 3,
    broken: 'standard output and error are closed',
    act: (site) => site.small.run(['bash', '-c', 'bash scripts/build.sh <&- >&- 2>&-']),
    exit: 0,
    after: 'the wheels are delivered',
    again: ['build', '--from-step=deliver'],
  },
  {
    area: 7,
    broken: 'a delivery was interrupted, and half of it lies beside OUTPUT_DIR',
    breaks: (site) => {
      site.write('dist/.linux-x86_64.new/half.whl', 'half');
      site.write('dist/.linux-x86_64.old/old.whl', 'old');
    },
    exit: 0,
    changes: true,
    after: 'the halves are gone, the wheels delivered',
    check: (site) => expect(readdirSync(at(site, 'dist')).filter((name) => /\.(new|old)$/.test(name))).toEqual([]),
  },
  {
    area: 7,
    broken: 'what a run has noted of its steps is damaged',
    breaks: (site) => site.write('build/build.state.json', '{"facts'),
    exit: 0,
    after: 'the wheels are delivered',
  },
  {
    fault: 'from-step-other',
    broken: 'what a run has noted of its steps is damaged, and the next goes on from a step',
    breaks: (site) => site.write('build/build.state.json', '{"facts'),
    run: ['build', '--from-step=deliver'],
    exit: 2,
    after: 'the delivered wheels are as they were',
    again: ['build'],
  },
  {
    area: 7,
    broken: 'the note of what the program has made in BUILD_DIR is damaged',
    breaks: (site) => site.write('build/.wheel-pipeline.json', '{"made'),
    exit: 0,
    after: 'the wheels are delivered',
  },
  {
    area: 7,
    broken: 'every file of the compiler cache is cut off',
    told: 'the compiler cache is damaged: all is compiled anew',
    breaks: (site) => {
      const entries = readdirSync(at(site, 'build/sccache'), { recursive: true, withFileTypes: true });
      for (const entry of entries) if (entry.isFile()) truncateSync(join(entry.parentPath, entry.name), 20);
    },
    exit: 0,
    after: 'the same wheels are delivered',
  },
  {
    fault: 'build-dir-foreign',
    broken: 'the folder of the logs is a file',
    breaks: (site) => site.write('mine/logs', 'x'),
    env: (site) => ({ BUILD_DIR: at(site, 'mine') }),
    exit: 2,
    told: '/mine/logs',
    after: 'the file is as it was',
    again: ['build', '--from-step=deliver'],
  },
  {
    fault: 'build-dir-foreign',
    broken: 'the home folder of what is built is a file',
    breaks: (site) => site.write('mine/home', 'x'),
    env: (site) => ({ BUILD_DIR: at(site, 'mine') }),
    exit: 2,
    told: '/mine/home',
    after: 'the file is as it was',
    again: ['build', '--from-step=deliver'],
  },
  {
    fault: 'finished-gone',
    broken: 'the finished wheels are deleted, and a run goes on from their inspection',
    breaks: (site) => site.delete('build/finished'),
    run: ['build', '--from-step=inspect'],
    exit: 2,
    after: 'the delivered wheels are as they were',
    again: ['build'],
  },
  {
    area: 7,
    broken: 'the source tree is read-only, and who builds is not root',
    breaks: async (site) => {
      site.copy('mine/tree');
      await check(['chmod', '--recursive', 'a-w', at(site, 'mine/tree')], { quiet: true });
    },
    env: (site) => ({ SOURCE_DIR: at(site, 'mine/tree') }),
    act: (site, env) => site.small.run([...WITHOUT_ROOT, 'bash', 'scripts/build.sh'], env),
    exit: 0,
    after: 'the same wheels are delivered',
  },
];

/** Root, but without what makes it more than another user. */
export const WITHOUT_ROOT = ['setpriv', '--bounding-set=-all', '--inh-caps=-all', '--no-new-privs'];

/** The small package, whose wheel is kept between builds. */
export const KEEPING = {
  ...DECLARATION,
  wheels: [{ ...(DECLARATION.wheels as Wheel[])[0]!, reuse: true }],
};

const CACHE = 'build/wheel-cache/release-demo';
/** The one kept wheel's folder. */
const entry = (site: Site): string =>
  join(
    CACHE,
    readdirSync(at(site, CACHE)).find((name) => /^[0-9a-f]{20}$/.test(name))!,
  );

const damaged = (broken: string, breaks: (site: Site, entry: string) => unknown): Case => ({
  area: 7,
  broken,
  breaks: (site) => breaks(site, entry(site)),
  exit: 0,
  told: 'is damaged (',
  after: 'it is kept anew, and the same wheel is delivered',
  check: async (site) => {
    expect((await site.run(['build'])).stdout).toContain('it is taken, not built');
  },
});

const notTaken = (broken: string, env: Record<string, string>, told: string): Case => ({
  area: 4,
  broken,
  env,
  exit: 0,
  changes: true,
  told: 'Building wheel',
  run: ['build', '--verbose'],
  after: 'the wheel is built anew',
  check: (_, { stdout }) => {
    expect(stdout).toContain(told);
    expect(stdout).not.toContain('it is taken, not built');
  },
  again: ['build'],
});

export const CACHES: Case[] = [
  damaged('a kept wheel is cut off', (site, folder) => {
    const name = readdirSync(at(site, folder)).find((each) => each.endsWith('.whl'))!;
    truncateSync(at(site, folder, name), 100);
  }),
  damaged('what is noted of a kept wheel is no JSON', (site, folder) => site.write(`${folder}/identity.json`, '{')),
  damaged('what is noted of a kept wheel names a file elsewhere', (site, folder) => {
    const kept = JSON.parse(site.read(`${folder}/identity.json`));
    site.write(`${folder}/identity.json`, JSON.stringify({ ...kept, file: '../../../etc/passwd.whl' }));
  }),
  {
    area: 7,
    broken: 'a build was killed while it kept its wheel',
    breaks: (site) => site.write(`${CACHE}/.0123456789abcdef/half.whl`, 'half'),
    exit: 0,
    after: 'the half is gone',
    check: (site) => expect(site.has(`${CACHE}/.0123456789abcdef`)).toBe(false),
  },
  {
    area: 1,
    broken: "WHEEL_CACHE_DIR is a folder of projects, one of which has the wheel's name",
    breaks: async (site) => {
      site.write('mine/release-demo/src/main.c', 'x');
      site.write('mine/release-demo/.hidden/notes', 'x');
      await commit(at(site, 'mine/release-demo'));
    },
    env: (site) => ({ WHEEL_CACHE_DIR: at(site, 'mine') }),
    exit: 0,
    changes: true,
    after: "the project's files are as they were",
    check: (site) => {
      for (const path of ['src/main.c', '.hidden/notes', '.git/HEAD']) {
        expect([path, site.has(`mine/release-demo/${path}`)]).toEqual([path, true]);
      }
    },
  },
  {
    area: 2,
    broken: 'three builds keep their wheel in one cache at once',
    act: async (site) => {
      const runs = ['one', 'two', 'three'].map((name) =>
        site.run(['build'], {
          BUILD_DIR: at(site, `build/${name}`),
          OUTPUT_DIR: at(site, `temporary/${name}`),
          WHEEL_CACHE_DIR: at(site, 'build/shared-cache'),
        }),
      );
      const results = await Promise.all(runs);
      return results.find(({ status }) => status !== 0) ?? results[0]!;
    },
    exit: 0,
    after: 'all have delivered the same wheel, one is kept',
    check: (site) => {
      for (const name of ['one', 'two', 'three']) {
        expect(site.read(`temporary/${name}/SHA256SUMS`)).toBe(site.read(`${OUTPUT}/SHA256SUMS`));
      }
      const kept = readdirSync(at(site, 'build/shared-cache/release-demo')).filter((name) => !name.startsWith('.'));
      expect(kept.length).toBe(1);
    },
  },
  notTaken('LDFLAGS are others than those of the kept wheel', { LDFLAGS: '-Wl,-O1' }, 'environment.LDFLAGS'),
  notTaken('CFLAGS are others than those of the kept wheel', { CFLAGS: '-O0' }, 'environment.CFLAGS'),
  {
    ...notTaken('a file of the source is another than that of the kept wheel', {}, 'project.files'),
    breaks: (site) => site.small.append('demo.c', 'int other(void) { return 3; }\n'),
  },
  {
    area: 10,
    broken: "a wheel that would be kept holds the caller's token",
    breaks: (site) => site.small.append('CMakeLists.txt', INSTALLS_TOKEN),
    env: { GH_TOKEN: TOKEN },
    exit: 1,
    told: 'the wheel of release-demo is not kept: release_demo/config holds the value of GH_TOKEN',
    after: 'a build without the token builds the wheel anew',
    check: async (site) => {
      const { status, stdout } = await site.run(['build']);
      expect([status, stdout]).toEqual([0, expect.not.stringContaining('it is taken, not built')]);
    },
  },
  {
    fault: 'wheel-cache-unusable',
    broken: 'WHEEL_CACHE_DIR is a file',
    breaks: (site) => site.write('mine', 'x'),
    env: (site) => ({ WHEEL_CACHE_DIR: at(site, 'mine') }),
    exit: 2,
    after: 'the file is as it was',
  },
  {
    area: 10,
    broken: 'everybody can write to the wheel cache',
    breaks: (site) => check(['chmod', '--recursive', 'a+rwX', at(site, 'build/wheel-cache')], { quiet: true }),
    exit: 0,
    told: 'which everybody can write to',
    after: 'no wheel is taken from it',
    check: async (site, { stdout }) => {
      expect(stdout).not.toContain('it is taken, not built');
      await check(['chmod', '--recursive', 'go-w', at(site, 'build/wheel-cache')], { quiet: true });
    },
  },
  {
    area: 10,
    broken: 'everybody can write to the compiler cache',
    breaks: (site) => check(['chmod', 'a+rwX', at(site, 'build/sccache')], { quiet: true }),
    env: { CFLAGS: '-O0' },
    exit: 0,
    changes: true,
    told: 'which everybody can write to',
    after: 'everything is compiled anew',
    check: async (site, { stdout }) => {
      expect(stdout).toMatch(/compiler cache +hits +misses\n\S+ +0 /);
      await check(['chmod', 'go-w', at(site, 'build/sccache')], { quiet: true });
    },
  },
];

/** What a log has kept of a run. */
export function logs(site: Site, command = 'build'): string {
  const folder = at(site, 'build/logs', command);
  return readdirSync(folder)
    .sort()
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('');
}
