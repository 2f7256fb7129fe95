/** Classes 5, 6 and 10: early and in words; the caller's settings; where things come from. */
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { at, Env, FaultCase, INSTALLS_TOKEN, TOKEN } from './case';
import { logs, WITHOUT_ROOT } from './folders';
import { commit, OUTPUT, Site } from './site';
import type { Wheel } from '../../../src';
import { check } from '../support/process';
import { DECLARATION } from '../support/small-package';

type Case = FaultCase<Site>;

/** Nobody listens there. */
const NOWHERE = '127.0.0.1:9';

/** A fault that ends a build in its first step; nothing was fetched. */
const early = (fault: string, broken: string, env: Case['env'], more: Partial<Case> = {}): Case => ({
  fault,
  broken,
  env,
  exit: 1,
  after: 'nothing was fetched, and the delivered wheels are as they were',
  check: (site) => expect(site.has('build/logs/build/02-source.log')).toBe(false),
  ...more,
});

/** A wrong input, which ends it before anything is touched. */
const input = (fault: string, broken: string, env: Case['env'], more: Partial<Case> = {}): Case => ({
  fault,
  broken,
  env,
  exit: 2,
  after: 'nothing was touched',
  again: ['build', '--from-step=deliver'],
  ...more,
});

/** A setting of the caller's that changes nothing. */
const harmless = (broken: string, env: Case['env'], more: Partial<Case> = {}): Case => ({
  area: 6,
  broken,
  env,
  exit: 0,
  after: 'the very same wheels are delivered',
  again: ['build', '--from-step=deliver'],
  ...more,
});

const tool =
  (name: string, script: string) =>
  (site: Site): Env =>
    site.tool(name, script);
/** Answers what its version is, and does something else with all other questions. */
const versioned = (version: string, otherwise: string): string =>
  `if [ "$1" = --version ]; then echo "${version}"; exit 0; fi\n${otherwise}`;

