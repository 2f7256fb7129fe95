/** Runs workflow files as they are in act, with stand-ins for the actions and for what GitHub keeps between jobs. */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Engine } from './engine';
import { goInstall, pythonTools } from './machine';
import { check, locked, run, which } from './process';
import { BRANCH, GIT_ENV, Repository, WorkflowEvent } from './workflow-events';
import { findPython } from '../../../projenrc/python';
import { ACTIONS } from '../../../src/declaration/pins';

const ACT = 'v0.2.89';
const STAND_INS = resolve(__dirname, '..', 'stand-ins', 'actions');

/** What to run, and where. */
export interface WorkflowRunOptions {
  readonly engine: Engine;
  readonly repository: Repository;
  /** The file's name: `release.yml`. */
  readonly workflow: string;
  readonly event: WorkflowEvent;
  /** The repository's variables. */
  readonly vars?: Readonly<Record<string, string>>;
  /** Beside `GITHUB_TOKEN`, which there always is. */
  readonly secrets?: Readonly<Record<string, string>>;
  /** For every step, before what the workflow says: what the stand-ins go by, mostly. */
  readonly env?: Readonly<Record<string, string>>;
  /** Folders with programs that come before the machine's, on runners and not in containers: a stand-in for gh, say. */
  readonly programs?: readonly string[];
  /** What GitHub keeps: {@link makeStorage}. One for several runs shares their caches. */
  readonly storage: Storage;
  /** Milliseconds. Default: 20 minutes. */
  readonly timeout?: number;
}

/** A step that ran. */
export interface StepResult {
  readonly name: string;
  readonly result: 'success' | 'failure';
}

/** A job that ran. One that was skipped is not there, nor are its steps. */
export interface JobResult {
  readonly id: string;
  /** The names of the calling job, if any, of the workflow and of the job: `Linux/linux/Linux wheels`. */
  readonly name: string;
  readonly result: 'success' | 'failure';
  readonly steps: readonly StepResult[];
}

/** What was attested: the subjects' names with their SHA-256. */
export interface Attestation {
  readonly predicate: string;
  readonly subjects: Readonly<Record<string, string>>;
}

/** What a run has come to. */
export interface WorkflowRun {
  /** Of act: 0 unless a job failed. */
  readonly status: number;
  /** What the jobs printed, each line with its job. */
  readonly output: string;
  /** In the order in which they ended. */
  readonly jobs: readonly JobResult[];
  /** A folder with a folder for each artifact. */
  readonly artifacts: string;
  readonly attestations: readonly Attestation[];
  /** `TAG DIGEST …` of each image that was pushed, as the workflow names it. */
  readonly pushes: readonly string[];
  /** `DOCKERFILE cache-from=…` of each image that was built. */
  readonly builds: readonly string[];
  /** `REGISTRY USER` of each login. */
  readonly logins: readonly string[];
  /** By the job's id, `skipped` for one that did not run. */
  job(id: string): 'success' | 'failure' | 'skipped';
}

/** The caches and the runs' artifacts, attestations and logins, in a folder. */
export interface Storage {
  readonly folder: string;
  remove(): void;
}

