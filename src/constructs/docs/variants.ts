/** Comparison of a variant's wheels with upstream's for the same device. */
import type { Variant } from '../../declaration/variant';
import type { PlannedBuild } from '../../plan/plan';

/** The text for a CMake option that no wheel sets. */
const UNSET = 'OFF';

/** A row of the comparison. */
interface ComparedPart {
  readonly name: string;
  readonly upstream: string;
  /** Value of the part's option in this build; empty for a part without an option. */
  readonly ours: string;
  readonly note: string;
}

/** Return the rows of the comparison; empty if none are declared. */
export function comparison({ variant, wheels }: PlannedBuild, declared: readonly Variant[]): ComparedPart[] {
  const settings = wheels.flatMap((wheel) => wheel.settings.linux);
  const valueOf = (option: string): string => {
    const start = `cmake.define.${option}=`;
    return settings.find((setting) => setting.startsWith(start))?.slice(start.length) || UNSET;
  };
  const parts = declared.find(({ name }) => name === variant)?.parts ?? [];
  return parts.map(({ name, upstream, option, note = '' }) => ({
    name,
    upstream,
    ours: option === undefined ? '' : valueOf(option),
    note,
  }));
}
