/** The remote `origin`, and new projects, which read their repository from it. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { Logger } from 'projen';
import { renderProjenInitOptions } from 'projen/lib/javascript/render-options';
import { MlcLlmPipelineProject } from '../../src';
import { githubRepository, readDefaultBranch, readOrigin } from '../../src/repository/origin';
import { at } from '../small';

const git = (folder: string, ...words: string[]): void =>
  void execFileSync('git', ['-C', folder, ...words], { stdio: 'ignore' });

const ADD = 'git remote add origin https://github.com/OWNER/NAME.git';
const INIT = `git init --initial-branch main && ${ADD}`;
/** Git refuses to add a remote that exists. */
const SET = ADD.replace('add', 'set-url');

/** Create a checkout with a remote in the test's folder. */
function checkout(url?: string, folder = at('')): void {
  git(folder, 'init', '--quiet');
  if (url) git(folder, 'remote', 'add', 'origin', url);
}

// The test's folder is outside any repository, even if the temporary folder is not.
beforeAll(() => {
  process.env.GIT_CEILING_DIRECTORIES = realpathSync(tmpdir());
});

describe('the URL of a remote', () => {
  test.each([
    'https://github.com/Acme/Wheels.x',
    'https://github.com/Acme/Wheels.x.git',
    'https://github.com/Acme/Wheels.x.git/',
    'https://github.com/Acme/Wheels.x/',
    'https://github.com:443/Acme/Wheels.x',
    'https://GitHub.com/Acme/Wheels.x.git',
    'https://www.github.com/Acme/Wheels.x',
    'https://x-access-token:ghs_secret@github.com/Acme/Wheels.x.git',
    'http://github.com/Acme/Wheels.x',
    'git://github.com/Acme/Wheels.x.git',
    'git@github.com:Acme/Wheels.x.git',
    'git@github.com:/Acme/Wheels.x',
    'github.com:Acme/Wheels.x.git',
    'org-123@github.com:Acme/Wheels.x.git',
    'ssh://git@github.com/Acme/Wheels.x.git',
    'ssh://git@github.com:22/Acme/Wheels.x',
    'ssh://git@ssh.github.com:443/Acme/Wheels.x.git',
    'git+ssh://git@github.com/Acme/Wheels.x.git',
  ])('%s contains owner and repository', (url) => {
    expect(githubRepository(url)).toBe('Acme/Wheels.x');
  });

  test.each([
    'https://gitlab.com/acme/wheels.git',
    'https://github.com.example.org/acme/wheels',
    'https://example.org/github.com/acme/wheels',
    'https://github.com@example.org/acme/wheels',
    'git@example.org:github.com/acme.git',
    'https://github.com/acme',
    'https://github.com/acme/wheels/tree/main',
    'https://github.com/acme/..',
    'https://github.com/acme/$(id)',
    '/srv/git/acme/wheels.git',
    '../github.com/acme/wheels',
    'C:\\github.com\\acme\\wheels',
    'file:///github.com/acme/wheels',
    '',
  ])('%s contains none', (url) => {
    expect(githubRepository(url)).toBeUndefined();
  });
});

describe('the remote of a folder', () => {
  test('belongs to its own repository, even in a git hook of another one', () => {
    checkout('git@github.com:acme/wheels.git');
    mkdirSync(at('other'));
    checkout('git@github.com:somebody/else.git', at('other'));
    process.env.GIT_DIR = at('other/.git');
    expect(readOrigin(at(''))).toEqual({ repository: 'acme/wheels' });
    delete process.env.GIT_DIR;
  });

  test('does not belong to the enclosing repository', () => {
    checkout('git@github.com:acme/monorepo.git');
    mkdirSync(at('packages'));
    expect(readOrigin(at('packages'))).toEqual({
      command: INIT,
      reason: 'this folder is inside another git repository, but is not one itself',
    });
  });

  test('is found through an abbreviation, and despite a mirror', () => {
    checkout('gh:acme/wheels');
    git(at(''), 'config', 'url.git@github.com:.insteadOf', 'gh:');
    expect(readOrigin(at(''))).toEqual({ repository: 'acme/wheels' });
    git(at(''), 'remote', 'set-url', 'origin', 'https://github.com/acme/wheels');
    git(at(''), 'config', 'url.https://mirror.example.org/.insteadOf', 'https://github.com/');
    expect(readOrigin(at(''))).toEqual({ repository: 'acme/wheels' });
  });

  test.each(['me:secret', 'me:se@cret'])(
    'is refused, and its URL printed without the token, unless it is on GitHub: %s',
    (user) => {
      checkout(`https://${user}@gitlab.com/acme/wheels.git`);
      expect(readOrigin(at(''))).toEqual({
        command: SET,
        reason: 'the remote "origin" is not a repository on github.com: https://gitlab.com/acme/wheels.git',
      });
    },
  );

  test('is unknown without git', () => {
    const { PATH } = process.env;
    process.env.PATH = at('');
    expect(readOrigin(at(''))).toEqual({
      command: INIT,
      reason: expect.stringContaining('git is not installed'),
    });
    process.env.PATH = PATH;
  });
});

