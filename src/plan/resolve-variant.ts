/** A variant's build: all that the pipeline declares, with what the variant changes. */
import { within } from '../declaration/error';
import { changedToolchain, changedWheel } from '../declaration/merge';
import type { Platform } from '../declaration/platform';
import type { Toolchain } from '../declaration/toolchain';
import { validateToolchain } from '../declaration/toolchain-rules';
import type { Variant } from '../declaration/variant';
import { normalizedName, Wheel } from '../declaration/wheel';
import { validateWheels } from '../declaration/wheel-rules';

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
  const { packages, tools } = variant;
  const platforms = main.platforms.filter((platform) => variant.platforms?.includes(platform) ?? true);
  const wheels = variantWheels(main.wheels, variant);
  const toolchain = changedToolchain(main.toolchain, { packages, tools });
  within(`variants[${variant.name}]`, () => {
    validateWheels(wheels);
    validateToolchain(toolchain, platforms);
  });
  return { name: `${main.name}-${variant.name}`, variant, platforms, wheels, toolchain };
}

function variantWheels(wheels: readonly Wheel[], variant: Variant): DeclaredWheel[] {
  const changes = new Map(variant.wheels.map((each) => [normalizedName(each.distribution), each]));
  const renamed = (name: string): string => (changes.has(normalizedName(name)) ? `${name}-${variant.suffix}` : name);
  return wheels.map((wheel) => {
    const change = changes.get(normalizedName(wheel.distribution));
    return change ? renamedWheel(changedWheel(wheel, change), renamed) : wheel;
  });
}

function renamedWheel(wheel: Wheel, renamed: (name: string) => string): DeclaredWheel {
  const { pin = [], drop = [] } = wheel.requires ?? {};
  return {
    ...wheel,
    distribution: renamed(wheel.distribution),
    builtAs: wheel.distribution,
    requires: {
      ...wheel.requires,
      pin: pin.map(renamed),
      // What the source requires under the name without suffix would come as well.
      drop: [...drop, ...pin.filter((name) => renamed(name) !== name)],
    },
  };
}
