/** The stand-ins for GitHub, tried on small workflows that do what a project's own do, without their work. */
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Engine, startEngine } from './support/engine';
import { check, digest, run, which } from './support/process';
import { Registry, startRegistry } from './support/registry';
import { REPOSITORY } from './support/repository';
import { SAMPLES, STAND_IN } from './support/sample-workflows';
import { makeStorage, runWorkflow, Storage, WorkflowRun } from './support/workflow-engine';
import { dispatch, makeRepository, pullRequest, pushTag, Repository, WorkflowEvent } from './support/workflow-events';
import { renderWorkflow } from '../../src/constructs/workflows/workflow';

/** What the steps and the stand-ins call in the container. */
const PROGRAMS = [
  ...['basename', 'bash', 'cat', 'chmod', 'chown', 'cp', 'cut', 'dirname', 'find', 'git', 'git-upload-pack', 'grep'],
  ...['id', 'ls', 'mkdir', 'mv', 'rm', 'sed', 'sh', 'sha256sum', 'sort', 'tail', 'tar', 'tr', 'wc', 'xargs'],
];

/** A program that prints its arguments and the kind of Python that runs it. */
const PROGRAM = `import sys
kind = "a virtual environment's" if sys.prefix != sys.base_prefix else "the machine's"
assert sys.version_info >= (3, 12)
print("program:", *sys.argv[1:], "by", kind)
`;

let engine: Engine;
let registry: Registry;
let repository: Repository;
let folder: string;
let storage: Storage;
/** By digest, and in the local registry only. */
let image: string;

beforeAll(async () => {
  [engine, registry] = await Promise.all([startEngine(), startRegistry()]);
  folder = mkdtempSync(join(tmpdir(), 'workflow-engine-e2e-'));
  writeFileSync(join(folder, 'a-1-py3-none-win_amd64.whl'), 'a wheel');
  writeFileSync(join(folder, 'build-record.json'), '{}');
  image = await pushImage();
  const workflows = SAMPLES.map((each) => [
    `.github/workflows/${each.name}.yml`,
    renderWorkflow(each, ['A workflow of the slow suite.']),
  ]);
  repository = await makeRepository({
    files: {
      ...(Object.fromEntries(workflows) as Record<string, string>),
      '.gitignore': 'build/\ndist/\n',
      'committed.txt': 'committed\n',
      'scripts/build.ps1': script('build.ps1'),
      'scripts/test.ps1': script('test.ps1'),
      [STAND_IN]: PROGRAM,
      Dockerfile: 'FROM scratch\nARG REVISION\nLABEL revision=$REVISION\nCOPY committed.txt /\n',
    },
  });
});
afterAll(async () => {
  repository?.remove();
  rmSync(folder, { recursive: true, force: true });
  await engine?.tryDocker(['image', 'rm', image], { quiet: true });
  await registry?.stop();
  await engine?.stop();
});
beforeEach(() => {
  storage = makeStorage();
});
afterEach(() => storage.remove());

function script(name: string): string {
  return readFileSync(join(REPOSITORY, 'scripts', name), 'utf8').replaceAll('src/runtime/wheel_pipeline', STAND_IN);
}

