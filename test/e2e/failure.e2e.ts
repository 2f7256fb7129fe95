/** How a wrong declaration ends a program, run as a person runs it. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
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
