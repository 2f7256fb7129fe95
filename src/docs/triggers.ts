/** When a workflow runs, in words: read from the file itself, so that a page cannot say something else. */
import type { Value, WorkflowDefinition } from '../github/model';

type Trigger = { readonly [key: string]: Value | undefined };

const quoted = (values: unknown): string => (values as readonly string[]).map((value) => `\`${value}\``).join(', ');

const where = (trigger: Trigger): string =>
  [
    ...('branches' in trigger ? [`of ${quoted(trigger.branches)}`] : []),
    ...('tags' in trigger ? [`of a tag ${quoted(trigger.tags)}`] : []),
    ...('paths' in trigger ? [`that changes ${quoted(trigger.paths)}`] : []),
    ...('paths-ignore' in trigger ? [`that changes more than ${quoted(trigger['paths-ignore'])}`] : []),
  ]
    .map((text) => ` ${text}`)
    .join('');

const WORDS: { readonly [event: string]: (trigger: Value) => string } = {
  pull_request: (trigger) => `for a pull request${where(trigger as Trigger)}`,
  merge_group: () => 'in the merge queue',
  push: (trigger) => `on a push${where(trigger as Trigger)}`,
  schedule: (trigger) => `at ${(trigger as Array<{ cron: string }>).map(({ cron }) => `\`${cron}\``).join(', ')} (UTC)`,
  workflow_dispatch: () => 'by hand',
  workflow_call: () => 'called by another workflow',
};

/** All triggers of a workflow. */
export function describeTriggers({ on }: WorkflowDefinition): string {
  return Object.entries(on)
    .map(([event, trigger]) => {
      const words = WORDS[event];
      if (!words) throw new Error(`the pages have no words for the trigger ${event}: add them to docs/triggers.ts`);
      return words(trigger);
    })
    .join('; ');
}
