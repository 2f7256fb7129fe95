/** A declaration that is wrong is answered with one sentence, where nobody catches it. */
import { inspect } from 'node:util';

let prepared = false;

/**
 * Calls a function; an error that it throws ends a program that does not catch it with its message alone and status 1. With
 * `DEBUG` in the environment (`npx projen --debug`), the stack comes as well.
 */
export function inOneSentence<T>(action: () => T): T {
  try {
    return action();
  } catch (error) {
    told.add(error);
    if (process.env.PROJEN_CREATE_PROJECT && !process.env.DEBUG) inspectAsMessage(error as object);
    if (!prepared) process.once('uncaughtException', end);
    prepared = true;
    throw error;
  }
}

const told = new WeakSet<any>();

/** Print only the message if `projen new` catches the error; it inspects every error that it catches. */
function inspectAsMessage(error: object): void {
  Object.defineProperty(error, inspect.custom, { configurable: true, value: () => sentence(error as Error) });
}

function sentence(error: Error): string {
  return `mlc-llm-pipeline: ${error.message}`;
}

function end(error: Error): void {
  const whole = process.env.DEBUG || !told.has(error);
  process.stderr.write(`${whole ? error.stack : sentence(error)}\n`);
  process.exit(1);
}
