/** Tables that the Python program reads too: the files in this folder, which `pack` puts into the packed program. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SystemName } from '../declaration/platform';

/** A command of the program that reads inputs. */
export type Command = 'build' | 'test' | 'reproduce' | 'preflight';

/** An option of the program, with the environment variable that sets it too. */
export interface Input {
  /** The option without its dashes. */
  readonly name: string;
  readonly variable?: string;
  readonly type: string;
  readonly commands: readonly Command[];
  /** The only system that has it; both by default. */
  readonly system?: SystemName;
  readonly help: string;
  /** The default, with placeholders such as `{build-dir}`; empty by default. */
  readonly default?: string;
  /** The default as a person reads it. */
  readonly defaultHelp: string;
}

/** Paths relative to the pipeline's folder. */
export interface Folders {
  readonly output: string;
  readonly build: string;
  readonly overlay: string;
  readonly buildRequirements: string;
  readonly locks: string;
  readonly environment: string;
  readonly dockerfile: string;
  /** Paths relative to BUILD_DIR. */
  readonly inBuild: { readonly [name in BuildFolder]: string };
}

/** A folder in BUILD_DIR that workflows or pages name. */
export type BuildFolder =
  | 'logs'
  | 'source'
  | 'raw'
  | 'repaired'
  | 'testEnvironment'
  | 'testReport'
  | 'vulkanSdk'
  | 'wheelCache'
  | 'compilerCache';

function table<T>(name: string): T {
  return JSON.parse(readFileSync(join(__dirname, `${name}.json`), 'utf8')) as T;
}

export const INPUTS = table<readonly Input[]>('inputs');

export const FOLDERS = table<Folders>('folders');
