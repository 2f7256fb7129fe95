/** `windows.yml`: builds and tests the Windows wheels on GitHub's runner, in the Conda environment that the image has. */
import { concurrency } from './concurrency';
import { WorkflowContext } from './context';
import { buildTriggers, CALL_INPUTS } from './inputs';
import { planJob } from './jobs/plan';
import { platformJobs } from './jobs/platform';
import { requiredJob } from './jobs/required';
import type { StepsJob, WorkflowDefinition, WorkflowStep } from './model';
import { MAY_READ } from './steps/caches';
import { micromambaExeUrl } from '../../declaration/pins';
import type { Plan, PlannedBuild, PlannedPlatform } from '../../plan/plan';
import { buildsOn, chosen, platformsOn } from '../../plan/select';

/** Declares the workflow. The environment file is the one that gets installed: a lock file, where one is committed. */
export function windowsWorkflow(
  context: WorkflowContext,
  environmentFile: (build: PlannedBuild, platform: PlannedPlatform) => string,
): WorkflowDefinition {
  const pairs = buildsOn(context.plan, 'windows').flatMap((build) =>
    platformsOn(build, 'windows').map((platform) => ({ build, platform })),
  );
  const jobs: { [id: string]: StepsJob } = {
    plan: planJob(context, 'windows', { permissions: {}, steps: [] }),
    ...Object.fromEntries(
      pairs.flatMap(({ build, platform }) => wheelJobs(context, build, platform, environmentFile(build, platform))),
    ),
  };
  const platforms = pairs.map(({ platform }) => platform);
  return {
    name: context.name('windows'),
    on: buildTriggers(context, 'windows', [], platforms),
    concurrency: concurrency(context.name('windows')),
    jobs: { ...jobs, green: requiredJob('windows', Object.keys(jobs), pairs) },
  };
}

/** Where the program is put that sets the environment up. */
const MICROMAMBA = { folder: '${{ runner.temp }}/micromamba', file: 'micromamba.exe' };

/** Downloads it, by its hash: the action itself would run whatever its address gives. */
function getMicromamba({ pins }: Plan): WorkflowStep {
  const { version, sha256 } = pins.micromambaExe!;
  return {
    name: `Download micromamba ${version}`,
    shell: 'bash',
    env: { FOLDER: MICROMAMBA.folder, FILE: MICROMAMBA.file, URL: micromambaExeUrl(version), SHA256: sha256 },
    run: [
      'mkdir -p "$FOLDER"',
      'cd "$FOLDER"',
      'curl --fail --silent --show-error --location --retry 3 --output "$FILE" "$URL"',
      'if ! echo "$SHA256 *$FILE" | sha256sum --check --strict --quiet; then',
      '  rm "$FILE"',
      '  echo "::error::$URL does not have the pinned SHA-256 $SHA256, so it is not run"',
      '  exit 1',
      'fi',
      '',
    ].join('\n'),
  };
}

function wheelJobs(
  context: WorkflowContext,
  build: PlannedBuild,
  platform: PlannedPlatform,
  environmentFile: string,
): Array<[string, StepsJob]> {
  const run = `micromamba run --name ${build.conda.name}`;
  const setUp: WorkflowStep = {
    name: 'Set up the Conda environment',
    uses: context.actions.setupMicromamba,
    with: {
      'micromamba-binary-path': `${MICROMAMBA.folder}/${MICROMAMBA.file}`,
      'download-micromamba': false,
      'environment-file': context.path(environmentFile),
      'environment-name': build.conda.name,
      'init-shell': 'none',
      // It reads and saves at once: not for a release, and not where the file is another commit's.
      'cache-environment': build.variant === null ? `\${{ ${MAY_READ} && !inputs.${CALL_INPUTS.ref} }}` : false,
    },
  };
  return platformJobs(context, build, platform, {
    prepare: [getMicromamba(context.plan), setUp],
    shell: 'pwsh',
    build: `${run} pwsh -File scripts/build.ps1${chosen(build)}`,
    test: `${run} pwsh -File scripts/test.ps1${chosen(build)}`,
    env: {},
    testEnv: {},
    needs: [],
    condition: "needs.plan.outputs.build == 'true'",
    permissions: { contents: 'read' },
  });
}
