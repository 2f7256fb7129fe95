/** What the tests of both shells share: a script around some statements, stub programs, and what is seen of a run. */
import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resolvePipeline } from '../../src/declaration/pipeline';
import { renderBash } from '../../src/scripts/bash';
import { renderPowerShell } from '../../src/scripts/powershell';
import { Input, Script, Statements, text, Variable } from '../../src/scripts/script';

export const spec = resolvePipeline({
  repository: 'owner/thing',
  source: { folder: 'thing' },
  wheels: [{ distribution: 'thing', checks: [{ name: 'import', imports: ['thing'] }] }],
});
export const BUILD_DIR = new Variable('BUILD_DIR');
export const NAME = new Variable('NAME');
export const COUNT = new Variable('COUNT');
export const inputs: Input[] = [
  { variable: BUILD_DIR, type: 'path', help: 'Where it works.' },
  { variable: NAME, type: 'text', help: 'A name.', default: 'nobody' },
  { variable: COUNT, type: 'number', help: 'A number.', default: { processors: true } },
];

export type Build = (step: Statements) => void;

/** A script of one step. */
export function trialScript(build: Build): Script {
  return new Script('trial', 'Tries statements.', inputs, text`${BUILD_DIR}/logs`).step('Try it', build);
}

/** The text of the trial in bash or in PowerShell. */
export function render(shell: 'bash' | 'powershell', build: Build): string {
  const lines = { bash: renderBash, powershell: renderPowerShell }[shell](trialScript(build), spec, ['Title']);
  return `${lines.join('\n')}\n`;
}

export interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Arguments that a shell would do something to, were they not quoted as it wants. */
export const NASTY: readonly string[] = [
  ...['', ' ', 'a b', ' a', 'a ', 'a\tb', '\n', 'a\nb', 'a\r\nb', '\n\n'],
  ...[
    "it's",
    "''",
    '"',
    '""',
    '"a b"',
    '\u2018a\u2019',
    '\u201a\u201b',
    '\u201ca\u201d',
    '\u201e',
    "\u2019'",
    '\u201d"',
  ],
  ...['$HOME', '$', '$$', '${NAME}', '$NAME', '$(id)', '$env:PATH', '`id`', '`', '``', '`n', '`"', '%q', '%', '%PATH%'],
  ...['\\', 'a\\', 'a b\\', 'a\\"', 'C:\\x\\', '\\\\', '//', ';', '&', '|', '<x>', '>', '(', ')', ',', 'a,b', '!', '^'],
  ...['=', 'A=B', 'a:b', '-x', '-x:y', '-x=y', '-', '--', '--%', '---', '\u2013x', '/x', '@', '@args', '@x', '#', '#x'],
  ...['{}', '{a,b}', '{', '}', '0', '007', '1e3', '0x10', '-1', '1kb', 'ü€', '日本', '\u{1f600}', 'a\u00a0b', '\u2028'],
];

/**
 * On Linux, PowerShell expands these in splatted arguments of native commands; on Windows, which the scripts are for, it
 * does not (but for a leading tilde, in newer versions).
 *
 * @see https://learn.microsoft.com/powershell/module/microsoft.powershell.core/about/about_parsing
 */
export const GLOBS: readonly string[] = ['*', '?', '[a]', '*.whl', 'a*b', '~', '~/x'];

/** Programs of the trials, in sh as they start fast: each appends its argv to the file $CALLS, an empty line between. */
export const PROGRAMS: Record<string, string> = {
  record: '',
  answer: 'printf "%s\\n" "$1"',
  refuse: 'exit 3',
  // Succeeds from its second start on.
  'a-tool': '',
  flaky: '[ -e tried ] || { : >tried; exit 4; }',
  sleep: '',
};

/** A working folder for a trial, and a folder on the PATH with the stub programs. */
export class Bench {
  public readonly folder = mkdtempSync(join(tmpdir(), 'trial-'));
  public readonly programs = mkdtempSync(join(tmpdir(), 'programs-'));
  private readonly log = join(this.programs, 'calls');

