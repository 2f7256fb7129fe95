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
  // Pinned, or a newer version of the same name elsewhere would win.
  const names = main.wheels
    .filter((wheel) => wheel.versioned)
    .map((wheel) => `${wheel.distribution}==0.1.0`)
    .join(' ');
  return page(
    'releases',
    'Releases',
    'A release is a tag. Pushing one builds every wheel from source, tests it, and publishes all of them or nothing.',
    ...commands('git tag v0.1.0', 'git push origin v0.1.0'),
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
    '## Installing a release',
    ...commands(`pip install --find-links ${url}/releases/expanded_assets/v0.1.0 ${names}`),
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
    '## How it comes about',
    '',
    "1. **Plan**: the tag becomes a version, the toolchain image's `latest` a digest, once for all jobs.",
    '2. **Build and test**: the jobs that a pull request goes through, from source, without the compiler cache of any other run.',
    '3. **Verify**: every declared platform and wheel is there, and versions, hashes, records and requirements agree. All or nothing.',
    '4. **Attest**: GitHub signs which workflow at which commit made the wheels.',
    '5. **Publish**: as a draft; what was uploaded is downloaded again and compared; then the draft becomes the release.',
    '',
    'A try that fails leaves a draft at most, which the next try uses. Running a published tag again changes nothing.',
    '',
    '## Trying it first',
    '',
    'Run `release.yml` by hand for a tag, as a dry run: it does everything but attest and publish. What a release would check of the',
    'wheels in `dist/`, it checks locally too:',
    ...commands('npx projen release:dry-run v0.1.0'),
    '## Trusting one',
    '',
    "A release's notes name the source commit, the image's digest, the tools, and each wheel's hash. In the folder of the downloaded files:",
    ...commands(
      'sha256sum --check SHA256SUMS',
      `for wheel in *.whl; do gh attestation verify "$wheel" --repo ${plan.repository}; done`,
    ),
  );
}
