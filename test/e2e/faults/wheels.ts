/** Class 4: no false success of a test. */
import { appendFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { at, FaultCase } from './case';
import { commit, OUTPUT, Site } from './site';
import type { Wheel, WheelCheck } from '../../../src';
import { check } from '../support/process';
import { REPOSITORY } from '../support/repository';
import { DECLARATION } from '../support/small-package';

type Case = FaultCase<Site>;
const [WHEEL] = DECLARATION.wheels as [Wheel];

/** The file of a check that must fail. */
const SUSPECT = 'checks/suspect.py';

/** Goes on with the checks in the environment that an earlier test has made; the next test makes all anew. */
const CHECKS = ['test', '--from-step=checks'];

/** Return the case of a declared check that must fail; `code` is the lines of its file. */
const checked = (
  fault: string,
  broken: string,
  { code, ...declared }: Partial<WheelCheck> & { code?: string[] },
  more: Partial<Case> = {},
): Case => ({
  fault,
  broken: `a check that ${broken}`,
  breaks: (site) => {
    const suspect: WheelCheck = { name: 'suspect', ...(code && { python: [SUSPECT] }), ...declared };
    site.declare({ ...DECLARATION, wheels: [{ ...WHEEL, checks: [suspect] }] }, code ? { [SUSPECT]: code } : {});
  },
  run: CHECKS,
  exit: 1,
  changes: true,
  after: 'the report tells of a check that failed',
  check: (site) => {
    const { failed } = JSON.parse(site.read('build/test-report/linux-x86_64.json'));
    expect(failed).toBeGreaterThan(0);
  },
  again: CHECKS,
  ...more,
});

/** Delivered wheels that are not those of their record. */
const delivered = (fault: string, broken: string, breaks: (site: Site) => unknown): Case => ({
  fault,
  broken,
  breaks,
  run: ['test'],
  exit: 1,
  after: 'nothing was installed',
  check: (site) => expect(site.has('build/logs/test/02-test-environment.log')).toBe(false),
  // The build's own step puts it right; making an environment each time would take most of the suite's time.
  again: ['build', '--from-step=deliver'],
});

/** Puts a member into the wheel, and makes every hash right. */
function tamper(site: Site, ...member: string[]) {
  const program = join(REPOSITORY, 'test/e2e/faults/tamper.py');
  return check([join(site.path.split(':')[0]!, 'python'), program, at(site, OUTPUT), ...member], { quiet: true });
}

/** A member that no wheel should have. */
const member = (name: string, broken: string, text = '', mode = '100644', fault = 'member-foreign'): Case =>
  delivered(fault, broken, (site) => tamper(site, name, text, mode));

const record = (site: Site, change: (value: any) => unknown): void => {
  const value = JSON.parse(site.read(`${OUTPUT}/build-record.json`));
  change(value);
  site.write(`${OUTPUT}/build-record.json`, JSON.stringify(value));
};

/** The package's module, where the test has installed it. */
function installed(site: Site): string {
  const libraries = 'build/test-environment/lib';
  return `${libraries}/${site.list(libraries)[0]}/site-packages/release_demo/__init__.py`;
}

export const WHEELS: Case[] = [
  checked('check-ended', 'calls sys.exit(0) before its assertions', {
    code: ['import sys', 'sys.exit(0)', 'assert 0'],
  }),
  checked('check-ended', 'calls os._exit(0)', { code: ['import os', 'os._exit(0)'] }),
  checked('check-ended', 'replaces itself by another program', {
    code: ['import os', 'os.execv("/bin/true", ["true"])'],
  }),
  checked('check-silent', 'runs a command that says nothing', { command: ['-c', 'pass'] }),
  checked('check-unexpected', 'ends before it has said what it must', {
    command: ['-c', 'import os; os._exit(0)'],
    expect: 'all is well',
  }),
  checked(
    'check-failed',
    'fails, while PYTHONOPTIMIZE turns assertions off',
    { code: ['assert False'] },
    {
      env: { PYTHONOPTIMIZE: '2' },
    },
  ),
  checked('check-timeout', 'never ends', { code: ['import time', 'time.sleep(297)'], timeout: 2 }),
  checked('check-killed', 'crashes', { code: ['import os', 'os.abort()'] }),
  checked('check-imports', 'imports a module that is not there', { imports: ['release_demo.nothing'] }),
  checked('check-no-module', 'imports what no module of the wheel matches', { imports: ['release_demo.n*'] }),
  checked('check-no-import', 'leaves out all that it imports', { imports: ['release_demo'], exclude: ['release_*'] }),
  {
    fault: 'from-step-other',
    broken: 'the wheels were replaced since the environment was made in which the checks are to go on',
    breaks: (site) => tamper(site, 'release_demo/other.py'),
    run: CHECKS,
    exit: 2,
    told: 'the earlier run had another set of wheels',
    after: 'nothing was tested',
    again: CHECKS,
  },
  {
    fault: 'checks-failed',
    broken: 'a file that was installed is another one now',
    breaks: (site) => {
      appendFileSync(at(site, installed(site)), 'changed = True\n');
    },
    run: CHECKS,
    exit: 1,
    told: 'is not the file that RECORD tells of',
    after: 'the report tells of a check that failed',
    check: (site) => site.write(installed(site), site.read('package/release_demo/__init__.py')),
  },
  delivered('wheel-changed', 'a byte of the wheel was changed', (site) =>
    appendFileSync(at(site, OUTPUT, site.wheel), 'x'),
  ),
  delivered('wheel-gone', 'the wheel is missing', (site) => rmSync(at(site, OUTPUT, site.wheel))),
  delivered('wheel-unlisted', 'there is a further wheel', (site) =>
    site.write(`${OUTPUT}/other-1.0-py3-none-any.whl`, 'x'),
  ),
  delivered('file-unreadable', 'the build record is missing', (site) => site.delete(`${OUTPUT}/build-record.json`)),
  delivered('file-unreadable', 'the hashes are missing', (site) => site.delete(`${OUTPUT}/SHA256SUMS`)),
  delivered('record-no-json', 'the build record is no JSON', (site) => site.write(`${OUTPUT}/build-record.json`, '{')),
  delivered('record-no-record', 'the build record is JSON of something else', (site) =>
    site.write(`${OUTPUT}/build-record.json`, '[1]'),
  ),
  delivered('record-schema', 'the build record is of an earlier schema', (site) =>
    record(site, (value) => (value.schema = 1)),
  ),
  delivered('record-of-other', 'the build record is of another platform', (site) =>
    record(site, (value) => (value.platform = 'windows-amd64')),
  ),
  delivered('record-of-other', 'the build record is of another pipeline', (site) =>
    record(site, (value) => (value.name = 'other')),
  ),
  delivered('sums-line', 'a line of the hashes is none', (site) =>
    site.write(`${OUTPUT}/SHA256SUMS`, `${site.read(`${OUTPUT}/SHA256SUMS`)}hello\n`),
  ),
  delivered('file-foreign', 'a file of another origin lies beside the wheel', (site) =>
    site.write(`${OUTPUT}/notes.txt`, 'x'),
  ),
  {
    ...delivered('unfinished', 'the last build has failed', (site) => site.small.append('demo.c', '#error x\n')),
    act: async (site) => {
      await site.run(['build']);
      return site.run(['test']);
    },
    again: ['build'],
  },
  member('../evil.py', 'a member leaves the folder that it goes to', '', '100644', 'member-path'),
  member('a\\..\\b.py', 'a member leaves its folder on Windows', '', '100644', 'member-path'),
  member('/evil.py', 'a member has a path from the root', '', '100644', 'member-path'),
  member('C:evil.py', 'a member names a drive', '', '100644', 'member-path'),
  member('evil.pth', 'a member runs whenever Python starts', 'import os\n'),
  member('sitecustomize.py', 'a member is imported whenever Python starts'),
  member('usercustomize/__init__.py', 'a member is imported whenever Python starts for a user'),
  member(
    'release_demo-1.data/purelib/evil.pth',
    'a member of another scheme runs whenever Python starts',
    'import os\n',
  ),
  member('numpy-1.0.dist-info/METADATA', "a member is another distribution's metadata", '', '100644', 'two-metadata'),
  member('RELEASE_DEMO/__init__.py', 'two members are one file where case does not count', '', '100644', 'member-case'),
  member('release_demo/link', 'a member is a symbolic link', '/etc/passwd', '120777', 'member-link'),
  member('release_demo/__init__.py', 'a member is there twice', '', '100644', 'member-twice'),
  member('release_demo/tool', 'a member is set-uid', '', '104755', 'member-set-uid'),
  member('release_demo/.netrc', 'a member is a file of credentials', 'machine x', '100600', 'member-credentials'),
  {
    fault: 'package-of-other',
    broken: "a wheel brings a package of another distribution's, which its installation would replace",
    breaks: (site) => {
      site.write('package/pip/__init__.py', 'mine = True\n');
      const project = site.read('package/pyproject.toml');
      site.write('package/pyproject.toml', project.replace('["release_demo"]', '["release_demo", "pip"]'));
    },
    act: async (site) => {
      const env = { OUTPUT_DIR: at(site, 'build/wheels'), BUILD_DIR: at(site, 'build/other') };
      const built = await site.run(['build'], env);
      expect([built.status, built.stderr]).toEqual([0, '']);
      return site.run(['test'], env);
    },
    exit: 1,
    after: 'the test fails before the wheel is used',
    again: ['build', '--from-step=deliver'],
  },
  {
    area: 4,
    broken: 'the tree has changes that are not committed',
    breaks: async (site) => {
      await commit(site.copy('mine'));
      site.write('mine/new.c', 'int x;\n');
    },
    env: (site) => ({
      SOURCE_DIR: at(site, 'mine'),
      BUILD_DIR: at(site, 'build/dirty'),
      OUTPUT_DIR: at(site, 'build/wheels-dirty'),
    }),
    exit: 0,
    after: 'name, version and record of the wheel say so, and name no commit',
    check: (site) => {
      const { source, version } = JSON.parse(site.read('build/wheels-dirty/build-record.json'));
      expect([source.dirty, source.builtCommit, version]).toEqual([true, null, expect.stringMatching(/\.dirty$/)]);
    },
    again: ['build', '--from-step=deliver'],
  },
];
