/** Faults of a declaration; every option against every kind of bad value is in test/declaration/schema.test.ts. */
import { runCases } from './faults/case';
import { Declared, DECLARED } from './faults/declaration';

runCases(DECLARED, () => Declared.make());
