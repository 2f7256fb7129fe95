/** What GitHub knows and act's schema does not, taken out of a workflow: neither has a meaning in the engine. */
export function forAct(workflow: string): string {
  return workflow.replace(/^ +(cache-mode: none|artifact-metadata: write.*)\n/gm, '');
}