  /** @param names the programs that exist, with what they do after they have recorded their arguments */
  constructor(private readonly names: Record<string, string> = PROGRAMS) {
    writeFileSync(this.log, '');
    for (const [name, body] of Object.entries(names)) this.addProgram(name, body);
  }

  /** Whether a program does nothing but record its arguments: it need not be started to know that. */
  public onlyRecords(name: string): boolean {
    return this.names[name] === '';
  }

  /** Records a call as the programs do. */
  public record(argv: readonly string[]): void {
    appendFileSync(this.log, [argv.length - 1, ...argv, ''].join('\0'));
  }

  private addProgram(name: string, body: string): void {
    const recording = name === 'sleep' ? '' : `printf '%s\\0' "$#" "\${0##*/}" "$@" >>"$CALLS"\n`;
    writeFileSync(join(this.programs, name), `#!/bin/sh\n${recording}${body}\n`);
    chmodSync(join(this.programs, name), 0o755);
  }

  /** Puts a script where scripts lie; its path. */
  public addScript(file: string, script: string): string {
    const path = join(this.folder, 'scripts', file);
    mkdirSync(join(this.folder, 'scripts'), { recursive: true });
    writeFileSync(path, script);
    return path;
  }

  /** Starts a shell with a script, in the working folder. */
  public start(command: readonly string[], file: string, script: string, env: Record<string, string>): Outcome {
    return this.run([...command, this.addScript(file, script)], env);
  }

  /** Runs a command in the working folder. */
  public run([program, ...args]: readonly string[], env: Record<string, string>): Outcome {
    return spawnSync(program, args, { cwd: this.folder, encoding: 'utf8', env: this.environment(env) });
  }

  /** What a process finds in its environment: the programs, and what is given. */
  public environment(env: Record<string, string>): Record<string, string> {
    return { PATH: `${this.programs}:${process.env.PATH}`, CALLS: this.log, ...env };
  }

  /** The argument lists that the stub programs got, in order. */
  public calls(): string[][] {
    const fields = readFileSync(this.log, 'utf8').split('\0').slice(0, -1);
    const calls: string[][] = [];
    while (fields.length > 0) calls.push(fields.splice(0, Number(fields.shift()) + 1));
    return calls;
  }

  /** What lies in the working folder, but for the script and its logs: texts by path; a folder has none. */
  public files(): Record<string, string | null> {
    const paths = (readdirSync(this.folder, { recursive: true }) as string[]).filter(
      (path) => !/(^|\/)(scripts|logs)(\/|$)/.test(path),
    );
    return Object.fromEntries(
      paths.sort().map((path) => {
        const file = join(this.folder, path);
        return [path, statSync(file).isFile() ? readFileSync(file, 'utf8') : null];
      }),
    );
  }

  public remove(): void {
    for (const folder of [this.folder, this.programs]) rmSync(folder, { recursive: true, force: true });
  }
}

/** What can be seen of a trial, in words that both shells have in common. */
export interface Observed {
  readonly status: number | null;
  /** The arguments that the stub programs got, the program's name first. */
  readonly calls: string[][];
  readonly files: Record<string, string | null>;
  /** What it printed where it ran no program: how command lines are shown is each shell's own. */
  readonly said: string;
  /** What it complained of: how PowerShell's own message goes on after the exit status is its own. */
  readonly complaint: string;
}

/** Sees what a trial has done. */
export function observe(bench: Bench, { status, stdout, stderr }: Outcome): Observed {
  const neutral = (output: string): string => output.replaceAll(bench.folder, '<folder>');
  const calls = bench.calls().map((call) => call.map(neutral));
  const files = Object.entries(bench.files());
  return {
    status,
    calls,
    files: Object.fromEntries(files.map(([path, content]) => [path, content === null ? null : neutral(content)])),
    said: calls.length > 0 ? '' : neutral(stdout.replace(/^\+ .*\n/gm, '').replaceAll('\r\n', '\n')),
    complaint: neutral(stderr.trim())
      .replace(/\btrial\.(sh|ps1)\b/g, 'trial')
      .replace(/(failed with exit status \d+)[^]*/, '$1'),
  };
}
