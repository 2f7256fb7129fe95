/** The stand-ins that a release needs, and what is kept of releases. */
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
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

/**
 * Create a folder of stand-ins for programs of GitHub's runners: gh, curl, a PowerShell whose builds and tests write dummy
 * wheels, and others by name.
 */
export function runnerPrograms(folder: string, more: Readonly<Record<string, string>> = {}): string {
  const standIns = resolve(__dirname, '..', 'stand-ins');
  mkdirSync(folder);
  const programs = { gh: 'gh.py', curl: 'release/curl', pwsh: 'release/pwsh', ...more };
  for (const [program, standIn] of Object.entries(programs)) {
    cpSync(join(standIns, standIn), join(folder, program));
    chmodSync(join(folder, program), 0o755);
  }
  return folder;
}
