import type { WheelCheck } from './check';
import type { SystemName } from './platform';

/** Library file names, whole and with their extension, that the user's machine or another wheel provides. */
export interface LibraryExcludes {
  /** On Linux, for `auditwheel repair --exclude`, such as `libvulkan.so.1`. */
  readonly linux?: string[];
  /** On Windows, for `delvewheel repair --exclude`, such as `vulkan-1.dll`. */
  readonly windows?: string[];
}

/** A wheel's greatest size on each system, in bytes. */
export interface SizeLimits {
  /** On Linux. */
  readonly linux?: number;
  /** On Windows. */
  readonly windows?: number;
}

/** What is put right in a wheel's metadata after it is built. */
export interface RequirementAmendments {
  /** Requirements that the source forgot to declare, such as `psutil`. */
  readonly add?: string[];
  /** Distributions of this pipeline that this wheel needs in exactly the version built beside it. */
  readonly pin?: string[];
  /** Names of requirements to take out. */
  readonly drop?: string[];
}

/** CMake cache entries, passed to scikit-build-core as `cmake.define`. */
export interface CMakeDefinitions {
  /** On every platform. */
  readonly all?: { readonly [name: string]: string };
  /** On Linux only. */
  readonly linux?: { readonly [name: string]: string };
  /** On Windows only. */
  readonly windows?: { readonly [name: string]: string };
}

/** A shared library that another one of the same wheel makes superfluous: the same code, linked twice under two names. */
export interface LibraryAlias {
  /**
   * The library to replace, as a path from the wheel's root, such as `mlc_llm/libmlc_llm.so`. Its ending says which system
   * it is for: `.so` Linux, `.dll` Windows.
   */
  readonly alias: string;
  /** The library whose code it repeats, in the same folder, such as `mlc_llm/libmlc_llm_module.so`. */
  readonly target: string;
}

/** What can be said of a wheel, beside its checks. */
export interface WheelFields {
  /** The distribution's name, as `pip install` takes it. */
  readonly distribution: string;

  /**
   * The folder with the `pyproject.toml`, from the source's root.
   *
   * @default '.'
   */
  readonly projectDir?: string;

  /**
   * CMake cache entries.
   *
   * @default - none
   */
  readonly cmake?: CMakeDefinitions;

  /**
   * Settings for the build backend (PEP 517's `config_settings`), such as `wheel.exclude`.
   *
   * @default - none
   */
  readonly settings?: { readonly [name: string]: string };

  /**
   * Environment variables of this wheel's build and of no other.
   *
   * @default - none
   */
  readonly environment?: { readonly [name: string]: string };

  /**
   * The version that the source is compiled under, for a source that asks setuptools-scm for it. It stays the same from
   * commit to commit so that the compiler cache does too; the wheel's own version is set afterwards.
   *
   * @default - the source states its version itself
   */
  readonly compileVersion?: string;

  /**
   * Keep the version that the source states instead of the release's: for a distribution that is known under its own
   * version elsewhere.
   *
   * @default false
   */
  readonly useSourceVersion?: boolean;

  /**
   * Whether the built wheel is kept, and taken again as long as nothing that it is made of has changed: the files and the
   * commit of its `projectDir`, its settings, the toolchain. For a wheel that is slow to build and seldom changes; its
   * build must read nothing outside its `projectDir`. A release builds it anew.
   *
   * @default false
   */
  readonly reuse?: boolean;

  /**
   * Libraries that the repair leaves out of the wheel.
   *
   * @default - none
   */
  readonly excludes?: LibraryExcludes;

  /**
   * Those of the excluded libraries that come with the user's system or driver, such as the Vulkan loader. A test machine
   * may lack them; the check that libraries resolve then only says so. A package whose libraries need one says at its
   * import which is missing, and who brings it; on Windows it also looks along the PATH.
   *
   * @default - none
   */
  readonly systemLibraries?: LibraryExcludes;

  /**
   * Folders of other wheels, from site-packages, where a Linux wheel's libraries look for those that the repair leaves
   * out and the system need not have, such as `nvidia/cu13/lib`. Which wheels, says `requires`.
   *
   * @default - none: what is left out is loaded by somebody before
   */
  readonly libraryFolders?: string[];

  /**
   * Folders of other wheels, from site-packages, with programs that a Linux wheel's package starts, such as
   * `nvidia/cu13/bin`. Once it is imported, they are found after all that the caller's PATH has.
   *
   * @default - none
   */
  readonly programFolders?: string[];

  /**
   * Libraries that repeat another's code under a second name. Each becomes a library of a few kilobytes that loads the
   * other, so that the code is shipped once and both names keep working. The build fails where the two do not export and
   * need the very same.
   *
   * @default - none
   */
  readonly aliases?: LibraryAlias[];

  /**
   * What to amend in the requirements that the wheel declares.
   *
   * @default - nothing
   */
  readonly requires?: RequirementAmendments;

  /**
   * Globs of files that must not be in the wheel, from its root; a leading double star means any depth.
   *
   * @default - static libraries (`.a`) at any depth; on Windows, a `.lib` can as well be what extensions link a DLL with
   */
  readonly forbidden?: string[];

  /**
   * The size that the wheel must not exceed.
   *
   * @default - any size
   */
  readonly maxBytes?: SizeLimits;

  /**
   * What the checks need, as pinned requirements (`name==version`): the full closure, as nothing is resolved.
   *
   * @default - nothing
   */
  readonly testRequirements?: string[];
}

/** One distribution that is built from the source. */
export interface Wheel extends WheelFields {
  /** What must hold for the installed wheel: at least one check, or nothing would be known of it. */
  readonly checks: WheelCheck[];
}

/**
 * What is to be different in a wheel that is declared already, which its distribution names. Names with values (such as
 * CMake cache entries) and lists are added to what is there; a check or a requirement of the same name takes its place.
 */
export interface WheelChanges extends WheelFields {
  /**
   * Checks beside the wheel's own.
   *
   * @default - none
   */
  readonly checks?: WheelCheck[];
}

/** A wheel's aliases on a system, whose libraries have an ending of their own. @internal */
export function aliasesOn({ aliases = [] }: Pick<WheelFields, 'aliases'>, system: SystemName): LibraryAlias[] {
  const ending = { linux: '.so', windows: '.dll' }[system];
  return aliases.filter(({ alias }) => alias.endsWith(ending));
}

/** PEP 503's normalised form: what two spellings of a distribution's name have in common. @internal */
export function normalizedName(distribution: string): string {
  return distribution.replace(/[-_.]+/g, '-').toLowerCase();
}
