/** The default task of a project that has none: it runs the project's declaration. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Project } from 'projen/lib/project';
import { ProjenrcFile } from 'projen/lib/projenrc';

/** The interpreter of each kind of declaration. */
const PROGRAMS = {
  '.projenrc.ts': 'tsx',
  '.projenrc.mts': 'tsx',
  '.projenrc.js': 'node',
  '.projenrc.mjs': 'node',
  '.projenrc.cjs': 'node',
};

/** The declaration of a project without a component for it. */
class Declaration extends ProjenrcFile {
  constructor(
    project: Project,
    public readonly filePath: keyof typeof PROGRAMS,
  ) {
    super(project);
    project.defaultTask?.execArgs([PROGRAMS[filePath], filePath]);
  }
}

/** Return whether a project has a default task, or gets one from {@link addDefaultTask}. */
export function canSynthesize(root: Project): boolean {
  return (root.defaultTask?.steps.length ?? 0) > 0 || findDeclaration(root) !== undefined;
}

/** Make `npx projen` run the project's declaration, unless the project has its own default task. */
export function addDefaultTask(root: Project): void {
  if (root.defaultTask === undefined || root.defaultTask.steps.length > 0) return;
  const file = findDeclaration(root);
  if (file === undefined) {
    const fix = 'rename the declaration to .projenrc.ts or .projenrc.js, or add a step to the default task';
    root.logger.warn(`"npx projen" does nothing in this project: ${fix}`);
    return;
  }
  new Declaration(root, file);
  if (usesTsx(root) && !isInstalled(root.outdir, 'tsx')) {
    root.logger.warn(`"npx projen" runs ${file} with tsx, which is not installed: run "npm install --save-dev tsx"`);
  }
}

/** Return whether the default task needs tsx. */
export function usesTsx({ defaultTask }: Project): boolean {
  return defaultTask?.steps.some(({ exec, execArgs }) => (execArgs ?? exec?.split(' '))?.[0] === 'tsx') ?? false;
}

function findDeclaration({ outdir }: Project): keyof typeof PROGRAMS | undefined {
  return (Object.keys(PROGRAMS) as (keyof typeof PROGRAMS)[]).find((file) => existsSync(join(outdir, file)));
}

/** Return whether a package is installed for programs that run in a folder. */
function isInstalled(folder: string, name: string): boolean {
  const parent = dirname(folder);
  return existsSync(join(folder, 'node_modules', name)) || (parent !== folder && isInstalled(parent, name));
}
