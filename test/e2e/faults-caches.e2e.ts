/** Faults of the two caches: wheels that are kept, and what was compiled. */
import { runCases } from './faults/case';
import { CACHES, KEEPING } from './faults/folders';
import { Site } from './faults/site';

runCases(CACHES, () => Site.make(() => KEEPING));
