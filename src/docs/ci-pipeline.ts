/** `docs/ci-pipeline.md`: what runs when, and what it may do. */
import { freedDiskSpace } from './disk-space';
import { commands, Page, page, table } from './page';
import { describeTriggers } from './triggers';
import { upkeepSection } from './upkeep';
import { MINUTES } from '../declaration/minutes';
import { WorkflowName } from '../declaration/pipeline';
import { CACHE_SIZES, compilerCacheSize } from '../github/caches';
import { reportArtifact, RETENTION, runnerVariable, wheelsArtifact } from '../github/common';
import type { WorkflowDefinition } from '../github/model';
import { workflowFile } from '../github/workflow';
import { outputFolder } from '../plan/files';
import type { Plan } from '../plan/plan';
import { buildsOn, reusesWheels } from '../plan/select';

/** A workflow of the pipeline, as it is rendered. */
export interface NamedWorkflow {
  readonly name: WorkflowName | 'reproduce';
  /** Its file's name, without ending. */
  readonly id: string;
  readonly definition: WorkflowDefinition;
}

/** Declares the page; none where no workflow is declared. */
export function ciPipelinePage(plan: Plan, workflows: readonly NamedWorkflow[]): Page | undefined {
  if (workflows.length === 0) return undefined;
  const has = (workflow: WorkflowName): boolean => plan.workflows.includes(workflow);
  return page(
    'ci-pipeline',
    'The CI pipeline',
    'Every workflow below is synthesized, calls the scripts that run locally as well, and has the least rights that it needs.',
    ...table(
      ['Workflow', 'Runs', 'Does'],
      workflows.map(({ name, id, definition }) => [
        `[\`${id}.yml\`](../${workflowFile(name)})`,
        describeTriggers(definition),
        WHAT[name](plan),
      ]),
    ),
    ...(has(WorkflowName.DOCKER) ? firstRun(plan) : []),
    ...forksSection(plan),
    ...(has(WorkflowName.DOCKER) ? imageSection(plan) : []),
    ...(has(WorkflowName.LINUX) || has(WorkflowName.WINDOWS) ? wheelsSection(plan) : []),
    ...(has(WorkflowName.LINUX) || has(WorkflowName.WINDOWS) ? cacheSection(plan) : []),
    ...upkeepSection(plan),
    '## What holds for all of them',
    '',
    '- No rights by default (`permissions: {}`); each job states its own.',
    '- Every action is pinned by commit, with its version in a comment. No checkout leaves a token behind.',
    '- No text from outside stands in a command: values come as environment variables.',
    `- Every job has a timeout: ${plan.builds[0].systems
      .map((system) => `${plan.timeoutMinutes[system]} minutes for a build (\`${system}.timeoutMinutes\`)`)
      .join(', ')}, ${MINUTES.test} for tests.`,
    '- A new push to a pull request stops the run before it. No other run is stopped, or replaced while it waits, by a later one.',
    `- Artifacts are kept for ${RETENTION.wheels} days; those of a release for ${RETENTION.released}, since it may wait 30 days for its reviewers; an image that a`,
    `  run builds for itself for ${RETENTION.handedOn}, so that its failed jobs can be re-run.`,
  );
}

const WHAT: Record<NamedWorkflow['name'], (plan: Plan) => string> = {
  [WorkflowName.DOCKER]: (plan) =>
    `builds the toolchain image, tries it, publishes \`${plan.image.name}\` (a pull request publishes nothing)`,
  [WorkflowName.LINUX]: () => 'builds and tests the Linux wheels inside the image',
  [WorkflowName.WINDOWS]: () => 'builds and tests the Windows wheels on the runner',
  [WorkflowName.RELEASE]: () =>
    'builds all wheels anew from source and publishes them as one release: see [releases](releases.md)',
  [WorkflowName.UPGRADE]: () =>
    'looks for newer versions of all that is pinned, and proposes them as one change: see [upkeep](#upkeep)',
  [WorkflowName.CLEANUP]: () => 'removes images that nothing needs any more: see [upkeep](#upkeep)',
  reproduce: () =>
    'makes a release again from its tag, in the images of its records, and opens an issue where a wheel differs or cannot be built any more',
};

function firstRun({ image, repository, defaultBranch, workflows, builds }: Plan): string[] {
  const onGitHub = image.name.startsWith('ghcr.io/');
  const [, , ...path] = image.name.split('/');
  return [
    '## The first run',
    '',
    'After the first push to a new repository, in this order:',
    '',
    `1. \`docker.yml\` runs, since \`docker/\` is new on \`${defaultBranch}\`: it builds the image, publishes it, and builds the wheels in it. Or by hand:`,
    ...commands(`gh workflow run docker.yml --repo ${repository} --ref ${defaultBranch}`),
    ...(workflows.includes(WorkflowName.LINUX)
      ? [
          '2. `linux.yml` needs none of that: where it finds no published image, it says so, with that command, and builds one for itself.',
        ]
      : []),
    ...(onGitHub
      ? [
          `3. A new package is private, and only a person can change that: \`docker.yml\` says so at its end. Jobs of this repository pull it all the same;`,
          `   for everybody else, make it public under <https://github.com/${repository}/pkgs/container/${path.join('%2F')}>, *Package settings*.`,
        ]
      : [
          `3. \`${image.name}\` is no registry of GitHub's: no job logs in there, so it must be readable by everybody.`,
        ]),
    `4. Choose what a pull request needs (*Settings*, *Rules*): ${builds[0].systems
      .map((system) => `*All of ${system} is green*`)
      .join(' and ')}: they report on every one.`,
    '   In a merge queue, raise the *Status check timeout*: GitHub takes out a pull request whose checks take longer, and a build',
    '   without caches takes hours. Leave *Require all queue entries to pass required checks* on: a run looks at its own entry only.',
    '',
  ];
}

