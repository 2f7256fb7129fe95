/** The first part of `scripts/build`: the source, from where it is declared to be, with what is laid over it. */
import { BUILD_DIR, SOURCE_DIR } from './inputs';
import { BUILDTOOL } from './python';
import { ROOT, Script, Statements, text, Variable } from './script';
import type { PipelineSpec } from '../declaration/pipeline';
import type { GitSource, SdistSource } from '../declaration/source';

/** How often a step that reaches over the network is tried. */
const ATTEMPTS = 4;

/** The folder of the files that are laid over the source. */
export const OVERLAY = 'scripts/overlay';

/** The tree that is built: a copy, whatever it comes from. */
export const SOURCE_TREE = text`${BUILD_DIR}/source`;

/** Fetches the pinned source, or copies the caller's. */
export function fetchSource(script: Script, spec: PipelineSpec): void {
  script.step('Fetch the source', (step) =>
    step.emptyFolder(SOURCE_TREE).when(
      { kind: 'isSet', variable: SOURCE_DIR },
      (given) => given.copyTree(SOURCE_DIR, SOURCE_TREE),
      (pinned) => {
        const { git, sdist, folder } = spec.source;
        if (git) fetchGit(pinned, git);
        if (sdist) fetchSdist(pinned, sdist);
        if (folder !== undefined) pinned.copyTree(text`${ROOT}/${folder}`, SOURCE_TREE);
      },
    ),
  );
  if (!spec.source.overlay) return;
  script.step('Add the files that the source lacks', (step) => step.copyTree(text`${ROOT}/${OVERLAY}`, SOURCE_TREE));
}

/** A shallow fetch of one commit, then of the listed submodules only, each at the commit that its parent names. */
function fetchGit(step: Statements, git: GitSource): void {
  step
    .run('git', '-C', SOURCE_TREE, 'init', '--quiet')
    .run('git', '-C', SOURCE_TREE, 'config', 'core.longpaths', 'true')
    .run('git', '-C', SOURCE_TREE, 'remote', 'add', 'origin', git.repository)
    .retry(ATTEMPTS, 'git', '-C', SOURCE_TREE, 'fetch', '--quiet', '--depth=1', 'origin', git.commit)
    .run('git', '-C', SOURCE_TREE, 'checkout', '--quiet', '--detach', 'FETCH_HEAD')
    .expect(
      git.commit,
      ['git', '-C', SOURCE_TREE, 'rev-parse', 'HEAD'],
      'The repository answered with another commit than the pinned one.',
    )
    .each(git.submodules ?? [], (fetch, path) => {
      const parent = parentOf(path, git.submodules ?? []);
      const tree = parent === undefined ? SOURCE_TREE : text`${SOURCE_TREE}/${parent}`;
      const inside = parent === undefined ? path : path.slice(parent.length + 1);
      fetch.retry(ATTEMPTS, 'git', '-C', tree, 'submodule', '--quiet', 'update', '--init', '--depth=1', '--', inside);
    });
}

function parentOf(path: string, submodules: readonly string[]): string | undefined {
  return submodules.filter((other) => path.startsWith(`${other}/`)).sort((a, b) => b.length - a.length)[0];
}

/** pip asks its configured index, so mirrors and credentials work, and refuses a file of another checksum. */
function fetchSdist(step: Statements, sdist: SdistSource): void {
  const folder = text`${BUILD_DIR}/sdist`;
  const lock = text`${folder}/requirement.txt`;
  const archive = new Variable('ARCHIVE');
  step
    .emptyFolder(folder)
    .write(lock, `${sdist.distribution}==${sdist.version} --hash=sha256:${sdist.sha256}`)
    .retry(
      ATTEMPTS,
      'python',
      '-m',
      'pip',
      'download',
      '--no-deps',
      '--no-build-isolation',
      '--no-binary=:all:',
      '--require-hashes',
      text`--requirement=${lock}`,
      text`--dest=${folder}`,
    )
    .capture(archive, ...BUILDTOOL, 'only', folder, '*.tar.gz')
    .run('tar', '-xzf', archive, '--strip-components=1', '-C', SOURCE_TREE);
}
