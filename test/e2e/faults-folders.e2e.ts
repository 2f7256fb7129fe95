/** Faults of folders, of runs beside each other, of signals and of damage: see support in ./faults. */
import { runCases } from './faults/case';
import { FOLDERS } from './faults/folders';
import { Site } from './faults/site';

runCases(FOLDERS, () => Site.make());
