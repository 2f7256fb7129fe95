import { must, mustBeUnique } from './error';
import { SYSTEMS } from './platform';
import { validateRelativePath } from './source';

/** Something that must hold for an installed wheel: exactly one of `imports`, `command` and `python`. */
export interface WheelCheck {
  /** What the report calls it, such as `tokenizer round trip`. */
  readonly name: string;

  /**
   * Modules to import, each by name: a top-level import can pass where a submodule's fails. A name with `*` stands for the
   * wheel's own modules that it matches at any depth, such as `mlc_llm.*`; one that matches none fails.
   */
  readonly imports?: string[];

  /**
   * Of `imports`, the names that are left out, `*` as there: modules that need what the wheel does not require.
   *
   * @default - none
   */
  readonly except?: string[];

  /** Arguments to the environment's Python that must exit with 0, such as `['-m', 'mlc_llm', 'chat', '--help']`. */
  readonly command?: string[];

  /** Lines of Python that must run to their end. */
  readonly python?: string[];

  /**
   * Text that the output must contain.
   *
   * @default - any output will do
   */
  readonly expect?: string;

  /**
   * Seconds after which the check counts as failed: a native library that hangs must not hold the pipeline.
   *
   * @default 120
   */
  readonly timeout?: number;

  /**
   * The only system that it runs on: `linux` or `windows`.
   *
   * @default - both
   */
  readonly only?: string;
}

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
  /** The library to replace, as a path from the wheel's root, such as `mlc_llm/libmlc_llm.so`. */
  readonly alias: string;
  /** The library whose code it repeats, in the same folder, such as `mlc_llm/libmlc_llm_module.so`. */
  readonly of: string;
}

/** One distribution that is built from the source. */
export interface Wheel {
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
   * The version that the source is compiled under, for a source that asks setuptools-scm for it. It stays the same from
   * commit to commit so that the compiler cache does too; the wheel's own version is set afterwards.
   *
   * @default - the source states its version itself
   */
  readonly compileVersion?: string;

  /**
   * Whether the wheel keeps the version that its source states, instead of taking the release's: for a distribution that
   * is known under its own version elsewhere.
   *
   * @default false
   */
  readonly keepVersion?: boolean;

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
   * may lack them; the check that libraries resolve then only says so.
   *
   * @default - none
   */
  readonly systemLibraries?: LibraryExcludes;

  /**
   * Libraries of a Linux wheel that repeat another's code under a second name. Each becomes a library of a few kilobytes
   * that loads the other, so that the code is shipped once and both names keep working. The build fails where the two do
   * not export and need the very same. On Windows they stay as they are: a DLL's exports cannot be handed on like that.
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

  /** What must hold for the installed wheel: at least one check, or nothing would be known of it. */
  readonly checks: WheelCheck[];

  /**
   * What the checks need, as pinned requirements (`name==version`): the full closure, as nothing is resolved.
   *
   * @default - nothing
   */
  readonly testRequirements?: string[];
}

/** PEP 503's normalised form: what two spellings of a distribution's name have in common. @internal */
export function normalizedName(distribution: string): string {
  return distribution.replace(/[-_.]+/g, '-').toLowerCase();
}

/** @internal */
export function validateWheels(wheels: readonly Wheel[]): void {
  must(wheels.length > 0, 'wheels', wheels, 'at least one wheel');
  mustBeUnique(
    'wheels',
    wheels.map((wheel) => normalizedName(wheel.distribution)),
  );
  wheels.forEach((wheel, index) => validateWheel(wheel, wheels.slice(0, index)));
  const pinned = new Set(wheels.flatMap((wheel) => wheel.testRequirements ?? []));
  mustBeUnique(
    'wheels.testRequirements',
    [...pinned].map((requirement) => normalizedName(requirement.split('==')[0])),
  );
}

