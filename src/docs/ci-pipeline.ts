/** `docs/ci-pipeline.md`: what runs when, and what it may do. */
import { Page, page, table } from './page';
import {
  allVariants,
  imageTag,
  PipelineSpec,
  pipelinesOn,
  platformsOn,
  reusesWheels,
  WorkflowName,
} from '../declaration/pipeline';
import { dockerfilePath } from '../docker/dockerfile';
import { environmentFile } from '../docker/environment';
import { IMAGE_VARIABLE, runnerVariable, wheelsArtifact } from '../github/common';
import { workflowFile } from '../github/workflow';
import { outputFolder } from '../scripts/inputs';
import { testImageFile } from '../scripts/test-image';

/** Declares the page; none where no workflow is declared. */
export function ciPipelinePage(spec: PipelineSpec): Page | undefined {
  if (spec.workflows.length === 0) return undefined;
  const has = (workflow: WorkflowName): boolean => spec.workflows.includes(workflow);
  return page(
    'ci-pipeline',
    'The CI pipeline',
    'Every workflow below is synthesized, calls the scripts that run locally as well, and has the least rights that it needs.',
    ...table(
      ['Workflow', 'Runs', 'Does'],
      spec.workflows.map((workflow) => [
        `[\`${workflow}.yml\`](../${workflowFile(workflow)})`,
        WHEN[workflow](spec),
        WHAT[workflow](spec),
      ]),
    ),
    ...(has(WorkflowName.DOCKER) ? imageSection(spec) : []),
    ...(has(WorkflowName.LINUX) || has(WorkflowName.WINDOWS) ? wheelsSection(spec) : []),
    '## What holds for all of them',
    '',
    '- No rights by default (`permissions: {}`); each job states its own.',
    '- Every action is pinned by commit, with its version in a comment. No checkout leaves a token behind.',
    '- No text from outside stands in a command: values come as environment variables.',
    '- Every job has a timeout. A new push to a pull request stops the run before it; nothing stops a release.',
  );
}

const WHEN: Record<WorkflowName, (spec: PipelineSpec) => string> = {
  [WorkflowName.DOCKER]: (spec) =>
    `by hand; on a push to ${spec.image.branches.map((branch) => `\`${branch}\``).join(' or ')} or a pull request that changes \`docker/\``,
  [WorkflowName.LINUX]: () => 'by hand; on every pull request; called by a release',
  [WorkflowName.WINDOWS]: () => 'by hand; on every pull request; called by a release',
  [WorkflowName.RELEASE]: () => 'on a tag `v*`; by hand for a tag, as a dry run or not',
};

const WHAT: Record<WorkflowName, (spec: PipelineSpec) => string> = {
  [WorkflowName.DOCKER]: (spec) =>
    `builds the toolchain image, tries it, publishes \`${imageTag(spec)}\` (a pull request publishes nothing)`,
  [WorkflowName.LINUX]: () => 'builds and tests the Linux wheels inside the image',
  [WorkflowName.WINDOWS]: () => 'builds and tests the Windows wheels on the runner',
  [WorkflowName.RELEASE]: () =>
    'builds all wheels anew from source and publishes them as one release: see [releases](releases.md)',
};

function imageSection(spec: PipelineSpec): string[] {
  const [file, environment, script] = [dockerfilePath(spec), environmentFile(spec), testImageFile(spec)];
  const variants = pipelinesOn(spec, 'linux').filter((each) => each.variant);
  return [
    '## The toolchain image',
    '',
    `[\`${file}\`](../${file}) puts the Conda environment of [\`${environment}\`](../${environment}) onto a manylinux base that is`,
    `pinned by digest. The workflow builds it and tries it with [\`${script}\`](../${script}), which runs locally as well`,
    '(`npx projen image:test`); pushes it under its commit, with provenance and a list of its contents; tries what the registry gives;',
    'signs where it comes from; and only then makes it `latest`. Whatever fails leaves `latest` where it was.',
    '',
    `A fork, or a private mirror, sets the repository variable \`${IMAGE_VARIABLE}\` to the image's name without tag: it is published`,
    'there and taken from there.',
    ...(variants.length > 0
      ? table(
          ['Variant', 'Image', 'From'],
          variants.map((each) => [
            each.variant!.name,
            `\`${imageTag(each)}\``,
            `[\`${dockerfilePath(each)}\`](../${dockerfilePath(each)}), [\`${environmentFile(each)}\`](../${environmentFile(each)})`,
          ]),
        )
      : []),
    '',
  ];
}

function wheelsSection(spec: PipelineSpec): string[] {
  return [
    '## Wheels',
    '',
    'A job builds, then tests what it built in a fresh environment; only tested wheels are uploaded. Each artifact has the wheels, their',
    '`SHA256SUMS`, `build-record.json` (source, commit, tools, hashes, durations) and `test-report.json`.',
    ...table(
      ['Platform', 'Runner', 'Artifact', 'Folder', 'Platform tag'],
      allVariants(spec).flatMap((each) =>
        each.platforms.map((facts) => [
          facts.title,
          each.variant?.deviceOptions === undefined
            ? `\`${facts.runner}\``
            : `one with the device: repository variable \`${runnerVariable(each)}\``,
          `\`${wheelsArtifact(facts)}\``,
          `\`${outputFolder(facts.id)}\``,
          `\`${facts.platformTag}\``,
        ]),
      ),
    ),
    `A job that fails keeps its logs as the artifact \`logs-<platform>\`.`,
    `The compiler cache is kept between runs and saved on the default branch only${platformsOn(spec, 'linux').length > 0 ? ', and a release never reads it' : ''}.`,
    ...(reusesWheels(spec)
      ? [
          `So are the wheels that seldom change (${spec.wheels
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
