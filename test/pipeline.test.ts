import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { Project } from 'projen';
import { parse } from 'yaml';
import { Platform, WheelPipeline, WorkflowName } from '../src';
import type { WheelPipelineOptions } from '../src';

const declaration: WheelPipelineOptions = {
  repository: 'Owner/thing-wheels',
  name: 'thing',
  source: {
    git: {
      repository: 'https://example.com/thing',
      commit: '0123456789abcdef0123456789abcdef01234567',
      tag: 'v1.2.0',
      submodules: ['a', 'a/b'],
    },
  },
  wheels: [
    {
      distribution: 'thing',
      projectDir: 'python',
      excludes: { linux: ['libz.so.1'] },
      checks: [{ name: 'import', imports: ['thing'] }],
      testRequirements: ['numpy==2.2.6'],
    },
  ],
};

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'pipeline-'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

let count = 0;
/** Synthesizes a declaration into a folder of its own: its files by their path. */
function synthesize(changes: Partial<WheelPipelineOptions> = {}): Map<string, string> {
  const outdir = join(root, String(count++));
  const project = new Project({ name: 'thing', outdir });
  new WheelPipeline(project, { ...declaration, ...changes });
  process.env.PROJEN_DISABLE_POST = '1';
  project.synth();
  return filesOf(outdir);
}

function filesOf(folder: string): Map<string, string> {
  const paths = (readdirSync(folder, { recursive: true }) as string[]).filter((path) =>
    statSync(join(folder, path)).isFile(),
  );
  return new Map(paths.sort().map((path) => [relative('.', path), readFileSync(join(folder, path), 'utf8')]));
}

/** Return all files except the packed program, which is binary. */
const isOurs = (path: string): boolean => !path.endsWith('.pyz');

test('one declaration gives the image, the plan and what executes it, the workflows and the pages', () => {
  const files = [...synthesize().keys()].filter(
    (path) => /^(docker|scripts|docs|\.github)\//.test(path) || path === '.dockerignore',
  );
  expect(files).toEqual([
    '.dockerignore',
    '.github/workflows/cleanup.yml',
    '.github/workflows/docker.yml',
    '.github/workflows/linux.yml',
    '.github/workflows/release.yml',
    '.github/workflows/reproduce.yml',
    '.github/workflows/upgrade.yml',
    '.github/workflows/windows.yml',
    'docker/Dockerfile',
    'docker/environment.yml',
    'docker/requirements.txt',
    'docs/ci-pipeline.md',
    'docs/local-development.md',
    'docs/releases.md',
    'scripts/build-requirements.txt',
    'scripts/build.ps1',
    'scripts/build.sh',
    'scripts/check.cjs',
    'scripts/docker.env',
    'scripts/docker.sh',
    'scripts/plan.json',
    'scripts/test-requirements.txt',
    'scripts/test.ps1',
    'scripts/test.sh',
    'scripts/wheel_pipeline.pyz',
  ]);
});

// GHCR accepts only lower case; GitHub's addresses and signers keep the owner's spelling.
test('the image name is in lower case, the repository keeps its spelling', () => {
  const text = [...synthesize({ repository: 'Acme/Thing-Wheels' }).values()].join('\n');
  const named = (pattern: RegExp): Set<string> => new Set([...text.matchAll(pattern)].map(([found]) => found));
  expect(named(/\bghcr\.io\/acme\/[\w-]+/gi)).toEqual(new Set(['ghcr.io/acme/thing-wheels']));
  expect(named(/\bio\.github\.acme\.[\w-]+/gi)).toEqual(new Set(['io.github.acme.thing-wheels']));
  expect(named(/(?<!ghcr\.io\/)\bacme\/thing-wheels\b/gi)).toEqual(new Set(['Acme/Thing-Wheels']));
});

