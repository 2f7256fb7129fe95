/** What is copied into `scripts/` as it is: the wrappers that a person calls, and the Python program behind them. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROGRAM } from '../plan/files';
import type { PlannedBuild } from '../plan/plan';

/** A file that is copied. */
interface Copy {
  /** Where to, from the checkout's root. */
  readonly path: string;
  readonly text: string;
  readonly executable: boolean;
}

const WRAPPERS = {
  linux: ['build.sh', 'test.sh', 'docker.sh'],
  windows: ['build.ps1', 'test.ps1'],
};

/** The wrappers for a build's systems. */
export function wrappers({ systems }: PlannedBuild): Copy[] {
  return systems
    .flatMap((system) => WRAPPERS[system])
    .map((name) => ({
      path: `scripts/${name}`,
      text: readFileSync(join(__dirname, name), 'utf8'),
      executable: name.endsWith('.sh'),
    }));
}

/** The Python program, all of it. */
export function program(): Copy[] {
  const folder = join(__dirname, '..', 'runtime', 'wheel_pipeline');
  return (readdirSync(folder, { recursive: true }) as string[])
    .filter((path) => path.endsWith('.py'))
    .map((path) => path.replace(/\\/g, '/'))
    .sort()
    .map((path) => ({
      path: `${PROGRAM}/${path}`,
      text: readFileSync(join(folder, path), 'utf8'),
      executable: false,
    }));
}
