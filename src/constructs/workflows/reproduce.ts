/**
 * `reproduce.yml`: makes a release again, in the images of its records, and compares each wheel with the released one.
 *
 * A run of any other ref than the release's tag starts one of that tag, whose workflows fit the scripts there.
 */
import { linuxPermissions } from './attest';
import { concurrency } from './concurrency';
import { WorkflowContext } from './context';
import { RUN_URL, TOKEN } from './expressions';
import { CALL_INPUTS, imageInput } from './inputs';
import { AT_HOME, homeJob } from './jobs/home';
import type { CallJob, WorkflowDefinition } from './model';
import { SYSTEM_TITLES } from './names';
import { download, wheelsArtifact } from './steps/artifacts';
import { checkout } from './steps/checkout';
import { installRuntime, runProgram } from './steps/program';
import { PLANNED } from './steps/release';
import { MINUTES } from '../../declaration/minutes';
import { FILES, outputFolder } from '../../plan/files';
import { buildsOn } from '../../plan/select';

/** Once a month: what a release is made from can vanish. */
const SCHEDULE = '41 5 2 * *';

/** Declares the workflow. */
export function reproduceWorkflow(context: WorkflowContext): WorkflowDefinition {
  const { plan, releaseRunner: runsOn, workingDirectory } = context;
  const images = buildsOn(plan, 'linux').map(imageInput);
  const { systems } = plan.builds[0];
  const calls = systems.map((system): [string, CallJob] => [
    system,
    {
      name: SYSTEM_TITLES[system],
      needs: ['plan'],
      if: "needs.plan.outputs.tag != ''",
      permissions: system === 'linux' ? linuxPermissions(plan) : { contents: 'read' },
      calls: context.file(system),
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
    name: context.name('reproduce'),
    on: {
      schedule: [{ cron: SCHEDULE }],
      workflow_dispatch: {
        inputs: {
          tag: { description: 'Tag of the release; by default, the highest one', type: 'string', default: '' },
        },
      },
    },
    concurrency: concurrency(context.name('reproduce')),
    jobs: {
      home: homeJob(context, runsOn),
      plan: {
        name: 'Plan',
        needs: ['home'],
        if: AT_HOME,
        permissions: { contents: 'read', actions: 'write' },
        runsOn,
        workingDirectory,
        timeoutMinutes: MINUTES.plan,
        outputs: Object.fromEntries(
          ['tag', 'commit', 'version', ...images].map((name) => [name, `\${{ steps.release.outputs.${name} }}`]),
        ),
        steps: [
          checkout(context),
          ...installRuntime(plan),
          {
            name: 'Read the records of the release',
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
        runsOn,
        workingDirectory,
        timeoutMinutes: MINUTES.verify,
        steps: [
          checkout(context),
          ...installRuntime(plan),
          ...plan.builds
            .flatMap((build) => build.platforms)
            .map((platform) => ({
              ...download(
                context,
                `Download the ${platform.title} wheels`,
                wheelsArtifact(platform),
                outputFolder(platform),
              ),
              if: `needs.${platform.system}.result == 'success'`,
            })),
          {
            name: 'Compare each wheel with the released one',
            env: {
              GH_TOKEN: TOKEN,
              TAG: PLANNED('tag'),
              RUN_URL,
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
