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
import type { PipelineOptions } from '../src';

const declaration: PipelineOptions = {
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
function synthesize(changes: Partial<PipelineOptions> = {}): Map<string, string> {
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

test('one declaration gives the image, the scripts, the workflows and the pages', () => {
  const files = [...synthesize().keys()].filter(
    (path) => /^(docker|scripts|docs|\.github)\//.test(path) || path === '.dockerignore',
  );
  expect(files).toEqual([
    '.dockerignore',
    '.github/workflows/docker.yml',
    '.github/workflows/linux.yml',
    '.github/workflows/release.yml',
    '.github/workflows/windows.yml',
    'docker/Dockerfile',
    'docker/environment.yml',
    'docs/ci-pipeline.md',
    'docs/local-development.md',
    'docs/releases.md',
    'scripts/build-requirements.txt',
    'scripts/build.ps1',
    'scripts/build.sh',
    'scripts/buildtool.py',
    'scripts/checks.py',
    'scripts/plan.json',
    'scripts/release-requirements.txt',
    'scripts/releasetool.py',
    'scripts/reproduce.sh',
    'scripts/test-image.sh',
    'scripts/test-requirements.txt',
    'scripts/test.ps1',
    'scripts/test.sh',
    'scripts/wheelfiles.py',
    'scripts/wheeltool.py',
  ]);
});

describe('a variant', () => {
  const variants = [
    { name: 'gpu-1.0', suffix: 'gpu10', deviceOptions: '--gpus all', wheels: [{ distribution: 'thing' }] },
  ];

  test('adds files and tasks of its own, and changes no script of the pipeline', () => {
    const [without, withVariant] = [synthesize(), synthesize({ variants })];
    const added = [...withVariant.keys()].filter((path) => !without.has(path));
    expect(added).toEqual([
      'docker/environment-gpu-1.0.yml',
      'docker/gpu-1.0.Dockerfile',
      'scripts/build-gpu-1.0.ps1',
      'scripts/build-gpu-1.0.sh',
      'scripts/plan-gpu-1.0.json',
      'scripts/reproduce-gpu-1.0.sh',
      'scripts/test-gpu-1.0.ps1',
      'scripts/test-gpu-1.0.sh',
      'scripts/test-image-gpu-1.0.sh',
      'scripts/test-requirements-gpu-1.0.txt',
    ]);
    for (const [path, text] of without) {
      if (/^scripts\/.*\.(sh|ps1)$/.test(path)) expect(withVariant.get(path)).toBe(text);
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
    expect(job['runs-on']).toBe("${{ vars.RUNNER_GPU_1_0 || 'ubuntu-24.04' }}");
    expect(job.container.options).toBe('--user 1001 --gpus all');
    expect(job.container.image).toContain("inputs.image-gpu-1_0 || format('{0}:latest-gpu-1.0'");
    const uploads = job.steps.map((step: { with?: { name?: string } }) => step.with?.name);
    expect(uploads).toContain('wheels-linux-x86_64-gpu-1.0');
    expect(Object.keys(workflow('docker').jobs)).toEqual(['try', 'publish', 'try-gpu-1_0', 'publish-gpu-1_0']);
    const { plan, linux, verify } = workflow('release').jobs;
    expect(Object.keys(plan.outputs)).toEqual(['tag', 'version', 'prerelease', 'image', 'image-gpu-1_0']);
    expect(linux.with['image-gpu-1_0']).toBe('${{ needs.plan.outputs.image-gpu-1_0 }}');
    const downloads = verify.steps.map((step: { with?: { name?: string } }) => step.with?.name).filter(Boolean);
    expect(downloads).toContain('wheels-windows-amd64-gpu-1.0');
  });

  test('says in the pages whether anybody has run it', () => {
    const page = 'docs/local-development.md';
    expect(synthesize({ variants }).get(page)).toContain('| nowhere yet');
    const tried = synthesize({ variants: [{ ...variants[0], tried: 'on a machine of ours' }] });
    expect(tried.get(page)).toContain('| on a machine of ours |');
    expect(synthesize().get(page)).not.toMatch(/variant/i);
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
    [...files].filter(([path, text]) => !/\.py$|^\.(projen|git)/.test(path) && word.test(text)).map(([path]) => path);

  test('leaves no Windows file and no mention of Windows', () => {
    const files = synthesize({ platforms: [Platform.LINUX_X86_64] });
    expect([...files.keys()].filter((path) => /windows|\.ps1$/.test(path))).toEqual([]);
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
  expect([...files.keys()].filter((path) => /release/.test(path))).toEqual([]);
});

test('a second Linux platform has its base image, its job and its lock file', () => {
  const files = synthesize({ platforms: [Platform.LINUX_X86_64, Platform.LINUX_AARCH64] });
  expect(files.get('docker/Dockerfile')).toMatch(/manylinux_2_28_aarch64.* AS base-arm64\n/);
  expect(Object.keys(parse(files.get('.github/workflows/linux.yml')!).jobs)).toEqual(['linux-x86_64', 'linux-aarch64']);
  expect(files.get('scripts/build.sh')).toContain('Linux-aarch64) PLATFORM=linux-aarch64 ;;');
});

test('every link of every page leads to a file that is synthesized', () => {
  const files = synthesize();
  for (const [path, text] of files) {
    if (!path.endsWith('.md')) continue;
    for (const [, target] of text.matchAll(/\]\((?!https?:)([^)#]+)/g)) {
      expect([path, target, files.has(join('docs', target))]).toEqual([path, target, true]);
    }
  }
});

test('the Dockerfile names no image without digest, and says the hash of its environment', () => {
  const dockerfile = synthesize().get('docker/Dockerfile')!;
  const images = [...dockerfile.matchAll(/^FROM (\S+)/gm)].map(([, image]) => image);
  expect(images.length).toBe(2);
  images.forEach((image) => expect(image).toMatch(/@sha256:[0-9a-f]{64}$/));
  const changed = synthesize({ toolchain: { vulkan: true } }).get('docker/Dockerfile')!;
  const hash = (text: string): string => /environment="(sha256:[0-9a-f]{64})"/.exec(text)![1];
  expect(hash(changed)).not.toBe(hash(dockerfile));
});

test('a committed lock file is what gets installed, and changes the hash of the environment', () => {
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
  expect(locked.get('docker/Dockerfile')).not.toBe(without.get('docker/Dockerfile'));
});

test('a file that the source lacks is synthesized as it is declared, and laid over the source', () => {
  const overlay = { 'rust/Cargo.lock': 'version = 4\n' };
  const files = synthesize({ source: { ...declaration.source, overlay } });
  expect(files.get('scripts/overlay/rust/Cargo.lock')).toBe('version = 4\n');
  for (const script of ['scripts/build.sh', 'scripts/build.ps1']) {
    expect(files.get(script)).toMatch(/copy_tree "\$\{?ROOT\}?\/scripts\/overlay" /);
    expect(synthesize().get(script)).not.toContain('overlay');
  }
});

test('submodules are fetched from their parents, and nothing else is', () => {
  const script = synthesize().get('scripts/build.sh')!;
  expect(script).toContain('retry 4 git -C "$BUILD_DIR/source" submodule --quiet update --init --depth=1 -- a\n');
  expect(script).toContain('retry 4 git -C "$BUILD_DIR/source/a" submodule --quiet update --init --depth=1 -- b\n');
  expect(script).not.toContain('--recursive');
});
