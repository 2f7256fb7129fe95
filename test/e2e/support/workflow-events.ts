/** Repositories to run workflows in, and what may happen to them. */
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { check } from './process';

/** The default branch. */
export const BRANCH = 'main';

/** A commit by nobody in particular, whatever the machine's settings are. */
export const GIT_ENV = {
  ...{ GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' },
  ...{ GIT_AUTHOR_NAME: 'e2e', GIT_AUTHOR_EMAIL: 'e2e@example.com' },
  ...{ GIT_COMMITTER_NAME: 'e2e', GIT_COMMITTER_EMAIL: 'e2e@example.com' },
};

/** A repository that workflows run in: one commit on `main`. */
export interface Repository {
  readonly folder: string;
  /** `owner/name`, as GitHub would have it. */
  readonly name: string;
  readonly sha: string;
  /** The default branch's commit. Default: the same. */
  readonly main?: string;
  /** True if it is a fork. Default: false. */
  readonly fork?: boolean;
  /** Default: public. */
  readonly visibility?: 'public' | 'private' | 'internal';
  remove(): void;
}

/** What to commit. */
export interface RepositoryOptions extends Pick<Repository, 'fork' | 'visibility'> {
  /** Default: `owner/name`. */
  readonly name?: string;
  /** Copied with their modes: these files of this folder. `SYNTHESIZED` of repository.ts has such. */
  readonly from?: { readonly folder: string; readonly files: readonly string[] };
  /** Tags that the commit has already, beside one that an event pushes. */
  readonly tags?: readonly string[];
  /** Further files, by path. */
  readonly files?: Readonly<Record<string, string>>;
}

/** Makes a repository of its own, which a test may do with as it likes. */
export async function makeRepository(options: RepositoryOptions): Promise<Repository> {
  const name = options.name ?? 'owner/name';
  const folder = mkdtempSync(join(tmpdir(), 'e2e-repository-'));
  const git = (...argv: string[]) => check(['git', ...argv], { cwd: folder, env: GIT_ENV, quiet: true });
  (options.from?.files ?? []).forEach((path) => cpSync(join(options.from!.folder, path), join(folder, path)));
  for (const [path, text] of Object.entries(options.files ?? {})) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  await git('init', '--quiet', `--initial-branch=${BRANCH}`);
  await git('remote', 'add', 'origin', `https://github.com/${name}`);
  await git('add', '--all', '--force');
  await git('commit', '--quiet', '--message', 'Everything');
  for (const tag of options.tags ?? []) await git('tag', tag);
  const sha = (await git('rev-parse', 'HEAD')).stdout.trim();
  const { fork, visibility } = options;
  return { folder, name, sha, fork, visibility, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** GitHub's value of the commit before the first one of a branch. */
export const NO_COMMIT = '0'.repeat(40);

/** An event: {@link pushTag}, {@link pushBranch}, {@link pullRequest}, {@link schedule} or {@link dispatch}. */
export interface WorkflowEvent {
  readonly name: 'push' | 'pull_request' | 'schedule' | 'workflow_dispatch';
  /** What GitHub would call the commit. */
  readonly ref: string;
  payload(repository: Repository): object;
}

/** The commit gets a tag, and the tag is pushed. */
export function pushTag(tag: string): WorkflowEvent {
  return push(`refs/tags/${tag}`, NO_COMMIT);
}

/** A push of the commit to a branch. Default of the earlier commit: the same, so that nothing changed. */
export function pushBranch(branch = BRANCH, before?: string): WorkflowEvent {
  return push(`refs/heads/${branch}`, before);
}

function push(ref: string, before?: string): WorkflowEvent {
  const payload = ({ sha }: Repository) => ({
    ref,
    before: before ?? sha,
    after: sha,
    created: true,
    deleted: false,
    head_commit: { id: sha },
  });
  return { name: 'push', ref, payload };
}

/** The commit is what would come of merging a pull request, from the same repository or from a fork. */
export function pullRequest(options: { readonly number?: number; readonly fork?: boolean } = {}): WorkflowEvent {
  const { number = 1, fork = false } = options;
  const payload = ({ name, sha }: Repository) => ({
    action: 'opened',
    number,
    pull_request: {
      number,
      head: { ref: 'topic', sha, repo: { full_name: fork ? `somebody/${name.split('/')[1]}` : name, fork } },
      base: { ref: BRANCH, sha, repo: { full_name: name, fork: false } },
    },
  });
  return { name: 'pull_request', ref: `refs/pull/${number}/merge`, payload };
}

/** A scheduled run, whose event does not include the repository. */
export function schedule(): WorkflowEvent {
  return { name: 'schedule', ref: `refs/heads/${BRANCH}`, payload: () => ({ schedule: '17 3 * * 1,4' }) };
}

/** Somebody presses the button. */
export function dispatch(inputs: Readonly<Record<string, string | boolean>> = {}, branch = BRANCH): WorkflowEvent {
  const ref = `refs/heads/${branch}`;
  // GitHub sends text, whatever an input's type.
  const texts = Object.fromEntries(Object.entries(inputs).map(([name, value]) => [name, String(value)]));
  return { name: 'workflow_dispatch', ref, payload: () => ({ ref, inputs: texts }) };
}
