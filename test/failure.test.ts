/** How a wrong declaration ends a program, and what the check says of files that were edited. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { at, project, SMALL } from './small';
import { WheelPipeline } from '../src';

/** Node's own listeners are not called in a test: this is what they would be called with, and what they would do. */
describe('a wrong declaration that nobody catches', () => {
  const wrong = { ...SMALL, linux: { runner: 'big' } as any };
  const message = 'linux: "runner" must be an option that there is; the nearest is runsOn';
  let end: (error: unknown) => void;
  let thrown: unknown;
  const wrote = jest.spyOn(process.stderr, 'write');
  const exited = jest.spyOn(process, 'exit');
  const listened = jest.spyOn(process, 'once');

  beforeAll(() => {
    listened.mockReturnThis();
    try {
      new WheelPipeline(project(), wrong);
    } catch (error) {
      thrown = error;
    }
    [, end] = listened.mock.calls.find(([event]) => event === 'uncaughtException')! as [string, typeof end];
    listened.mockRestore();
  });
  beforeEach(() => {
    wrote.mockReturnValue(true);
    exited.mockReturnValue(undefined as never);
  });
  afterAll(() => [wrote, exited].forEach((spy) => spy.mockRestore()));

  test('is one sentence with status 1, and no file', () => {
    end(thrown);
    expect([wrote.mock.calls, exited.mock.calls]).toEqual([[[`mlc-llm-pipeline: ${message}\n`]], [[1]]]);
    expect(readdirSync(at(''))).toEqual([]);
  });

  test.each([
    ['when it is debugged', () => thrown, { DEBUG: 'true' }],
    ['where it is a mistake of ours', () => new TypeError('x'), {}],
  ])('comes with its stack %s', (_, error, env) => {
    Object.assign(process.env, env);
    end(error());
    delete process.env.DEBUG;
    expect(wrote.mock.calls[0][0]).toMatch(/Error: .*\n\s+at /);
    expect(exited).toHaveBeenCalledWith(1);
  });
});

describe('the check', () => {
  const page = (): string => at('docs/page.md');
  const SYNTHESIZED = 'as it is synthesized\n';

  function run(command: string, env: Record<string, string> = {}) {
    return spawnSync('bash', ['-c', command], { cwd: at(''), encoding: 'utf8', env: { ...process.env, ...env } });
  }

  /** It calls npx, in whose place is what a synthesis does. */
  function check(env: Record<string, string> = {}) {
    return run(`PATH="$PWD/bin:$PATH" node '${join(__dirname, '../src/repository/check.cjs')}'`, env);
  }

  beforeEach(() => {
    ['bin', 'docs'].forEach((folder) => mkdirSync(at(folder)));
    writeFileSync(page(), SYNTHESIZED);
    const write = `mkdir -p docs && printf '%s' '${SYNTHESIZED}' >docs/page.md`;
    writeFileSync(at('bin/npx'), `#!/bin/bash\n[[ $* == "projen default" ]] && ${write}\n`, { mode: 0o755 });
  });

  const commit = (): unknown => run('git init -q && git add -A && git -c user.name=a -c user.email=a@b commit -qm x');

  test('passes if synthesis changes nothing, regardless of other uncommitted changes', () => {
    commit();
    expect(check()).toMatchObject({ status: 0, stderr: '' });
    run("echo mine >notes.txt; echo '# mine' >>bin/npx");
    expect(check()).toMatchObject({ status: 0, stderr: '' });
  });

  test('fails if a file was edited by hand, prints the diff, and does not change the file', () => {
    commit();
    run('echo "by hand" >>docs/page.md; chmod 600 docs/page.md');
    const { status, stderr } = check();
    expect(status).toBe(1);
    expect(stderr).toContain('\n-by hand\n');
    expect(stderr).toContain('check: synthesis would change this file: docs/page.md\n');
    expect(readFileSync(page(), 'utf8')).toBe(`${SYNTHESIZED}by hand\n`);
    expect(run('stat --format=%a docs/page.md').stdout).toBe('600\n');
    expect(run('git status --porcelain').stdout).toBe(' M docs/page.md\n');
  });

  test.each([
    ['is missing', 'rm docs/page.md', ' D docs/page.md\n'],
    ['is missing and untracked', 'git rm -q docs/page.md', 'D  docs/page.md\n'],
    [
      'is untracked and outdated',
      'git rm -q --cached docs/page.md; echo old >docs/page.md',
      'D  docs/page.md\n?? docs/\n',
    ],
  ])('fails if a synthesized file %s', (_, change, left) => {
    commit();
    run(change);
    const { status, stderr } = check();
    expect([status, stderr]).toEqual([1, expect.stringContaining('synthesis would change this file: docs/page.md')]);
    expect(run('git status --porcelain').stdout).toBe(left);
  });

  test('changes no file if synthesis fails', () => {
    commit();
    writeFileSync(at('bin/npx'), '#!/bin/bash\necho half >docs/page.md; exit 3\n');
    expect(check().status).toBe(3);
    expect(readFileSync(page(), 'utf8')).toBe(SYNTHESIZED);
  });

  test('says so where there is no repository', () => {
    const { status, stderr } = check({ GIT_CEILING_DIRECTORIES: tmpdir() });
    expect([status, stderr]).toEqual([0, expect.stringContaining('not a git repository')]);
  });
});
