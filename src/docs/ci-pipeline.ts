/** `docs/ci-pipeline.md`: what runs when, and what it may do. */
import { Page, page, table } from './page';
import { DOCKERFILE } from '../docker/dockerfile';
import { ENVIRONMENT_FILE } from '../docker/environment';
import { IMAGE_VARIABLE, latestImage, wheelsArtifact } from '../github/common';
import { workflowFile } from '../github/workflow';
import { outputFolder } from '../scripts/inputs';
import { PipelineSpec, platformsOn, WorkflowName } from '../spec/pipeline';

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
    ...(has(WorkflowName.DOCKER) ? imageSection() : []),
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
  [WorkflowName.RELEASE]: () => 'on a tag `v*`',
};

const WHAT: Record<WorkflowName, (spec: PipelineSpec) => string> = {
  [WorkflowName.DOCKER]: (spec) =>
    `builds the toolchain image, tries it, publishes \`${latestImage(spec)}\` (a pull request publishes nothing)`,
  [WorkflowName.LINUX]: () => 'builds and tests the Linux wheels inside the image',
  [WorkflowName.WINDOWS]: () => 'builds and tests the Windows wheels on the runner',
  [WorkflowName.RELEASE]: () =>
    'builds all wheels anew from source and publishes them as one release: see [releases](releases.md)',
};

function imageSection(): string[] {
  return [
    '## The toolchain image',
    '',
    `[\`${DOCKERFILE}\`](../${DOCKERFILE}) puts the Conda environment of [\`${ENVIRONMENT_FILE}\`](../${ENVIRONMENT_FILE}) onto a manylinux base that is`,
    'pinned by digest. Each push publishes two tags: `latest` and the commit. A job that has to use another image (a private mirror, a',
    `fork's own) takes it from the repository variable \`${IMAGE_VARIABLE}\`.`,
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
      spec.platforms.map((facts) => [
        facts.title,
        `\`${facts.runner}\``,
        `\`${wheelsArtifact(facts)}\``,
        `\`${outputFolder(facts.platform)}\``,
        `\`${facts.platformTag}\``,
      ]),
    ),
    `The compiler cache is kept between runs and saved on the default branch only${platformsOn(spec, 'linux').length > 0 ? ', and a release never reads it' : ''}.`,
    '',
  ];
}
