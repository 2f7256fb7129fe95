/** Faults of a release, on a stand-in for GitHub. */
import { runCases } from './faults/case';
import { Hub } from './faults/hub';
import { RELEASE } from './faults/release';

runCases(RELEASE, () => Hub.make());
