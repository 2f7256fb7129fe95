/** Faults of wheels and of the checks that test them. */
import { runCases } from './faults/case';
import { Site } from './faults/site';
import { WHEELS } from './faults/wheels';

/** Built and tested once: a case of a check goes on in that environment. */
runCases(WHEELS, async () => {
  const site = await Site.make();
  const { status, stdout, stderr } = await site.run(['test']);
  if (status !== 0) throw new Error(stdout + stderr);
  return site;
});
