import { must, mustBeUnique } from './error';
import type { Platform } from './platform';
import type { CondaPackage, Tool } from './toolchain';
import {
  CMakeDefinitions,
  LibraryExcludes,
  normalizedName,
  RequirementAmendments,
  SizeLimits,
  Wheel,
  WheelCheck,
} from './wheel';

/** What a variant adds to one of the pipeline's wheels. What is named here comes on top of what the wheel declares. */
export interface VariantWheel {
  /** The wheel's distribution as it is declared; the variant's wheel gets the suffix. */
  readonly distribution: string;

  /**
   * CMake cache entries; one of the same name takes the place of the wheel's own.
   *
   * @default - none
   */
  readonly cmake?: CMakeDefinitions;

  /**
   * Libraries that the repair leaves out as well.
   *
   * @default - none
   */
  readonly excludes?: LibraryExcludes;

  /**
   * Those of them that come with the user's driver or toolkit.
   *
   * @default - none
   */
  readonly systemLibraries?: LibraryExcludes;

  /**
   * What more is to be put right in the requirements.
   *
   * @default - nothing
   */
  readonly requires?: RequirementAmendments;

  /**
   * The size that the wheel must not exceed.
   *
   * @default - the wheel's own
   */
  readonly maxBytes?: SizeLimits;

  /**
   * Checks beside the wheel's own.
   *
   * @default - none
   */
  readonly checks?: WheelCheck[];
}

/**
 * Another build of the same source, such as one for CUDA: its wheels have names of their own, and it has an image, jobs,
 * artifacts and rows in the pages of its own.
 */
export interface Variant {
  /** What it is called in file names, tags, artifacts and pages, such as `cuda-12.8`. */
  readonly name: string;

  /** What its wheels' names end in, such as `cu128`: `mlc-llm` becomes `mlc-llm-cu128`. */
  readonly suffix: string;

  /**
   * The wheels that are not the same as without it. The others are built again beside them, keep their names, and have to
   * come out the same.
   */
  readonly wheels: VariantWheel[];

  /**
   * The platforms that it is built for.
   *
   * @default - all of the pipeline's
   */
  readonly platforms?: Platform[];

  /**
   * Packages of the Conda environment beside the pipeline's own.
   *
   * @default - none
   */
  readonly packages?: CondaPackage[];

  /**
   * Commands that must be there beside the pipeline's own.
   *
   * @default - none
   */
  readonly tools?: Tool[];

  /**
   * Options of the Linux jobs' container that give it a device, such as `--gpus all`. Such a job needs a runner that has the
   * device: the repository variable `RUNNER_<NAME>` names it.
   *
   * @default - none; the platform's own runner will do
   */
  readonly deviceOptions?: string;

  /**
   * Where its wheels have been built and tested, for the pages.
   *
   * @default - nowhere yet
   */
  readonly tried?: string;
}

/** @internal */
export function validateVariants(
  variants: readonly Variant[],
  wheels: readonly Wheel[],
  platforms: readonly Platform[],
): void {
  mustBeUnique(
    'variants',
    variants.map((variant) => variant.name),
  );
  mustBeUnique(
    'variants.suffix',
    variants.map((variant) => variant.suffix),
  );
  const known = wheels.map((wheel) => normalizedName(wheel.distribution));
  for (const variant of variants) {
    const at = `variants[${variant.name}]`;
    must(
      /^[a-z0-9]+([.+-][a-z0-9]+)*$/.test(variant.name),
      'variants.name',
      variant.name,
      'lower-case letters and digits, with dots and dashes between, such as cuda-12.8',
    );
    must(
      /^[a-z0-9]+$/.test(variant.suffix),
      `${at}.suffix`,
      variant.suffix,
      'lower-case letters and digits, such as cu128: it becomes part of a distribution name',
    );
    must(variant.wheels.length > 0, `${at}.wheels`, variant.wheels, 'at least one wheel that is different');
    variant.wheels.forEach(({ distribution }) =>
      must(
        known.includes(normalizedName(distribution)),
        `${at}.wheels.distribution`,
        distribution,
        `a wheel of this pipeline: ${known.join(', ')}`,
      ),
    );
    mustBeUnique(
      `${at}.wheels`,
      variant.wheels.map(({ distribution }) => normalizedName(distribution)),
    );
    (variant.platforms ?? []).forEach((platform) =>
      must(
        platforms.includes(platform),
        `${at}.platforms`,
        platform,
        `a platform of this pipeline: ${platforms.join(', ')}`,
      ),
    );
    must(variant.platforms?.length !== 0, `${at}.platforms`, variant.platforms, 'at least one platform');
  }
}
