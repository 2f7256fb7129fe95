/** Every link of the pages, the guide and the README resolves to a file and its heading. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Project } from 'projen';
import { anchors, links } from './markdown';
import {
  MlcLlmPipelineProject,
  MlcLlmVariant,
  Platform,
  WheelPipeline,
  WheelPipelineOptions,
  WorkflowName,
} from '../../../src';
import { guideAddress } from '../../../src/constructs/docs/guide';

const REPOSITORY = resolve(__dirname, '../../..');
const GUIDE = 'https://github.com/mlc-llm-pipeline/mlc-llm-pipeline/blob/main/docs/guide';

const DIGEST = `sha256:${'1'.repeat(64)}`;

process.env.PROJEN_DISABLE_POST = '1';
const root = mkdtempSync(join(tmpdir(), 'links-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

let count = 0;
function synthesize(changes: Partial<WheelPipelineOptions> = {}, folder = ''): string {
  const parent = new Project({ name: 'thing', outdir: join(root, String(count++)) });
  const project = folder ? new Project({ name: 'sub', parent, outdir: folder }) : parent;
  new WheelPipeline(project, {
    repository: 'owner/name',
    source: { folder: 'package' },
    wheels: [{ distribution: 'thing', checks: [{ name: 'import', imports: ['thing'] }] }],
    ...changes,
  });
  parent.synth();
  return parent.outdir;
}

function mlcLlm(): string {
  const project = new MlcLlmPipelineProject({
    name: 'mlc-llm-pipeline',
    defaultReleaseBranch: 'main',
    githubRepository: 'mlc-llm-pipeline/mlc-llm-pipeline',
    outdir: join(root, String(count++)),
    pipeline: { platforms: Object.values(Platform), variants: Object.values(MlcLlmVariant) },
  });
  project.synth();
  return project.outdir;
}

function pages(folder: string): string[] {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return paths.filter((path) => /(^|\/)docs\/[\w/-]+\.md$/.test(path) && statSync(join(folder, path)).isFile());
}

/** Return the broken links of a page; `find` reads a file of the same repository. */
function broken(path: string, text: string, find: (path: string) => string | undefined): string[] {
  return links(text).filter((link) => {
    const [target, anchor] = link.split('#');
    const isGuide = target.startsWith(GUIDE);
    if (!isGuide && /^https?:/.test(target)) return false;
    const guide = join(REPOSITORY, 'docs/guide', target.slice(GUIDE.length));
    const file = target === '' ? path : join(path, '..', target);
    const found = isGuide ? read(guide) : find(file);
    return found === undefined || (anchor !== undefined && !anchors(found).includes(anchor));
  });
}

function read(path: string): string | undefined {
  if (!existsSync(path)) return undefined;
  return statSync(path).isDirectory() ? '' : readFileSync(path, 'utf8');
}

const gpu = { name: 'gpu-1.0', suffix: 'gpu', deviceOptions: '--gpus all', wheels: [{ distribution: 'thing' }] };

test.each([
  ['of a small pipeline', () => synthesize()],
  ['of a pipeline with a prefix', () => synthesize({ prefix: 'nightly' })],
  ['of a pipeline in a subproject', () => synthesize({}, 'packages/thing')],
  ['of a pipeline with a variant', () => synthesize({ variants: [gpu] })],
  ['of a pipeline for Linux', () => synthesize({ platforms: [Platform.LINUX_X86_64] })],
  ['of a pipeline for Windows', () => synthesize({ platforms: [Platform.WINDOWS_AMD64] })],
  ['without releases', () => synthesize({ workflows: [WorkflowName.DOCKER, WorkflowName.LINUX] })],
  ['with an image from elsewhere', () => synthesize({ workflows: [WorkflowName.LINUX], image: { digest: DIGEST } })],
  ['that attest everywhere', () => synthesize({ release: { attest: true } })],
  ['that attest nowhere', () => synthesize({ release: { attest: false, useEnvironment: false, sbom: false } })],
  ['with upkeep alone', () => synthesize({ workflows: [WorkflowName.UPGRADE] })],
  ['of MLC-LLM with everything', mlcLlm],
])('the pages %s: links resolve, and sections leave no stray blank line', (_, make) => {
  const folder = make();
  const found = pages(folder);
  expect(found.length).toBeGreaterThan(0);
  for (const path of found) {
    const text = readFileSync(join(folder, path), 'utf8');
    expect([path, broken(path, text, (file) => read(join(folder, file)))]).toEqual([path, []]);
    expect(text).not.toMatch(/\n\n\n|^\n|\n\n$|[^\n]$|\{\{|undefined|\[object/);
    // A paragraph, a table or a list needs a blank line before the next heading.
    expect(text).not.toMatch(/[^\n]\n#+ /);
  }
});

test("links of the README and the guide resolve, including links to this repository's own pages", () => {
  const synthesized = mlcLlm();
  const guide = readdirSync(join(REPOSITORY, 'docs/guide')).map((name) => `docs/guide/${name}`);
  for (const path of ['README.md', ...guide]) {
    const find = (file: string): string | undefined => read(join(synthesized, file)) ?? read(join(REPOSITORY, file));
    expect([path, broken(path, read(join(REPOSITORY, path))!, find)]).toEqual([path, []]);
  }
});

describe('the address of the guide', () => {
  test('has the tag of the installed version, or main if it is unreleased', () => {
    const address = (version?: string): string => guideAddress('/elsewhere', '/elsewhere/docs', version);
    expect(address()).toBe(GUIDE);
    expect(address('1.2.3')).toBe(GUIDE.replace('/main/', '/lib-v1.2.3/'));
  });

  test("is relative in this library's own repository", () => {
    expect(guideAddress(REPOSITORY, join(REPOSITORY, 'docs'))).toBe('guide');
    expect(guideAddress(REPOSITORY, join(REPOSITORY, 'nightly/docs'))).toBe('../../docs/guide');
    expect(guideAddress(join(REPOSITORY, 'examples/tvm-ffi'), join(REPOSITORY, 'examples/tvm-ffi/docs'))).toBe(GUIDE);
  });
});
