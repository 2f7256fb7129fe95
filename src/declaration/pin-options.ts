import { readFileSync } from 'node:fs';
import { must, nearest, SpecError, within } from './error';
import { ACTIONS } from './pins';
import { parse } from './schema/parse';
import { distributionName, imageReferenceText, listOf, objectOf, recordOf, sha256, text, z } from './schema/values';
import { gitSourceShape } from './source';

/** LunarG's Vulkan SDK for Windows. */
export interface VulkanSdkPin {
  /** Its version, such as `1.4.357.0`. */
  readonly version: string;

  /** The SHA-256 of its installer for x86-64, 64 hexadecimal digits. */
  readonly sha256: string;
}

/** micromamba for Windows. */
export interface MicromambaPin {
  /** Its release, such as `2.3.3-0`. */
  readonly version: string;

  /** The SHA-256 of `micromamba-win-64.exe`, 64 hexadecimal digits. */
  readonly sha256: string;
}

/** A program from the Python package index that jobs run on GitHub's runners. */
export interface ProgramPin {
  /** Its version, such as `1.32.0`. */
  readonly version: string;

  /** The SHA-256 of its wheel for Linux on x86-64. */
  readonly sha256: string;
}

/** Wheels of a package of the Python package index. */
export interface WheelsPin {
  /** The package's version, such as `2025.5`. */
  readonly version: string;

  /** The SHA-256 of every wheel of it that may be installed, such as one for each platform. */
  readonly sha256: string[];
}

/** A newer commit than the declared one. */
export interface SourcePin {
  /** The declared commit that it takes the place of. Where another one is declared, this pin has no effect. */
  readonly replaces: string;

  /** The commit to build. */
  readonly commit: string;

  /**
   * Its release tag.
   *
   * @default - none
   */
  readonly tag?: string;
}

/** What this library has fixed, and a project wants at another version. */
export interface PinOptions {
  /**
   * Actions: their name → `<commit> # <version>`, such as
   * `{ 'actions/checkout': '3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1' }`.
   *
   * @default - this library's pins
   */
  readonly actions?: { readonly [action: string]: string };

  /**
   * The image that brings micromamba, as `name:tag@sha256:digest`; its tag is micromamba's version.
   *
   * @default - this library's pin
   */
  readonly micromamba?: string;

  /**
   * micromamba for Windows.
   *
   * @default - this library's pin
   */
  readonly micromambaExe?: MicromambaPin;

  /**
   * The image of BuildKit, which builds the toolchain image.
   *
   * @default - this library's pin
   */
  readonly buildkit?: string;

  /**
   * The image of what reads the Dockerfiles.
   *
   * @default - this library's pin
   */
  readonly dockerfileFrontend?: string;

  /**
   * The image of what lists the contents of the toolchain image.
   *
   * @default - this library's pin
   */
  readonly sbomScanner?: string;

  /**
   * The base image for x86-64, where the toolchain names none.
   *
   * @default - this library's pin
   */
  readonly baseImage?: string;

  /**
   * The base image for 64-bit ARM, where the toolchain names none.
   *
   * @default - this library's pin
   */
  readonly aarch64BaseImage?: string;

  /**
   * The Vulkan SDK.
   *
   * @default - this library's pin
   */
  readonly vulkanSdk?: VulkanSdkPin;

  /**
   * Versions of Conda packages that the toolchain has without one, by name.
   *
   * @default - this library's pins
   */
  readonly packages?: { readonly [name: string]: string };

  /**
   * Packages of the Python package index that the toolchain has without a version, by name.
   *
   * @default - this library's pins
   */
  readonly pythonPackages?: { readonly [name: string]: WheelsPin };

  /**
   * Versions of test requirements: the declared one, such as `numpy==2.5.5` → the version that takes its place. An entry
   * whose requirement is not declared any more has no effect.
   *
   * @default - the declared ones
   */
  readonly testRequirements?: { readonly [requirement: string]: string };

  /**
   * zizmor, in the project's own build workflow.
   *
   * @default - this library's pin
   */
  readonly zizmor?: ProgramPin;

  /**
   * uv, which locks the requirements anew where `upgrade.yml` raises them.
   *
   * @default - this library's pin
   */
  readonly uv?: ProgramPin;

