/** Faults of tools, disks and settings; and what must not be told. */
import { runCases } from './faults/case';
import { Site } from './faults/site';
import { TOOLS } from './faults/tools';

runCases(TOOLS, () => Site.make());
