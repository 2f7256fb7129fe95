/** What of MLC-LLM's pipeline can be different, and how it is put together with the defaults. */
import { mlcLlm } from './declaration';
import { MlcLlmVariant, mlcLlmVariant } from './variants';
import { must, mustBeUnique } from '../declaration/error';
import { changedToolchain, changedWheel } from '../declaration/merge';
import { PipelineSettings, WheelPipelineOptions } from '../declaration/pipeline';
import { settings } from '../declaration/pipeline-rules';
import { parse } from '../declaration/schema/parse';
import { choice, listOf, objectOf, path, z } from '../declaration/schema/values';
import { gitSourceShape, overlaySchema, SdistSource, sdistSourceSchema, Source } from '../declaration/source';
import { definedOnly, mergedBy } from '../declaration/toolchain';
import { Variant, VariantChanges, variantChangesSchema } from '../declaration/variant';
import { normalizedName, Wheel, WheelChanges } from '../declaration/wheel';
import { wheelChangesSchema } from '../declaration/wheel-rules';

/** A part of MLC-LLM's declaration that can be left out, to begin it anew. */
export enum MlcLlmPart {
  /** Repository, commit, submodules and the files laid over them. */
  SOURCE = 'source',
  /** The wheels tvm-ffi, tvm and mlc-llm. */
  WHEELS = 'wheels',
  /** Rust, LLVM and Vulkan, and the preflight that uses them. What every native wheel needs stays. */
  TOOLCHAIN = 'toolchain',
  /** The small library that the toolchain is tried on. */
  PREFLIGHT = 'preflight',
}

/** What of MLC-LLM's repository is to be different. */
export interface MlcLlmGitSource {
  /** @default - upstream's */
  readonly repository?: string;

  /**
   * The commit to build: all 40 digits. The tag of the default commit goes with that commit.
   *
   * @default - upstream's newest release
   */
  readonly commit?: string;

  /** @default - that of the default commit; none for another one */
  readonly tag?: string;

  /**
   * All submodules that the wheels need, in the place of the default ones.
   *
   * @default - those of MLC-LLM
   */
  readonly submodules?: string[];
}

/** What of MLC-LLM's source is to be different. With `sdist` or `folder`, it is no repository any more. */
export interface MlcLlmSource {
  /** @default - upstream's repository at its newest release */
  readonly git?: MlcLlmGitSource;
  /** @default - none */
  readonly sdist?: SdistSource;
  /** @default - none */
  readonly folder?: string;

  /**
   * Files laid over the source beside the default ones (a Cargo.lock and a config.cmake); one of the same path takes its place.
   *
   * @default - the default ones
   */
  readonly overlay?: { readonly [path: string]: string };
}

/**
 * What of MLC-LLM's pipeline is to be different; everything has a default. What is named here is added to the default,
 * package by package and wheel by wheel, or takes the place of what has the same name. To begin a part anew, name it in
 * `startAnew`.
 */
export interface MlcLlmPipelineOptions extends PipelineSettings {
  /** @default - upstream's newest release, at its commit */
  readonly source?: MlcLlmSource;

  /**
   * Changes of the default wheels, by distribution. One of another name is a wheel more, after them, and needs checks.
   *
   * @default - tvm-ffi, tvm and mlc-llm, for CPU and Vulkan
   */
  readonly wheels?: WheelChanges[];

  /** @default - none: CPU and Vulkan only */
  readonly variants?: MlcLlmVariant[];

  /**
   * What is to be different in those variants, by name.
   *
   * @default - nothing
   */
  readonly variantChanges?: VariantChanges[];

  /**
   * Parts whose defaults are left out: what is declared here is then all that there is.
   *
   * @default - none
   */
  readonly startAnew?: MlcLlmPart[];
}

const { repository, commit, tag, submodules } = gitSourceShape;

const sourceSchema = objectOf<MlcLlmSource>()({
  git: z.optional(
    objectOf<MlcLlmGitSource>()({
      repository: z.optional(repository),
      commit: z.optional(commit),
      tag,
      submodules,
    }),
  ),
  sdist: z.optional(sdistSourceSchema),
  folder: z.optional(path("the pipeline's folder")),
  overlay: z.optional(overlaySchema),
});

