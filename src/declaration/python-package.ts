/** Packages of the Python package index that are a part of the toolchain, such as static libraries packed as wheels. */
import { must, mustBeUnique } from './error';
import { PYTHON_PACKAGES, PythonPackagePin } from './pins';
import { System, systemSchema } from './platform';
import { optional, optionsOf, required } from './schema/noun';
import { distributionName, listOf, path, sha256, text } from './schema/values';
import { normalizedName } from './wheel';

/** A package of the Python package index that builds need beside the Conda environment, as wheels of known hashes. */
export interface PythonPackage {
  /** The distribution's name, as `pip install` takes it. */
  readonly name: string;

  /**
   * Its exact version. One of your own needs hashes of your own.
   *
   * @default - the version in this library's table of pins
   */
  readonly version?: string;

  /**
   * The SHA-256 of every wheel of it that may be installed, such as one for each platform.
   *
   * @default - those in this library's table of pins
   */
  readonly sha256?: string[];

  /**
   * A folder of the installed package that is laid out like `/usr`, from `site-packages`, such as `cmeel.prefix`: builds
   * find programs in its `bin` first, and CMake its headers and libraries.
   *
   * @default - what this library's table of pins says, or none
   */
  readonly prefix?: string;

  /**
   * The only system that it is installed on.
   *
   * @default - both
   */
  readonly system?: System;
}

/** One with its version, hashes and prefix. @internal */
export type PinnedPythonPackage = PythonPackage & PythonPackagePin;

/** @internal */
export const pythonPackageOptions = optionsOf<PythonPackage>()({
  name: required(distributionName),
  version: optional(text('an exact version, such as 2025.5', /^\d[\w.!+]*$/)),
  sha256: optional(listOf(sha256, "at least one SHA-256 of the package's wheels")),
  prefix: optional(path('site-packages')),
  system: optional(systemSchema),
});

/** A package with what the table of pins says of it. A version that is given stands for itself. @internal */
export function pinned(given: PythonPackage): PinnedPythonPackage {
  const pin = given.version === undefined ? pinOf(given.name) : undefined;
  const prefix = given.prefix ?? pinOf(given.name)?.prefix;
  return { ...given, version: given.version ?? pin!.version, sha256: given.sha256 ?? pin!.sha256, prefix };
}

/** @internal */
export function validatePythonPackages(packages: readonly PythonPackage[]): void {
  mustBeUnique(
    'toolchain.pythonPackages',
    packages.map(({ name }) => normalizedName(name)),
  );
  for (const { name, version, sha256: hashes } of packages) {
    const at = `toolchain.pythonPackages[${name}]`;
    must(
      version !== undefined || pinOf(name) !== undefined,
      `${at}.version`,
      version,
      'given: this library has no pin for the package',
    );
    must(
      version === undefined || hashes !== undefined,
      `${at}.sha256`,
      hashes,
      `the SHA-256 of each wheel of ${name} ${version} that may be installed: pip hash, or the index's page, tells it`,
    );
  }
}

/** Whether this library's table has the package. @internal */
export function isPinned(name: string): boolean {
  return pinOf(name) !== undefined;
}

function pinOf(name: string): PythonPackagePin | undefined {
  return PYTHON_PACKAGES[normalizedName(name)];
}
