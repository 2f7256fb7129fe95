/** Workflows that GitHub starts for an event, by their triggers with filters of branches, tags and paths. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { Repository, WorkflowEvent } from './workflow-events';

const WORKFLOWS = '.github/workflows';

interface Filters {
  readonly branches?: readonly string[];
  readonly tags?: readonly string[];
  readonly paths?: readonly string[];
}

/** Return the file names of the workflows that an event with these changed files starts. */
export function startedBy(repository: Repository, event: WorkflowEvent, changed: readonly string[]): string[] {
  return readdirSync(join(repository.folder, WORKFLOWS))
    .sort()
    .filter((file) => {
      const { on } = readWorkflow(repository, file);
      return event.name in on && passes((on[event.name] ?? {}) as Filters, event, changed);
    });
}

/** Return every job of a workflow and of the workflows that it calls, by the engine's names. */
export function allJobs(repository: Repository, file: string): string[] {
  const { name, jobs } = readWorkflow(repository, file);
  return Object.values(jobs).flatMap((job) =>
    job.uses === undefined
      ? [`${name}/${job.name}`]
      : allJobs(repository, job.uses.split('/').at(-1)!).map((called) => `${job.name}/${called}`),
  );
}

interface WorkflowFile {
  readonly name: string;
  readonly on: Readonly<Record<string, object | null>>;
  readonly jobs: Readonly<Record<string, { readonly name: string; readonly uses?: string }>>;
}

function readWorkflow(repository: Repository, file: string): WorkflowFile {
  return parse(readFileSync(join(repository.folder, WORKFLOWS, file), 'utf8')) as WorkflowFile;
}

function passes({ branches, tags, paths }: Filters, { name, ref }: WorkflowEvent, changed: readonly string[]): boolean {
  const [, kind, short = ''] = /^refs\/(heads|tags)\/(.*)$/.exec(ref) ?? [];
  if (name === 'push') {
    // A workflow with a filter of branches only does not start for tags, and vice versa.
    if (kind === 'heads' && (branches ? !matches(branches, short) : tags !== undefined)) return false;
    if (kind === 'tags' && (tags ? !matches(tags, short) : branches !== undefined)) return false;
    if (kind === 'tags') return true;
  }
  return paths === undefined || changed.some((file) => matches(paths, file));
}

/** Match patterns: the last one that matches decides, and `!` excludes. */
function matches(patterns: readonly string[], text: string): boolean {
  const last = patterns.filter((pattern) => asRegExp(pattern.replace(/^!/, '')).test(text)).at(-1);
  return last !== undefined && !last.startsWith('!');
}

function asRegExp(pattern: string): RegExp {
  const parts = pattern.split(/(\*\*|\*)/).map((part) => ({ '**': '.*', '*': '[^/]*' })[part] ?? escape(part));
  return new RegExp(`^${parts.join('')}$`);
}

function escape(text: string): string {
  return text.replace(/[.+?^${}()|[\]\\]/g, '\\$&');
}
