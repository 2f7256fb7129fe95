/** Triggers of a workflow, formatted for a table from its definition, so that pages and workflows always agree. */
import { codeList } from './page';
import type { Value, WorkflowDefinition } from '../workflows/model';

type Trigger = { readonly [key: string]: Value | undefined };

/** Labels of a trigger's filters, such as its branches. */
const FILTERS: { readonly [filter: string]: string } = {
  branches: 'branch',
  tags: 'tag',
  paths: 'paths',
  'paths-ignore': 'any path except',
};

function filters(trigger: Value): string {
  const shown = Object.entries(FILTERS)
    .filter(([filter]) => filter in ((trigger ?? {}) as Trigger))
    .map(([filter, label]) => `${label} ${codeList((trigger as Trigger)[filter] as string[])}`);
  return shown.length > 0 ? ` (${shown.join('; ')})` : '';
}

const EVENTS: { readonly [event: string]: (trigger: Value) => string } = {
  pull_request: (trigger) => `pull request${filters(trigger)}`,
  merge_group: () => 'merge queue',
  push: (trigger) => `push${filters(trigger)}`,
  schedule: (trigger) => `schedule ${codeList((trigger as Array<{ cron: string }>).map(({ cron }) => cron))} (UTC)`,
  workflow_dispatch: () => 'manual run',
  workflow_call: () => 'call by another workflow',
};

/** All triggers of a workflow; one that only an override adds has GitHub's name for it. */
export function describeTriggers({ on }: WorkflowDefinition): string {
  return Object.entries(on)
    .map(([event, trigger]) => EVENTS[event]?.(trigger) ?? `\`${event}\`${filters(trigger)}`)
    .join(', ');
}
