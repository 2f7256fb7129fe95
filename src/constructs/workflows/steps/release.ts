/** The steps that several jobs of a release have. */
import { download, reportArtifact, wheelsArtifact } from './artifacts';
import { checkout } from './checkout';
import { installRuntime, runProgram } from './program';
import { FILES, outputFolder } from '../../../plan/files';
import type { Plan, PlannedBuild, PlannedPlatform } from '../../../plan/plan';
import { buildsOn } from '../../../plan/select';
import { optionIfAttested } from '../attest';
import { jobIds, WorkflowContext } from '../context';
import { RUN_URL, TOKEN } from '../expressions';
import { imageInput } from '../inputs';
import { declaredIn, WorkflowStep } from '../model';
import { variableName } from '../names';

const SOURCE = 'steps/release.ts';

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

/** A job after the build starts with the tag's own logic, and every platform's wheels where a local build leaves them. */
export function wheelSteps(context: WorkflowContext): WorkflowStep[] {
  return declaredIn(SOURCE, [
    checkout(context, COMMIT),
    ...installRuntime(context.plan),
    ...platforms(context.plan).flatMap((platform) => [
      download(context, `Download the ${platform.title} wheels`, wheelsArtifact(platform), outputFolder(platform)),
      download(
        context,
        `Download the report of ${jobIds(platform).test}`,
        reportArtifact(platform),
        outputFolder(platform),
      ),
    ]),
  ]);
}

/** Return the step that verifies the tag's commit again, before signing and publishing. */
export function sameCommit(plan: Plan): WorkflowStep {
  return {
    name: 'Verify that the tag has not moved',
    source: SOURCE,
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
    source: SOURCE,
    shell: 'bash',
    env: {
      GH_TOKEN: TOKEN,
      ...attested.env,
      TAG: PLANNED('tag'),
      VERSION: PLANNED('version'),
      RUN_URL,
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