describe('the default branch', () => {
  const commit = (folder: string): void =>
    git(folder, '-c', 'user.name=x', '-c', 'user.email=x@y', 'commit', '--quiet', '--allow-empty', '--message', 'x');

  test('is the first that a new repository has, with or without a commit', () => {
    git(at(''), 'init', '--quiet', '--initial-branch', 'release/next');
    expect(readDefaultBranch(at(''))).toBe('release/next');
    commit(at(''));
    expect(readDefaultBranch(at(''))).toBe('release/next');
  });

  test('is that of origin in a clone, whatever branch is checked out', () => {
    mkdirSync(at('hub'));
    git(at('hub'), 'init', '--quiet', '--initial-branch', 'trunk');
    commit(at('hub'));
    git(at(''), 'clone', '--quiet', at('hub'), at('clone'));
    git(at('clone'), 'switch', '--quiet', '--create', 'topic');
    expect(readDefaultBranch(at('clone'))).toBe('trunk');
    git(at('clone'), 'remote', 'set-head', 'origin', '--delete');
    expect(readDefaultBranch(at('clone'))).toBeUndefined();
  });

  test('is unknown outside of a repository, and in a folder of one', () => {
    expect(readDefaultBranch(at(''))).toBeUndefined();
    git(at(''), 'init', '--quiet');
    mkdirSync(at('packages'));
    expect(readDefaultBranch(at('packages'))).toBeUndefined();
  });

  // A push of `master`, git's own default, started nothing.
  test.each([
    ['master', 'main', true],
    ['main', 'main', false],
    ['master', 'master', false],
  ])('of a new project: %s, where %s is declared', (branch, defaultReleaseBranch, isWarned) => {
    git(at(''), 'init', '--quiet', '--initial-branch', branch);
    const warned = jest.spyOn(Logger.prototype, 'warn').mockImplementation();
    const options = { name: 'lib3', githubRepository: 'acme/wheels', defaultReleaseBranch, outdir: at('') };
    new MlcLlmPipelineProject(
      renderProjenInitOptions('projen.typescript.TypeScriptProject', options) as typeof options,
    );
    new MlcLlmPipelineProject(options);
    const told = `the default branch of this checkout is ${branch}, but a push starts the workflows on main only`;
    expect(warned.mock.calls).toEqual(isWarned ? [[expect.stringContaining(told)]] : []);
    warned.mockRestore();
  });
});

describe('a project without githubRepository', () => {
  const declare = (isNew: boolean): MlcLlmPipelineProject => {
    const options = { name: 'lib3', defaultReleaseBranch: 'main', outdir: at('') };
    return new MlcLlmPipelineProject(
      isNew ? (renderProjenInitOptions('projen.typescript.TypeScriptProject', options) as typeof options) : options,
    );
  };

  // Regression: a folder `lib3` became ghcr.io/lib3/lib3, which failed to push after half an hour of building.
  test('reads it from the remote if it is new, and writes it to .projenrc.ts', () => {
    checkout('https://github.com/Acme/Wheels.git');
    const made = declare(true);
    expect(made.pipeline._plan).toMatchObject({ repository: 'Acme/Wheels', image: { name: 'ghcr.io/acme/wheels' } });
    expect(made.initProject!.args.githubRepository).toBe('Acme/Wheels');
  });

  test.each<[string, boolean, string | undefined, string[]]>([
    ['new, without a remote', true, undefined, [`"${ADD}"`, '--github-repository OWNER/NAME', 'no remote "origin"']],
    ['new, of another host', true, 'git@gitlab.com:a/b.git', [`"${SET}"`, "githubRepository: 'OWNER/NAME'"]],
    ['old, without a remote', false, undefined, [`"${ADD}"`, "add githubRepository: 'OWNER/NAME' to .projenrc.ts"]],
    ['new, by a name of .ssh/config', true, 'git@github-work:a/b.git', [`"${SET}"`, '--github-repository OWNER/NAME']],
    // The same declaration produces the same files in every clone.
    ['old, with a remote', false, 'git@github.com:a/b.git', ["add githubRepository: 'a/b' to .projenrc.ts"]],
  ])('is refused, before anything is written: %s', (_, isNew, url, parts) => {
    checkout(url);
    const attempt = (): unknown => declare(isNew);
    expect(attempt).toThrow(/^githubRepository is required: /);
    parts.forEach((part) => expect(attempt).toThrow(part));
    expect(readdirSync(at(''))).toEqual(['.git']);
  });

  test('needs git init first outside a repository', () => {
    expect(() => declare(true)).toThrow(`this folder is not a git repository. Either run "${INIT}"`);
  });
});
