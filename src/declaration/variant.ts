import { must, mustBeUnique } from './error';
import type { Platform } from './platform';
import type { CondaPackage, Tool } from './toolchain';
import {
  BuiltWheel,
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
 * Another build of the same source, such as one for CUDA: its wheels have names of their own, and it has an image, scripts,
 * jobs, artifacts and rows in the pages of its own.
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

/** What the files of a variant's own pipeline are told apart by. @internal */
export type VariantFacts = Pick<Variant, 'name' | 'deviceOptions' | 'tried'>;

/** A file's or script's name, for the variant that it is of: `scripts/plan.json` → `scripts/plan-cuda-12.8.json`. @internal */
export function ofVariant(spec: { readonly variant?: VariantFacts }, name: string): string {
  if (!spec.variant) return name;
  const [, stem, extension] = /^(.*?)(\.\w+)?$/.exec(name)!;
  return `${stem}-${spec.variant.name}${extension ?? ''}`;
}

/** The pipeline's wheels as a variant builds them. @internal */
export function variantWheels(wheels: readonly Wheel[], variant: Variant): BuiltWheel[] {
  const changed = new Map(variant.wheels.map((each) => [normalizedName(each.distribution), each]));
  const renamed = (name: string): string => (changed.has(normalizedName(name)) ? `${name}-${variant.suffix}` : name);
  return wheels.map((wheel) => {
    const change = changed.get(normalizedName(wheel.distribution));
    if (!change) return wheel;
    const pins = [...(wheel.requires?.pin ?? []), ...(change.requires?.pin ?? [])];
    return {
      ...wheel,
      distribution: renamed(wheel.distribution),
      builtAs: wheel.distribution,
      cmake: {
        all: { ...wheel.cmake?.all, ...change.cmake?.all },
        ...bySystem((system) => definedOrNone({ ...wheel.cmake?.[system], ...change.cmake?.[system] })),
      },
      excludes: bySystem((system) => [...(wheel.excludes?.[system] ?? []), ...(change.excludes?.[system] ?? [])]),
      systemLibraries: bySystem((system) => [
        ...(wheel.systemLibraries?.[system] ?? []),
        ...(change.systemLibraries?.[system] ?? []),
      ]),
      requires: {
        add: [...(wheel.requires?.add ?? []), ...(change.requires?.add ?? [])],
        pin: pins.map(renamed),
        // What the source requires under the name without suffix would come as well.
        drop: [
          ...(wheel.requires?.drop ?? []),
          ...(change.requires?.drop ?? []),
          ...pins.filter((name) => renamed(name) !== name),
        ],
      },
      maxBytes: change.maxBytes ?? wheel.maxBytes,
      checks: [...wheel.checks, ...(change.checks ?? [])],
    };
  });
}

function bySystem<T>(value: (system: 'linux' | 'windows') => T): { linux: T; windows: T } {
  return { linux: value('linux'), windows: value('windows') };
}

function definedOrNone<T extends object>(entries: T): T | undefined {
  return Object.keys(entries).length > 0 ? entries : undefined;
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
