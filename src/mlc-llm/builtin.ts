/** Names of the files of this folder that the packed program brings. */
import { BUILTIN } from '../declaration/schema/values';

/** The name of a file or folder in a declaration. */
export function builtin(path: string): string {
  return `${BUILTIN}mlc-llm/${path}`;
}

/** A file of `checks/` and its arguments. */
export function script(name: string, ...args: string[]): string[] {
  return [builtin(`checks/${name}.py`), ...args];
}