/** @internal */
export const mlcLlmSchema = objectOf<MlcLlmPipelineOptions>()({
  ...settings,
  source: z.optional(sourceSchema),
  wheels: z.optional(listOf(wheelChangesSchema)),
  variants: z.optional(listOf(choice(MlcLlmVariant))),
  variantChanges: z.optional(listOf(variantChangesSchema)),
  startAnew: z.optional(listOf(choice(MlcLlmPart))),
});

/** The whole declaration. Throws a `SpecError` at the first value that is wrong. */
export function mlcLlmPipeline(
  given: MlcLlmPipelineOptions,
  project: { readonly repository: string; readonly defaultBranch: string },
): WheelPipelineOptions {
  const {
    source = {},
    wheels = [],
    variants = [],
    variantChanges = [],
    startAnew = [],
    ...rest
  } = parse(mlcLlmSchema, given);
  const defaults = mlcLlm();
  const keeps = (part: MlcLlmPart): boolean => !startAnew.includes(part);
  return {
    ...defaults,
    ...definedOnly(rest),
    repository: project.repository,
    upkeep: { ...defaults.upkeep, ...definedOnly(rest.upkeep ?? {}) },
    diskGigabytes: { ...defaults.diskGigabytes, ...definedOnly(rest.diskGigabytes ?? {}) },
    triggers: { defaultBranch: project.defaultBranch, ...definedOnly(rest.triggers ?? {}) },
    // Without its parts, the schema of a whole pipeline says what is missing.
    source: keeps(MlcLlmPart.SOURCE) ? changedSource(defaults.source, source) : (source as Source),
    wheels: changedWheels(keeps(MlcLlmPart.WHEELS) ? defaults.wheels : [], wheels),
    toolchain: changedToolchain(keeps(MlcLlmPart.TOOLCHAIN) ? (defaults.toolchain ?? {}) : {}, rest.toolchain ?? {}),
    preflight:
      rest.preflight ?? (keeps(MlcLlmPart.TOOLCHAIN) && keeps(MlcLlmPart.PREFLIGHT) ? defaults.preflight : undefined),
    variants: changedVariants(variants.map(mlcLlmVariant), variantChanges),
  };
}

function changedSource(ours: Source, { git, sdist, folder, overlay }: MlcLlmSource): Source {
  const other = git?.commit !== undefined && git.commit !== ours.git?.commit;
  return {
    git:
      (sdist ?? folder) === undefined || git
        ? { ...ours.git!, ...(other && { tag: undefined }), ...definedOnly(git ?? {}) }
        : undefined,
    sdist,
    folder,
    overlay: { ...ours.overlay, ...overlay },
  };
}

function changedWheels(ours: readonly Wheel[], changes: readonly WheelChanges[]): Wheel[] {
  const name = (wheel: WheelChanges): string => normalizedName(wheel.distribution);
  mustBeUnique('wheels', changes.map(name));
  return [
    ...ours.map((wheel) => {
      const change = changes.find((each) => name(each) === name(wheel));
      return change ? changedWheel(wheel, change) : wheel;
    }),
    // A wheel without checks is refused as any other.
    ...(changes.filter((each) => !ours.some((wheel) => name(wheel) === name(each))) as Wheel[]),
  ];
}

function changedVariants(chosen: readonly Variant[], changes: readonly VariantChanges[]): Variant[] {
  mustBeUnique(
    'variantChanges',
    changes.map(({ name }) => name),
  );
  const names = chosen.map(({ name }) => name);
  changes.forEach(({ name }) =>
    must(names.includes(name), `variantChanges[${name}].name`, name, `one of variants: ${names.join(', ') || 'none'}`),
  );
  return chosen.map((variant) => {
    const change = changes.find(({ name }) => name === variant.name);
    if (!change) return variant;
    return {
      ...variant,
      ...definedOnly(change),
      packages: mergedBy('name', variant.packages, change.packages),
      tools: mergedBy('command', variant.tools, change.tools),
      environment: { ...variant.environment, ...change.environment },
      diskGigabytes: { ...variant.diskGigabytes, ...definedOnly(change.diskGigabytes ?? {}) },
      wheels: changedWheels(variant.wheels as Wheel[], change.wheels ?? []),
    };
  });
}
