/** The `origin` remote of a checkout: the default GitHub repository of a new project. */
import { execFileSync } from 'node:child_process';

/** The repository of a checkout, as `owner/name`; or the reason why there is none, and the command that names one. */
export type Origin = { readonly repository: string } | { readonly reason: string; readonly command: string };

const URL = 'https://github.com/OWNER/NAME.git';
const ADD = `git remote add origin ${URL}`;
// The workflows are for `main` by default, and git's own default is `master`.
const INIT = `git init --initial-branch main && ${ADD}`;

/** Read the remote `origin` of the checkout at a folder. A checkout in a parent folder is ignored. */
export function readOrigin(folder: string): Origin {
  let command = INIT;
  try {
    // `projen new` creates a repository in the folder, so the enclosing repository's remote belongs to another project.
    if (git(folder, 'rev-parse', '--show-cdup') !== '') {
      return { command, reason: 'this folder is inside another git repository, but is not one itself' };
    }
    command = ADD;
    // The first URL has `url.<base>.insteadOf` applied, which expands `gh:owner/name` but may also redirect to a mirror.
    const urls = [git(folder, 'remote', 'get-url', 'origin'), git(folder, 'config', '--get', 'remote.origin.url')];
    const repository = urls.map(githubRepository).find((each) => each !== undefined);
    if (repository !== undefined) return { repository };
    return {
      command: `git remote set-url origin ${URL}`,
      reason: `the remote "origin" is not a repository on github.com: ${withoutSecrets(urls[1])}`,
    };
  } catch (error) {
    return { command, reason: explain(error as GitError) };
  }
}

/** Read the default branch that a checkout has or, before its first push, will have; `undefined` if git does not know. */
export function readDefaultBranch(folder: string): string | undefined {
  try {
    if (git(folder, 'rev-parse', '--show-cdup') !== '') return undefined;
    const isPublished = git(folder, 'for-each-ref', '--count=1', 'refs/remotes/origin') !== '';
    const ref = git(folder, 'symbolic-ref', isPublished ? 'refs/remotes/origin/HEAD' : 'HEAD');
    return ref.replace(/^refs\/(heads|remotes\/origin)\//, '');
  } catch {
    return undefined;
  }
}

/** The URL forms that git accepts: with a scheme, and as `user@host:path`. */
const URL_FORMS = [
  /^(?:https?|ssh|git|git\+ssh|git\+https):\/\/(?:[^@/]*@)?(?<host>[^@/:]+)(?::\d+)?\/+(?<path>.+)$/i,
  /^(?:[^@/:]+@)?(?<host>[^@/:]+):(?!\/\/)\/?(?<path>.+)$/,
];

const GITHUB_HOSTS = ['github.com', 'www.github.com', 'ssh.github.com'];

/** Return the `owner/name` of a github.com URL; `undefined` for any other URL. */
export function githubRepository(url: string): string | undefined {
  const { host, path } = URL_FORMS.map((form) => form.exec(url.trim())).find(Boolean)?.groups ?? {};
  if (host === undefined || !GITHUB_HOSTS.includes(host.toLowerCase())) return undefined;
  const [, owner, name] = /^([A-Za-z0-9][A-Za-z0-9_-]*)\/([A-Za-z0-9._-]+?)(?:\.git)?\/*$/.exec(path) ?? [];
  return owner === undefined || /^\.{1,2}$/.test(name) ? undefined : `${owner}/${name}`;
}

interface GitError extends NodeJS.ErrnoException {
  readonly stderr?: string;
}

/** Run git on the folder, independent of a git hook's environment and of the folder's owner. */
function git(folder: string, ...words: readonly string[]): string {
  const env = Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_') || KEPT_VARIABLES.includes(name));
  return execFileSync('git', ['-c', 'safe.directory=*', '-C', folder, ...words], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...Object.fromEntries(env), LC_ALL: 'C' },
  }).trim();
}

/** Variables of git that locate its settings, not the repository. */
const KEPT_VARIABLES = [
  'GIT_CEILING_DIRECTORIES',
  'GIT_CONFIG_GLOBAL',
  'GIT_CONFIG_NOSYSTEM',
  'GIT_CONFIG_SYSTEM',
  'GIT_EXEC_PATH',
];

function explain({ code, message, stderr }: GitError): string {
  if (code === 'ENOENT') return 'git is not installed, so the remote "origin" cannot be read';
  const [said = message] = (stderr ?? '').split('\n').filter(Boolean);
  if (/not a git repository/.test(said)) return 'this folder is not a git repository';
  if (/No such remote/.test(said)) return 'this repository has no remote "origin"';
  return `git cannot read the remote "origin" (${said})`;
}

/** Remove a user name and a token from a URL; a password may contain an @. */
function withoutSecrets(url: string): string {
  return url.replace(/\/\/[^/]*@/, '//');
}
