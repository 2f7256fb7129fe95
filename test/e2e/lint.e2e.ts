/** Whoever reads a synthesized file reads one that its language's linters have nothing to say about. */
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { startEngine } from './support/engine';
import { buildContexts } from './support/image';
import { check } from './support/process';
import { everyVariant, REPOSITORY, Synthesized, SYNTHESIZED } from './support/repository';
import { LintTools, lintTools } from './support/tools';

const VARIANTS = everyVariant();
afterAll(() => rmSync(VARIANTS.folder, { recursive: true, force: true }));

let tools: LintTools;

beforeAll(async () => {
  tools = await lintTools();
});

function matching(project: Synthesized, pattern: RegExp): string[] {
  const files = project.files.filter((file) => pattern.test(file)).map((file) => join(project.folder, file));
  if (files.length === 0) throw new Error(`${project.name} has no file like ${pattern}`);
  return files;
}

const WORKFLOW = /^\.github\/workflows\/.*\.yml$/;

// The linter, its arguments, and the files that it reads; each fails where a finding is.
const LINTERS: Array<[string, string[], RegExp]> = [
  ['shellcheck', [], /\.sh$/],
  ['hadolint', ['--failure-threshold', 'style'], /Dockerfile$/],
  // It does not know the key yet, which GitHub's cache service goes by.
  ['actionlint', ['-ignore', 'unexpected key "cache-mode"'], WORKFLOW],
  ['zizmor', ['--offline', '--quiet', '--persona', 'pedantic'], WORKFLOW],
  ['check-jsonschema', ['--builtin-schema', 'vendor.github-workflows'], WORKFLOW],
];

describe.each([...SYNTHESIZED, VARIANTS])('the synthesized files of $name', (project) => {
  test.each(LINTERS)('have no finding of %s', async (linter, args, pattern) => {
    await check([linter, ...args, ...matching(project, pattern)], { env: tools.env, cwd: project.folder });
  });

  test("have no finding of Docker's own linter", async () => {
    const engine = await startEngine();
    const { argv } = await buildContexts(engine, { context: project.folder });
    for (const file of matching(project, /Dockerfile$/)) {
      await engine.docker([
        'buildx',
        'build',
        '--builder',
        'default',
        '--check',
        '--file',
        file,
        ...argv,
        project.folder,
      ]);
    }
    await engine.stop();
  });
});

test('the shell scripts of this repository have no finding of shellcheck', async () => {
  const sources = readdirSync(join(REPOSITORY, 'src'), { recursive: true }) as string[];
  const scripts = sources.filter((name) => name.endsWith('.sh'));
  expect(scripts).toEqual(expect.arrayContaining(['constructs/scripts/wrapper.sh', 'constructs/image/entrypoint.sh']));
  const files = ['.ci/run', 'projenrc/demo.sh', ...scripts.map((name) => `src/${name}`)];
  await check(['shellcheck', ...files], { env: tools.env, cwd: REPOSITORY });
});
