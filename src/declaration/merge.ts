/** Changes on top of what is declared: nothing is lost that nobody named. */
import type { WheelCheck } from './check';
import { SYSTEMS, SystemName } from './platform';
import { definedOnly, mergedBy, Toolchain } from './toolchain';
import { Wheel, normalizedName, RequirementAmendments, WheelChanges } from './wheel';

/** A wheel with what is to be different: names with values and lists are added to what is there, all else is replaced. */
export function changedWheel<T extends Wheel>(wheel: T, changes: WheelChanges): T {
  const lists = (key: 'excludes' | 'systemLibraries') =>
    eachSystem((system) => union(wheel[key]?.[system], changes[key]?.[system]));
  return {
    ...wheel,
    ...definedOnly({ ...changes, distribution: wheel.distribution }),
    cmake: {
      all: { ...wheel.cmake?.all, ...changes.cmake?.all },
      ...eachSystem((system) => ({ ...wheel.cmake?.[system], ...changes.cmake?.[system] })),
    },
    settings: { ...wheel.settings, ...changes.settings },
    environment: { ...wheel.environment, ...changes.environment },
    excludes: lists('excludes'),
    systemLibraries: lists('systemLibraries'),
    libraryFolders: union(wheel.libraryFolders, changes.libraryFolders),
    programFolders: union(wheel.programFolders, changes.programFolders),
    aliases: mergedBy('alias', wheel.aliases, changes.aliases),
    requires: requirements(wheel.requires, changes.requires),
    // Without a list of its own, a wheel has the library's.
    forbidden:
      wheel.forbidden || changes.forbidden ? union(wheel.forbidden ?? FORBIDDEN, changes.forbidden) : undefined,
    maxBytes: { ...wheel.maxBytes, ...definedOnly(changes.maxBytes ?? {}) },
    checks: checks(wheel.checks, changes.checks),
    testRequirements: pinned(wheel.testRequirements, changes.testRequirements),
  };
}

/** A `.lib` can be what extensions link a DLL with; a `.a` is of no use in a wheel. */
export const FORBIDDEN: readonly string[] = ['**/*.a'];

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

function requirements(ours: RequirementAmendments = {}, theirs: RequirementAmendments = {}): RequirementAmendments {
  return { add: union(ours.add, theirs.add), pin: union(ours.pin, theirs.pin), drop: union(ours.drop, theirs.drop) };
}

/** One of the same name takes the other's place: parts of two checks make no third one. */
function checks(ours: readonly WheelCheck[], theirs: readonly WheelCheck[] = []): WheelCheck[] {
  const names = ours.map(({ name }) => name);
  return [
    ...ours.map((check) => theirs.find(({ name }) => name === check.name) ?? check),
    ...theirs.filter(({ name }) => !names.includes(name)),
  ];
}

/** One of the same distribution takes the other's place. */
function pinned(ours: readonly string[] = [], theirs: readonly string[] = []): string[] {
  const name = (requirement: string): string => normalizedName(requirement.split(/[=[]/)[0]);
  const changed = theirs.map(name);
  return [...ours.filter((requirement) => !changed.includes(name(requirement))), ...theirs];
}

function union<T>(ours: readonly T[] = [], theirs: readonly T[] = []): T[] {
  return [...new Set([...ours, ...theirs])];
}

function eachSystem<T>(value: (system: SystemName) => T): { linux: T; windows: T } {
  return Object.fromEntries(SYSTEMS.map((system) => [system, value(system)])) as { linux: T; windows: T };
}