/** An empty storage. */
export function makeStorage(): Storage {
  const folder = mkdtempSync(join(tmpdir(), 'e2e-storage-'));
  // The user of a container writes here too.
  ['', 'cache', 'runs'].forEach((name) => {
    mkdirSync(join(folder, name), { recursive: true });
    chmodSync(join(folder, name), 0o777);
  });
  // In a container, the repository belongs to somebody else.
  writeFileSync(join(folder, 'gitconfig'), '[safe]\n\tdirectory = *\n');
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Runs a workflow of the repository to its end. */
export async function runWorkflow(options: WorkflowRunOptions): Promise<WorkflowRun> {
  const { engine, repository, event, storage } = options;
  const act = join(await goInstall('act', 'github.com/nektos/act', ACT), 'act');
  const scratch = mkdtempSync(join(tmpdir(), 'e2e-act-'));
  const runId = String(readdirSync(join(storage.folder, 'runs')).length + 1);
  const record = join(storage.folder, 'runs', runId);
  [record, join(record, 'artifacts'), join(record, 'attestations')].forEach((folder) => {
    mkdirSync(folder);
    chmodSync(folder, 0o777);
  });
  await publish(repository, event, storage);
  const payload = { ...event.payload(repository), ...(event.name !== 'schedule' && about(repository)) };
  writeFileSync(join(scratch, 'event.json'), JSON.stringify(payload));
  const path = `.github/workflows/${options.workflow}`;
  writeFileSync(join(record, 'run.json'), JSON.stringify({ id: Number(runId), path, ...asRun(repository, event) }));
  // What the Conda environment has of the program's; the runner's own Python is new enough, and has nothing.
  const conda = await pythonTools('conda-environment', []);
  const env = {
    ...options.env,
    E2E_STORAGE: storage.folder,
    E2E_CONDA: conda,
    E2E_VISIBILITY: repository.visibility ?? 'public',
    GITHUB_RUN_ID: runId,
    // The top-level workflow, in called workflows as well.
    GITHUB_WORKFLOW_REF: `${repository.name}/${path}@${event.ref}`,
  };
  const argv = [act, event.name, '--json', '--rm', '--directory', repository.folder, '--actor', 'e2e'];
  argv.push('--workflows', join(repository.folder, '.github/workflows', options.workflow));
  argv.push('--eventpath', join(scratch, 'event.json'), '--defaultbranch', BRANCH);
  argv.push(
    '--pull=false',
    '--action-offline-mode',
    '--no-cache-server',
    '--action-cache-path',
    join(scratch, 'cache'),
  );
  // The table that act keeps of local actions is not made for threads.
  argv.push('--concurrent-jobs', '1');
  // A copy of the folder, as act makes it otherwise, has files that no commit has, and every tag.
  argv.push('--no-skip-checkout');
  // The one mount that can be chosen for a job with a container of its own.
  argv.push('--container-daemon-socket', `unix://${storage.folder}`);
  RUNNERS.forEach((runner) => argv.push('--platform', `${runner}=-self-hosted`));
  argv.push(...localActions());
  // Files of these names, which act would read, are no part of GitHub's doings.
  ['--secret-file', '--var-file', '--env-file', '--input-file'].forEach((option) => argv.push(option, '/dev/null'));
  argv.push(...pairs('--env', env), ...pairs('--var', options.vars));
  argv.push(...pairs('--secret', { GITHUB_TOKEN: 'e2e-token', ...options.secrets }));
  const own = [join(STAND_INS, 'runner'), await runnerPython(join(scratch, 'bin'))];
  const programs = [...(options.programs ?? []), ...own, process.env.PATH ?? ''];
  try {
    // act names containers and volumes after jobs: two runs of a workflow would remove each other's.
    const result = await locked('act', () =>
      run(argv, {
        cwd: repository.folder,
        env: {
          ...withoutRunner(),
          ...engine.env,
          PATH: programs.join(':'),
          // `pip install --user` is for the runner, not for this machine.
          PYTHONUSERBASE: join(scratch, 'python'),
        },
        timeout: options.timeout ?? 20 * 60_000,
      }),
    );
    return { status: result.status, ...readLog(result.stdout, result.stderr), ...readRecord(record) };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Where a job runs on this machine itself, or in its container. */
const RUNNERS = ['ubuntu-24.04', 'ubuntu-24.04-arm', 'windows-2022', 'windows-2025'];

/** A folder with the Python that GitHub's runners have: as new as the program needs, where this machine's is older. */
async function runnerPython(folder: string): Promise<string> {
  const interpreter = findPython();
  mkdirSync(folder);
  // No link: an interpreter looks for its library around the path that it is called by.
  writeFileSync(join(folder, 'python3'), `#!/bin/sh\nexec '${which(interpreter) ?? interpreter}' "$@"\n`, {
    mode: 0o755,
  });
  symlinkSync('python3', join(folder, 'python'));
  return folder;
}

/** Return the repository data of most events. */
function about({ name, fork = false, visibility = 'public' }: Repository): object {
  const [owner, short] = name.split('/');
  const facts = { fork, visibility, private: visibility !== 'public', default_branch: BRANCH };
  return { repository: { full_name: name, name: short, owner: { login: owner }, ...facts }, sender: { login: 'e2e' } };
}

/** Return GitHub's data of a run, except its number and workflow. */
function asRun({ name, sha }: Repository, { name: event, ref }: WorkflowEvent): object {
  const ids = { repository_id: 1, head_repository_id: 1 };
  // A pull request has its own branch, in the same repository or in a fork.
  const branch = event === 'pull_request' ? 'topic' : ref.replace(/^refs\/(heads|tags)\//, '');
  return { repository: name, event, ref, head_branch: branch, head_sha: sha, ...ids };
}

/** Where the checkout fetches from: the commit, under the name that the event gives it. */
async function publish(repository: Repository, event: WorkflowEvent, storage: Storage): Promise<void> {
  const origin = join(storage.folder, 'origin.git');
  const git = (...argv: string[]) => check(['git', ...argv], { env: GIT_ENV, quiet: true });
  rmSync(origin, { recursive: true, force: true });
  await git('init', '--quiet', '--bare', `--initial-branch=${BRANCH}`, origin);
  await git('-C', origin, 'config', 'uploadpack.allowAnySHA1InWant', 'true');
  const refspecs = ['+refs/tags/*:refs/tags/*'];
  refspecs.push(`+${repository.main ?? repository.sha}:refs/heads/${BRANCH}`);
  if (event.ref !== `refs/heads/${BRANCH}`) refspecs.push(`+${repository.sha}:${event.ref}`);
  await git('-C', repository.folder, 'push', '--quiet', origin, ...refspecs);
}

/** Every action that a workflow may use, at its pinned commit. */
function localActions(): string[] {
  const folders = Object.values(ACTIONS).map(({ action, commit }) => {
    const [owner, name] = action.split('/');
    const folder = join(STAND_INS, owner!, name!);
    if (!existsSync(join(STAND_INS, action, 'action.yml'))) {
      throw new Error(`There is no stand-in for ${action}: add test/e2e/stand-ins/actions/${action}/action.yml`);
    }
    return `${owner}/${name}@${commit}=${folder}`;
  });
  return [...new Set(folders)].flatMap((each) => ['--local-repository', each]);
}

/** When this suite runs on GitHub, its own runner's variables must not reach the workflow's jobs. */
function withoutRunner(): Record<string, undefined> {
  const names = Object.keys(process.env).filter((name) => /^(GITHUB|RUNNER|ACTIONS|INPUT|ACT)_/.test(name));
  return Object.fromEntries(names.map((name) => [name, undefined]));
}

/** A line of act's log. */
interface LogLine {
  readonly msg: string;
  readonly job?: string;
  readonly jobID?: string;
  readonly jobResult?: 'success' | 'failure';
  readonly stage?: string;
  readonly step?: string;
  readonly stepID?: readonly string[];
  readonly stepResult?: 'success' | 'failure';
}

function readLog(stdout: string, stderr: string): Pick<WorkflowRun, 'output' | 'jobs' | 'job'> {
  const lines = `${stdout}\n${stderr}`.split('\n').filter(Boolean);
  const entries = lines.map((line) => (line.startsWith('{') ? (JSON.parse(line) as LogLine) : { msg: line }));
  const said = entries.filter(({ msg }) => !msg.startsWith('LocalRepositoryCache'));
  const output = said.map(({ job, msg }) => (job ? `[${job.trim()}] ${msg.trimEnd()}` : msg)).join('\n');
  const ended = entries.filter(({ jobResult }) => jobResult);
  // The steps of an action, and the preparations, have other marks.
  const steps = entries.filter(
    ({ stage, stepID, stepResult }) => stepResult && stage === 'Main' && stepID?.length === 1,
  );
  const jobs = ended.map(({ job = '', jobID = '', jobResult }) => ({
    id: jobID,
    name: job.trim(),
    result: jobResult!,
    steps: steps
      .filter((step) => step.job?.trim() === job.trim())
      .map(({ step = '', stepResult }) => ({ name: step, result: stepResult! })),
  }));
  return { output, jobs, job: (id) => jobs.find((job) => job.id === id)?.result ?? 'skipped' };
}

type Recorded = 'artifacts' | 'attestations' | 'pushes' | 'builds' | 'logins';

function readRecord(record: string): Pick<WorkflowRun, Recorded> {
  const read = (...path: string[]) => {
    const file = join(record, ...path);
    return existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean) : [];
  };
  const attestations = readdirSync(join(record, 'attestations')).map((id) => ({
    predicate: read('attestations', id, 'predicate').join(),
    subjects: Object.fromEntries(
      read('attestations', id, 'subjects').map((line) => [line.slice(66), line.slice(0, 64)]),
    ),
  }));
  const [pushes, builds, logins] = [read('pushes'), read('builds'), read('logins')];
  return { artifacts: join(record, 'artifacts'), attestations, pushes, builds, logins };
}

function pairs(option: string, values: Readonly<Record<string, string>> = {}): string[] {
  return Object.entries(values).flatMap(([name, value]) => [option, `${name}=${value}`]);
}
