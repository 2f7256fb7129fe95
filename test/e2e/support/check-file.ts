import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Lines of check files, by path in the project. */
export type CheckFiles = Readonly<Record<string, readonly string[]>>;

/** Write check files to a project's folder, before synthesis. */
export function writeChecks(folder: string, files: CheckFiles): void {
  for (const [path, lines] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), `${lines.join('\n')}\n`);
  }
}
