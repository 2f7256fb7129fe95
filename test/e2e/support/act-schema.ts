import { parse, stringify } from 'yaml';

/** What GitHub knows and act's schema does not, taken out of a workflow: neither has a meaning in the engine. */
export function forAct(workflow: string): string {
  return workflow.replace(/^ +(cache-mode: none|artifact-metadata: write.*)\n/gm, '');
}

/**
 * Add the permissions of each job's token to a workflow, as `E2E_PERMISSIONS`, for the stand-ins: act's token has none.
 * Jobs of a called workflow have their own; synthesis checks that the caller grants them.
 */
export function withRights(workflow: string): string {
  const content = parse(workflow) as { jobs: Record<string, { env?: object; permissions?: object; uses?: string }> };
  for (const job of Object.values(content.jobs).filter(({ uses }) => uses === undefined)) {
    const rights = Object.entries(job.permissions ?? {}).map(([scope, right]) => `${scope}:${right}`);
    job.env = { ...job.env, E2E_PERMISSIONS: rights.join(' ') };
  }
  return stringify(content);
}
