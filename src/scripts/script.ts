/**
 * What a script does, without a shell: named steps of a few statements, which `bash.ts` and `powershell.ts` render.
 *
 * A command is a list of arguments; how they are quoted is the renderers' business alone. Work that is more than
 * calling tools in order belongs into `wheeltool.py`, which is the same on every platform.
 */
import { must } from '../declaration/error';
import type { System } from '../declaration/platform';

/** Names that a shell or the rendered scripts use themselves; PowerShell's ignore case, and some cannot be set. */
const RESERVED = new Set([
  ...[
    'ARGS',
    'ERROR',
    'FALSE',
    'HOME',
    'HOST',
    'INPUT',
    'LASTEXITCODE',
    'MATCHES',
    'NULL',
    'OFS',
    'PID',
    'PSHOME',
    'PWD',
    'TRUE',
  ],
  ...['EUID', 'IFS', 'PPID', 'SECONDS', 'SHELLOPTS', 'UID'],
  ...['COMMAND', 'EXPLAINED', 'LOG_FILE', 'STEP', 'STEPS_FILE', 'STEP_STARTED'],
]);

/** A value that the script is given or computes; exported ones are environment variables of the commands that follow. */
export class Variable {
  constructor(public readonly name: string) {
    must(/^[A-Z_][A-Z0-9_]*$/.test(name), 'variable', name, 'upper-case letters, digits and underscores');
    must(!RESERVED.has(name), 'variable', name, 'a name that neither the shells nor the scripts use themselves');
  }
}

/** Text with variables in it; see {@link text}. */
export class Text {
  constructor(public readonly parts: ReadonlyArray<string | Variable>) {}
}

/** One argument, or another value that is used whole. */
export type Word = string | Variable | Text;

/** Builds a word from text and variables: text\`${BUILD_DIR}/logs\`. */
export function text(literals: TemplateStringsArray, ...values: Word[]): Text {
  const parts = literals.flatMap((literal, index) => [
    literal,
    ...(index < values.length ? partsOf(values[index]) : []),
  ]);
  return new Text(parts.filter((part) => part !== ''));
}

/** A word's literal pieces and variables, in order. */
export function partsOf(word: Word): ReadonlyArray<string | Variable> {
  return word instanceof Text ? word.parts : [word];
}

/** What a statement may depend on. */
export type Condition =
  | { readonly kind: 'isSet'; readonly variable: Variable }
  | { readonly kind: 'exists'; readonly path: Word }
  | { readonly kind: 'onPath'; readonly command: string };

/** What only Windows needs, and only PowerShell can do: functions of `powershell-functions.ts` that change the environment. */
export type WindowsFunction = 'enter_msvc' | 'hide_conda_link' | 'use_vulkan_sdk';

/** One thing that a step does. */
export type Statement =
  | { readonly kind: 'run'; readonly argv: readonly Word[]; readonly attempts: number }
  | { readonly kind: 'attempt'; readonly argv: readonly Word[] }
  | { readonly kind: 'capture'; readonly variable: Variable; readonly argv: readonly Word[] }
  | { readonly kind: 'expect'; readonly argv: readonly Word[]; readonly expected: Word; readonly advice: string }
  | { readonly kind: 'need'; readonly command: string; readonly advice: string }
  | { readonly kind: 'set'; readonly variable: Variable; readonly value: Word; readonly exported: boolean }
  | { readonly kind: 'makeFolder'; readonly path: Word }
  | { readonly kind: 'emptyFolder'; readonly path: Word }
  | { readonly kind: 'copyTree'; readonly from: Word; readonly to: Word }
  | { readonly kind: 'write'; readonly path: Word; readonly lines: readonly Word[] }
  | { readonly kind: 'windows'; readonly function: WindowsFunction }
  | { readonly kind: 'comment'; readonly lines: readonly string[] }
  | { readonly kind: 'say'; readonly message: Word }
  | { readonly kind: 'fail'; readonly message: Word }
  | {
      readonly kind: 'when';
      readonly condition: Condition;
      readonly then: readonly Statement[];
      readonly otherwise: readonly Statement[];
    };

/** Statements in the order in which they run, built by chaining. */
export class Statements {
  public readonly list: Statement[] = [];

  /** Runs a command; the script fails where it does. */
  public run(...argv: Word[]): this {
    return this.add({ kind: 'run', argv, attempts: 1 });
  }

  /** Runs a command that reaches over a network, up to so many times, with growing pauses. */
  public retry(attempts: number, ...argv: Word[]): this {
    return this.add({ kind: 'run', argv, attempts });
  }

  /** Runs a command whose failure does not matter. */
  public attempt(...argv: Word[]): this {
    return this.add({ kind: 'attempt', argv });
  }

  /** Keeps what a command prints, without its last line break. */
  public capture(variable: Variable, ...argv: Word[]): this {
    return this.add({ kind: 'capture', variable, argv });
  }