export const TOOLS: Case[] = [
  early('tool-missing', 'cmake is missing', (site) => site.without('cmake'), { told: 'cmake is missing' }),
  early('tool-missing', 'git is missing', (site) => site.without('git'), { told: 'git is missing' }),
  early('tool-broken', 'cmake says nonsense of its version', tool('cmake', 'echo rubbish'), { told: '(rubbish)' }),
  early('tool-broken', 'auditwheel ends with an error', tool('auditwheel', 'echo "no module" >&2; exit 1'), {
    told: '(no module)',
  }),
  early('tool-old', 'cmake is too old', tool('cmake', 'echo cmake version 3.1.0'), { told: 'cmake is 3.1.0' }),
  early('tool-silent', 'cmake never answers', tool('cmake', 'exec sleep 297'), {
    breaks: (site) => site.limits({ command: 2 }),
  }),
  early('tool-unstartable', 'ninja is a file that the system cannot start', (site) => {
    site.write('bin/ninja', '\0not a program', 0o755);
    return { PATH: `${at(site, 'bin')}:${site.path}` };
  }),
  early('compiler-missing', 'there is no C compiler', (site) => site.without('cc', 'gcc', 'clang', 'c99', 'c89')),
  early('compiler-missing', 'CC names a compiler that is not there', { CC: '/nowhere/cc' }),
  early('compiler-broken', 'the C compiler cannot build a program', (site) => ({
    ...site.tool('broken-cc', 'echo "cannot find crt1.o" >&2; exit 1'),
    CC: 'broken-cc',
  })),
  early(
    'python-old',
    'the only Python is too old',
    (site) => {
      site.write('bin/old', '#!/bin/sh\necho 3.8.1\nexit 1\n', 0o755);
      return { PYTHON: at(site, 'bin/old') };
    },
    { check: undefined },
  ),
  early(
    'python-missing',
    'PYTHON names a program that is not there',
    { PYTHON: '/nowhere/python' },
    { check: undefined },
  ),
  input('build-dir-name', 'BUILD_DIR has a blank', (site) => ({ BUILD_DIR: at(site, 'build/a b') })),
  input('build-dir-name', 'BUILD_DIR has a semicolon, where CMake ends a word', (site) => ({
    BUILD_DIR: at(site, 'build/a;b'),
  })),
  input('build-dir-name', 'BUILD_DIR has a quote', (site) => ({ BUILD_DIR: at(site, 'build/a"b') })),
  input('build-dir-name', 'BUILD_DIR has an apostrophe', (site) => ({ BUILD_DIR: at(site, "build/a'b") })),
  input(
    'folder-unwritable',
    'OUTPUT_DIR lies where the caller cannot write',
    {},
    {
      breaks: (site) => check(['chmod', '555', at(site, 'dist')], { quiet: true }),
      act: (site) => site.small.run([...WITHOUT_ROOT, 'bash', 'scripts/build.sh']),
      told: 'set OUTPUT_DIR',
    },
  ),
  input(
    'folder-unwritable',
    'BUILD_DIR is one where the caller cannot write',
    {},
    {
      breaks: async (site) => {
        mkdirSync(at(site, 'mine'));
        await check(['chmod', '555', at(site, 'mine')], { quiet: true });
      },
      act: (site) => site.small.run([...WITHOUT_ROOT, 'bash', 'scripts/build.sh'], { BUILD_DIR: at(site, 'mine') }),
      told: 'set BUILD_DIR',
    },
  ),
  input(
    'disk-full',
    "BUILD_DIR's disk is full",
    {},
    {
      act: (site) => onSmallDisk(site, 'build/disk', { BUILD_DIR: at(site, 'build/disk/x') }),
      told: 'BUILD_DIR',
    },
  ),
  input(
    'disk-full',
    "BUILD_DIR's disk has less free space than a build was measured to need",
    {},
    {
      breaks: (site) => site.declare({ ...DECLARATION, diskGigabytes: { linux: 0.1 } }),
      act: (site) => onSmallDisk(site, 'build/disk', { BUILD_DIR: at(site, 'build/disk/x') }, '32m'),
      told: 'but 100.00 MB is required',
    },
  ),
  input(
    'disk-full',
    "OUTPUT_DIR's disk is full",
    {},
    {
      act: (site) => onSmallDisk(site, 'build/disk', { OUTPUT_DIR: at(site, 'build/disk/x') }),
      told: 'OUTPUT_DIR',
    },
  ),
  input(
    'output-mount',
    'OUTPUT_DIR is where a disk is mounted',
    {},
    {
      act: (site) => onSmallDisk(site, 'build/disk', { OUTPUT_DIR: at(site, 'build/disk') }),
      told: 'build/disk/wheels',
    },
  ),
  {
    fault: 'log-unwritable',
    broken: 'a tool says more than the disk of its log takes',
    breaks: (site) =>
      site.small.append('CMakeLists.txt', 'string(REPEAT "all is well\\n" 50000 LONG)\nmessage(STATUS "${LONG}")\n'),
    act: (site) => onSmallDisk(site, 'build/logs'),
    exit: 1,
    told: '--from-step=build:release-demo',
    after: 'the build has ended at once, and the delivered wheels are as they were',
  },
  input('temporary', 'TMPDIR is not there', { TMPDIR: '/nowhere' }),
  input('temporary', 'TMPDIR is not there, for a test', { TMPDIR: '/nowhere' }, { run: ['test'] }),
  input('compiler-cache-no-folder', 'SCCACHE_DIR is a file', (site) => ({ SCCACHE_DIR: at(site, 'mine') }), {
    breaks: (site) => site.write('mine', 'x'),
  }),
  {
    fault: 'compiler-cache-unreachable',
    broken: "the compiler cache's server cannot be reached",
    env: { SCCACHE_REDIS_ENDPOINT: `tcp://${NOWHERE}` },
    exit: 1,
    after: 'nothing was compiled, and the delivered wheels are as they were',
    check: (site) => expect(site.list('build/raw')).toEqual([]),
  },
  {
    fault: 'tool-silent',
    broken: 'sccache never answers',
    breaks: (site) => site.limits({ command: 2 }),
    env: tool('sccache', versioned('sccache 0.10.0', 'exec sleep 297')),
    exit: 1,
    told: 'sccache gave no answer',
    after: 'nothing was compiled, and the delivered wheels are as they were',
  },
  {
    fault: 'took-too-long',
    broken: 'a compile never ends',
    breaks: (site) => {
      site.limits({ build: 4 });
      site.small.append('CMakeLists.txt', 'add_custom_target(endless ALL COMMAND sleep 297)\n');
    },
    exit: 1,
    after: 'no process of it is left, and the delivered wheels are as they were',
  },
  {
    fault: 'hook-failed',
    broken: 'a declared hook fails',
    breaks: (site) =>
      site.declare({
        ...DECLARATION,
        hooks: [{ name: 'patch it', step: 'source', when: 'after', command: ['false'] } as never],
      }),
    exit: 1,
    changes: true,
    after: 'the delivered wheels are as they were',
  },
  {
    fault: 'hook-missing',
    broken: 'the program of a declared hook is not there',
    breaks: (site) =>
      site.declare({
        ...DECLARATION,
        hooks: [{ name: 'patch it', step: 'source', when: 'after', command: ['no-such-program'] } as never],
      }),
    exit: 1,
    changes: true,
    after: 'the delivered wheels are as they were',
  },
  input(
    'plan-missing',
    'the plan is missing',
    {},
    {
      breaks: (site) => site.delete('scripts/plan.json'),
    },
  ),
  input(
    'plan-damaged',
    'the plan is damaged',
    {},
    {
      breaks: (site) => site.write('scripts/plan.json', '{"schema": 2'),
    },
  ),
  input(
    'plan-damaged',
    'the plan is of another version of the program',
    {},
    {
      breaks: (site) =>
        site.write('scripts/plan.json', site.read('scripts/plan.json').replace('"attempts"', '"tries"')),
    },
  ),
  input('source-missing', 'SOURCE_DIR is not there', { SOURCE_DIR: '/nowhere' }),
  input('source-no-project', 'SOURCE_DIR has no project', (site) => ({ SOURCE_DIR: at(site, 'mine') }), {
    breaks: (site) => mkdirSync(at(site, 'mine')),
  }),
  input('version-wrong', 'a version that a shell would run', {}, { run: ['build', '--version=$(touch ran)'] }),
  input('version-wrong', 'a version of two lines', { WHEEL_VERSION: '1.0\ntouch ran' }),
  input('wheel-unknown', 'a name that a shell would run', {}, { run: ['build', '--only=x;touch ran'] }),
  input(
    'pinned-missing',
    'a wheel is to be built alone whose requirement was never built',
    {},
    {
      breaks: (site) => {
        const [wheel] = DECLARATION.wheels as [Wheel];
        const second = { ...wheel, distribution: 'second-demo', aliases: [], requires: { pin: ['release-demo'] } };
        site.declare({ ...DECLARATION, wheels: [wheel, second] });
      },
      run: ['build', '--only=second-demo'],
      told: '--only=release-demo,second-demo',
    },
  ),
  input(
    'argument-unknown',
    'an option that is misspelled',
    {},
    {
      run: ['build', '--vesion=1.0'],
      told: 'did you mean --version?',
    },
  ),
  input(
    'step-unknown',
    'a step that is misspelled',
    {},
    {
      run: ['build', '--from-step=delivr'],
      told: 'did you mean deliver?',
    },
  ),
  harmless('PIP_TARGET, PIP_USER and their like', (site) => ({
    ...{ PIP_TARGET: at(site, 'target'), PIP_USER: '1', PIP_NO_BINARY: ':all:', PIP_REQUIRE_VIRTUALENV: '1' },
    ...{ PIP_CONFIG_FILE: '/nowhere', PIP_CONSTRAINT: '/nowhere', PIP_NO_INDEX: '0' },
  })),
  harmless("pip's settings of the user's", (site) => ({ HOME: at(site, 'temporary') }), {
    breaks: (site) => site.write('temporary/.config/pip/pip.conf', '[global]\ntarget = /nowhere\nuser = true\n'),
  }),
  harmless('PYTHONOPTIMIZE, PYTHONHOME and their like', (site) => ({
    ...{ PYTHONOPTIMIZE: '2', PYTHONHOME: '/nowhere', PYTHONPATH: at(site, 'mine'), PYTHONWARNINGS: 'error' },
    ...{ PYTHONSAFEPATH: '1', PYTHONUTF8: '0', PYTHONHASHSEED: '7' },
  })),
  harmless('CDPATH, BASH_ENV and their like', (site) => ({ CDPATH: '/tmp', BASH_ENV: at(site, 'mine') }), {
    breaks: (site) => site.write('mine', 'cd() { builtin cd "$@" && pwd; }\nexport -f cd\nset -o posix\n'),
  }),
  harmless('MAKEFLAGS, DESTDIR and their like', { MAKEFLAGS: '-j9', DESTDIR: '/nowhere', CPATH: '/nowhere' }),
  harmless('a locale that is not there', { LC_ALL: 'xx_YY.UTF-8', LANG: 'xx_YY', LANGUAGE: 'xx' }),
  {
    ...harmless('a variable VERSION is declared, which once was the version', {}),
    area: 4,
    breaks: (site) => site.declare({ ...DECLARATION, environment: { VERSION: '9.9' } }),
    again: ['build'],
  },
  harmless('no HOME', { HOME: undefined }),
  // Tools make it: it must be nobody else's.
  harmless('a HOME that is not there', (site) => ({ HOME: at(site, 'temporary/home') })),
  harmless(
    'a user without a name',
    {},
    {
      act: (site) => site.small.run(['unshare', '--user', '--map-user=12345', 'bash', 'scripts/build.sh']),
    },
  ),
  harmless('umask 777', {}, { act: (site) => site.small.run(['bash', '-c', 'umask 777; bash scripts/build.sh']) }),
  harmless("a job's summary and output that cannot be written", {
    ...{ GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: '/nowhere/summary', GITHUB_OUTPUT: '/nowhere/output' },
  }),
  {
    area: 10,
    broken: "a build prints the caller's token",
    breaks: (site) => site.small.append('CMakeLists.txt', 'message(STATUS "it is $ENV{GH_TOKEN}")\n'),
    env: { GH_TOKEN: TOKEN, PIP_INDEX_URL: `http://user:${TOKEN}@${NOWHERE}/simple` },
    run: ['build', '--verbose'],
    exit: 0,
    told: 'it is ***',
    after: 'it is in no output, log, record or wheel',
    check: (site, { stdout, stderr }) => {
      expect(stdout + stderr + logs(site)).not.toContain(TOKEN);
      for (const name of readdirSync(at(site, OUTPUT))) {
        expect(readFileSync(at(site, OUTPUT, name)).includes(TOKEN)).toBe(false);
      }
    },
    again: ['build'],
  },
  {
    fault: 'wheel-secret',
    broken: "a wheel holds the caller's token",
    breaks: (site) => site.small.append('CMakeLists.txt', INSTALLS_TOKEN),
    env: { GH_TOKEN: TOKEN },
    exit: 1,
    told: 'GH_TOKEN',
    after: 'it is not delivered',
    check: (_, { stdout, stderr }) => expect(stdout + stderr).not.toContain(TOKEN),
  },
];

