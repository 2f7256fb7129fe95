/** Class 9: a declaration that is wrong is one sentence, and no file is changed. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Env, FaultCase, Place } from './case';
import { check, run, RunResult } from '../support/process';
import { REPOSITORY } from '../support/repository';

/** A project that was synthesized, and is about to be declared otherwise. */
export class Declared implements Place {
  /** Synthesizes a project that is right. */
  public static async make(): Promise<Declared> {
    const project = new Declared();
    symlinkSync(join(REPOSITORY, 'node_modules'), join(project.folder, 'node_modules'));
    project.mend();
    await check(project.argv, { cwd: project.folder, env: project.env, quiet: true });
    return project;
  }

  public readonly folder = mkdtempSync(join(tmpdir(), 'faults-declared-'));
  private readonly argv = [join(REPOSITORY, 'node_modules/.bin/tsx'), '.projenrc.ts'];
  private readonly env = { PROJEN_DISABLE_POST: '1', NODE_ENV: undefined, DEBUG: undefined };

  /** Declares it with other options: TypeScript, as a person writes it. */
  public declare(options: string, more = ''): void {
    writeFileSync(
      join(this.folder, '.projenrc.ts'),
      `import { Project } from 'projen';
import { WheelPipeline } from '${join(REPOSITORY, 'src')}';
const project = new Project({ name: 'thing' });
const pipeline = new WheelPipeline(project, {
  repository: 'owner/thing',
  source: { folder: 'thing' },
  wheels: [{ distribution: 'thing', checks: [{ name: 'import', imports: ['thing'] }] }],
  ${options}
} as any);
${more}
project.synth();
`,
    );
  }

  /** Write a file, as a user would. */
  public write(path: string, text: string): void {
    mkdirSync(join(this.folder, path, '..'), { recursive: true });
    writeFileSync(join(this.folder, path), text);
  }

  public snapshot(): Record<string, string> {
    const entries = readdirSync(this.folder, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    return Object.fromEntries(files.map((file) => [file, readFileSync(file, 'utf8')]));
  }

  public run(_: readonly string[], env: Env = {}): Promise<RunResult> {
    return run(this.argv, { cwd: this.folder, env: { ...this.env, ...env } });
  }

  public mend(): void {
    this.declare('');
  }

  public remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

const wrong = (fault: string, broken: string, options: string, told: string, more = ''): FaultCase<Declared> => ({
  fault,
  broken,
  breaks: (project) => project.declare(options, more),
  exit: 1,
  told,
  after: 'every file is as it was',
  check: (_, { stderr }) => expect(stderr.trim().split('\n').length).toBe(1),
});

export const DECLARED: ReadonlyArray<FaultCase<Declared>> = [
  wrong('option-unknown', 'an option that is misspelled', "enviroment: { A: '1' },", 'the nearest is environment'),
  wrong('option-wrong', 'a value of another type', 'platforms: 3,', 'platforms: 3 must be'),
  wrong('option-wrong', 'an expression of the workflows', "environment: { A: '${{ secrets.X }}' },", 'environment[A]'),
  wrong('option-wrong', 'a text of two lines', "environment: { A: 'a\\nb' },", 'environment[A]'),
  wrong(
    'option-wrong',
    "a variable that would override the program's own",
    "environment: { WHEEL_VERSION: '9' },",
    'WHEEL_VERSION',
  ),
  wrong('option-wrong', 'a path that leaves the project', "source: { folder: '../thing' },", 'source.folder'),
  wrong('option-wrong', 'no wheel', 'wheels: [],', 'wheels: [] must be at least one wheel'),
  wrong(
    'option-wrong',
    'a commit that is none',
    "source: { git: { repository: 'https://x.org/y', commit: 'main' } },",
    'commit',
  ),
  wrong(
    'policy',
    'an override that the policy forbids',
    "name: 'other',",
    'must state its permissions',
    "pipeline.workflows.linux!.file.addOverride('jobs.linux-x86_64.permissions', undefined);",
  ),
  {
    ...wrong(
      'file-by-hand',
      'a file by hand where an overlay is declared',
      "source: { folder: 'thing', overlay: { 'mine.txt': 'declared' } },",
      'scripts/overlay/mine.txt',
    ),
    breaks: (project) => {
      project.declare("source: { folder: 'thing', overlay: { 'mine.txt': 'declared' } },");
      project.write('scripts/overlay/mine.txt', 'by hand\n');
    },
    check: (project, { stderr }) => {
      expect(stderr).toContain("\n  adoptExistingFiles: ['scripts/overlay/mine.txt']\n");
      expect(project.snapshot()[join(project.folder, 'scripts/overlay/mine.txt')]).toBe('by hand\n');
    },
  },
];
