/** The required check of a workflow that builds wheels. */
import { jobIds, UBUNTU } from '../context';
import { declaredIn, StepsJob, WorkflowStep } from '../model';
import { SYSTEM_TITLES } from '../names';
import { runnerVariable } from './platform';
import { MINUTES } from '../../../declaration/minutes';
import type { SystemName } from '../../../declaration/platform';
import type { PlannedBuild, PlannedPlatform } from '../../../plan/plan';

const SOURCE = 'jobs/required.ts';

/** A platform and its build. */
export interface PlatformOfBuild {
  readonly build: PlannedBuild;
  readonly platform: PlannedPlatform;
}

/** The job that a pull request requires: it always runs, and fails if any other job did. */
export function requiredJob(
  system: SystemName,
  jobs: readonly string[],
  platforms: readonly PlatformOfBuild[],
): StepsJob {
  return {
    name: `${SYSTEM_TITLES[system]}: all checks passed`,
    needs: jobs,
    if: 'always()',
    permissions: {},
    runsOn: UBUNTU,
    timeoutMinutes: MINUTES.report,
    steps: declaredIn(SOURCE, [
      ...platforms.flatMap(reportUntested),
      {
        name: 'Fail if a job failed or was cancelled',
        env: { RESULTS: "${{ join(needs.*.result, ' ') }}" },
        shell: 'bash',
        run: [
          'echo "The jobs: $RESULTS"',
          'if [[ $RESULTS == *failure* || $RESULTS == *cancelled* ]]; then exit 1; fi',
          '',
        ].join('\n'),
      },
    ]),
  };
}

/** A fork's pull request has no variables: its wheels for a device are built there, and tested in the merge queue. */
function reportUntested({ build, platform }: PlatformOfBuild): WorkflowStep[] {
  const [ids, variable] = [jobIds(platform), runnerVariable(build)];
  if (variable === undefined) return [];
  const reason = `this run has no repository variable ${variable}, which names a runner with its device`;
  return [
    {
      name: `Report that ${platform.title} was not tested`,
      if: `needs.${ids.build}.result == 'success' && needs.${ids.test}.result == 'skipped'`,
      run: `echo '::warning title=Not tested::${platform.title} was built but not tested: ${reason}'\n`,
    },
  ];
}
