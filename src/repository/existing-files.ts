/** Protection of existing files: synthesis overwrites only its own files and those that the declaration adopts. */
import { existsSync, lstatSync, readFileSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { resolve } from 'projen/lib/_resolve';
import { FileBase } from 'projen/lib/file';
import { GitAttributesFile } from 'projen/lib/gitattributes';
import { IgnoreFile } from 'projen/lib/ignore-file';
import { NodePackage } from 'projen/lib/javascript';
import { Project } from 'projen/lib/project';
import { SynthesizedFile } from '../files';
import { FILES } from '../plan/files';

/** The list of synthesized files. projen writes `files`, the read-only ones; this library adds `writable`. */
interface Manifest {
  readonly files: readonly string[];
  /** Absent if projen alone or an older version of this library wrote the list. */
  readonly writable?: readonly string[];
}

const MANIFEST = '.projen/files.json';

/** Throw, before any file is written, if synthesis would overwrite files that it did not write. */
export function protectExistingFiles(root: Project, adopted: readonly string[]): void {
  const projects = root.node.findAll().filter((each): each is Project => Project.isProject(each));
  const found = projects.flatMap(existingFiles).map(({ path, lost }) => {
    return { path: relative(root.outdir, path).replaceAll(sep, '/'), lost };
  });
  const refused = new Map(found.filter(({ path }) => !adopted.includes(path)).map(({ path, lost }) => [path, lost]));
  if (refused.size > 0) throw new Error(explain(refused, root.initProject !== undefined));
  projects.forEach(prepare);
}

/** List the writable files as well, and prevent projen from deleting other files that contain its marker. */
function prepare(project: Project): void {
  const writable = project.files.filter((file) => !file.readonly).map(({ path }) => path);
  project.tryFindObjectFile(MANIFEST)?.addOverride('writable', writable);
  // Without a list, projen deletes every file that contains the marker, such as files of another project in a subfolder.
  if (!readManifest(project)) project.addExcludeFromCleanup('**');
}

/** A file that synthesis would overwrite. */
interface ExistingFile {
  /** Absolute. */
  readonly path: string;
  /** The entries that the file would lose, where projen merges it; empty where the whole file would be replaced. */
  readonly lost: readonly string[];
}

/** Return the existing files that the project would overwrite. */
function existingFiles(project: Project): ExistingFile[] {
  const manifest = readManifest(project);
  return project.files
    .filter((file) => !isListed(file, manifest))
    .flatMap((file) => {
      const path = findObstacle(project.outdir, file.absolutePath);
      if (path === undefined) return [];
      const entries = mergedEntries(file, path);
      if (entries === undefined) return isReplaced(file, path) ? [{ path, lost: [] }] : [];
      const lost = entries.before.filter((each) => !entries.after.includes(each));
      return lost.length > 0 ? [{ path, lost }] : [];
    });
}

function readManifest({ outdir }: Project): Manifest | undefined {
  const path = join(outdir, MANIFEST);
  if (!existsSync(path)) return undefined;
  try {
    const { files, writable } = JSON.parse(readFileSync(path, 'utf8'));
    return Array.isArray(files) ? { files, ...(Array.isArray(writable) && { writable }) } : undefined;
  } catch {
    return undefined;
  }
}

function isListed(file: FileBase, manifest: Manifest | undefined): boolean {
  if (manifest === undefined) return false;
  const { files, writable } = manifest;
  if ([...files, ...(writable ?? [])].includes(file.path)) return true;
  if (file.readonly || writable !== undefined) return false;
  // An older version did not list writable files; the pipeline's own are recognized by its plan.
  const [place, overlaid] = file.path.split(`${FILES.overlay}/`);
  return !(file instanceof SynthesizedFile) || (overlaid !== undefined && files.includes(`${place}scripts/plan.json`));
}

/** Return the existing path, or the file in place of one of its parent folders. */
function findObstacle(outdir: string, path: string): string | undefined {
  const names = relative(outdir, path).split(sep);
  for (const index of names.keys()) {
    const isLast = index === names.length - 1;
    const each = join(outdir, ...names.slice(0, index + 1));
    const found = (isLast ? lstatSync : statSync)(each, { throwIfNoEntry: false });
    if (found === undefined || isLast || !found.isDirectory()) return found && each;
  }
  return undefined;
}

/** Return whether the file would be replaced: an equal file is not. */
function isReplaced(file: FileBase, path: string): boolean {
  return !isFileOf(file, path) || readFileSync(path, 'utf8') !== (contentOf(file) ?? '');
}

/** Return the entries of a file that is compared by entries, as it is and as it will be written. */
function mergedEntries(file: FileBase, path: string): Record<'before' | 'after', string[]> | undefined {
  const isRules = file instanceof IgnoreFile || file instanceof GitAttributesFile;
  const isPackage = file === NodePackage.of(file.project)?.file;
  if ((!isRules && !isPackage) || !isFileOf(file, path)) return undefined;
  const [before, after] = [readFileSync(path, 'utf8'), contentOf(file) ?? ''];
  if (isRules) return { before: rulesOf(before), after: rulesOf(after) };
  // projen adds the dependencies when it writes the file.
  const dependencies = file.project.deps.all.map(({ name }) => `dependency ${name}`);
  return { before: entriesOf(before), after: [...entriesOf(after), ...dependencies] };
}

function isFileOf(file: FileBase, path: string): boolean {
  return path === file.absolutePath && lstatSync(path).isFile();
}

/**
 * Return the fields of a `package.json`, those of one value with it, its dependencies by name, and its scripts with their
 * commands. The name is without its value: a declaration has to state it.
 */
function entriesOf(text: string): string[] {
  return Object.entries(JSON.parse(text) as object).flatMap(([field, value]) => {
    const isEmpty = value === '' || (typeof value === 'object' && Object.keys(value ?? {}).length === 0);
    if (isEmpty) return [];
    if (/dependencies$/i.test(field)) {
      return (Array.isArray(value) ? value : Object.keys(value)).map((name) => `dependency ${name}`);
    }
    if (field === 'scripts') return Object.entries(value).map((script) => `script ${script.join(': ')}`);
    return [field === 'name' || typeof value === 'object' ? field : `${field}: ${value}`];
  });
}

function rulesOf(text: string): string[] {
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}

/** Return the content that synthesis will write. */
function contentOf(file: FileBase): string | undefined {
  const { synthesizeContent } = file as unknown as { synthesizeContent(resolver: object): string | undefined };
  return synthesizeContent.call(file, { resolve });
}

function explain(refused: ReadonlyMap<string, readonly string[]>, isNew: boolean): string {
  const paths = [...refused.keys()].sort();
  return [
    'refusing to overwrite files that synthesis did not write:',
    ...paths.map((path) => `  ${path}`),
    'Move or delete them, or let synthesis overwrite them once:',
    isNew
      ? `  projen new … ${paths.map((path) => `--adopt-existing-files ${path}`).join(' ')}`
      : `  adoptExistingFiles: [${paths.map((path) => `'${path}'`).join(', ')}]`,
    ...paths.flatMap((path) => {
      const lost = refused.get(path) ?? [];
      return lost.length > 0 ? [`${path} would lose: ${lost.join(', ')}`] : [];
    }),
    ...Object.entries(HINTS).flatMap(([path, hint]) => (refused.has(path) ? [hint] : [])),
  ].join('\n');
}

const HINTS = {
  '.gitignore': "To keep a rule of .gitignore, declare it: project.gitignore.addPatterns('…')",
  '.gitattributes': "To keep a rule of .gitattributes, declare it: project.gitattributes.addAttributes('…', '…')",
  'package.json':
    "To keep an entry of package.json, declare it: project.package.addField('…', …), addTask or addDevDeps",
  '.github/workflows/build.yml': 'To keep your own build.yml, set buildWorkflow: false',
};
