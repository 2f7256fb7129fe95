/** The steps that jobs of a release share. */
import { optionIfAttested } from './attest';
import {
  checkout,
  download,
  installRuntime,
  jobIds,
  reportArtifact,
  TOKEN,
  wheelsArtifact,
  runProgram,
} from './common';
import { imageInput } from './inputs';
import type { WorkflowStep } from './model';
import { variableName } from './names';
import { FILES, outputFolder } from '../plan/files';
import type { Plan, PlannedBuild, PlannedPlatform } from '../plan/plan';
import { buildsOn } from '../plan/select';

export const PLANNED = (output: string): string => `\${{ needs.plan.outputs.${output} }}`;

/** The commit of a release, for all jobs: none resolves the tag again. */
export const COMMIT = 'needs.plan.outputs.commit';

/** Return the builds that have an image. */
export const withImages = (plan: Plan): readonly PlannedBuild[] => buildsOn(plan, 'linux');

/** Return the platforms of all builds. */
export const platforms = (plan: Plan): readonly PlannedPlatform[] => plan.builds.flatMap((build) => build.platforms);

/** Return the command that verifies the wheels. */
export function verify(plan: Plan): string {
  return `${runProgram(plan)} release verify ${FILES.output} --version "$VERSION" --require-tests`;
}

/** Return the first steps of a job after the build: check out the tag's code, and download the wheels of all platforms. */
export function wheelSteps(plan: Plan): WorkflowStep[] {
  return [
    checkout(COMMIT),
    ...installRuntime(plan),
    ...platforms(plan).flatMap((platform) => [
      download(`Download the ${platform.title} wheels`, wheelsArtifact(platform), outputFolder(platform)),
      download(`Download the report of ${jobIds(platform).test}`, reportArtifact(platform), outputFolder(platform)),
    ]),
  ];
}

/** Return the step that verifies the tag's commit again, before signing and publishing. */
export function sameCommit(plan: Plan): WorkflowStep {
  return {
    name: 'Verify that the tag has not moved',
    env: { GH_TOKEN: TOKEN, TAG: PLANNED('tag'), COMMIT: PLANNED('commit') },
    run: `${runProgram(plan)} release same-commit --tag "$TAG" --tag-commit "$COMMIT" --repository "$GITHUB_REPOSITORY"\n`,
  };
}

export function notesStep(plan: Plan): WorkflowStep {
  const variable = (build: PlannedBuild): string => variableName(imageInput(build));
  const images = withImages(plan);
  const attested = optionIfAttested(plan, '--attested');
  return {
    name: 'Write the release notes',
    shell: 'bash',
    env: {
      GH_TOKEN: TOKEN,
      ...attested.env,
      TAG: PLANNED('tag'),
      VERSION: PLANNED('version'),
      RUN_URL: '${{ github.server_url }}/${{ github.repository }}/actions/runs/${{ github.run_id }}',
      ...Object.fromEntries(images.map((each) => [variable(each), PLANNED(imageInput(each))])),
    },
    run: [
      'options=()',
      ...attested.lines,
      `${runProgram(plan)} release notes ${FILES.output} --tag "$TAG" --version "$VERSION" --repository "$GITHUB_REPOSITORY" \\`,
      `  --run-url "$RUN_URL" --changes --output notes.md${images.map((each) => ` --image "$${variable(each)}"`).join('')} \\`,
      '  "${options[@]}"',
      '',
    ].join('\n'),
  };
}