  /** Fails with an advice unless a command prints what is expected. */
  public expect(expected: Word, argv: Word[], advice: string): this {
    return this.add({ kind: 'expect', argv, expected, advice });
  }

  /** Fails with an advice where a command is not on the PATH. */
  public need(command: string, advice: string): this {
    return this.add({ kind: 'need', command, advice });
  }

  /** Sets a variable of the script. */
  public set(variable: Variable, value: Word): this {
    return this.add({ kind: 'set', variable, value, exported: false });
  }

  /** Sets an environment variable for the commands that follow. */
  public export(variable: Variable, value: Word): this {
    return this.add({ kind: 'set', variable, value, exported: true });
  }

  /** Makes a folder and its parents where they are missing. */
  public makeFolder(path: Word): this {
    return this.add({ kind: 'makeFolder', path });
  }

  /** Makes a folder anew: what was in it goes. */
  public emptyFolder(path: Word): this {
    return this.add({ kind: 'emptyFolder', path });
  }

  /** Copies what a folder holds into another one, hidden files too. */
  public copyTree(from: Word, to: Word): this {
    return this.add({ kind: 'copyTree', from, to });
  }

  /** Writes a text file, each line ended with a line feed. */
  public write(path: Word, ...lines: Word[]): this {
    return this.add({ kind: 'write', path, lines });
  }

  /** Does what only Windows needs, in a step that is for Windows only. */
  public onWindows(name: WindowsFunction): this {
    return this.add({ kind: 'windows', function: name });
  }

  /** Says why, to who reads the script. */
  public comment(...lines: string[]): this {
    return this.add({ kind: 'comment', lines });
  }

  /** Prints a line. */
  public say(message: Word): this {
    return this.add({ kind: 'say', message });
  }

  /** Ends the script with a message that says what to do. */
  public fail(message: Word): this {
    return this.add({ kind: 'fail', message });
  }

  /** Does one thing or another. */
  public when(
    condition: Condition,
    then: (branch: Statements) => void,
    otherwise?: (branch: Statements) => void,
  ): this {
    return this.add({
      kind: 'when',
      condition,
      then: statements(then),
      otherwise: otherwise ? statements(otherwise) : [],
    });
  }

  /** Does the same for each of some declared values. */
  public each<T>(values: readonly T[], body: (branch: Statements, value: T) => void): this {
    values.forEach((value) => body(this, value));
    return this;
  }

  private add(statement: Statement): this {
    this.list.push(statement);
    return this;
  }
}

function statements(build: (branch: Statements) => void): readonly Statement[] {
  const branch = new Statements();
  build(branch);
  return branch.list;
}

/** A part of a script that has a name: the unit that logs, durations and failures speak of. */
export interface Step {
  readonly title: string;
  readonly statements: readonly Statement[];
  /** The only system that the step is for; both without it. */
  readonly only?: System;
}

/** An environment variable that the caller of a script may set. */
export interface Input {
  readonly variable: Variable;
  /** What it is for, in a sentence. */
  readonly help: string;
  /** The value where the caller sets none: a word, the machine's number of processors, or nothing. */
  readonly default?: Word | { readonly processors: true };
  /** What the help says the default is, where the word itself would not be understood. */
  readonly defaultHelp?: string;
  /** A path is made absolute, from where the caller stands; a number must be a positive whole one. */
  readonly type: 'text' | 'path' | 'number';
  /** The only system that it is for; both without it. */
  readonly only?: System;
}

/** The checkout that the script lies in: absolute. Set by every script. */
export const ROOT = new Variable('ROOT');

/** The platform that the script runs on, such as `linux-x86_64`: one of the declared ones. Set by every script. */
export const PLATFORM = new Variable('PLATFORM');

/** A script, as declared. */
export class Script {
  public readonly steps: Step[] = [];

  /**
   * @param name the file's name without its extension
   * @param summary what it does, in a sentence for the header and the help
   * @param inputs the environment variables that it reads
   * @param logFolder where the log and the steps' durations are kept
   */
  constructor(
    public readonly name: string,
    public readonly summary: string,
    public readonly inputs: readonly Input[],
    public readonly logFolder: Word,
  ) {}

  /** Adds a step. */
  public step(title: string, build: (step: Statements) => void, only?: System): this {
    this.steps.push({ title, statements: statements(build), only });
    return this;
  }

  /** The steps of one system. */
  public stepsOn(system: System): readonly Step[] {
    return this.steps.filter((step) => step.only === undefined || step.only === system);
  }

  /** The inputs of one system. */
  public inputsOn(system: System): readonly Input[] {
    return this.inputs.filter((input) => input.only === undefined || input.only === system);
  }
}

/** Where a script keeps how long its steps took: a line each, title and seconds with a tab between. */
export function stepsFile(script: Script): Word {
  return text`${script.logFolder}/${script.name}-steps.tsv`;
}