function validateWheel(wheel: Wheel, earlier: readonly Wheel[]): void {
  const at = `wheels[${wheel.distribution}]`;
  const pinnable = earlier.map((other) => normalizedName(other.distribution));
  must(
    /^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$/.test(wheel.distribution),
    'wheels.distribution',
    wheel.distribution,
    'a distribution name, such as mlc-llm',
  );
  if (wheel.projectDir !== undefined) validateRelativePath(`${at}.projectDir`, wheel.projectDir);
  must(wheel.checks.length > 0, `${at}.checks`, wheel.checks, 'at least one check: an untested wheel is not released');
  mustBeUnique(
    `${at}.checks`,
    wheel.checks.map((check) => check.name),
  );
  wheel.checks.forEach((check) => validateCheck(`${at}.checks[${check.name}]`, check));
  validateDefinitions(at, wheel.cmake ?? {});
  (wheel.excludes?.linux ?? []).forEach((library) =>
    must(
      /^[^/\\]+\.so(\.\d+)*$/.test(library),
      `${at}.excludes.linux`,
      library,
      'a whole file name with .so, such as libtvm_ffi.so: auditwheel matches nothing else',
    ),
  );
  (wheel.excludes?.windows ?? []).forEach((library) =>
    must(
      /^[^/\\]+\.dll$/i.test(library),
      `${at}.excludes.windows`,
      library,
      'a whole file name with .dll, such as vulkan-1.dll',
    ),
  );
  for (const system of SYSTEMS) {
    (wheel.systemLibraries?.[system] ?? []).forEach((library) =>
      must(
        (wheel.excludes?.[system] ?? []).includes(library),
        `${at}.systemLibraries.${system}`,
        library,
        'excluded from the repair as well',
      ),
    );
  }
  (wheel.aliases ?? []).forEach(({ alias, of }) => {
    [alias, of].forEach((path) => validateRelativePath(`${at}.aliases`, path));
    const folder = (path: string): string => path.slice(0, path.lastIndexOf('/') + 1);
    must(
      alias !== of && folder(alias) === folder(of) && [alias, of].every((path) => path.endsWith('.so')),
      `${at}.aliases`,
      `${alias} of ${of}`,
      'two shared libraries (.so) of one folder',
    );
  });
  (wheel.testRequirements ?? []).forEach((requirement) =>
    must(
      /^[A-Za-z0-9._-]+(\[[^\]]+\])?==[^\s*;]+(\s*;.+)?$/.test(requirement),
      `${at}.testRequirements`,
      requirement,
      'pinned, such as numpy==2.3.1',
    ),
  );
  (wheel.requires?.pin ?? []).forEach((name) =>
    must(
      pinnable.includes(normalizedName(name)),
      `${at}.requires.pin`,
      name,
      'a wheel that is declared before this one',
    ),
  );
  for (const system of SYSTEMS) {
    const limit = wheel.maxBytes?.[system];
    must(limit === undefined || limit > 0, `${at}.maxBytes.${system}`, limit, 'a number of bytes above 0');
  }
}

function validateCheck(at: string, check: WheelCheck): void {
  const kinds = [check.imports, check.command, check.python].filter((kind) => kind !== undefined);
  must(kinds.length === 1 && kinds[0]!.length > 0, at, check, 'exactly one of imports, command and python, not empty');
  must(
    check.except === undefined || check.imports !== undefined,
    `${at}.except`,
    check.except,
    'given beside imports, which it makes exceptions from',
  );
  must(
    check.only === undefined || SYSTEMS.some((system) => system === check.only),
    `${at}.only`,
    check.only,
    'linux or windows',
  );
  if (check.timeout !== undefined) {
    must(check.timeout > 0, `${at}.timeout`, check.timeout, 'a number of seconds above 0');
  }
}

function validateDefinitions(at: string, cmake: CMakeDefinitions): void {
  for (const [group, definitions] of Object.entries(cmake)) {
    for (const name of Object.keys(definitions ?? {})) {
      must(/^[A-Za-z_][A-Za-z0-9_]*$/.test(name), `${at}.cmake.${group}`, name, 'a CMake variable name');
    }
  }
}