/** Build with one of its folders on a small disk, by default of a few blocks. */
async function onSmallDisk(site: Site, folder: string, env: Env = {}, size = '64k') {
  const disk = at(site, folder);
  mkdirSync(disk, { recursive: true });
  await check(['mount', '-t', 'tmpfs', '-o', `size=${size}`, 'faults', disk], { quiet: true });
  try {
    return await site.run(['build'], env);
  } finally {
    await check(['umount', disk], { quiet: true });
  }
}

/** The package's repository, as somebody pushed it, under the address that is declared. */
export const ADDRESS = 'https://example.com/owner/small';

export async function pushed(site: Site): Promise<string> {
  const sha = await commit(site.copy('build/origin'));
  leads(site, origin(site));
  return sha;
}

const origin = (site: Site): string => `file://${at(site, 'build/origin')}`;

/** Where the declared address leads, by the caller's settings of git. */
function leads(site: Site, address: string): void {
  site.write('build/caller/.gitconfig', `[url "${address}"]\n\tinsteadOf = ${ADDRESS}\n`);
}

const fetched = (fault: string, broken: string, env: Case['env'], more: Partial<Case> = {}): Case => ({
  fault,
  broken,
  env,
  exit: 1,
  after: 'nothing was built, and the delivered wheels are as they were',
  ...more,
});

