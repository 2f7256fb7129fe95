import { DiskFigures, diskSchema } from './disk';
import { must, mustBeUnique } from './error';
import { runsOnSchema } from './job';
import { Platform, platformsSchema } from './platform';
import { digestText, listOf, objectOf, text, variables, z } from './schema/values';
import type { CondaPackage, ToolchainTool } from './toolchain';
import { packageOptions, toolOptions } from './toolchain-rules';
import { normalizedName, Wheel, WheelChanges } from './wheel';
import { wheelChangesSchema } from './wheel-rules';

/** A part that upstream's own wheel for the same device may have. Whether ours has it, its CMake option says. */
export interface VariantPart {
  /** What people call it, such as `cuBLAS`. */
  readonly name: string;

  /** How upstream's wheel has it, such as `ON`. */
  readonly upstream: string;

  /**
   * The CMake option of one of the wheels that brings it.
   *
   * @default - none: the note says how it comes
   */
  readonly option?: string;

  /**
   * How it comes, or why ours is different.
   *
   * @default - nothing to say
   */
  readonly note?: string;
}

/** What can be said of a variant, beside its suffix and wheels. */
export interface VariantFields {
  /** What it is called in file names, tags, artifacts and pages, such as `cuda-12.8`. */
  readonly name: string;

  /**
   * The platforms that it is built for.
   *
   * @default - all of the pipeline's
   */
  readonly platforms?: Platform[];

  /**
   * Packages of the Conda environment beside the pipeline's own; one of the same name changes what is said of it.
   *
   * @default - none
   */
  readonly packages?: CondaPackage[];

  /**
   * Commands that must be there beside the pipeline's own; one of the same name changes what is said of it.
   *
   * @default - none
   */
  readonly tools?: ToolchainTool[];

  /**
   * Environment variables that its builds run with, beside the pipeline's own.
   *
   * @default - none
   */
  readonly environment?: { readonly [name: string]: string };

  /**
   * The digest of its toolchain image, if the pipeline publishes none; see `image.digest`.
   *
   * @default - none; `docker.yml` publishes the image
   */
  readonly imageDigest?: string;

  /**
   * Options that give a device, such as `--gpus all`, to the container in which the Linux wheels are tested. That needs a
   * runner with the device: `runsOn` names it, or else the repository variable `RUNNER_<NAME>`. Without either, the wheels
   * are built, not tested, and not released.
   *
   * @default - none; the platform's own runner will do
   */
  readonly deviceOptions?: string;

  /**
   * The labels of the runner of its jobs, such as `['self-hosted', 'gpu']`.
   *
   * @default - as the pipeline's own; where a device is needed, its tests run where the repository variable says
   */
  readonly runsOn?: string[];

  /**
   * The disk space of its build, in gigabytes. Without figures, its jobs delete unused tools of a GitHub-hosted runner
   * until 30 GB are free.
   *
   * @default - not measured
   */
  readonly diskGigabytes?: DiskFigures;

  /**
   * Where its wheels have been built and tested, for the pages.
   *
   * @default - nowhere yet
   */
  readonly testedOn?: string;

  /**
   * What its wheels have beside upstream's, for the pages.
   *
   * @default - no comparison
   */
  readonly parts?: VariantPart[];
}

/**
 * Another build of the same source, such as one for CUDA: its wheels have names of their own, and it has an image, jobs,
 * artifacts and rows in the pages of its own.
 */
export interface Variant extends VariantFields {
  /** What its wheels' names end in, such as `cu128`: `mlc-llm` becomes `mlc-llm-cu128`. */
  readonly suffix: string;

  /**
   * What is different in its wheels. The others are built again beside them, keep their names, and have to come out the
   * same.
   */
  readonly wheels: WheelChanges[];
}

/** What is to be different in a variant that is declared already, which its name names. */
export interface VariantChanges extends VariantFields {
  /**
   * What more is different in its wheels.
   *
   * @default - nothing
   */
  readonly wheels?: WheelChanges[];
}

const partSchema = objectOf<VariantPart>()({
  name: text('a name, such as cuBLAS'),
  upstream: text("a word or two on upstream's wheel, such as ON"),
  option: z.optional(text('a CMake option, such as USE_CUBLAS', /^[A-Za-z_]\w*$/)),
  note: z.optional(text('a sentence')),
});

const fields = {
  name: text(
    'lower-case letters and digits, with dots and dashes between, such as cuda-12.8',
    /^[a-z0-9]+([.-][a-z0-9]+)*$/,
  ),
  platforms: z.optional(platformsSchema),
  packages: z.optional(listOf(packageOptions.schema)),
  tools: z.optional(listOf(toolOptions.schema)),
  environment: z.optional(variables),
  imageDigest: z.optional(digestText),
  deviceOptions: z.optional(text("options of docker's, such as --gpus all", /^--?[\w=,:/@. +-]+$/)),
  runsOn: z.optional(runsOnSchema),
  diskGigabytes: z.optional(diskSchema),
  testedOn: z.optional(text('a place, such as Debian 12')),
  parts: z.optional(listOf(partSchema)),
};

/** @internal */
export const variantSchema = objectOf<Variant>()({
  ...fields,
  suffix: text('lower-case letters and digits, such as cu128: it becomes part of a distribution name', /^[a-z0-9]+$/),
  wheels: listOf(wheelChangesSchema, 'at least one wheel that is different'),
});

/** @internal */
export const variantChangesSchema = objectOf<VariantChanges>()({
  ...fields,
  wheels: z.optional(listOf(wheelChangesSchema)),
});

/** What a schema cannot say. @internal */
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
    mustBeUnique(`${at}.platforms`, variant.platforms ?? []);
    mustBeUnique(
      `${at}.packages`,
      (variant.packages ?? []).map((each) => each.name),
    );
    mustBeUnique(
      `${at}.tools`,
      (variant.tools ?? []).map((each) => each.command),
    );
    (variant.platforms ?? []).forEach((platform) =>
      must(
        platforms.includes(platform),
        `${at}.platforms`,
        platform,
        `a platform of this pipeline: ${platforms.join(', ')}`,
      ),
    );
  }
}
