/** Faults of a release, on a stand-in for GitHub. */
import { runCases } from './faults/case';
import { Hub, TAG } from './faults/hub';
import { RELEASE } from './faults/release';
import { check } from './support/process';

runCases(RELEASE, () => Hub.make());

describe('two publishes at once', () => {
  let hub: Hub;
  beforeAll(async () => {
    hub = await Hub.make();
  });
  afterAll(() => hub?.remove());

  test.each([1, 2, 3, 4])('publish one whole release or none, and a later run succeeds: try %i', async () => {
    hub.begin();
    // GitHub answers one request after the other.
    hub.gh(`exec 9>"${hub.folder}/one-at-a-time"; flock 9`);
    const both = await Promise.all([hub.run(['publish']), hub.run(['publish'])]);
    const published = hub.release()?.draft === false;
    expect(both.some(({ status }) => status === 0)).toBe(published);
    for (const { status, stderr } of both) {
      if (status !== 0) expect(stderr).toMatch(/another run|already|run this again/);
    }
    const again = await hub.run(['publish']);
    expect([again.status, again.stderr]).toEqual([0, '']);
    expect(hub.release()).toMatchObject({ draft: false });
    const assets = `${hub.folder}/releases/${TAG}/assets`;
    await check(['sha256sum', '--check', '--strict', '--quiet', 'SHA256SUMS'], { cwd: assets, quiet: true });
  });
});
