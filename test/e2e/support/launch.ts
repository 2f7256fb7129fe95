/** Programs under way: started, watched, told to end. */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import type { RunOptions, RunResult } from './process';

/** The variable by which a program and all that it starts are found. */
const MARK = 'E2E_LAUNCHED';

/** A program that was started, and what it has started. */
export class Launched {
  /** How it ends. */
  public readonly done: Promise<RunResult>;
  public readonly pid: number;
  private readonly mark: string = randomUUID();
  private said = '';

  constructor(argv: readonly string[], options: Pick<RunOptions, 'cwd' | 'env'>) {
    const env = { ...process.env, ...options.env, [MARK]: this.mark };
    const child = spawn(argv[0]!, argv.slice(1), { cwd: options.cwd, env, detached: true });
    this.pid = child.pid!;
    const collected = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].on('data', (data: Buffer) => {
        collected[name] += data.toString();
        this.said += data.toString();
      });
    }
    this.done = new Promise((resolve) => {
      child.on('close', (code) => resolve({ status: code ?? -1, ...collected }));
    });
  }

  /** What is running of it: the command line by the process's number. */
  public processes(): Map<number, string> {
    const found = new Map<number, string>();
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      try {
        const environment = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
        if (environment.includes(`${MARK}=${this.mark}`)) {
          found.set(Number(pid), readFileSync(`/proc/${pid}/cmdline`, 'utf8').replace(/\0/g, ' ').trim());
        }
      } catch {
        // It has ended meanwhile.
      }
    }
    return found;
  }

  /** Waits until a command is running whose line matches; fails where the program ends before. */
  public async reaches(command: RegExp): Promise<void> {
    let ended = false;
    void this.done.then(() => (ended = true));
    while (![...this.processes().values()].some((line) => command.test(line))) {
      if (ended) throw new Error(`It ended before ${command} was run:\n${this.said.slice(-6000)}`);
      await pause(50);
    }
  }

  /** Signals the program alone, waits for its end and for that of all it has started; says how many seconds it took. */
  public async end(signal: NodeJS.Signals): Promise<RunResult & { readonly seconds: number }> {
    const started = Date.now();
    process.kill(this.pid, signal);
    const result = await this.done;
    while (this.processes().size > 0) {
      if (Date.now() - started > 20_000) throw new Error(`These go on: ${[...this.processes().values()].join('\n')}`);
      await pause(20);
    }
    return { ...result, seconds: (Date.now() - started) / 1000 };
  }

  /** Ends all of it at once, whatever it is at. */
  public kill(): void {
    this.processes().forEach((_, pid) => {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It has ended meanwhile.
      }
    });
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