/** Faults of a source that is a repository. */
export const GIT: Case[] = [
  fetched(
    'git-unreachable',
    'the repository cannot be reached',
    {},
    {
      breaks: (site) => leads(site, `http://${NOWHERE}/x`),
      mends: (site) => leads(site, origin(site)),
    },
  ),
  fetched(
    'git-unreachable',
    'the repository does not have the commit',
    {},
    {
      breaks: (site) => {
        const plan = site.read('scripts/plan.json');
        site.write('scripts/plan.json', plan.replace(/"commit": "[0-9a-f]{40}"/, `"commit": "${'1'.repeat(40)}"`));
      },
    },
  ),
  fetched('took-too-long', 'the repository never answers', tool('git', slowGit()), {
    breaks: (site) => site.limits({ download: 2, attempts: 1 }),
  }),
  {
    area: 1,
    broken: "git's variables lead to a repository of the caller's, as within a hook, while the source is fetched",
    breaks: async (site) => {
      site.write('mine/file', 'x');
      await commit(at(site, 'mine'));
    },
    env: (site) => ({ GIT_DIR: at(site, 'mine/.git'), GIT_WORK_TREE: at(site, 'mine') }),
    exit: 0,
    after: 'that repository has no remote of ours and is on its branch',
  },
  {
    area: 7,
    broken: 'a fetch was interrupted, and has left its locks',
    breaks: (site) => site.write('build/source/.git/index.lock', ''),
    exit: 0,
    after: 'the wheels are delivered',
  },
];

