import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Files of checks by their paths in the project, each as its lines. */
export type CheckFiles = Readonly<Record<string, readonly string[]>>;

/** Writes them into a project's folder, before it is synthesized. */
export function writeChecks(folder: string, files: CheckFiles): void {
  for (const [path, lines] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), `${lines.join('\n')}\n`);
  }
}
