import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { DEBIAN } from './apt';
import { cached, cacheRoot, check, locked, log, run, which } from './process';
import { findPython } from '../../../projenrc/python';

/** The packages of Debian and Ubuntu with these programs and files. */
const PACKAGES: Readonly<Record<string, string>> = {
  [DEBIAN.keyring]: 'debian-archive-keyring',
  docker: 'docker.io',
  dockerd: 'docker.io',
  mmdebstrap: 'mmdebstrap',
  mvn: 'maven',
};

/** Return the packages of missing programs and files (absolute paths). */
export function missingPackages(
  needed: readonly string[],
  isThere = (name: string): boolean => (isAbsolute(name) ? existsSync(name) : which(name) !== undefined),
): string[] {
  return [...new Set(needed.filter((name) => !isThere(name)).map((name) => PACKAGES[name]!))];
}

/** Install the packages of missing programs and files (absolute paths), or fail with the list of packages. */
export async function needPrograms(...programs: readonly string[]): Promise<void> {
  // One at a time: concurrent callers would fight over dpkg's lock.
  await locked('apt', async () => {
    const packages = missingPackages(programs);
    if (packages.length === 0) {
      return;
    }
    const advice = `The slow suite needs ${programs.join(', ')}. Install: ${packages.join(' ')} (Debian's packages)`;
    if (process.getuid?.() !== 0 || !which('apt-get')) {
      throw new Error(advice);
    }
    log(`installing ${packages.join(' ')} …`);
    const install = ['apt-get', 'install', '--yes', '--no-install-recommends', ...packages];
    await refreshLists();
    await check(install, { env: { DEBIAN_FRONTEND: 'noninteractive' } }).catch((error: Error) => {
      throw new Error(`${advice}\n${error.message}`);
    });
  });
}

/** Sees to it that `apt-get download` finds what the servers have now: a new machine has no lists, or old ones. */
export async function needPackageLists(): Promise<void> {
  if (process.getuid?.() === 0 && which('apt-get')) {
    await locked('apt', refreshLists);
  }
}

async function refreshLists(): Promise<void> {
  const stamp = join(cacheRoot(), 'apt-lists.stamp');
  if (!existsSync(stamp) || Date.now() - statSync(stamp).mtimeMs > 24 * 3600_000) {
    // A list that can't be had need not be the one that matters; what is installed next will tell.
    await run(['apt-get', 'update']);
    writeFileSync(stamp, '');
  }
}

/** How Go builds here: unoptimized, which is a quarter less work, and these programs mostly wait for others. */
export const GO_FLAGS = ['-gcflags=all=-N -l', '-ldflags'];

/** Builds a Go program into the cache and returns the folder it is in. */
export function goInstall(name: string, module: string, version: string, ldflags = '-s -w'): Promise<string> {
  return cached(`go-${name}`, `${module}@${version} ${ldflags}`, async (bin) => {
    needGo(name);
    const env = { CGO_ENABLED: '0', GOBIN: bin, GOFLAGS: '' };
    await check(['go', 'install', ...GO_FLAGS, ldflags, `${module}@${version}`], { env });
  });
}

/** Says so clearly where Go is missing. */
export function needGo(what: string): void {
  if (!which('go')) {
    throw new Error(`The slow suite builds ${what} with Go. Install Go and put it on PATH.`);
  }
}

/** Makes a virtual environment with these PyPI requirements in the cache and returns its bin folder. */
export async function pythonTools(name: string, requirements: readonly string[]): Promise<string> {
  const interpreter = findPython();
  const version = (await run([interpreter, '--version'], { quiet: true })).stdout.trim();
  const folder = await cached(`venv-${name}`, [version, interpreter, ...requirements].join('\n'), async (venv) => {
    await check([interpreter, '-m', 'venv', venv]);
    if (requirements.length > 0) await check([join(venv, 'bin', 'pip'), 'install', '--quiet', ...requirements]);
  });
  return join(folder, 'bin');
}

/** What /etc/os-release says. */
export function osRelease(): Readonly<Record<string, string>> {
  const text = existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : '';
  return Object.fromEntries([...text.matchAll(/^(\w+)="?([^"\n]*)"?$/gm)].map((match) => [match[1]!, match[2]!]));
}