function slowGit(): string {
  return 'case "$*" in *fetch*) exec sleep 297;; esac\nPATH="${PATH#*:}" exec git "$@"';
}

/** Faults of a source, or of test requirements, that an index has. */
export const INDEX: Case[] = [
  fetched('index-unreachable', 'the package index cannot be reached', {
    PIP_INDEX_URL: `http://${NOWHERE}/simple`,
    PIP_RETRIES: '0',
  }),
  fetched(
    'hash-differs',
    'the index has another file than the pinned one',
    {},
    {
      breaks: (site) => {
        site.write(`${INDEX_FOLDER}/${ARCHIVE}`, 'something else');
      },
      check: async (site) => {
        expect(site.list('build/source')).toEqual([]);
        await published(site);
      },
    },
  ),
  fetched(
    'index-unreachable',
    "the index's password is in its address",
    {
      PIP_INDEX_URL: `http://user:${TOKEN}@${NOWHERE}/simple`,
      PIP_RETRIES: '0',
    },
    {
      check: (site, { stdout, stderr }) => expect(stdout + stderr + logs(site)).not.toContain(TOKEN),
    },
  ),
];

/** The source distribution, by the version that it says of itself. */
export const VERSION = '0.0.0';
const ARCHIVE = `release_demo-${VERSION}.tar.gz`;
const INDEX_FOLDER = 'build/index/release-demo';

/** The package's source distribution, in an index of files; its SHA-256. */
export async function published(site: Site): Promise<string> {
  const folder = at(site, INDEX_FOLDER);
  mkdirSync(folder, { recursive: true });
  const archive = join(folder, ARCHIVE);
  site.write(`${INDEX_FOLDER}/index.html`, `<a href="${ARCHIVE}">${ARCHIVE}</a>\n`);
  const options = [
    '--sort=name',
    '--mtime=@0',
    '--owner=0',
    '--group=0',
    `--transform=s,^package,release_demo-${VERSION},`,
  ];
  await check(['tar', '--create', '--gzip', '--file', archive, ...options, '--directory', site.folder, 'package'], {
    quiet: true,
  });
  return (await check(['sha256sum', archive], { quiet: true })).stdout.slice(0, 64);
}
