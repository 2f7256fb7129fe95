/** The guide's samples synthesize, and the messages that it quotes exist in the program or the library. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { Project } from 'projen';
import { GitHubProject } from 'projen/lib/github';
import { ModuleKind, ScriptTarget, transpile } from 'typescript';
import { anchors, blocks } from './markdown';
import * as library from '../../../src';

const REPOSITORY = resolve(__dirname, '../../..');
const read = (path: string): string => readFileSync(join(REPOSITORY, path), 'utf8');
const CUSTOMIZING = read('docs/guide/customizing.md');
const TROUBLESHOOTING = read('docs/guide/troubleshooting.md');

/** A declaration with the wheel that the samples refer to. */
const SMALL: library.WheelPipelineOptions = {
  repository: 'owner/thing',
  source: { folder: 'thing' },
  wheels: [{ distribution: 'first', checks: [{ name: 'import', imports: ['first'] }] }],
};

process.env.PROJEN_DISABLE_POST = '1';
const root = mkdtempSync(join(tmpdir(), 'guide-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

let count = 0;

/** Create a folder with the files that the samples refer to. */
function outdir(): string {
  const folder = join(root, String(count++));
  ['checks', 'preflight'].forEach((name) => mkdirSync(join(folder, name), { recursive: true }));
  const [check] = blocks(CUSTOMIZING, 'python');
  writeFileSync(join(folder, 'checks/adds.py'), check);
  writeFileSync(join(folder, 'preflight/pyproject.toml'), '');
  return folder;
}

/** Run TypeScript with the library's exports in scope, and return its result. */
function run(code: string, names: Record<string, unknown> = {}): unknown {
  const scope: Record<string, unknown> = { ...library, ...names };
  const script = transpile(code, { target: ScriptTarget.ES2022, module: ModuleKind.CommonJS });
  return new Function(...Object.keys(scope), script)(...Object.values(scope));
}

/** Return the contents of the files in a folder, by path. */
function files(folder: string): Map<string, string> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = entries.map((entry) => join(entry.parentPath, entry.name)).sort();
  return new Map(paths.map((path) => [relative(folder, path), readFileSync(path, 'utf8')]));
}

/** Evaluate a sample of options, which are the members of an object. */
const members = (sample: string): any => run(`return {${sample}};`);

describe('the samples of customizing', () => {
  const samples = blocks(CUSTOMIZING, 'ts');
  const isOptions = (sample: string): boolean => /^\w+: /.test(sample);
  const isMlcLlm = (sample: string): boolean => sample.startsWith('pipeline: ');
  const titled = (wanted: (sample: string) => boolean): string[][] =>
    samples.filter(wanted).map((sample) => [sample.split('\n').slice(0, 2).join(' ').slice(0, 80), sample]);

  test('exist for each section', () => {
    const sections = CUSTOMIZING.split(/^## /m).slice(1);
    expect(sections.filter((section) => blocks(section, 'ts').length === 0)).toEqual([]);
    expect(sections.length).toBeGreaterThan(20);
  });

  test.each(titled(isMlcLlm))('as options of an MlcLlmPipelineProject: %s', (_, sample) => {
    const common = { name: 'wheels', githubRepository: 'owner/wheels', defaultReleaseBranch: 'main' };
    new library.MlcLlmPipelineProject({ ...common, outdir: outdir(), ...members(sample) }).synth();
  });

  test.each(titled((sample) => isOptions(sample) && !isMlcLlm(sample)))('as options: %s', (_, sample) => {
    const project = new Project({ name: 'thing', outdir: outdir() });
    new library.WheelPipeline(project, { ...SMALL, ...members(sample) });
    project.synth();
  });

  test.each(titled((sample) => !isOptions(sample)))('as statements, which change a file: %s', (_, sample) => {
    const synthesize = (code: string): Map<string, string> => {
      const project = new GitHubProject({ name: 'thing', outdir: outdir() });
      new library.WheelPipeline(project, SMALL);
      run(code, { project });
      project.synth();
      return files(project.outdir);
    };
    expect(synthesize(sample)).not.toEqual(synthesize(''));
  });

  test('name every step of a hook', () => {
    const rows = [...CUSTOMIZING.matchAll(/^\| `HookStep\.(\w+)` \|/gm)].map(([, name]) => name);
    expect(rows).toEqual(Object.keys(library.HookStep));
  });
});

describe('the messages of troubleshooting', () => {
  const messages = blocks(TROUBLESHOOTING, 'text').flatMap((block) => block.trim().split('\n'));
  const sources = readdirSync(join(REPOSITORY, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.(py|ts|sh|ps1|cjs)$/.test(path))
    .map((path) => read(join('src', path)));
  const texts = sources.map((source) => literals(source, constants(sources)));

  test('cover the common failures', () => {
    const sections = TROUBLESHOOTING.split(/^### /m).slice(1);
    expect(sections.length).toBeGreaterThanOrEqual(20);
    expect(sections.length).toBeLessThanOrEqual(30);
    expect(messages.length).toBeGreaterThanOrEqual(sections.length);
    expect(new Set(anchors(TROUBLESHOOTING)).size).toBe(anchors(TROUBLESHOOTING).length);
  });

  test.each(messages)('%s', (message) => {
    const parts = message.split('…').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
    const pattern = new RegExp(parts.join('[^\\n]{0,120}?'));
    expect(message.replace(/…/g, '').trim().length).toBeGreaterThan(8);
    expect(texts.some((text) => pattern.test(text))).toBe(true);
  });
});

/** Return the string constants of modules, by name, such as `REPORT = "test-report.json"`. */
function constants(sources: readonly string[]): ReadonlyMap<string, string> {
  const found = sources.flatMap((source) => [...source.matchAll(/^([A-Z_]+) = (["'])(.*?)\2(?: +#.*)?$/gm)]);
  return new Map(found.map(([, name, , value]) => [name, value]));
}

/** Join adjacent string literals of a source, and replace the names of constants by their values. */
function literals(source: string, known: ReadonlyMap<string, string>): string {
  return source
    .replace(/["']\s*\n\s*f?["']/g, '')
    .replace(/["'`] \+\n\s*["'`]/g, '')
    .replace(/\{([A-Z_]+)\}/g, (name, key: string) => known.get(key) ?? name)
    .replace(/\\(["'`])/g, '$1');
}
