/** Hand-written files and folders of the plan: those of checks and of the preflight. */
import type { Plan, PlannedWheel } from './plan';
import { isOn } from './select';
import type { SystemName } from '../declaration/platform';
import { BUILTIN } from '../declaration/schema/values';

/** A file or folder of the project or of this library. */
export interface ProjectFile {
  /** The option that names it. */
  readonly option: string;
  readonly name: string;
  readonly isFolder: boolean;
  readonly system: SystemName | null;
}

/** List all files and folders of the plan, in the order of the declaration. */
export function projectFiles({ builds }: Plan): ProjectFile[] {
  return builds.flatMap(({ variant, wheels, preflight }) => {
    const at = variant === null ? '' : `variants[${variant}].`;
    const files = wheels.flatMap((wheel) => checkFiles(`${at}wheels[${wheel.builtAs}]`, wheel));
    if (!preflight) return files;
    const { folder: name, wheel, system } = preflight;
    const folder = { option: 'preflight.folder', name, isFolder: true, system };
    const tried = checkFiles('preflight.wheel', wheel).filter((each) => system === null || isOn(system, each));
    return [...files, folder, ...tried.map((each) => ({ ...each, system: system ?? each.system }))];
  });
}

function checkFiles(at: string, { checks }: PlannedWheel): ProjectFile[] {
  return checks.flatMap(({ name, python, system }) =>
    python === null ? [] : [{ option: `${at}.checks[${name}].python`, name: python[0], isFolder: false, system }],
  );
}

/** Return globs of the program's sources and of the library's files in the plan; empty with the packed program. */
export function programGlobs(plan: Plan, system: SystemName): string[] {
  const { path, requirements } = plan.program;
  if (requirements === null) return [];
  const library = path.split('/').slice(0, -2).join('/');
  const builtin = projectFiles(plan).filter((each) => isOn(system, each) && each.name.startsWith(BUILTIN));
  const folders = builtin.map(({ name, isFolder }) => {
    const parts = name.slice(BUILTIN.length).split('/');
    return [library, ...(isFolder ? parts : parts.slice(0, -1)), '**'].filter(Boolean).join('/');
  });
  return [...new Set([`${path}/**`, requirements, ...folders])];
}

/** Return globs of the project's own files for a system, for triggers; a check may import modules next to its file. */
export function projectGlobs(plan: Plan, system: SystemName): string[] {
  const own = projectFiles(plan).filter((each) => isOn(system, each) && !each.name.startsWith(BUILTIN));
  const globs = own.flatMap(({ name, isFolder }) => {
    const folder = isFolder ? name : name.split('/').slice(0, -1).join('/');
    if (folder === '.') return ['**'];
    return folder ? [`${folder}/**`] : [name, '_*.py'];
  });
  return [...new Set(globs)];
}
