/** Artifacts: their names, their retention, and the steps that upload and download them. */
import { BUILD_FOLDERS } from '../../../plan/files';
import type { PlannedPlatform } from '../../../plan/plan';
import type { WorkflowContext } from '../context';
import { CALL_INPUTS } from '../inputs';
import type { Value, WorkflowStep } from '../model';

const SOURCE = 'steps/artifacts.ts';

/** Days that GitHub keeps an artifact. */
export const RETENTION = {
  wheels: 14,
  logs: 14,
  /** Everything that a release consists of: GitHub lets it wait 30 days for its environment's reviewers. */
  released: 35,
  /** An image that a run builds for its own jobs: 1 GB, where a private repository has 500 MB for free. */
  handedOn: 1,
  /** The record of an image's digest, which proves where the image comes from: as long as GitHub keeps anything. */
  proof: 90,
} as const;

/** An expression: the days for wheels and reports, in a workflow that a release may call. */
export const WHEEL_DAYS = `\${{ inputs.${CALL_INPUTS.fresh} && ${RETENTION.released} || ${RETENTION.wheels} }}`;

/** The artifact with a platform's wheels and their record, as they were built. */
export function wheelsArtifact({ id }: PlannedPlatform): string {
  return `wheels-${id}`;
}

/** The artifact with the report of their test, which another job uploads. */
export function reportArtifact({ id }: PlannedPlatform): string {
  return `test-report-${id}`;
}

/** Uploads a file or a folder of the pipeline; fails where it is empty. */
export function upload(
  context: WorkflowContext,
  name: string,
  artifact: string,
  path: string,
  days: number | string,
  more: { readonly [input: string]: Value } = {},
): WorkflowStep {
  const options = { 'if-no-files-found': 'error', 'retention-days': days, ...more };
  return {
    name,
    uses: context.actions.uploadArtifact,
    with: { name: artifact, path: context.path(path), ...options },
  };
}

/** Downloads an artifact of the run into a folder of the pipeline. */
export function download(context: WorkflowContext, name: string, artifact: string, path: string): WorkflowStep {
  return { name, uses: context.actions.downloadArtifact, with: { name: artifact, path: context.path(path) } };
}

/** Uploads the logs and the report of a job that failed, took too long or was stopped. */
export function uploadLogs(context: WorkflowContext, job: string): WorkflowStep {
  return {
    name: 'Upload the logs',
    source: SOURCE,
    if: '!success()',
    uses: context.actions.uploadArtifact,
    with: {
      name: `logs-${job}`,
      path: [BUILD_FOLDERS.logs, BUILD_FOLDERS.testReport].map((folder) => `${context.path(folder)}/\n`).join(''),
      'if-no-files-found': 'ignore',
      'retention-days': RETENTION.logs,
    },
  };
}
