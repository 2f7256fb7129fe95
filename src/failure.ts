/** A declaration that is wrong is answered with one sentence, where nobody catches it. */

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
    if (!prepared) process.once('uncaughtException', end);
    prepared = true;
    throw error;
  }
}

const told = new WeakSet<any>();

function end(error: Error): void {
  const whole = process.env.DEBUG || !told.has(error);
  process.stderr.write(`${whole ? error.stack : `mlc-llm-pipeline: ${error.message}`}\n`);
  process.exit(1);
}
