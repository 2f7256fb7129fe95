/** Faults of a source that comes over a network: a repository, and an index of packages. */
import { at, runCases } from './faults/case';
import { Site } from './faults/site';
import { ADDRESS, GIT, INDEX, published, pushed, VERSION } from './faults/tools';
import { DECLARATION } from './support/small-package';

const { overlay } = DECLARATION.source;

describe('a repository', () => {
  runCases(GIT, () =>
    Site.make(async (site) => {
      Object.assign(site.small.env, { HOME: at(site, 'build/caller') });
      return { ...DECLARATION, source: { overlay, git: { repository: ADDRESS, commit: await pushed(site) } } };
    }),
  );
});

describe('an index', () => {
  runCases(INDEX, () =>
    Site.make(async (site) => {
      Object.assign(site.small.env, { PIP_INDEX_URL: `file://${at(site, 'build/index')}` });
      const sdist = { distribution: 'release-demo', version: VERSION, sha256: await published(site) };
      return { ...DECLARATION, source: { overlay, sdist } };
    }),
  );
});
