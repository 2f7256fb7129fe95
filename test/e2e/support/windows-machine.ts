import { ChildProcess, spawn } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, join, relative, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { cacheRoot, which } from './process';

/** How a Windows program is run. */
export interface WindowsRunOptions {
  /** A Windows path. Default: `D:\a`, which is {@link WindowsMachine.folder}. */
  readonly cwd?: string;
  /** Added to the machine's own. `PATH` is put in front of the machine's; `TEMP`, `TMP` and `HOME` can't be set. */
  readonly env?: Readonly<Record<string, string>>;
  /** Written to standard input, which is empty otherwise. */
  readonly input?: string;
  /** Milliseconds, after which everything that runs on the machine is killed. Default: five minutes. */
  readonly timeout?: number;
}

/** What a Windows program did. */
export interface WindowsResult {
  /** The low eight bits of the exit code, which is all that Wine hands on. */
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly timedOut: boolean;
}

/** A Windows program under way. */
export interface WindowsProgram {
  /** Its end. */
  readonly done: Promise<WindowsResult>;
  /** What it has written up to now. */
  stdout(): string;
  /** Ctrl-C, as typed in its console: for it and for all that it has started there. */
  interrupt(): void;
}

/** Where a machine comes from: layers of a file system, the topmost first, and a folder that takes what changes. */
export interface Layers {
  readonly lower: readonly string[];
  /** Default: a folder that goes with the machine. */
  readonly upper?: string;
  /** Whether {@link CONSOLE} is there. Default: it is. */
  readonly console?: boolean;
}

/** The folder of the prefix, as the programs in the machine see it. */
export const PREFIX = '/prefix';

/** Where Windows keeps its drive C:, as the programs in the machine see it. */
export const DRIVE_C = `${PREFIX}/drive_c`;

/** The program that gives another one a console; see its source. */
export const CONSOLE = 'C:\\console\\console.exe';

/** Linux' programs and Wine's own environment. */
const ENVIRONMENT = {
  HOME: '/root',
  LANG: 'C.UTF-8',
  PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
  WINEDEBUG: '-all',
  // Neither asks to download them.
  WINEDLLOVERRIDES: 'mscoree=;mshtml=',
  WINEPREFIX: PREFIX,
  XDG_RUNTIME_DIR: '/tmp',
};

/**
 * Mounts everything in a namespace of its own, says so from inside, where alone its root is the machine's, and waits for
 * the end of its input, which comes when this process ends, in whatever way. Being process 1 of its namespace, it takes
 * all processes and mounts with it.
 */
const HOLDER = `
set -e
read -r pid rest </proc/self/stat
mount -t overlay overlay -o "lowerdir=$1,upperdir=$2,workdir=$3" "$4"
mount -t proc proc "$4/proc"
mount --rbind /sys "$4/sys"
mount --rbind /dev "$4/dev"
mkdir -p "$4/a"
mount --bind "$5" "$4/a"
cp -L /etc/resolv.conf /etc/hosts "$4/etc/" 2>/dev/null || true
exec chroot "$4" /bin/bash -c 'echo "$1"; while read -r line; do :; done' sh "$pid"
`;

/**
 * A Windows of its own: Wine, with its drives and its registry, none of whose changes is seen by another machine.
 * Drive C: is Wine's. Drive D: is the whole Linux machine, so that a path which a Linux program prints means the same to
 * a Windows program on D:. `D:\a` is {@link folder}, a plain folder of this machine.
 */
export class WindowsMachine {
  /** Starts one. It ends with {@link stop}, and with this process. */
  static async start(layers: Layers): Promise<WindowsMachine> {
    if (process.getuid?.() !== 0 || !which('unshare') || !which('nsenter')) {
      throw new Error('The Windows suites mount file systems. Run them as root, and install: util-linux');
    }
    const runs = join(cacheRoot(), 'windows-machines');
    mkdirSync(runs, { recursive: true });
    removeLeftovers(runs);
    // In the cache, because an overlay's upper folder can't lie on an overlay, as /tmp in a container may.
    const base = mkdtempSync(join(runs, `${process.pid}-`));
    const inBase = (name: string): string => {
      mkdirSync(join(base, name));
      return join(base, name);
    };
    const upper = layers.upper ?? inBase('upper');
    const folder = inBase('a');
    const folders = [layers.lower.join(':'), upper, inBase('work'), inBase('root'), folder];
    const argv = ['--mount', '--pid', '--fork', '--kill-child', '--propagation', 'private', 'bash', '-c', HOLDER, 'sh'];
    const holder = spawn('unshare', [...argv, ...folders], { stdio: ['pipe', 'pipe', 'pipe'], detached: true });
    const said: string[] = [];
    holder.stderr.on('data', (chunk: Buffer) => said.push(chunk.toString()));
    const pid = await new Promise<number>((done, failed) => {
      createInterface({ input: holder.stdout }).once('line', (line) => done(Number(line)));
      holder.once('close', () => failed(new Error(`The Windows machine does not start: ${said.join('')}`)));
      holder.once('error', failed);
    });
    return new WindowsMachine(holder, pid, base, folder, layers.console ?? true);
  }

  private runs = 0;
  private readonly ended: Promise<void>;

  private constructor(
    private readonly holder: ChildProcess,
    private readonly pid: number,
    private readonly base: string,
    /** What the machine has as `D:\a`: a folder of this machine, to be filled and read as any other. */
    readonly folder: string,
    private readonly hasConsole: boolean,
  ) {
    this.ended = new Promise((done) => holder.once('close', () => done()));
  }

