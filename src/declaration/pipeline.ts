import type { DiskFigures } from './disk';
import type { Hook } from './hook';
import type { JobOptions, LinuxOptions, SystemOptions } from './job';
import type { PinOptions } from './pin-options';
import { Platform, systemsOf } from './platform';
import type { Preflight } from './preflight';
import type { ProgramOptions } from './program';
import type { ReleaseOptions, TriggerOptions } from './release';
import type { Source } from './source';
import type { Toolchain } from './toolchain';
import type { UpkeepOptions } from './upkeep';
import type { Variant } from './variant';
import type { Wheel } from './wheel';

/** The workflows, each in the file of its name. */
export enum WorkflowName {
  /** Builds, smoke-tests and pushes the toolchain image. */
  DOCKER = 'docker',
  /** Builds and tests the Linux wheels inside the image. */
  LINUX = 'linux',
  /** Builds and tests the Windows wheels on GitHub's runner. */
  WINDOWS = 'windows',
  /** Rebuilds everything for a tag and publishes the verified wheels. */
  RELEASE = 'release',
  /** Looks for newer versions of everything that is pinned, and proposes them as one change. */
  UPGRADE = 'upgrade',
  /** Removes images that nothing needs any more. */
  CLEANUP = 'cleanup',
}

/** The toolchain image. */
export interface ImageOptions {
  /**
   * Where it is published, without tag, in lower case.
   *
   * @default - `ghcr.io/<owner>/<repository>`
   */
  readonly name?: string;

  /**
   * The digest of an image that this pipeline does not publish. Required without `docker.yml`.
   *
   * @default - none; `docker.yml` publishes the image
   */
  readonly digest?: string;

  /**
   * Branches whose pushes publish it.
   *
   * @default - the default branch, and `dev`
   */
  readonly branches?: string[];
}

/** What can be said of any pipeline, whatever it builds. */
export interface PipelineSettings {
  /**
   * What the pipeline is called in scripts and pages.
   *
   * @default - the repository's name
   */
  readonly name?: string;

  /**
   * A folder of the project for all that belongs to this pipeline, for a second one in the same repository: its scripts,
   * pages, wheels. Its workflows and tasks begin with the name as well.
   *
   * @default - the project's own folder; no prefix
   */
  readonly prefix?: string;

  /**
   * The platforms that wheels are built for.
   *
   * @default - Linux x86-64 and Windows x86-64
   */
  readonly platforms?: Platform[];

  /**
   * What wheels are built with.
   *
   * @default - Python, CMake, Ninja, Git, sccache and the repair tools
   */
  readonly toolchain?: Toolchain;

  /**
   * A small library that the toolchain is tried on, before hours of compiling depend on it.
   *
   * @default - none
   */
  readonly preflight?: Preflight;

  /**
   * Environment variables that every build runs with. Compiler flags (`CFLAGS` and its like) are added to the pipeline's own.
   *
   * @default - none
   */
  readonly environment?: { readonly [name: string]: string };

  /**
   * The disk space of the pipeline's own build, in gigabytes. Each variant has its own option.
   *
   * @default - not measured, not checked
   */
  readonly diskGigabytes?: DiskFigures;

  /**
   * Commands before and after steps of building and testing.
   *
   * @default - none
   */
  readonly hooks?: Hook[];

  /**
   * Actions, images and installers at other versions than this library's.
   *
   * @default - this library's pins
   */
  readonly pins?: PinOptions;

  /**
   * A file of JSON with pins as in `pins`, which is read where it is there: `upgrade.yml` writes what it raises into it.
   * What `pins` says in `.projenrc.ts` wins.
   *
   * @default 'pins.json'
   */
  readonly pinsFile?: string;

  /**
   * How versions are raised, and old images removed.
   *
   * @default - proposed every week, each when it has been public for seven days
   */
  readonly upkeep?: UpkeepOptions;

  /**
   * The toolchain image.
   *
   * @default - published to the repository's registry
   */
  readonly image?: ImageOptions;

  /**
   * The jobs that build the toolchain image.
   *
   * @default - see the options
   */
  readonly docker?: JobOptions;

  /**
   * The Linux jobs, and the builds in them.
   *
   * @default - see the options
   */
  readonly linux?: LinuxOptions;

  /**
   * The Windows jobs, and the builds in them.
   *
   * @default - see the options
   */
  readonly windows?: SystemOptions;

  /**
   * How a tag becomes a release.
   *
   * @default - signed, with an SBOM, behind the environment `release`
   */
  readonly release?: ReleaseOptions;

  /**
   * When the workflows run.
   *
   * @default - see the options
   */
  readonly triggers?: TriggerOptions;

  /**
   * The sources of the Python program, to run instead of the packed file.
   *
   * @default - the packed file of this library, `scripts/wheel_pipeline.pyz`
   */
  readonly program?: ProgramOptions;

  /**
   * The workflows to synthesize.
   *
   * @default - all that the platforms call for
   */
  readonly workflows?: WorkflowName[];
}

/** What a pipeline is declared with. */
export interface WheelPipelineOptions extends PipelineSettings {
  /** Where the code comes from. */
  readonly source: Source;

  /** The distributions that are built from it, in the order in which they are built. */
  readonly wheels: Wheel[];

  /** The repository on GitHub that the pipeline runs in, as `owner/name`. */
  readonly repository: string;

  /**
   * Other builds of the same wheels, such as for a GPU's toolkit. Each has an image, jobs and wheels of its own.
   *
   * @default - none
   */
  readonly variants?: Variant[];

  /**
   * Generate `build.yml`, which fails a pull request whose synthesized files are outdated.
   *
   * @default - true, unless the project has a workflow of that name
   */
  readonly buildWorkflow?: boolean;

  /**
   * Existing files that synthesis may overwrite, such as `.gitignore`, relative to the repository's root. Synthesis fails on
   * any other file that it did not write, before it writes anything.
   *
   * @default - none
   */
  readonly adoptExistingFiles?: string[];
}

/** The workflows that some platforms call for. @internal */
export function possibleWorkflows(platforms: readonly Platform[]): WorkflowName[] {
  const systems = systemsOf(platforms);
  return Object.values(WorkflowName).filter((workflow) => {
    if (workflow === WorkflowName.WINDOWS) return systems.includes('windows');
    if (workflow === WorkflowName.RELEASE || workflow === WorkflowName.UPGRADE) return true;
    return systems.includes('linux');
  });
}
