/**
 * `reproduce.yml`: makes a release again, in the images of its records, and compares each wheel with the released one.
 *
 * A run of any other ref than the release's tag starts one of that tag, whose workflows fit the scripts there.
 */
import { linuxPermissions } from './attest';
import { checkout, concurrency, download, installRuntime, TOKEN, wheelsArtifact, runProgram } from './common';
import { AT_HOME, homeJob } from './home';
import { CALL_INPUTS, imageInput } from './inputs';
import type { CallJob, WorkflowDefinition } from './model';
import { workflowFile } from './workflow';
import { MINUTES } from '../declaration/minutes';
import { FILES, outputFolder } from '../plan/files';
import type { Plan } from '../plan/plan';
import { buildsOn } from '../plan/select';

/** Once a month: what a release is made from can vanish. */
const SCHEDULE = '41 5 2 * *';

const PLANNED = (output: string): string => `\${{ needs.plan.outputs.${output} }}`;

/** Declares the workflow. */
export function reproduceWorkflow(plan: Plan): WorkflowDefinition {
  const images = buildsOn(plan, 'linux').map(imageInput);
  const { systems } = plan.builds[0];
  const calls = systems.map((system): [string, CallJob] => [
    system,
    {
      name: system === 'linux' ? 'Linux' : 'Windows',
      needs: ['plan'],
      if: "needs.plan.outputs.tag != ''",
      permissions: system === 'linux' ? linuxPermissions(plan) : { contents: 'read' },
      calls: workflowFile(system),
      cacheMode: 'none',
      with: {
        ...(system === 'linux' && Object.fromEntries(images.map((name) => [name, PLANNED(name)]))),
        [CALL_INPUTS.ref]: PLANNED('commit'),
        [CALL_INPUTS.version]: PLANNED('version'),
        [CALL_INPUTS.fresh]: true,
      },
    },
  ]);
  return {
    name: 'reproduce',
    on: {
      schedule: [{ cron: SCHEDULE }],
      workflow_dispatch: {
        inputs: { tag: { description: "The release's tag; the highest one without it", type: 'string', default: '' } },
      },
    },
    concurrency: concurrency('reproduce'),
    jobs: {
      home: homeJob(plan),
      plan: {
        name: 'Plan',
        needs: ['home'],
        if: AT_HOME,
        permissions: { contents: 'read', actions: 'write' },
        runsOn: 'ubuntu-24.04',
        timeoutMinutes: MINUTES.plan,
        outputs: Object.fromEntries(
          ['tag', 'commit', 'version', ...images].map((name) => [name, `\${{ steps.release.outputs.${name} }}`]),
        ),
        steps: [
          checkout(),
          ...installRuntime(plan),
          {
            name: 'Read what the release was made from',
            id: 'release',
            env: { GH_TOKEN: TOKEN, TAG: '${{ inputs.tag }}' },
            run: [
              `${runProgram(plan)} release recorded --tag "$TAG" --repository "$GITHUB_REPOSITORY" \\`,
              '  --workflow-ref "$GITHUB_WORKFLOW_REF"',
              '',
            ].join('\n'),
          },
        ],
      },
      ...Object.fromEntries(calls),
      compare: {
        name: 'Compare',
        needs: ['plan', ...systems],
        // Wheels that cannot be built any more are news as well.
        if: "!cancelled() && needs.plan.outputs.tag != ''",
        permissions: { contents: 'read', issues: 'write' },
        runsOn: 'ubuntu-24.04',
        timeoutMinutes: MINUTES.verify,
        steps: [
          checkout(),
          ...installRuntime(plan),
          ...plan.builds
            .flatMap((build) => build.platforms)
            .map((platform) => ({
              ...download(`Download the ${platform.title} wheels`, wheelsArtifact(platform), outputFolder(platform)),
              if: `needs.${platform.system}.result == 'success'`,
            })),
          {
            name: 'Compare each wheel with the released one',
            env: {
              GH_TOKEN: TOKEN,
              TAG: PLANNED('tag'),
              RUN_URL: '${{ github.server_url }}/${{ github.repository }}/actions/runs/${{ github.run_id }}',
            },
            run: [
              `${runProgram(plan)} release reproduced ${FILES.output} --tag "$TAG" --repository "$GITHUB_REPOSITORY" \\`,
              '  --run-url "$RUN_URL"',
              '',
            ].join('\n'),
          },
        ],
      },
    },
  };
}
