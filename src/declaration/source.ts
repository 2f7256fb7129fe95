import { must, mustBeUnique, SpecError } from './error';
import { distributionName, listOf, objectOf, path, recordOf, sha256, text, z } from './schema/values';
import { PUBLIC_VERSION, TAG } from './version';

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
export const gitSourceShape = {
  repository: text('an https:// address', /^https:\/\/[\w.-]+(:\d+)?\/[\w.~%@+/-]+$/),
  commit: text('a full commit SHA: 40 lower-case hexadecimal digits', /^[0-9a-f]{40}$/),
  tag: z.optional(text('a PEP 440 version, with or without a leading v, such as v0.20.0', TAG)),
  submodules: z.optional(listOf(path())),
};

/** @internal */
export const gitSourceSchema = objectOf<GitSource>()(gitSourceShape);

/** @internal */
export const sdistSourceSchema = objectOf<SdistSource>()({
  distribution: distributionName,
  version: text('a PEP 440 version, such as 0.1.0', PUBLIC_VERSION),
  sha256,
});

/** @internal */
export const overlaySchema = recordOf(
  path(),
  z.string({ error: "the file's text" }).check(
    z.refine((given) => given.trim() !== '', { error: "the file's text, not an empty one" }),
    z.refine((given) => !/[\p{Cs}\0]/u.test(given), { error: "the file's text, without a NUL in it" }),
  ),
);

/** @internal */
export const sourceSchema = objectOf<Source>()({
  git: z.optional(gitSourceSchema),
  sdist: z.optional(sdistSourceSchema),
  folder: z.optional(path("the pipeline's folder")),
  overlay: z.optional(overlaySchema),
});

/** What a schema cannot say. @internal */
export function validateSource(source: Source): void {
  const kinds = Object.entries(source).filter(([kind, value]) => kind !== 'overlay' && value !== undefined);
  must(
    kinds.length === 1,
    'source',
    kinds.map(([kind]) => kind),
    'exactly one of git, sdist and folder',
  );
  const submodules = source.git?.submodules ?? [];
  mustBeUnique('source.git.submodules', submodules);
  submodules.forEach((submodule, index) => {
    const parent = submodules.findIndex((other) => submodule.startsWith(`${other}/`));
    if (parent > index) {
      throw new SpecError('source.git.submodules', submodule, `listed after its parent ${submodules[parent]}`);
    }
  });
}
