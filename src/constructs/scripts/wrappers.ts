/** The scripts for users: they find Python and start the program. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plan } from '../../plan/plan';

/** A script below `scripts/`. */
interface Script {
  /** Relative to the pipeline's folder. */
  readonly path: string;
  readonly text: string;
  readonly executable: boolean;
}

const WRAPPERS = { linux: 'wrapper.sh', windows: 'wrapper.ps1' };
const COMMANDS = ['build', 'test'];

/** Return the scripts for a plan's systems. */
export function scripts({ builds: [{ systems }], program }: Plan): Script[] {
  const wrappers = systems.flatMap((system) => {
    const template = read(WRAPPERS[system]);
    const extension = WRAPPERS[system].split('.')[1];
    return COMMANDS.map((command) => ({
      path: `scripts/${command}.${extension}`,
      text: template.replaceAll('@COMMAND@', command).replaceAll('@PROGRAM@', program.path),
      executable: extension === 'sh',
    }));
  });
  const docker = { path: 'scripts/docker.sh', text: read('docker.sh'), executable: true };
  return [...wrappers, ...(systems.includes('linux') ? [docker] : [])];
}

function read(name: string): string {
  return readFileSync(join(__dirname, name), 'utf8');
}
