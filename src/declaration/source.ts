import { must, mustBeUnique, SpecError } from './error';
import { isPublicVersion, versionOfTag } from './version';

/** A git repository at one commit. */
export interface GitSource {
  /** The repository's https address. */
  readonly repository: string;

  /** The commit to build: all 40 digits, so that nobody can move it. */
  readonly commit: string;

  /**
   * The release tag that the commit carries upstream, such as `v0.20.0`. It names the version of development builds
   * and tells a reader what the commit is; nothing is fetched by it.
   *
   * @default - none; development builds are of version 0.0.0
   */
  readonly tag?: string;

  /**
   * The submodules that the wheels need, as paths from the repository's root; a nested one after its parent.
   * Those that are not listed are not fetched.
   *
   * @default - none
   */
  readonly submodules?: string[];
}

/** A source distribution on the Python package index (pip's configured index is asked for it). */
export interface SdistSource {
  /** The distribution's name on the index. */
  readonly distribution: string;

  /** Its version, PEP 440. */
  readonly version: string;

  /** The SHA-256 of the `.tar.gz`, 64 hexadecimal digits; another file is refused. */
  readonly sha256: string;
}

/** Where the code comes from: exactly one of `git`, `sdist` and `folder`. */
export interface Source {
  /** A git repository at a commit. */
  readonly git?: GitSource;

  /** A source distribution. */
  readonly sdist?: SdistSource;

  /** A folder of the project itself, as a path from its root: for packages that live beside their pipeline. */
  readonly folder?: string;

  /**
   * Files laid over the source before it is built, as path from its root → text: what it needs for a build that can be
   * repeated, and lacks, such as a `Cargo.lock`. They are laid over a `SOURCE_DIR` as well.
   *
   * @default - none
   */
  readonly overlay?: { readonly [path: string]: string };
}

/** @internal */
export function validateSource(source: Source): void {
  const { overlay = {}, ...from } = source;
  const kinds = Object.entries(from).filter(([, value]) => value !== undefined);
  must(
    kinds.length === 1,
    'source',
    kinds.map(([kind]) => kind),
    'exactly one of git, sdist and folder',
  );
  if (source.git) validateGit(source.git);
  if (source.sdist) validateSdist(source.sdist);
  if (source.folder !== undefined) validateRelativePath('source.folder', source.folder);
  for (const [path, content] of Object.entries(overlay)) {
    validateRelativePath('source.overlay', path);
    must(content !== '', `source.overlay[${path}]`, content, "the file's text, not an empty one");
  }
}

/** @internal */
export function validateRelativePath(option: string, path: string): void {
  const inside = path !== '' && !/^([\\/]|[A-Za-z]:)/.test(path) && !path.split(/[\\/]/).includes('..');
  must(inside, option, path, 'a relative path that stays inside its root');
  must(!path.includes('\\'), option, path, 'a path with forward slashes, which every platform reads');
}

function validateGit(git: GitSource): void {
  must(/^https:\/\/\S+$/.test(git.repository), 'source.git.repository', git.repository, 'an https:// address');
  must(
    /^[0-9a-f]{40}$/.test(git.commit),
    'source.git.commit',
    git.commit,
    'a full commit SHA: 40 lower-case hexadecimal digits',
  );
  if (git.tag !== undefined) {
    must(
      versionOfTag(git.tag) !== undefined,
      'source.git.tag',
      git.tag,
      'a PEP 440 version, with or without a leading v, such as v0.20.0',
    );
  }
  const submodules = git.submodules ?? [];
  submodules.forEach((path) => validateRelativePath('source.git.submodules', path));
  mustBeUnique('source.git.submodules', submodules);
  submodules.forEach((path, index) => {
    const parent = submodules.findIndex((other) => path.startsWith(`${other}/`));
    if (parent > index) {
      throw new SpecError('source.git.submodules', path, `listed after its parent ${submodules[parent]}`);
    }
  });
}

function validateSdist(sdist: SdistSource): void {
  must(
    /^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$/.test(sdist.distribution),
    'source.sdist.distribution',
    sdist.distribution,
    'a distribution name, such as apache-tvm-ffi',
  );
  must(isPublicVersion(sdist.version), 'source.sdist.version', sdist.version, 'a PEP 440 version, such as 0.1.0');
  must(
    /^[0-9a-f]{64}$/.test(sdist.sha256),
    'source.sdist.sha256',
    sdist.sha256,
    'a SHA-256: 64 lower-case hexadecimal digits',
  );
}
