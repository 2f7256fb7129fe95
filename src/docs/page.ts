/** A page of `docs/`: a Markdown template next to this file, rendered with the data of a pipeline. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Context, Writer } from 'mustache';
import type { Guide } from './guide';
import type { Variant } from '../declaration/variant';
import { placedFile } from '../github/adapt';
import type { WorkflowDefinition } from '../github/model';
import { workflowFile } from '../github/workflow';
import type { Plan } from '../plan/plan';

/** Data of a template, by name; `false` hides a section. */
export interface View {
  readonly [name: string]: unknown;
}

/** A page of a user's repository. */
export interface Page {
  readonly path: string;
  readonly text: string;
}

/** A rendered workflow of the pipeline. */
export interface NamedWorkflow {
  readonly name: string;
  readonly definition: WorkflowDefinition;
}

/** Everything that the pages describe. */
export interface Described {
  readonly plan: Plan;
  readonly workflows: readonly NamedWorkflow[];
  /** Declared variants: the plan does not contain their notes for readers. */
  readonly variants: readonly Variant[];
  /** Prefix of the pipeline's tasks and of its folder in the project; empty for none. */
  readonly prefix: string;
  readonly guide: Guide;
}

/** A context that throws on a name without data; mustache itself renders nothing. */
class StrictContext extends Context {
  public push(view: unknown): Context {
    return new StrictContext(view, this);
  }

  public lookup(name: string): unknown {
    const value: unknown = super.lookup(name);
    if (value === undefined) throw new Error(`unknown name "${name}" in a page's template: add it to its view`);
    return value;
  }
}

/** Escape characters that Markdown would interpret in a table cell. */
function escape(text: unknown): string {
  return String(text).replace(/\||<(?=\w)/g, '\\$&');
}

/** Render the template `<name>.md` with its own view and the data that all pages share. */
export function page(name: string, described: Described, view: View): Page {
  const template = readFileSync(join(__dirname, `${name}.md`), 'utf8');
  const context = new StrictContext({ ...shared(name, described), ...view });
  return { path: `docs/${name}.md`, text: new Writer().render(template, context, {}, { escape }) };
}

function shared(name: string, { plan, workflows, prefix, guide }: Described): View {
  const { folder } = plan.place;
  const up = '../'.repeat(folder ? folder.split('/').length + 1 : 1);
  const placed = (workflow: string): View => {
    const path = placedFile(plan, workflowFile(workflow));
    return { file: path.split('/').pop(), link: `${up}${path}` };
  };
  const declared = (workflow: string): View | false =>
    workflows.some((each) => each.name === workflow) && placed(workflow);
  const names = ['docker', 'linux', 'windows', 'release', 'reproduce', 'upgrade', 'cleanup'];
  return {
    source: `<!-- Synthesized by projen from .projenrc.ts (mlc-llm-pipeline: src/docs/${name}.md). Do not edit it here. -->`,
    repository: plan.repository,
    url: `https://github.com/${plan.repository}`,
    defaultBranch: plan.defaultBranch,
    program: plan.program.path,
    prefix: prefix || false,
    tasks: prefix && `${prefix}:`,
    guide,
    workflow: Object.fromEntries(names.map((each) => [each, declared(each)])),
  };
}

/** Display names of the systems. */
export const SYSTEM_TITLES = { linux: 'Linux', windows: 'Windows' } as const;

/** Format values as code, separated by commas. */
export function codeList(values: readonly string[]): string {
  return values.map((value) => `\`${value}\``).join(', ');
}