/** The behaviour elsewhere than in the declared repository. */
function forksSection({ repository }: Plan): string[] {
  return [
    '## Forks, and renamed repositories',
    '',
    `The workflows are for \`${repository}\`, which \`.projenrc.ts\` declares. No setting on GitHub changes that.`,
    '',
    '- A fork builds and tests pull requests, its merge queue, and what is started by hand. It skips pushes, schedules, images,',
    '  releases, upgrades and clean-up. To make it a repository like any other, declare it and synthesize.',
    '- A repository that was renamed, transferred or copied is neither. The first job of each workflow fails there and names the fix:',
    '  set `githubRepository` in `.projenrc.ts`, run `npx projen`, and commit the result.',
    '',
  ];
}

function imageSection(plan: Plan): string[] {
  const [file, environment] = [plan.builds[0].dockerfile, plan.builds[0].conda.file];
  const variants = buildsOn(plan, 'linux').filter((build) => build.variant);
  return [
    '## The toolchain image',
    '',
    `[\`${file}\`](../${file}) puts the Conda environment of [\`${environment}\`](../${environment}) onto a manylinux base that is`,
    'pinned by digest. The workflow builds it and tries it, as `npx projen image:test` does locally; pushes it under its commit, with',
    `provenance and a list of its contents; tries what the registry gives${plan.release.attest ? '; signs where it comes from' : ''}; and gives it the tag`,
    '`env-<hash>`, of all that it is made from. By that tag a run finds',
    `the very image that its commit declares. On \`${plan.defaultBranch}\`, once the wheels were built and tested in it, it becomes the \`latest\`,`,
    'which is for people: no job uses it. A run never moves that tag back: where the branch has changed the image since, the run for that',
    'change moves it.',
    '',
    'A pull request that changes the image builds it for itself, hands it on from job to job, and builds and tests the wheels in it.',
    '',
    'How large it is stands in the summary of the job that builds it, and at the end of `npx projen image:test`: of each package, what',
    'is in the image, and what was left out of it as no build reads it.',
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
    'One job builds, and hands on the wheels, their `SHA256SUMS` and `build-record.json` (source, commit, tools, hashes, durations). Another',
    'one sees that these are the files that were built, tests them in a fresh environment, and hands on `test-report.json`: it cannot change',
    'what is released. A pull request, or an entry of the merge queue, that changes nothing that the wheels are made of builds none, and',
    'reports all the same.',
    ...(plan.workflows.includes(WorkflowName.DOCKER) && plan.workflows.includes(WorkflowName.LINUX)
      ? [
          'A push that changes the image is built once: `docker.yml` calls `linux.yml`, which does not build that push by itself.',
        ]
      : []),
    ...table(
      ['Platform', 'Runner', 'Wheels', 'Test report', 'Folder', 'Platform tag'],
      plan.builds.flatMap((build) =>
        build.platforms.map((platform) => [
          platform.title,
          [
            `\`${platform.runsOn?.join('`, `') ?? platform.runner}\``,
            ...(build.runnerByVariable ? [`tests: the one that \`${runnerVariable(build)}\` names`] : []),
          ].join('; '),
          `\`${wheelsArtifact(platform)}\``,
          `\`${reportArtifact(platform)}\``,
          `\`${outputFolder(platform)}\``,
          `\`${platform.platformTag}\``,
        ]),
      ),
    ),
    ...freedDiskSpace(plan),
    ...(plan.builds.some((build) => build.runnerByVariable) ? UNTESTED : []),
    `A job that fails, takes too long or is stopped keeps its logs, and the report of its tests, for ${RETENTION.logs} days: the artifacts`,
    '`logs-<platform>` and `logs-test-<platform>`.',
    '',
  ];
}

/** What becomes of wheels for a device where there is no runner that has it. */
const UNTESTED = [
  'Wheels for a device are built without it, and tested on a runner that has it, which a repository variable (`RUNNER_…`) names.',
  "Where a run has no such variable, as GitHub gives a fork's pull request none, the tests are skipped with a warning, and the run is",
  'green; the merge queue and the push after it have the variable. A release refuses wheels without a report. No check runs on another',
  'runner instead: such a wheel may not even load without the driver, and a report of some checks would be taken for one of all.',
  '',
];

function cacheSection(plan: Plan): string[] {
  const kept = plan.builds[0].wheels.filter((wheel) => wheel.reuse).map((wheel) => `\`${wheel.distribution}\``);
  return [
    '## Caches',
    '',
    `Builds of \`${plan.defaultBranch}\` itself fill the caches, and every run reads them, those of forks too. A run that was given another commit`,
    '(`ref`) saves nothing. A release reads none, of no kind, and GitHub gives it none (`cache-mode: none`).',
    '',
    `A repository has ${CACHE_SIZES.all / 1000} GB. Each platform's compiler cache is kept below ${compilerCacheSize(plan)} MB, so that all caches fit twice, the one that`,
    `is read and the one that is saved, and ${CACHE_SIZES.room / 1000} GB stay free.`,
    ...(reusesWheels(plan.builds[0])
      ? [
          '',
          `Wheels that seldom change (${kept.join(', ')}) are kept too: one is taken again only while its files, its commit, its settings and the`,
          'toolchain are the very same, and its hash is the one that was written down.',
        ]
      : []),
    '',
  ];
}
