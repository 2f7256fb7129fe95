/** The distribution's own package sources, on a machine that also has third-party sources. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AptIndex, aptIndexes, archiveSources, DEBIAN, debianSource, UBUNTU } from './apt';
import { missingPackages } from './machine';
import { which } from './process';

/** The sources of GitHub's ubuntu-24.04 runner: third-party files sort before Ubuntu's, and use the name of its suite. */
const SOURCES: Record<string, string> = {
  'git-core-ubuntu-ppa-noble.sources':
    'Types: deb\nURIs: https://ppa.launchpadcontent.net/git-core/ppa/ubuntu/\nSuites: noble\nComponents: main\n',
  'microsoft-prod.list':
    'deb [arch=amd64,arm64,armhf signed-by=/m.gpg] https://packages.microsoft.com/ubuntu/24.04/prod noble main\n',
  'ubuntu.sources': [
    'Types: deb\nURIs: mirror+file:/etc/apt/apt-mirrors.txt\nSuites: noble noble-updates noble-backports',
    'Components: main universe\nSigned-By: /usr/share/keyrings/ubuntu-archive-keyring.gpg\n',
    'Types: deb\nURIs: http://security.ubuntu.com/ubuntu/\nSuites: noble-security',
    'Components: main universe\nSigned-By: /usr/share/keyrings/ubuntu-archive-keyring.gpg\n',
  ].join('\n'),
};
/** The lists that apt downloaded there: the Release file's `Origin`, and its components. */
const LISTS: Record<string, [origin: string, ...components: string[]]> = {
  'packages.microsoft.com_ubuntu_24.04_prod_dists_noble': ['microsoft-ubuntu-noble-prod noble', 'main'],
  'ppa.launchpadcontent.net_git-core_ppa_ubuntu_dists_noble': ['LP-PPA-git-core', 'main'],
  ...Object.fromEntries(
    ['noble', 'noble-updates', 'noble-backports'].map((suite) => [
      `_etc_apt_apt-mirrors.txt_dists_${suite}`,
      ['Ubuntu', 'main', 'universe'],
    ]),
  ),
  'security.ubuntu.com_ubuntu_dists_noble-security': ['Ubuntu', 'main', 'universe'],
};

let root = '';
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'apt-'));
  mkdirSync(join(root, 'etc/sources.list.d'), { recursive: true });
  mkdirSync(join(root, 'state/lists/partial'), { recursive: true });
  for (const [name, text] of Object.entries(SOURCES)) writeFileSync(join(root, 'etc/sources.list.d', name), text);
  for (const [list, [origin, ...components]] of Object.entries(LISTS)) {
    const lists = join(root, 'state/lists');
    const release = `Origin: ${origin}\nSuite: noble\nCodename: noble\nArchitectures: amd64\nComponents: ${components.join(' ')}\n`;
    writeFileSync(join(lists, `${list}_Release`), release);
    for (const name of components) writeFileSync(join(lists, `${list}_${name}_binary-amd64_Packages`), '');
  }
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const mirrors = 'mirror+file:/etc/apt/apt-mirrors.txt/';
const ubuntu = '[signed-by=/usr/share/keyrings/ubuntu-archive-keyring.gpg]';

// apt reads the folders itself: the origin that it reports for a list decides.
(which('apt-get') ? test : test.skip)("a runner's third-party lists are not used as Ubuntu's", async () => {
  const folders = { 'Dir::Etc': 'etc', 'Dir::State': 'state', 'Dir::Cache': 'cache' };
  const options = Object.entries(folders).map(([option, folder]) => `--option=${option}=${join(root, folder)}`);
  const indexes = await aptIndexes([...options, '--option=APT::Architecture=amd64']);
  expect(new Set(indexes.map(({ origin }) => origin))).toEqual(new Set(Object.values(LISTS).map(([origin]) => origin)));
  expect(archiveSources(UBUNTU, 'noble', indexes)).toEqual([
    `deb ${ubuntu} ${mirrors} noble main universe`,
    `deb ${ubuntu} ${mirrors} noble-updates main universe`,
    `deb ${ubuntu} http://security.ubuntu.com/ubuntu/ noble-security main universe`,
  ]);
  // No list there is Debian's, so the source is Debian's own server, which has every release.
  expect(archiveSources(DEBIAN, 'noble', indexes)).toEqual([]);
  expect(debianSource('trixie', indexes)).toBe(
    'deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/debian trixie main',
  );
});

const index = (release: string, uri: string, component = 'main', origin = 'Debian'): AptIndex => ({
  origin,
  uri,
  release,
  component,
});

test('another release of Debian uses the server of the main archive', () => {
  const mirror = 'http://mirror.example.com/debian/';
  const indexes = [
    index('bookworm', 'http://third.example.com/', 'main', 'Debian Backports'),
    index('bookworm-security', 'http://security.example.com/'),
    index('bookworm', 'http://other.example.com/', 'contrib'),
    index('bookworm', mirror),
  ];
  expect(debianSource('trixie', indexes)).toMatch(`] ${mirror} trixie main`);
});

test('mmdebstrap uses its defaults if apt has not downloaded the release', () => {
  expect(archiveSources(DEBIAN, 'bookworm', [index('bookworm-updates', 'http://mirror.example.com/')])).toEqual([]);
  expect(archiveSources(DEBIAN, 'bookworm', [])).toEqual([]);
});

test("Debian's keys are installed if they are missing, as on Ubuntu", () => {
  const needed = ['mmdebstrap', DEBIAN.keyring];
  expect(missingPackages(needed, (name) => name === 'mmdebstrap')).toEqual(['debian-archive-keyring']);
  expect(missingPackages(needed, () => true)).toEqual([]);
});
