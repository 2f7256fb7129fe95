/** The steps that several jobs of a release have. */
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

/** The one commit of a release: every job works on it, and none resolves a name again. */
export const COMMIT = 'needs.plan.outputs.commit';

/** The builds that have an image. */
export const withImages = (plan: Plan): readonly PlannedBuild[] => buildsOn(plan, 'linux');

/** All platforms. */
export const platforms = (plan: Plan): readonly PlannedPlatform[] => plan.builds.flatMap((build) => build.platforms);

/** The command that verifies the wheels. */
export function verify(plan: Plan): string {
  return `${runProgram(plan)} release verify ${FILES.output} --version "$VERSION" --require-tests`;
}

/** A job after the build starts with the tag's own logic, and every platform's wheels where a local build leaves them. */
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

/** Whoever signs or publishes asks once more. */
export function sameCommit(plan: Plan): WorkflowStep {
  return {
    name: 'See that the tag names the commit still',
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
