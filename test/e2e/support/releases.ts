/** The stand-in for gh, and what it keeps of releases. */
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { python } from './machine';
import { digest } from './process';

/** A release as the world sees it. */
export interface Release {
  readonly draft: boolean;
  readonly prerelease: boolean;
  readonly assets: readonly string[];
  readonly notes: string;
}

/** The release of a tag: a draft, or published; nothing where there is none. */
export function readRelease(releases: string, tag: string): Release | undefined {
  const path = join(releases, tag);
  if (!existsSync(join(path, 'release.json'))) return undefined;
  const { isDraft, isPrerelease, body } = JSON.parse(readFileSync(join(path, 'release.json'), 'utf8'));
  return { draft: isDraft, prerelease: isPrerelease, assets: readdirSync(join(path, 'assets')).sort(), notes: body };
}

/** Every file of a folder, as one number. */
export function digestOf(folder: string): string {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  return digest(...files.flatMap((file) => [file, readFileSync(file)]));
}

/** A folder of what GitHub's runners have: gh, which is stood in for, and a Python that the program runs in. */
export async function runnerPrograms(folder: string): Promise<string> {
  mkdirSync(folder);
  cpSync(resolve(__dirname, '..', 'stand-ins/gh.py'), join(folder, 'gh'));
  chmodSync(join(folder, 'gh'), 0o755);
  symlinkSync(await python(), join(folder, 'python3'));
  return folder;
}
