/** The task `check`: that the synthesized files are the declared ones. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { JsonPatch } from 'projen/lib/json-patch';
import { Project } from 'projen/lib/project';
import { SynthesizedFile } from '../files';

/** What the task runs. */
export const CHECK = 'scripts/check.cjs';

/** Add the task to a repository's root. `build` starts with it, instead of overwriting files that were edited by hand. */
export function addCheck(project: Project): void {
  if (project.tasks.tryFind('check')) return;
  new SynthesizedFile(project, CHECK, readFileSync(join(__dirname, 'check.cjs'), 'utf8'));
  project.addTask('check', {
    description: 'Synthesize, and fail where that changes a file',
    exec: `node ${CHECK}`,
  });
  const [first] = project.tasks.tryFind('build')?.steps ?? [];
  if (first?.spawn !== 'default') return;
  project.tryFindObjectFile('.projen/tasks.json')?.patch(JsonPatch.replace('/tasks/build/steps/0/spawn', 'check'));
}
