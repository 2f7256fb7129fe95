/** Names of the files of this folder that are part of the packed program. */
import { BUILTIN } from '../declaration/schema/values';

/** Return the name of a file or folder in a declaration. */
export function builtin(path: string): string {
  return `${BUILTIN}mlc-llm/${path}`;
}

/** Return a file of `checks/` and its arguments. */
export function script(name: string, ...args: string[]): string[] {
  return [builtin(`checks/${name}.py`), ...args];
}
