/** The package servers that this machine's apt uses for its own distribution, without third-party servers. */
import { run } from './process';

/** A distribution's own archive: `Origin` in its Release files, and the keys that sign them. */
interface Archive {
  readonly origin: string;
  readonly keyring: string;
}

export const DEBIAN: Archive = { origin: 'Debian', keyring: '/usr/share/keyrings/debian-archive-keyring.gpg' };
export const UBUNTU: Archive = { origin: 'Ubuntu', keyring: '/usr/share/keyrings/ubuntu-archive-keyring.gpg' };

/** The archives by `ID` in /etc/os-release. */
export const ARCHIVES: Readonly<Record<string, Archive>> = { debian: DEBIAN, ubuntu: UBUNTU };

/** Debian's own server, which redirects to a mirror nearby. */
const DEBIAN_SERVER = 'http://deb.debian.org/debian';

/** A list of packages that apt has downloaded; `release` is the suite as the sources name it. */
export interface AptIndex {
  readonly origin: string;
  readonly uri: string;
  readonly release: string;
  readonly component: string;
}

const FIELDS = ['$(ORIGIN)', '$(REPO_URI)', '$(RELEASE)', '$(COMPONENT)'];

/** List the indexes that apt downloaded, with the `Origin` of each Release file; `options` select another apt root. */
export async function aptIndexes(options: readonly string[] = []): Promise<AptIndex[]> {
  const format = ['--format', FIELDS.join('|'), 'Created-By: Packages'];
  const { stdout } = await run(['apt-get', ...options, 'indextargets', ...format], { quiet: true });
  const lines = stdout.split('\n').filter(Boolean);
  return lines.map((line) => {
    const [origin, uri, release, component] = line.split('|') as [string, string, string, string];
    return { origin, uri, release, component };
  });
}

/**
 * Return the sources of a distribution's release, with its updates, as lines for mmdebstrap. Return none if apt has not
 * downloaded them: mmdebstrap has defaults.
 */
export function archiveSources({ origin, keyring }: Archive, suite: string, indexes: readonly AptIndex[]): string[] {
  const own = indexes.filter((index) => index.origin === origin);
  if (!own.some(({ release }) => release === suite)) return [];
  const releases = [suite, `${suite}-updates`, `${suite}-security`];
  return releases.flatMap((release) => {
    const of = own.filter((index) => index.release === release);
    return [...new Set(of.map(({ uri }) => uri))].map((uri) => {
      const components = new Set(of.filter((index) => index.uri === uri).map(({ component }) => component));
      return `deb [signed-by=${keyring}] ${uri} ${release} ${[...components].join(' ')}`;
    });
  });
}

/** Return the source of any release of Debian, from this machine's own server if it runs Debian. */
export function debianSource(suite: string, indexes: readonly AptIndex[]): string {
  const main = indexes.find(
    ({ origin, release, component }) => origin === DEBIAN.origin && component === 'main' && !release.includes('-'),
  );
  return `deb [signed-by=${DEBIAN.keyring}] ${main?.uri ?? DEBIAN_SERVER} ${suite} main`;
}
