/** Changes on top of what is declared: nothing is lost that nobody named. */
import { definedOnly, mergedBy, Toolchain } from './toolchain';
import type { Wheel, WheelChanges } from './wheel';
import { wheelOptions } from './wheel-rules';

/** Changes a wheel: names with values and lists are added to, all else is replaced. */
export function changedWheel<T extends Wheel>(wheel: T, changes: WheelChanges): T {
  return { ...wheel, ...wheelOptions.merge(wheel, changes as Partial<Wheel>), distribution: wheel.distribution };
}

/** A toolchain with what is to be different: packages by name, tools by command, the rest by itself. */
export function changedToolchain(toolchain: Toolchain, changes: Toolchain): Toolchain {
  return {
    ...toolchain,
    ...definedOnly(changes),
    packages: mergedBy('name', toolchain.packages, changes.packages),
    pythonPackages: mergedBy('name', toolchain.pythonPackages, changes.pythonPackages),
    unusedLibraries: union(toolchain.unusedLibraries, changes.unusedLibraries),
    tools: mergedBy('command', toolchain.tools, changes.tools),
  };
}

function union<T>(ours: readonly T[] = [], theirs: readonly T[] = []): T[] {
  return [...new Set([...ours, ...theirs])];
}
