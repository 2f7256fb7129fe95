/** Tries a rendered PowerShell script: with pwsh where there is one, else by reading it and doing what it says. */
import { spawnSync } from 'node:child_process';
import { accessSync, constants, cpSync, existsSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { PowerShellReader, World } from './powershell-reader';
import { PROCESSORS } from './powershell-strings';
import { Bench, Outcome } from './trial';

/** The version of the pwsh on the PATH; nothing where there is none. */
export const PWSH: string | undefined =
  spawnSync('pwsh', ['-NoProfile', '-NonInteractive', '-Command', '"$($PSVersionTable.PSVersion)"'], {
    encoding: 'utf8',
  }).stdout?.trim() || undefined;

/** How PowerShell is tried here, in a sentence for the log of the tests. */
export const METHOD = PWSH
  ? `PowerShell: executed by pwsh ${PWSH}`
  : 'PowerShell: read from the parse tree (no pwsh on the PATH)';

/** Runs a script with pwsh, in the same working folder and with the same programs as its bash twin. */
export function execute(bench: Bench, script: string, env: Record<string, string>): Outcome {
  return bench.start(['pwsh', '-NoLogo', '-NoProfile', '-NonInteractive', '-File'], 'trial.ps1', script, {
    // .NET wants a home folder; what it keeps there must not reach the trial.
    HOME: bench.programs,
    POWERSHELL_TELEMETRY_OPTOUT: '1',
    NO_COLOR: '1',
    ...env,
  });
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** The early end of a script. */
class Ended extends Error {
  constructor(public readonly status: number) {
    super(`ended with exit status ${status}`);
  }
}

/**
 * Does what a script says, as its reader understands it.
 *
 * The functions here are what `powershell-functions.ts` is meant to do, on real files and with the same programs.
 */
export function follow(
  reader: PowerShellReader,
  bench: Bench,
  script: string,
  env: Record<string, string>,
  variables: Record<string, string> = {},
): Outcome {
  const performance = new Performance(bench, env, variables);
  bench.addScript('trial.ps1', script);
  try {
    reader.readInputs(script, performance, (path) => (isAbsolute(path) ? path : join(bench.folder, path)));
    mkdirSync(join(performance.variables.get('BUILD_DIR')!, 'logs'), { recursive: true });
    reader.runSteps(script, performance);
  } catch (error) {
    if (!(error instanceof Ended)) throw error;
    return performance.outcome(error.status);
  }
  return performance.outcome(0);
}

class Performance implements World {
  public readonly variables: Map<string, string>;
  public readonly environment: Map<string, string>;
  private stdout = '';
  private stderr = '';
  private step = '';

  private readonly functions: Record<string, (...argv: string[]) => void> = {
    step: (title) => {
      this.step = title;
      this.log(`==> ${title}`);
    },
    finish_step: () => {},
    log: (message) => this.log(message),
    fail: (message) => this.fail(message),
    run: (...argv) => void this.mustRun(argv),
    retry: (attempts, ...argv) => {
      for (let left = Number(attempts); left > 1; left--) if (this.start(argv).status === 0) return;
      this.mustRun(argv);
    },
    attempt: (...argv) => void this.start(argv),
    capture: (variable, ...argv) => {
      // As an assignment it is not exported; what was given in the environment stays what it was there.
      this.variables.set(variable, this.mustRun(argv));
    },
    expect: (expected, advice, ...argv) => {
      const actual = this.mustRun(argv);
      if (actual === expected) return;
      this.fail(`expected '${expected}', got '${actual}' from: ${argv.join(' ')}. ${advice}`);
    },
    need: (command, advice) => {
      if (!this.onPath(command)) this.fail(`${command} is not on the PATH. ${advice}`);
    },
    make_folder: (path) => void mkdirSync(this.path(path), { recursive: true }),
    empty_folder: (path) => {
      rmSync(this.path(path), { recursive: true, force: true });
      mkdirSync(this.path(path), { recursive: true });
    },
    copy_tree: (from, to) => {
      const isFolder = statSync(this.path(from), { throwIfNoEntry: false })?.isDirectory();
      if (!isFolder) this.fail(`${from} is not a folder`);
      cpSync(this.path(from), this.path(to), { recursive: true });
    },
    write_lines: (path, ...lines) => writeFileSync(this.path(path), `${lines.join('\n')}\n`),
    // What only Windows can do is only heard.
    ...Object.fromEntries(
      ['enter_msvc', 'hide_conda_link', 'use_vulkan_sdk'].map((name) => [name, () => this.bench.record([name])]),
    ),
  };

  constructor(
    private readonly bench: Bench,
    env: Record<string, string>,
    variables: Record<string, string>,
  ) {
    this.environment = new Map(Object.entries(env));
    this.variables = new Map([
      ['ROOT', bench.folder],
      ['PLATFORM', 'windows-amd64'],
      [PROCESSORS, String(availableParallelism())],
      ...Object.entries(variables),
    ]);
  }

  public outcome(status: number): Outcome {
    return { status, stdout: this.stdout, stderr: this.stderr };
  }

  public exists(path: string): boolean {
    return path !== '' && existsSync(this.path(path));
  }

  public onPath(command: string): boolean {
    // As `Get-Command -CommandType Application` does it: programs only, while bash also knows commands of its own.
    return this.bench
      .environment({})
      .PATH.split(':')
      .some((folder) => isProgram(join(folder, command)));
  }

  public assigned(name: string, value: string, exported: boolean): void {
    if (exported) this.environment.set(name, value);
  }

  public call(name: string, argv: readonly string[]): void {
    const known = this.functions[name];
    if (!known) throw new Error(`nobody says what ${name} does`);
    known(...argv);
  }

  private start(argv: readonly string[]): { status: number; printed: string } {
    const [program, ...args] = argv;
    if (this.bench.onlyRecords(program)) {
      this.bench.record(argv);
      return { status: 0, printed: '' };
    }
    const { status, stdout, error } = spawnSync(program, args, {
      cwd: this.bench.folder,
      encoding: 'utf8',
      env: this.processEnv(),
    });
    if (error) throw error;
    return { status: status!, printed: stdout.replace(/\n+$/, '') };
  }

  private mustRun(argv: readonly string[]): string {
    const { status, printed } = this.start(argv);
    if (status === 0) return printed;
    this.stderr += `trial.ps1: step "${this.step}" failed with exit status ${status}`;
    throw new Ended(status);
  }

  private processEnv(): NodeJS.ProcessEnv {
    return this.bench.environment(Object.fromEntries(this.environment));
  }

  private log(message: string): void {
    this.stdout += `${message}\n`;
  }

  private fail(message: string): never {
    this.stderr += `trial.ps1: ${this.step}: ${message}\n`;
    throw new Ended(1);
  }

  private path(path: string): string {
    return resolve(this.bench.folder, path);
  }
}
