import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname, join } from 'node:path';
import { RunResult, run } from './process';
import type { System } from '../../../src/declaration/platform';
import { Condition, partsOf, Script, Statement, Step, stepsFile, Variable, Word } from '../../../src/scripts/script';

/**
 * Does what a script declares for one system, without the shell that it is rendered for: commands get exactly the
 * declared arguments, with the variables' values in them.
 */
export class Evaluator {
  private readonly values = new Map<string, string>();
  /** Never the caller's settings: what the script exports is what its commands see. */
  private readonly env: Record<string, string | undefined> = {
    GITHUB_ACTIONS: undefined,
    GITHUB_STEP_SUMMARY: undefined,
  };
  private readonly durations: string[] = [];

  /**
   * @param given ROOT, PLATFORM and the inputs that the caller sets
   * @param env what the caller's environment has besides; PATH is all that programs are looked for in
   */
  constructor(
    private readonly script: Script,
    system: System,
    given: Readonly<Record<string, string>>,
    env: Readonly<Record<string, string>> & { readonly PATH: string },
  ) {
    Object.entries(given).forEach(([name, value]) => this.values.set(name, value));
    for (const { variable, default: value = '' } of script.inputsOn(system)) {
      // Not exported by the script either, unless it says so.
      this.env[variable.name] = given[variable.name];
      if (!this.values.has(variable.name)) {
        const processors = typeof value === 'object' && 'processors' in value;
        this.values.set(variable.name, processors ? `${cpus().length}` : this.value(value));
      }
    }
    Object.assign(this.env, env, { PYTHONUTF8: '1' });
  }

  /** Does what a step declares; throws, with the step's title and the command's output, where the script would end. */
  public async step(step: Step): Promise<void> {
    const started = Date.now();
    try {
      await this.all(step.statements);
    } catch (error) {
      throw new Error(`step "${step.title}" failed: ${(error as Error).message}`);
    }
    // As the rendered scripts keep it, for the build record.
    this.durations.push(`${step.title}\t${((Date.now() - started) / 1000).toFixed(1)}\n`);
    const file = this.value(stepsFile(this.script));
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, this.durations.join(''));
  }

  /** The value of a word: its text, with the variables' values in it. */
  public value(word: Word): string {
    return partsOf(word)
      .map((part) => (part instanceof Variable ? this.variable(part) : part))
      .join('');
  }

  private variable({ name }: Variable): string {
    const value = this.values.get(name);
    if (value === undefined) throw new Error(`$${name} is used before it is set`);
    return value;
  }

  private async all(statements: readonly Statement[]): Promise<void> {
    for (const statement of statements) await this.do(statement);
  }

  private async do(statement: Statement): Promise<void> {
    switch (statement.kind) {
      case 'run':
        await this.command(statement.argv);
        return;
      case 'attempt':
        await this.tried(statement.argv);
        return;
      case 'capture':
        this.values.set(statement.variable.name, await this.command(statement.argv));
        return;
      case 'expect': {
        const actual = await this.command(statement.argv);
        if (actual !== this.value(statement.expected)) throw new Error(`got '${actual}'. ${statement.advice}`);
        return;
      }
      case 'need':
        if (!this.onPath(statement.command)) throw new Error(`${statement.command} is not on the PATH`);
        return;
      case 'set': {
        const value = this.value(statement.value);
        this.values.set(statement.variable.name, value);
        if (statement.exported) this.env[statement.variable.name] = value;
        return;
      }
      case 'emptyFolder':
      case 'makeFolder': {
        const path = this.value(statement.path);
        if (statement.kind === 'emptyFolder') rmSync(path, { recursive: true, force: true });
        mkdirSync(path, { recursive: true });
        return;
      }
      case 'copyTree':
        cpSync(this.value(statement.from), this.value(statement.to), { recursive: true });
        return;
      case 'write':
        writeFileSync(this.value(statement.path), statement.lines.map((line) => `${this.value(line)}\n`).join(''));
        return;
      case 'when':
        await this.all(this.holds(statement.condition) ? statement.then : statement.otherwise);
        return;
      case 'fail':
        throw new Error(this.value(statement.message));
      case 'windows':
        throw new Error(`${statement.function} needs Windows`);
      case 'comment':
      case 'say':
        return;
    }
  }

  private holds(condition: Condition): boolean {
    switch (condition.kind) {
      case 'isSet':
        return this.variable(condition.variable) !== '';
      case 'exists':
        return existsSync(this.value(condition.path));
      case 'onPath':
        return this.onPath(condition.command);
    }
  }

  private onPath(command: string): boolean {
    return this.env.PATH!.split(':').some((folder) => existsSync(join(folder, command)));
  }

  private tried(argv: readonly Word[]): Promise<RunResult> {
    return run(['env', ...argv.map((word) => this.value(word))], { env: this.env });
  }

  /** What a command prints, without its last line break. */
  private async command(argv: readonly Word[]): Promise<string> {
    const { status, stdout, stderr } = await this.tried(argv);
    if (status !== 0) throw new Error(`exit status ${status}\n${(stdout + stderr).slice(-4000)}`);
    return stdout.replace(/\n$/, '');
  }
}
