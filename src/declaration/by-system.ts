/** Values that differ by operating system. */
import type { SystemName } from './platform';

/** A value for each system. */
export function bySystem<T>(value: (system: SystemName) => T): { linux: T; windows: T } {
  return { linux: value('linux'), windows: value('windows') };
}

/** A value for each of some systems; the others have an empty one. */
export function valueOn<T>(
  systems: readonly SystemName[],
  value: (system: SystemName) => T,
  empty: T,
): { linux: T; windows: T } {
  return bySystem((system) => (systems.includes(system) ? value(system) : empty));
}
