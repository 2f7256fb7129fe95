import type { WorkflowDefinition } from './model';

/**
 * Groups the runs of a workflow. A new push to a pull request stops the run for the one before. Every other run has a
 * group of its own: of the runs that wait in a group, GitHub keeps only the newest.
 */
export function concurrency(workflow: string): WorkflowDefinition['concurrency'] {
  const isPullRequest = "github.event_name == 'pull_request'";
  return {
    group: `${workflow}-\${{ ${isPullRequest} && github.ref || github.run_id }}`,
    'cancel-in-progress': `\${{ ${isPullRequest} }}`,
  };
}