  /** The Windows path of a file in {@link folder}, given by its path here or relative to the folder. */
  path(file = ''): string {
    const inside = relative(this.folder, resolve(this.folder, file));
    return ['D:', 'a', ...inside.split('/')].filter(Boolean).join('\\');
  }

  /** The path here of any file of the machine, as long as it runs. The names' case has to be right. */
  hostPath(windows: string): string {
    const [drive, ...names] = windows.split(/[\\/]/);
    return join(`/proc/${this.pid}/root`, drive?.toUpperCase() === 'C:' ? DRIVE_C : '', ...names);
  }

  /** The path of any file of the machine, as Linux' programs there see it. */
  linuxPath(windows: string): string {
    return linuxPath(windows);
  }

  /** Runs a Windows program. The first of `argv` is a path, or a name to look for on the PATH. */
  run(argv: readonly string[], options: WindowsRunOptions = {}): Promise<WindowsResult> {
    return this.launch(argv, options).done;
  }

  /** Runs a Windows program, and throws with the tail of its output unless it succeeds. */
  async check(argv: readonly string[], options: WindowsRunOptions = {}): Promise<WindowsResult> {
    return succeeded(argv, await this.run(argv, options));
  }

  /** Starts a Windows program. */
  launch(argv: readonly string[], options: WindowsRunOptions = {}): WindowsProgram {
    return this.enter(['wine', ...(this.hasConsole ? [CONSOLE] : []), ...argv], options);
  }

  /** Runs a script of Linux' shell on the machine, and throws unless it succeeds. */
  async shell(script: string, options: WindowsRunOptions = {}): Promise<WindowsResult> {
    const argv = ['/bin/sh', '-ec', script];
    return succeeded(argv, await this.enter(argv, options).done);
  }

  /** Ends everything that runs on the machine; the machine itself stays. */
  async killAll(): Promise<void> {
    // From inside, where -1 means all processes but the holder and the one that asks.
    const killer = spawn('nsenter', ['--target', `${this.pid}`, '--pid', '--', 'bash', '-c', 'kill -KILL -1']);
    await new Promise((done) => killer.once('close', done));
  }

  /** Ends the machine, with all that runs on it, and forgets its changes. */
  async stop(): Promise<void> {
    this.holder.stdin?.end();
    this.holder.kill('SIGKILL');
    await this.ended;
    rmSync(this.base, { recursive: true, force: true });
  }

  private enter(argv: readonly string[], options: WindowsRunOptions): WindowsProgram {
    const { PATH, ...env } = options.env ?? {};
    const variables = { ...ENVIRONMENT, ...env, ...(PATH === undefined ? {} : { WINEPATH: PATH }) };
    const settings = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
    const cwd = linuxPath(options.cwd ?? 'D:\\a');
    const inside = ['chroot', join(this.base, 'root'), '/usr/bin/env', '-i', '-C', cwd, ...settings, ...argv];

    // Files: a server that a program leaves behind holds its output open, and a pipe would never end.
    const number = ++this.runs;
    const file = (kind: string): string => join(this.base, `${number}.${kind}`);
    writeFileSync(file('in'), options.input ?? '');
    const streams = [openSync(file('in'), 'r'), openSync(file('out'), 'w'), openSync(file('err'), 'w')];
    const target = ['--target', `${this.pid}`, '--mount', '--pid', '--'];
    const child = spawn('nsenter', [...target, ...inside], { stdio: streams, detached: true });
    streams.forEach((stream) => closeSync(stream));
    const text = (kind: string): string => readFileSync(file(kind), 'utf8');

    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      void this.killAll();
    }, options.timeout ?? 300_000);
    const done = new Promise<WindowsResult>((finished, failed) => {
      child.once('error', failed);
      child.once('close', (code) => {
        clearTimeout(timer);
        finished({ status: code ?? 137, stdout: text('out'), stderr: text('err'), timedOut });
      });
    });
    return { done, stdout: () => text('out'), interrupt: () => interrupt(child) };
  }
}

/** Removes what processes left that had no time to. Their mounts and programs went with them. */
function removeLeftovers(runs: string): void {
  for (const name of readdirSync(runs)) {
    if (!existsSync(`/proc/${name.split('-')[0]}`)) {
      rmSync(join(runs, name), { recursive: true, force: true });
    }
  }
}

/** The path on the machine that Wine runs on. */
function linuxPath(windows: string): string {
  const [drive, ...names] = windows.split(/[\\/]/);
  return join(drive?.toUpperCase() === 'C:' ? DRIVE_C : '/', ...names);
}

/** nsenter waits for the console, its only child; Wine makes the signal a Ctrl-C there. */
function interrupt(nsenter: ChildProcess): void {
  const children = readFileSync(`/proc/${nsenter.pid}/task/${nsenter.pid}/children`, 'utf8').trim().split(' ');
  children.filter(Boolean).forEach((child) => process.kill(Number(child), 'SIGINT'));
}

function succeeded(argv: readonly string[], result: WindowsResult): WindowsResult {
  if (result.status !== 0 || result.timedOut) {
    const tail = (text: string) => text.trimEnd().split('\n').slice(-60).join('\n');
    const how = result.timedOut ? 'killed after its time' : `exit status ${result.status}`;
    const output = [tail(result.stdout), tail(result.stderr)].filter(Boolean).join('\n--- stderr ---\n');
    throw new Error(`${how}: ${basename(argv[0] ?? '')} ${argv.slice(1).join(' ')}\n${output}`);
  }
  return result;
}