/** An image with a few of this machine's programs: small, and so quick to push. */
async function pushImage(): Promise<string> {
  // A script's first line, and git, want the shell at its other place.
  const programs = [...PROGRAMS.map((name) => which(name)!), '/bin/sh', '/bin/bash'];
  const libraries = await run(['ldd', ...programs], { quiet: true });
  const paths = [...libraries.stdout.matchAll(/(\/\S+) \(0x/g)].map((match) => match[1]!);
  const tar = join(folder, 'image.tar');
  await check(['mkdir', '--mode=1777', join(folder, 'tmp')]);
  const argv = ['--create', '--dereference', '--absolute-names', '--file', tar, ...new Set([...programs, ...paths])];
  await check(['tar', ...argv, '--directory', folder, 'tmp']);
  const tag = `${registry.host}/e2e-stand-ins/programs:${digest(readFileSync(tar))}`;
  await engine.docker(['import', '--change', 'ENV PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin', tar, tag]);
  rmSync(tar);
  await engine.docker(['push', '--quiet', tag]);
  const inspected = await engine.docker(['image', 'inspect', '--format', '{{index .RepoDigests 0}}', tag]);
  // So that it has to come back from the registry.
  await engine.docker(['image', 'rm', tag]);
  return inspected.stdout.trim();
}

function act(workflow: string, event: WorkflowEvent, env: Record<string, string> = {}): Promise<WorkflowRun> {
  const standIns = { E2E_WINDOWS_WHEELS: folder, E2E_REGISTRY: registry.host, ...env };
  return runWorkflow({ engine, repository, storage, workflow, event, env: standIns, vars: { IMAGE: image } });
}

/** The files of an artifact; none where there is no such artifact. */
function artifact(result: WorkflowRun, name: string): string[] {
  const path = join(result.artifacts, name);
  return existsSync(path) ? readdirSync(path, { recursive: true }).map(String).sort() : [];
}

function steps(result: WorkflowRun, id: string): string[] {
  return result.jobs.find((each) => each.id === id)!.steps.map((step) => `${step.name}: ${step.result}`);
}

test('a tag goes through a called workflow with a container, and what comes out is handed on', async () => {
  const result = await act('whole.yml', pushTag('v1.2.3'));
  expect(result.status === 0 ? '' : result.output).toBe('');
  const names = ['Part/part/Linux', 'Part/part/Windows', 'whole/Plan', 'whole/Publish'];
  expect(result.jobs.map(({ name }) => name).sort()).toEqual(names);
  expect(artifact(result, 'part-linux')).toEqual(['committed.txt', 'sub', 'sub/version.txt']);
  expect(artifact(result, 'part-windows')).toEqual(['a-1-py3-none-win_amd64.whl', 'build-record.json']);
  expect(artifact(result, 'published')).toContain('a-1-py3-none-win_amd64.whl');
  expect(readFileSync(join(result.artifacts, 'published/sub/version.txt'), 'utf8')).toBe('1.2.3');
  expect(result.output).toContain(`user 1001, ${repository.sha.slice(0, 7)}, matched <>`);
  expect(result.output).toContain("program: release plan by a virtual environment's\n");
  expect(result.output).toContain("program: compare-records one two by a virtual environment's\n");
  expect(result.attestations).toEqual([
    { predicate: 'https://slsa.dev/provenance/v1', subjects: { 'a-1-py3-none-win_amd64.whl': digestOf('a wheel') } },
  ]);
  // An input that the caller sets to false is false there.
  expect(steps(result, 'linux')).not.toContain('Restore: success');
});

test('a step that fails ends its job with nothing uploaded, and what needs the job does not run', async () => {
  const result = await act('whole.yml', pushTag('v1.2.3'), { FAIL: 'linux' });
  expect(result.status).not.toBe(0);
  expect(steps(result, 'linux')).toEqual(['Check out: success', 'Build: success', 'Test: failure']);
  expect(artifact(result, 'part-linux')).toEqual([]);
  expect([result.job('windows'), result.job('publish')]).toEqual(['success', 'skipped']);
});

test('runs share their caches, and a pull request is told from the button', async () => {
  const first = await act('part.yml', dispatch());
  expect(first.output).toContain('matched <>');
  const second = await act('part.yml', pullRequest(), { E2E_WINDOWS_TEST_STATUS: '3' });
  expect(second.output).toContain('matched <k/1>');
  expect([second.job('linux'), second.job('windows')]).toEqual(['success', 'failure']);
  expect(artifact(second, 'part-windows')).toEqual([]);
});

test('an artifact of the same name is refused, and an input of the button has its type', async () => {
  expect((await act('twice.yml', dispatch({ again: false }))).status).toBe(0);
  const result = await act('twice.yml', dispatch());
  expect(result.output).toContain('an artifact with this name already exists');
  expect(result.job('twice')).toBe('failure');
});

test('an image is built, pushed to the registry that stands for all, and attested by its digest', async () => {
  const result = await act('image.yml', dispatch());
  expect(result.status === 0 ? '' : result.output).toBe('');
  expect(result.logins).toEqual(['ghcr.io e2e']);
  const [pushed = ''] = /sha256:[0-9a-f]{64}/.exec(result.pushes[0] ?? '') ?? [];
  expect(result.attestations[0]!.subjects).toEqual({ 'ghcr.io/e2e-stand-ins/image': pushed.replace('sha256:', '') });
  const reference = `${registry.host}/e2e-stand-ins/image@${pushed}`;
  await engine.docker(['pull', '--quiet', reference]);
  const label = ['image', 'inspect', '--format', '{{.Config.Labels.revision}}', reference];
  expect((await engine.docker(label)).stdout.trim()).toBe(repository.sha);
  const names = ['latest', repository.sha].map((tag) => `ghcr.io/e2e-stand-ins/image:${tag}`);
  await engine.docker(['image', 'rm', '--force', reference, ...names]);
});

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