  /**
   * A newer commit of the source.
   *
   * @default - the declared one
   */
  readonly source?: SourcePin;
}

/** A commit with the version that people read. */
export const PINNED = /^([0-9a-f]{40}) # (v\d[\w.-]*)$/;

const requirement = text('a requirement of one version, such as numpy==2.5.5', /^[A-Za-z0-9][\w.-]*==\d[\w.!+]*$/);

const program = objectOf<ProgramPin>()({ version: text('a version, such as 1.32.0', /^\d+(\.\d+)+$/), sha256 });

/** @internal */
export const pinsSchema = objectOf<PinOptions>()({
  actions: z.optional(
    recordOf(
      text('an action, such as actions/checkout', /^[\w.-]+(\/[\w.-]+)+$/),
      text('<commit> # <version>: all 40 digits of the commit, and the version that they are', PINNED),
    ),
  ),
  micromamba: z.optional(imageReferenceText),
  micromambaExe: z.optional(
    objectOf<MicromambaPin>()({
      version: text("a release's version with its build's number, such as 2.3.3-0", /^\d+(\.\d+){2}-\d+$/),
      sha256,
    }),
  ),
  buildkit: z.optional(imageReferenceText),
  dockerfileFrontend: z.optional(imageReferenceText),
  sbomScanner: z.optional(imageReferenceText),
  baseImage: z.optional(imageReferenceText),
  aarch64BaseImage: z.optional(imageReferenceText),
  vulkanSdk: z.optional(
    objectOf<VulkanSdkPin>()({
      version: text('a version of four numbers, such as 1.4.357.0', /^\d+(\.\d+){3}$/),
      sha256,
    }),
  ),
  packages: z.optional(
    recordOf(
      text("a Conda package's name, in lower case", /^[a-z0-9_][a-z0-9._-]*$/),
      text('a series of versions, such as 3.31.*', /^\d[\w.]*(\.\*)?$/),
    ),
  ),
  pythonPackages: z.optional(
    recordOf(
      distributionName,
      objectOf<WheelsPin>()({
        version: text('an exact version, such as 2025.5', /^\d[\w.!+]*$/),
        sha256: listOf(sha256, "at least one SHA-256 of the package's wheels"),
      }),
    ),
  ),
  testRequirements: z.optional(recordOf(requirement, text('a version, such as 2.5.6', /^\d[\w.!+]*$/))),
  zizmor: z.optional(program),
  uv: z.optional(program),
  source: z.optional(
    objectOf<SourcePin>()({
      replaces: gitSourceShape.commit,
      commit: gitSourceShape.commit,
      tag: gitSourceShape.tag,
    }),
  ),
});

/** What a schema cannot say. @internal */
export function validatePins({ actions = {}, micromamba }: PinOptions): void {
  const used = [...new Set(Object.values(ACTIONS).map(({ action }) => action as string))];
  for (const action of Object.keys(actions)) {
    must(
      used.includes(action),
      'pins.actions',
      action,
      `an action that the workflows use; the nearest is ${nearest(action, used)}`,
    );
  }
  must(
    micromamba === undefined || /:\d+(\.\d+)+@/.test(micromamba),
    'pins.micromamba',
    micromamba,
    "an image whose tag is micromamba's version, such as 2.3.3",
  );
}

/** The pins that a file holds; none where there is no such file. */
export function readPins(path: string, name: string): PinOptions {
  let content: string;
  try {
    content = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw error;
  }
  let data: unknown;
  try {
    data = JSON.parse(content);
  } catch (error) {
    throw new SpecError('pinsFile', name, `a file of JSON (${(error as Error).message})`);
  }
  return within(name, () => parse(pinsSchema, data));
}

/** Pins on top of others: those with names are merged by them. */
export function mergedPins(ours: PinOptions, theirs: PinOptions = {}): PinOptions {
  return {
    ...ours,
    ...theirs,
    actions: { ...ours.actions, ...theirs.actions },
    packages: { ...ours.packages, ...theirs.packages },
    pythonPackages: { ...ours.pythonPackages, ...theirs.pythonPackages },
    testRequirements: { ...ours.testRequirements, ...theirs.testRequirements },
  };
}
