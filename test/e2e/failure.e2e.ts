/** Errors for the user: wrong declarations, and existing files that synthesis would overwrite. */
import { spawnSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(__dirname, '../..');
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

/** Return every file except dependencies, with its bytes, mode and time. */
function state(): string[] {
  const paths = (readdirSync(folder, { recursive: true }) as string[]).filter((path) => !/^node_modules\b/.test(path));
  return paths.sort().map((path) => {
    const { mode, mtimeMs } = statSync(join(folder, path));
    const text = statSync(join(folder, path)).isFile() ? readFileSync(join(folder, path), 'utf8') : '';
    return `${path} ${mode} ${mtimeMs} ${text}`;
  });
}

// Regression: they were overwritten, with status 0.
test('existing files are all refused, and not a byte changes', () => {
  const files = [
    '.gitattributes',
    '.github/workflows/build.yml',
    '.github/workflows/release.yml',
    '.gitignore',
    'docker/Dockerfile',
    'docs/releases.md',
    'scripts/build.sh',
    'scripts/overlay/Cargo.lock',
  ];
  for (const path of files) {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), 'by hand\n');
  }
  const overlay = "source: { folder: 'thing', overlay: { 'Cargo.lock': 'declared' } },";
  declare(overlay);
  const before = state();
  const { status, stderr } = run(SYNTHESIZE);
  const option = `adoptExistingFiles: [${files.map((path) => `'${path}'`).join(', ')}]`;
  expect(status).toBe(1);
  expect(stderr).toMatch(/^mlc-llm-pipeline: refusing to overwrite files that synthesis did not write:\n/);
  expect(stderr).toContain(`:\n  ${files.join('\n  ')}\n`);
  expect(stderr).toContain(`  ${option}\n`);
  expect(stderr).not.toMatch(/\n\s+at /);
  expect(state()).toEqual(before);
  declare(`${overlay} ${option},`);
  expect(run(SYNTHESIZE)).toMatchObject({ status: 0, stderr: '' });
  expect(readFileSync(join(folder, 'scripts/overlay/Cargo.lock'), 'utf8')).toBe('declared\n');
  // Adopting them once is enough, and a clone has the same list.
  declare(overlay);
  expect(run(SYNTHESIZE)).toMatchObject({ status: 0, stderr: '' });
});
