import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { goInstall } from './machine';

const CRANE = 'v0.22.1';

/** A container registry on this machine. */
export interface Registry {
  /** As it stands in an image's name: `localhost:PORT`, which an engine takes without TLS or login. */
  readonly host: string;
  /** Ends it and removes what was pushed. */
  stop(): Promise<void>;
}

/** Starts an empty registry on a free port. */
export async function startRegistry(): Promise<Registry> {
  const bin = await goInstall('crane', 'github.com/google/go-containerregistry/cmd/crane', CRANE);
  const folder = mkdtempSync(join(tmpdir(), 'e2e-registry-'));
  const argv = ['registry', 'serve', '--address', '127.0.0.1:0', '--disk', folder];
  const server = spawn(join(bin, 'crane'), argv, { stdio: ['ignore', 'ignore', 'pipe'] });
  // Nobody else ends it when this process is over before stop() is called.
  const kill = () => void server.kill('SIGKILL');
  process.once('exit', kill);
  const ended = new Promise<void>((resolve) => {
    server.once('close', () => resolve());
    server.once('error', () => resolve());
  });
  const stop = async () => {
    process.off('exit', kill);
    kill();
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  const port = new Promise<string>((resolve, reject) => {
    const said: string[] = [];
    // The lines after the port are read too: a pipe that nobody empties would stop the server.
    createInterface({ input: server.stderr }).on('line', (line) => {
      said.push(line);
      const found = /serving on port (\d+)/.exec(line);
      if (found) resolve(found[1]!);
    });
    void ended.then(() => reject(new Error(`The registry does not start: ${said.join('\n')}`)));
  });
  try {
    return { host: `localhost:${await port}`, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
