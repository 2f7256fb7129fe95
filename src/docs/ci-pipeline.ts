/** `docs/ci-pipeline.md`: what runs when, and what it may do. */
import { Page, page, table } from './page';
import { WorkflowName } from '../declaration/pipeline';
import { IMAGE_VARIABLE, runnerVariable, wheelsArtifact } from '../github/common';
import { workflowFile } from '../github/workflow';
import { outputFolder } from '../plan/files';
import type { Plan } from '../plan/plan';
import { buildsOn, reusesWheels } from '../plan/select';

/** Declares the page; none where no workflow is declared. */
export function ciPipelinePage(plan: Plan): Page | undefined {
  if (plan.workflows.length === 0) return undefined;
  const has = (workflow: WorkflowName): boolean => plan.workflows.includes(workflow);
  return page(
    'ci-pipeline',
    'The CI pipeline',
    'Every workflow below is synthesized, calls the scripts that run locally as well, and has the least rights that it needs.',
    ...table(
      ['Workflow', 'Runs', 'Does'],
      plan.workflows.map((workflow) => [
        `[\`${workflow}.yml\`](../${workflowFile(workflow)})`,
        WHEN[workflow](plan),
        WHAT[workflow](plan),
      ]),
    ),
    ...(has(WorkflowName.DOCKER) ? imageSection(plan) : []),
    ...(has(WorkflowName.LINUX) || has(WorkflowName.WINDOWS) ? wheelsSection(plan) : []),
    '## What holds for all of them',
    '',
    '- No rights by default (`permissions: {}`); each job states its own.',
    '- Every action is pinned by commit, with its version in a comment. No checkout leaves a token behind.',
    '- No text from outside stands in a command: values come as environment variables.',
    '- Every job has a timeout. A new push to a pull request stops the run before it; nothing stops a release.',
  );
}

const WHEN: Record<WorkflowName, (plan: Plan) => string> = {
  [WorkflowName.DOCKER]: (plan) =>
    `by hand; on a push to ${plan.image.branches.map((branch) => `\`${branch}\``).join(' or ')} or a pull request that changes \`docker/\``,
  [WorkflowName.LINUX]: () => 'by hand; on every pull request; called by a release',
  [WorkflowName.WINDOWS]: () => 'by hand; on every pull request; called by a release',
  [WorkflowName.RELEASE]: () => 'on a tag `v*`; by hand for a tag, as a dry run or not',
};

const WHAT: Record<WorkflowName, (plan: Plan) => string> = {
  [WorkflowName.DOCKER]: (plan) =>
    `builds the toolchain image, tries it, publishes \`${plan.builds[0].image}\` (a pull request publishes nothing)`,
  [WorkflowName.LINUX]: () => 'builds and tests the Linux wheels inside the image',
  [WorkflowName.WINDOWS]: () => 'builds and tests the Windows wheels on the runner',
  [WorkflowName.RELEASE]: () =>
    'builds all wheels anew from source and publishes them as one release: see [releases](releases.md)',
};

function imageSection(plan: Plan): string[] {
  const [file, environment] = [plan.builds[0].dockerfile, plan.builds[0].conda.file];
  const variants = buildsOn(plan, 'linux').filter((build) => build.variant);
  return [
    '## The toolchain image',
    '',
    `[\`${file}\`](../${file}) puts the Conda environment of [\`${environment}\`](../${environment}) onto a manylinux base that is`,
    'pinned by digest. The workflow builds it and tries it, as `npx projen image:test` does locally; pushes it under its commit, with',
    'provenance and a list of its contents; tries what the registry gives; signs where it comes from; and only then makes it `latest`.',
    'Whatever fails leaves `latest` where it was.',
    '',
    `A fork, or a private mirror, sets the repository variable \`${IMAGE_VARIABLE}\` to the image's name without tag: it is published`,
    'there and taken from there.',
    ...(variants.length > 0
      ? table(
          ['Variant', 'Image', 'From'],
          variants.map(({ variant, image, dockerfile, conda }) => [
            variant!,
            `\`${image}\``,
            `[\`${dockerfile}\`](../${dockerfile}), [\`${conda.file}\`](../${conda.file})`,
          ]),
        )
      : []),
    '',
  ];
}

function wheelsSection(plan: Plan): string[] {
  return [
    '## Wheels',
    '',
    'A job builds, then tests what it built in a fresh environment; only tested wheels are uploaded. Each artifact has the wheels, their',
    '`SHA256SUMS`, `build-record.json` (source, commit, tools, hashes, durations) and `test-report.json`.',
    ...table(
      ['Platform', 'Runner', 'Artifact', 'Folder', 'Platform tag'],
      plan.builds.flatMap((build) =>
        build.platforms.map((platform) => [
          platform.title,
          build.deviceOptions === null
            ? `\`${platform.runner}\``
            : `one with the device: repository variable \`${runnerVariable(build)}\``,
          `\`${wheelsArtifact(platform)}\``,
          `\`${outputFolder(platform)}\``,
          `\`${platform.platformTag}\``,
        ]),
      ),
    ),
    `A job that fails keeps its logs as the artifact \`logs-<platform>\`.`,
    `The compiler cache is kept between runs and saved on the default branch only${buildsOn(plan, 'linux').length > 0 ? ', and a release never reads it' : ''}.`,
    ...(reusesWheels(plan.builds[0])
      ? [
          `So are the wheels that seldom change (${plan.builds[0].wheels
            .filter((wheel) => wheel.reuse)
            .map((wheel) => `\`${wheel.distribution}\``)
            .join(
              ', ',
            )}): one is taken again only while its files, its commit, its settings and the toolchain are the very same, and its`,
          'hash is the one that was written down. A release builds them anew.',
        ]
      : []),
    '',
  ];
}
