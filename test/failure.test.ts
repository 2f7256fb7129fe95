/** How a wrong declaration ends a program, and what the check says of files that were edited: both run as a person runs them. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(__dirname, '..');
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'failure-'));
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function declare(options: string, more = ''): void {
  writeFileSync(
    join(folder, '.projenrc.ts'),
    `import { Project } from 'projen';
import { WheelPipeline } from '${join(root, 'src')}';
const project = new Project({ name: 'thing' });
new WheelPipeline(project, {
  repository: 'owner/thing',
  source: { folder: 'thing' },
  wheels: [{ distribution: 'thing', checks: [{ name: 'import', imports: ['thing'] }] }],
  ${options}
});
${more}
project.synth();
`,
  );
}

function run(command: string, env: Record<string, string> = {}) {
  const { NODE_ENV: _, DEBUG: __, ...ours } = process.env;
  return spawnSync('bash', ['-c', command], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...ours, PROJEN_DISABLE_POST: '1', ...env },
  });
}

const SYNTHESIZE = `${join(root, 'node_modules/.bin/tsx')} .projenrc.ts`;
const SENTENCE = 'mlc-llm-pipeline: linux: "runner" must be an option that there is; the nearest is runsOn\n';

// It came under 40 lines of stack and source.
test('a wrong declaration is one sentence with status 1, and no file', () => {
  declare("linux: { runner: 'big' } as any,");
  const { status, stderr } = run(SYNTHESIZE);
  expect([status, stderr]).toEqual([1, SENTENCE]);
  expect(readdirSync(folder).sort()).toEqual(['.projenrc.ts', 'node_modules']);
  const { stderr: whole } = run(SYNTHESIZE, { DEBUG: 'true' });
  expect(whole).toMatch(/SpecError: linux: "runner" must be .*\n\s+at /);
});

test('an override that the policy forbids is one sentence, and changes no file', () => {
  declare('');
  expect(run(SYNTHESIZE).status).toBe(0);
  const plan = readFileSync(join(folder, 'scripts/plan.json'), 'utf8');
  const override = "addOverride('jobs.linux-x86_64.permissions', undefined)";
  declare("name: 'other',", `project.tryFindObjectFile('.github/workflows/linux.yml')!.${override};`);
  const { status, stderr } = run(SYNTHESIZE);
  expect([status, stderr]).toEqual([
    1,
    'mlc-llm-pipeline: workflow linux, job linux-x86_64 must state its permissions, {} for none\n',
  ]);
  expect(readFileSync(join(folder, 'scripts/plan.json'), 'utf8')).toBe(plan);
});

describe('the check', () => {
  /** As `npx projen`, which is not on the PATH of a folder without a package of its own. */
  const CHECK = 'PATH="$PWD/bin:$PATH" node scripts/check.cjs';

  beforeEach(() => {
    declare('');
    mkdirSync(join(folder, 'bin'));
    writeFileSync(join(folder, 'bin/npx'), `#!/bin/bash\nexec ${SYNTHESIZE}\n`, { mode: 0o755 });
    writeFileSync(join(folder, '.git-ignored'), '');
    expect(run(SYNTHESIZE).status).toBe(0);
  });

  const commit = (): void =>
    void run(
      'git init -q && printf "/node_modules\n" >>.git/info/exclude && git add -A && git -c user.name=a -c user.email=a@b commit -qm x',
    );

  // npx projen build rewrote it without a word.
  test('fails where a file was edited by hand, shows the difference, and keeps what was there', () => {
    commit();
    expect(run(CHECK)).toMatchObject({ status: 0, stderr: '' });
    const page = join(folder, 'docs/releases.md');
    const text = readFileSync(page, 'utf8');
    run('chmod u+w docs/releases.md && echo "by hand" >>docs/releases.md');
    const { status, stderr } = run(CHECK);
    expect(status).toBe(1);
    expect(stderr).toContain('\n-by hand\n');
    expect(stderr).toMatch(/check: 1 file\(s\) were not what .projenrc.ts declares, and are now: docs\/releases.md\n/);
    expect(readFileSync(page, 'utf8')).toBe(text);
    const [restore] = /git restore --source=\w+ -- /.exec(stderr)!;
    run(`${restore} docs/releases.md`);
    expect(readFileSync(page, 'utf8')).toBe(`${text}by hand\n`);
    expect(run('git status --porcelain').stdout).toBe(' M docs/releases.md\n');
  });

  test('says so where there is no repository', () => {
    const { status, stderr } = run(CHECK, { GIT_CEILING_DIRECTORIES: tmpdir() });
    expect([status, stderr]).toEqual([0, expect.stringContaining('no git repository')]);
  });
});
