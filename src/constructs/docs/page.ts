/** A page of `docs/`: a Markdown template next to this file, rendered with the data of a pipeline. */
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Context, Writer } from 'mustache';
import type { Guide } from './guide';
import type { Variant } from '../../declaration/variant';
import type { WorkflowContext } from '../workflows/context';
import type { WorkflowDefinition } from '../workflows/model';

/** Data of a template, by name; `false` hides a section. */
export interface View {
  readonly [name: string]: unknown;
}

/** A workflow of the pipeline, as it is rendered. */
export interface NamedWorkflow {
  readonly name: string;
  readonly definition: WorkflowDefinition;
}

/** Everything that the pages describe. */
export interface Described {
  readonly context: WorkflowContext;
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

/** Renders the template `<name>.md` with its own view and the data that all pages share. */
export function page(name: string, described: Described, view: View): string {
  const template = readFileSync(join(__dirname, `${name}.md`), 'utf8');
  const context = new StrictContext({ ...shared(name, described), ...view });
  return new Writer().render(template, context, {}, { escape });
}

function shared(name: string, { context, workflows, prefix, guide }: Described): View {
  const { plan } = context;
  const { folder } = plan.place;
  const up = '../'.repeat(folder ? folder.split('/').length + 1 : 1);
  const placed = (workflow: string): View => {
    const path = context.file(workflow);
    return { file: basename(path), link: `${up}${path}` };
  };
  const declared = (workflow: string): View | false =>
    workflows.some((each) => each.name === workflow) && placed(workflow);
  const names = ['docker', 'linux', 'windows', 'release', 'reproduce', 'upgrade', 'cleanup'];
  return {
    source: `<!-- Synthesized by projen from .projenrc.ts (mlc-llm-pipeline: src/constructs/docs/${name}.md). Do not edit it here. -->`,
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

/** Values as code, with commas between them. */
export function codeList(values: readonly string[]): string {
  return values.map((value) => `\`${value}\``).join(', ');
}
