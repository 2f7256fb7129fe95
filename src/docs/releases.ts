/** `docs/releases.md`: how a tag becomes a release, and how to trust one. */
import { describeSource } from './local-development';
import { commands, Page, page, table } from './page';
import { WorkflowName } from '../declaration/pipeline';
import type { Plan } from '../plan/plan';

/** Declares the page; none where no release workflow is declared. */
export function releasesPage(plan: Plan): Page | undefined {
  const [main, ...variants] = plan.builds;
  if (!plan.workflows.includes(WorkflowName.RELEASE)) return undefined;
  const url = `https://github.com/${plan.repository}`;
  const first = main.platforms[0].id;
  const names = main.wheels
    .filter((wheel) => wheel.versioned)
    .map((wheel) => `${wheel.distribution}==0.1.0`)
    .join(' ');
  return page(
    'releases',
    'Releases',
    'A release is a tag. Pushing one builds every wheel from source, tests it, and publishes all of them or nothing.',
    ...commands('git tag v0.1.0', 'git push origin refs/tags/v0.1.0'),
    `The source is ${describeSource(plan)}: what a tag releases is what \`.projenrc.ts\` declares at that tag.`,
    '',
    '## Versions',
    '',
    'The tag names the version of the wheels, as [PEP 440](https://peps.python.org/pep-0440/) reads it; a tag that names none ends the release before anything is built.',
    ...table(
      ['Tag', 'Version'],
      [
        ['`v0.1.0`', '0.1.0'],
        ['`v0.2.0rc1`', '0.2.0rc1, a prerelease'],
        ['`v1.0.0.post1`', '1.0.0.post1'],
      ],
    ),
    'GitHub shows the highest version as the latest: a fix of an older one is published beside it.',
    '',
    '## Installing a release',
    '',
    'Exactly these wheels, by address and hash, so that no other package of their names can take their place; then what they need beside each other:',
    ...commands(
      `pip install --no-deps --require-hashes -r ${url}/releases/download/v0.1.0/requirements-${first}.txt`,
      `pip install ${names}`,
    ),
    '## What is in it',
    ...table(
      ['Platform', 'Wheels'],
      plan.builds.flatMap(({ platforms, wheels }) =>
        platforms.map(({ title, platformTag }) => [
          title,
          wheels.map((wheel) => `\`${wheel.distribution}\` (\`${platformTag}\`)`).join(', '),
        ]),
      ),
    ),
    ...(variants.length > 0
      ? ['A wheel that several rows name is the same file: a release in which it differs is not published.', '']
      : []),
    `Beside them: ${[
      '`SHA256SUMS`',
      'for each platform its build record and the requirements to install by',
      ...(plan.release.sbom ? ['for each wheel what is in it (SPDX, `*.spdx.json`)'] : []),
      ...(plan.release.attest ? ['what GitHub signed (`*.sigstore.json`)'] : []),
    ].join('; ')}.`,
    '',
    ...comingAbout(plan),
    ...gate(plan),
    '## Trying it first',
    '',
    'Run `release.yml` by hand for a tag, as a dry run: it does everything but sign and publish, and says what would keep it from that.',
    'What a release would check of the wheels in `dist/`, it checks locally too:',
    ...commands('npx projen release:dry-run v0.1.0'),
    ...trusting(plan),
  );
}

function comingAbout({ release, defaultBranch, workflows }: Plan): string[] {
  const steps = [
    '**Plan**: the tag, by its full name, becomes a version and a commit, once for all jobs. The run must be on the tag' +
      (release.onDefaultBranch ? `, and the tag on \`${defaultBranch}\`` : '') +
      ': started from elsewhere, it publishes nothing.',
    ...(workflows.includes(WorkflowName.DOCKER)
      ? [
          "**Image**: the one of that commit's environment, by digest" +
            (release.attest ? `, and only if \`docker.yml\` signed it on \`${defaultBranch}\`.` : '.'),
        ]
      : []),
    '**Build and test**: the jobs that a pull request goes through, from source, without anything of another run.',
    '**Verify**: every declared platform and wheel is there, as it was built, and passed its tests; versions, hashes, records and requirements agree; the tag names the same commit still. All or nothing.',
    ...(release.attest ? ['**Attest**: GitHub signs which workflow at which tag and commit made the wheels.'] : []),
    '**Publish**: as a draft; what was uploaded is downloaded again and compared, the tag is asked once more, and then the draft becomes the release.',
  ];
  return [
    '## How it comes about',
    '',
    ...steps.map((step, index) => `${index + 1}. ${step}`),
    '',
    'A try that fails leaves a draft at most, which the next try uses. Running a published tag again changes nothing.',
    '',
  ];
}

/** What a person sets on GitHub, so that not everybody who can push a tag publishes. */
function gate({ release, repository }: Plan): string[] {
  const settings = `https://github.com/${repository}/settings`;
  return [
    '## Who may publish',
    '',
    ...(release.environment === null
      ? ['Publishing waits for no environment: whoever can push a tag `v*` publishes.', '']
      : [
          `Publishing waits for the environment \`${release.environment}\`. GitHub makes it on the first run, without any rule. What gives it a meaning:`,
          '',
          `- [Environments](${settings}/environments), \`${release.environment}\`: required reviewers, without self-review; *Deployment branches and tags*: tags \`v*\` only.`,
        ]),
    `- [Rulesets](${settings}/rules): for the tags \`v*\`, restrict creations to those who release, and updates and deletions to nobody.`,
    `- [Settings](${settings}), *Releases*: immutable releases, so that neither a published file nor its tag can change.`,
    '',
  ];
}

function trusting({ repository, release }: Plan): string[] {
  const signer = `--signer-workflow ${repository}/.github/workflows/release.yml --source-ref refs/tags/v0.1.0`;
  return [
    '## Trusting one',
    '',
    "A release's notes name the source commit, the image's digest, the tools, what has changed, and each wheel's hash. In the folder of the downloaded files:",
    ...commands(
      'sha256sum --check SHA256SUMS',
      ...(release.attest
        ? [`for wheel in *.whl; do gh attestation verify "$wheel" --repo ${repository} ${signer}; done`]
        : []),
    ),
    'Once a month, and by hand, `reproduce.yml` makes a release again, from its tag and in the images of its records, and compares the hash of each wheel:',
    'where one differs, or cannot be built any more, it opens an issue.',
  ];
}
