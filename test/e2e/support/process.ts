import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';

/** How a program is run. */
export interface RunOptions {
  readonly cwd?: string;
  /** Added to this process's environment; `undefined` removes a variable. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Written to standard input, which is empty otherwise. */
  readonly input?: string | Buffer;
  /** Keep the output off the terminal. Default: unless `E2E_VERBOSE` is set. */
  readonly quiet?: boolean;
  /** Milliseconds, after which the program and its children are killed. */
  readonly timeout?: number;
}

/** What a program did. A signal is reported as a shell does: 128 + its number; a program that is not there: 127. */
export interface RunResult {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Process groups under way: they end when this process does, since nobody else would wait for them. */
const underWay = new Set<number>();
process.once('exit', () => underWay.forEach((group) => kill(group)));

/** Runs a program and reports how it went; throws only when `argv` is empty. */
export function run(argv: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const [program, ...args] = argv;
  if (program === undefined) {
    throw new Error('run() needs a program');
  }
  const quiet = options.quiet ?? !process.env.E2E_VERBOSE;
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      // A group of its own, so that a timeout also ends what the program started.
      detached: true,
    });
    const group = child.pid ?? 0;
    underWay.add(group);
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    const collect = (into: Buffer[]) => (chunk: Buffer) => {
      into.push(chunk);
      if (!quiet) {
        process.stderr.write(chunk);
      }
    };
    const done = (status: number, note = '') => {
      clearTimeout(timer);
      underWay.delete(group);
      resolve({ status, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() + note });
    };
    const timer = setTimeout(
      () => {
        err.push(Buffer.from(`\nkilled after ${options.timeout} ms\n`));
        kill(group);
      },
      options.timeout ?? 2 ** 31 - 1,
    );
    child.stdout.on('data', collect(out));
    child.stderr.on('data', collect(err));
    child.on('error', (error: NodeJS.ErrnoException) => done(127, `${program}: ${error.message}\n`));
    child.on('close', (code, signal) => done(code ?? 128 + signalNumber(signal)));
    // A program may end without reading its input; that shows in its status, not as a broken pipe here.
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.input ?? '');
  });
}

/** Runs a program and throws, with the tail of its output, unless it succeeds. */
export async function check(argv: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const result = await run(argv, options);
  if (result.status !== 0) {
    const tail = (text: string) => text.trimEnd().split('\n').slice(-60).join('\n');
    const output = [tail(result.stdout), tail(result.stderr)].filter(Boolean).join('\n--- stderr ---\n');
    throw new Error(`exit status ${result.status} from: ${argv.join(' ')}\n${output}`);
  }
  return result;
}

/** The first program of that name on PATH, or in the system folders that a PATH may lack. */
export function which(program: string): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(':'), '/usr/local/sbin', '/usr/sbin', '/sbin'];
  return folders
    .filter(Boolean)
    .map((folder) => join(folder, program))
    .find((path) => existsSync(path));
}

/** A short hash of everything given, for use in a cache key or an image tag. */
export function digest(...parts: readonly (string | Buffer)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) {
    hash.update(`${part.length}:`).update(part);
  }
  return hash.digest('hex').slice(0, 16);
}

/** The folder that everything slow is kept in. */
export function cacheRoot(): string {
  const base = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  const root = process.env.E2E_CACHE || join(base, 'mlc-llm-pipeline-e2e');
  mkdirSync(root, { recursive: true });
  return root;
}

/**
 * The cache's folder for `name` as made from `key`; `make` fills it the first time.
 *
 * It is filled in place and counts only once its marker is written: what is interrupted is made anew, and tools that
 * remember where they were installed (a virtual environment's scripts) stay right, which a rename would break.
 */
export async function cached(name: string, key: string, make: (folder: string) => Promise<unknown>): Promise<string> {
  const folder = join(cacheRoot(), `${name}-${digest(key)}`);
  const marker = `${folder}.made`;
  await locked(basename(folder), async () => {
    if (!existsSync(marker) || !existsSync(folder)) {
      const start = Date.now();
      rmSync(folder, { recursive: true, force: true });
      mkdirSync(folder);
      log(`making ${name} …`);
      await make(folder);
      writeFileSync(marker, key);
      log(`made ${name} in ${Math.round((Date.now() - start) / 1000)} s`);
      forgetOld(name, folder);
    }
    const now = new Date();
    utimesSync(marker, now, now);
  });
  return folder;
}

/** Runs `action` while no other process (or other call in this one) runs one under the same name. */
export async function locked<T>(name: string, action: () => Promise<T>): Promise<T> {
  const lock = join(cacheRoot(), `${name}.lock`);
  while (!tryLock(lock)) {
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  try {
    return await action();
  } finally {
    rmSync(lock, { force: true });
  }
}

/** One line on the terminal, past jest's capturing of the console. */
export function log(line: string): void {
  process.stderr.write(`e2e: ${line}\n`);
}

/** Kills a process group; 0 stands for a program that never started. */
function kill(group: number): void {
  try {
    if (group > 0) {
      process.kill(-group, 'SIGKILL');
    }
  } catch {
    // Already gone.
  }
}

function tryLock(lock: string): boolean {
  try {
    const descriptor = openSync(lock, 'wx');
    writeFileSync(descriptor, `${process.pid}`);
    closeSync(descriptor);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') {
      throw error;
    }
    if (!ownerLives(lock)) {
      rmSync(lock, { force: true });
    }
    return false;
  }
}

function ownerLives(lock: string): boolean {
  try {
    const owner = Number(readFileSync(lock, 'utf8'));
    // Empty: its owner has created it and not written yet; give it a minute before taking it for a leftover.
    return owner === 0 ? Date.now() - statSync(lock).mtimeMs < 60_000 : process.kill(owner, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Removes what was made under the same name from other keys and has not been asked for in two weeks. */
function forgetOld(name: string, current: string): void {
  for (const entry of readdirSync(dirname(current))) {
    const marker = join(dirname(current), entry);
    const folder = marker.replace(/\.made$/, '');
    const sameName = entry.endsWith('.made') && basename(folder).replace(/-[0-9a-f]{16}$/, '') === name;
    if (sameName && folder !== current && Date.now() - statSync(marker).mtimeMs > 14 * 24 * 3600_000) {
      rmSync(marker);
      rmSync(folder, { recursive: true, force: true });
    }
  }
}

function signalNumber(signal: NodeJS.Signals | null): number {
  return (
    ({ SIGHUP: 1, SIGINT: 2, SIGABRT: 6, SIGKILL: 9, SIGSEGV: 11, SIGTERM: 15 } as Record<string, number>)[
      signal ?? ''
    ] ?? 0
  );
}
