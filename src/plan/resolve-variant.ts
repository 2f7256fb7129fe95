/** A variant's build: all that the pipeline declares, with what the variant changes. */
import { bySystem } from './values';
import type { Platform } from '../declaration/platform';
import { Toolchain, validateToolchain } from '../declaration/toolchain';
import type { Variant, VariantWheel } from '../declaration/variant';
import { normalizedName, validateWheels, Wheel } from '../declaration/wheel';

/** A wheel of a build. */
export interface DeclaredWheel extends Wheel {
  /** The name that its source gives it, where it is renamed. */
  readonly builtAs?: string;
}

/** What one build is declared with: the pipeline's own, or a variant's. */
export interface DeclaredBuild {
  readonly name: string;
  readonly variant?: Variant;
  readonly platforms: readonly Platform[];
  readonly wheels: readonly DeclaredWheel[];
  readonly toolchain: Toolchain;
}

/** The build of a variant. Throws a `SpecError` where what it adds does not fit. */
export function variantBuild(main: DeclaredBuild, variant: Variant): DeclaredBuild {
  const wheels = variantWheels(main.wheels, variant);
  validateWheels(wheels);
  const toolchain = {
    ...main.toolchain,
    packages: together(main.toolchain.packages, variant.packages),
    tools: together(main.toolchain.tools, variant.tools),
  };
  validateToolchain(toolchain);
  return {
    name: `${main.name}-${variant.name}`,
    variant,
    platforms: main.platforms.filter((platform) => variant.platforms?.includes(platform) ?? true),
    wheels,
    toolchain,
  };
}

function variantWheels(wheels: readonly Wheel[], variant: Variant): DeclaredWheel[] {
  const changes = new Map(variant.wheels.map((each) => [normalizedName(each.distribution), each]));
  const renamed = (name: string): string => (changes.has(normalizedName(name)) ? `${name}-${variant.suffix}` : name);
  return wheels.map((wheel) => {
    const change = changes.get(normalizedName(wheel.distribution));
    return change ? changedWheel(wheel, change, renamed) : wheel;
  });
}

function changedWheel(wheel: Wheel, change: VariantWheel, renamed: (name: string) => string): DeclaredWheel {
  const { requires: ours = {}, cmake = {} } = wheel;
  const { requires: theirs = {} } = change;
  const pins = together(ours.pin, theirs.pin);
  return {
    ...wheel,
    distribution: renamed(wheel.distribution),
    builtAs: wheel.distribution,
    cmake: {
      all: { ...cmake.all, ...change.cmake?.all },
      ...bySystem((system) => ({ ...cmake[system], ...change.cmake?.[system] })),
    },
    excludes: bySystem((system) => together(wheel.excludes?.[system], change.excludes?.[system])),
    systemLibraries: bySystem((system) => together(wheel.systemLibraries?.[system], change.systemLibraries?.[system])),
    requires: {
      add: together(ours.add, theirs.add),
      pin: pins.map(renamed),
      // What the source requires under the name without suffix would come as well.
      drop: [...together(ours.drop, theirs.drop), ...pins.filter((name) => renamed(name) !== name)],
    },
    maxBytes: change.maxBytes ?? wheel.maxBytes,
    checks: together(wheel.checks, change.checks),
  };
}

function together<T>(ours: readonly T[] = [], theirs: readonly T[] = []): T[] {
  return [...ours, ...theirs];
}
