/** Files of a project that its declaration refers to. */
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { must } from './declaration/error';
import { BUILTIN } from './declaration/schema/values';
import type { Plan } from './plan/plan';
import { projectFiles } from './plan/project-files';

/**
 * Throw a `SpecError` for a file or folder of the plan that does not exist.
 *
 * @param plan the plan
 * @param folder the pipeline's folder
 */
export function checkProjectFiles(plan: Plan, folder: string): void {
  for (const { option, name, isFolder } of projectFiles(plan)) {
    const builtin = name.startsWith(BUILTIN);
    const path = builtin ? join(__dirname, name.slice(BUILTIN.length)) : join(folder, name);
    const found = existsSync(path) ? statSync(path) : undefined;
    const kind = isFolder ? 'folder' : 'file';
    const expected = builtin
      ? `a ${kind} of this library: correct the name`
      : `a ${kind} of the project: create it, or correct the path`;
    must((isFolder ? found?.isDirectory() : found?.isFile()) ?? false, option, name, expected);
  }
}