describe('a variant', () => {
  const variants = [
    { name: 'gpu-1.0', suffix: 'gpu10', deviceOptions: '--gpus all', wheels: [{ distribution: 'thing' }] },
  ];

  test('adds an image and tasks of its own, and no script', () => {
    const [without, withVariant] = [synthesize(), synthesize({ variants })];
    const added = [...withVariant.keys()].filter((path) => !without.has(path));
    expect(added).toEqual([
      'docker/environment-gpu-1.0.yml',
      'docker/gpu-1.0.Dockerfile',
      'docker/requirements-gpu-1.0.txt',
    ]);
    for (const [path, text] of without) {
      if (/^scripts\/(?!plan\.json$)/.test(path)) expect(withVariant.get(path)).toBe(text);
    }
    const { tasks } = JSON.parse(withVariant.get('.projen/tasks.json')!);
    expect(Object.keys(tasks)).toEqual(
      expect.arrayContaining(['image:gpu-1.0', 'wheel:gpu-1.0', 'wheel:test:gpu-1.0']),
    );
  });

  test('has a job, an artifact, an image and a place in the release of its own', () => {
    const files = synthesize({ variants });
    const workflow = (name: string) => parse(files.get(`.github/workflows/${name}.yml`)!);
    const job = workflow('linux').jobs['linux-x86_64-gpu-1_0'];
    expect(job['runs-on']).toBe('ubuntu-24.04');
    expect(workflow('linux').jobs['test-linux-x86_64-gpu-1_0']['runs-on']).toBe('${{ vars.RUNNER_GPU_1_0 }}');
    const commands = job.steps.map((step: { run?: string }) => step.run ?? '').join('');
    expect(commands).toContain('bash scripts/build.sh --variant gpu-1.0\n');
    expect(files.get('.github/workflows/windows.yml')).toContain('pwsh -File scripts/build.ps1 --variant gpu-1.0\n');
    expect(files.get('.github/workflows/docker.yml')).toContain('test-image --image "$IMAGE" --variant gpu-1.0\n');
    const uploads = job.steps.map((step: { with?: { name?: string } }) => step.with?.name);
    expect(uploads).toContain('wheels-linux-x86_64-gpu-1.0');
    expect(Object.keys(workflow('docker').jobs)).toEqual(
      expect.arrayContaining(['try', 'publish', 'try-gpu-1_0', 'publish-gpu-1_0']),
    );
    const { plan, linux, verify } = workflow('release').jobs;
    expect(Object.keys(plan.outputs)).toEqual(expect.arrayContaining(['tag', 'version', 'image', 'image-gpu-1_0']));
    expect(linux.with['image-gpu-1_0']).toBe('${{ needs.plan.outputs.image-gpu-1_0 }}');
    const downloads = verify.steps.map((step: { with?: { name?: string } }) => step.with?.name).filter(Boolean);
    expect(downloads).toContain('wheels-windows-amd64-gpu-1.0');
  });

  test('says in the pages whether anybody has run it', () => {
    const page = 'docs/local-development.md';
    expect(synthesize({ variants }).get(page)).toContain('| not yet |');
    const tested = synthesize({ variants: [{ ...variants[0], testedOn: 'on a machine of ours' }] });
    expect(tested.get(page)).toContain('| on a machine of ours |');
    expect(synthesize().get(page)).not.toMatch(/variant/i);
    expect(tested.get(page)).not.toContain("Upstream's wheels");
    const parts = [{ name: 'Sums', option: 'USE_SUMS', upstream: 'ON', note: 'nobody adds' }];
    const compared = synthesize({ variants: [{ ...variants[0], parts }] });
    expect(compared.get(page)).toMatch(/Upstream's wheels compared[^]*\| Sums \| ON \| OFF \| nobody adds \|/);
  });
});

test('the same declaration gives the same bytes, in another folder too', () => {
  expect(synthesize()).toEqual(synthesize());
});

test('a wrong declaration leaves nothing behind', () => {
  const outdir = join(root, 'wrong');
  expect(() => {
    const project = new Project({ name: 'thing', outdir });
    new WheelPipeline(project, { ...declaration, wheels: [] });
    project.synth();
  }).toThrow('wheels: [] must be at least one wheel');
  expect(existsSync(outdir)).toBe(false);
});

describe('a platform that is not declared', () => {
  const mentions = (files: Map<string, string>, word: RegExp): string[] =>
    [...files]
      .filter(([path, text]) => isOurs(path) && !/plan\.|^\.(projen|git)/.test(path) && word.test(text))
      .map(([path]) => path);

  test('leaves no Windows file and no mention of Windows', () => {
    const files = synthesize({ platforms: [Platform.LINUX_X86_64] });
    expect([...files.keys()].filter((path) => isOurs(path) && /windows|\.ps1$/.test(path))).toEqual([]);
    expect(mentions(files, /windows|\.ps1|vulkan-1|delvewheel|win_amd64/i)).toEqual([]);
  });

  test('leaves no image, no Linux script and no mention of Linux', () => {
    const files = synthesize({ platforms: [Platform.WINDOWS_AMD64] });
    expect([...files.keys()].filter((path) => /linux|\.sh$|Dockerfile|docker\.yml|dockerignore/.test(path))).toEqual(
      [],
    );
    expect(mentions(files, /linux|\.sh\b|ghcr|auditwheel/i)).toEqual([]);
  });
});

test('a workflow that is not declared leaves no file and no mention', () => {
  const files = synthesize({ workflows: [WorkflowName.DOCKER, WorkflowName.LINUX] });
  expect([...files.keys()].filter((path) => path.startsWith('.github/'))).toEqual([
    '.github/workflows/docker.yml',
    '.github/workflows/linux.yml',
  ]);
  const pages = [...files]
    .filter(([path]) => path.startsWith('docs/'))
    .map(([, text]) => text)
    .join('\n');
  expect(pages).not.toMatch(/release\.yml|windows\.yml|releases\.md/);
  expect([...files.keys()].filter((path) => isOurs(path) && /release/.test(path))).toEqual([]);
});

test('a second Linux platform has its base image, its job and its lock file', () => {
  const files = synthesize({ platforms: [Platform.LINUX_X86_64, Platform.LINUX_AARCH64] });
  expect(files.get('docker/Dockerfile')).toMatch(/manylinux_2_28_aarch64.* AS base-arm64\n/);
  const { jobs } = parse(files.get('.github/workflows/linux.yml')!);
  expect(Object.keys(jobs)).toEqual(expect.arrayContaining(['linux-x86_64', 'linux-aarch64']));
});

test('the Dockerfile pins every image by digest, and its labels come last', () => {
  const dockerfile = synthesize().get('docker/Dockerfile')!;
  const images = [...dockerfile.matchAll(/^(?:FROM |# syntax=)(?!scratch )(\S+)/gm)].map(([, image]) => image);
  expect(images.length).toBe(3);
  images.forEach((image) => expect(image).toMatch(/@sha256:[0-9a-f]{64}$/));
  // A file cannot contain its own hash, so the build passes the hash for the label.
  const label = 'io.github.owner.thing-wheels.environment';
  expect(dockerfile.trimEnd().split('\n').slice(-5)).toEqual([
    'ARG ENVIRONMENT=unknown',
    expect.stringMatching(/^LABEL /),
    ...Array(2).fill(expect.stringContaining('org.opencontainers.image.')),
    `      ${label}="$ENVIRONMENT"`,
  ]);
  expect(JSON.parse(synthesize().get('scripts/plan.json')!).image.label).toBe(label);
});

test('a committed lock file is installed', () => {
  const withLocks = (...locks: string[]): Map<string, string> => {
    const outdir = join(root, `locks-${locks.length}`);
    mkdirSync(join(outdir, 'docker'), { recursive: true });
    locks.forEach((lock) => writeFileSync(join(outdir, 'docker', lock), '@EXPLICIT\n'));
    const project = new Project({ name: 'thing', outdir });
    new WheelPipeline(project, declaration);
    project.synth();
    return filesOf(outdir);
  };
  const [without, locked] = [withLocks(), withLocks('conda-linux-64.lock', 'conda-win-64.lock')];
  expect(without.get('.github/workflows/windows.yml')).toContain('environment-file: docker/environment.yml\n');
  expect(locked.get('.github/workflows/windows.yml')).toContain('environment-file: docker/conda-win-64.lock\n');
  expect(locked.get('docker/Dockerfile')).toBe(without.get('docker/Dockerfile'));
});

test('a file that the source lacks is synthesized as it is declared, and laid over the source', () => {
  const overlay = { 'rust/Cargo.lock': 'version = 4\n' };
  const files = synthesize({ source: { ...declaration.source, overlay } });
  expect(files.get('scripts/overlay/rust/Cargo.lock')).toBe('version = 4\n');
  expect(JSON.parse(files.get('scripts/plan.json')!).source.overlay).toEqual(['rust/Cargo.lock']);
});

test('synthesized files are read-only, and shell scripts are executable', () => {
  const outdir = join(root, String(count));
  synthesize();
  const mode = (path: string): string =>
    statSync(join(outdir, 'scripts', path))
      .mode.toString(8)
      .slice(-3);
  expect(['build.sh', 'test.sh', 'docker.sh'].map(mode)).toEqual(['544', '544', '544']);
  expect(['build.ps1', 'plan.json', 'wheel_pipeline.pyz'].map(mode)).toEqual(['444', '444', '444']);
});
