/** The `origin` remote of a checkout: the GitHub repository that a new project is for. */
import { execFileSync } from 'node:child_process';

/** The repository of a checkout, as `owner/name`, or the reason why there is none. */
export type Origin = { readonly repository: string } | { readonly reason: string; readonly isRepository: boolean };

/** Read the remote `origin` of the checkout whose root is a folder. A checkout that only contains the folder is ignored. */
export function readOrigin(folder: string): Origin {
  let isRepository = false;
  try {
    // `projen new` makes the folder a repository of its own, so the remote of the one around it is another project's.
    if (git(folder, 'rev-parse', '--show-cdup') !== '') {
      return { isRepository, reason: 'this folder is inside another git repository, and is not one itself' };
    }
    isRepository = true;
    // The first has `url.<base>.insteadOf` applied, which expands `gh:owner/name` but may also redirect to a mirror.
    const urls = [git(folder, 'remote', 'get-url', 'origin'), git(folder, 'config', '--get', 'remote.origin.url')];
    const repository = urls.map(githubRepository).find((each) => each !== undefined);
    if (repository !== undefined) return { repository };
    return {
      isRepository,
      reason: `the remote "origin" is not a repository on github.com: ${withoutSecrets(urls[1])}`,
    };
  } catch (error) {
    return { isRepository, reason: explain(error as GitError) };
  }
}

/** The URL forms that git takes: with a scheme, and as `user@host:path`. */
const URL_FORMS = [
  /^(?:https?|ssh|git|git\+ssh|git\+https):\/\/(?:[^@/]*@)?(?<host>[^@/:]+)(?::\d+)?\/+(?<path>.+)$/i,
  /^(?:[^@/:]+@)?(?<host>[^@/:]+):(?!\/\/)\/?(?<path>.+)$/,
];

const GITHUB_HOSTS = ['github.com', 'www.github.com', 'ssh.github.com'];

/** Return the `owner/name` that a remote's URL has on github.com; `undefined` for any other URL. */
export function githubRepository(url: string): string | undefined {
  const { host, path } = URL_FORMS.map((form) => form.exec(url.trim())).find(Boolean)?.groups ?? {};
  if (host === undefined || !GITHUB_HOSTS.includes(host.toLowerCase())) return undefined;
  const [, owner, name] = /^([A-Za-z0-9][A-Za-z0-9_-]*)\/([A-Za-z0-9._-]+?)(?:\.git)?\/*$/.exec(path) ?? [];
  return owner === undefined || /^\.{1,2}$/.test(name) ? undefined : `${owner}/${name}`;
}

interface GitError extends NodeJS.ErrnoException {
  readonly stderr?: string;
}

/** Run git on the folder alone: neither the repository of a hook nor a foreign owner of the folder matters. */
function git(folder: string, ...words: readonly string[]): string {
  const env = Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_') || KEPT_VARIABLES.includes(name));
  return execFileSync('git', ['-c', 'safe.directory=*', '-C', folder, ...words], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...Object.fromEntries(env), LC_ALL: 'C' },
  }).trim();
}

/** Variables of git that say where its settings are, not which repository it works on. */
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

/** Remove a user name and a token from a URL. */
function withoutSecrets(url: string): string {
  return url.replace(/\/\/[^@/]*@/, '//');
}
