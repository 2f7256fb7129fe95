/** `docs/releases.md`: how a tag becomes a release, and how to trust one. */
import { describeSource } from './local-development';
import { commands, Page, page, table } from './page';
import { PipelineSpec, WorkflowName } from '../spec/pipeline';

/** Declares the page; none where no release workflow is declared. */
export function releasesPage(spec: PipelineSpec): Page | undefined {
  if (!spec.workflows.includes(WorkflowName.RELEASE)) return undefined;
  const url = `https://github.com/${spec.repository}`;
  const names = spec.wheels.map((wheel) => wheel.distribution).join(' ');
  return page(
    'releases',
    'Releases',
    'A release is a tag. Pushing one builds every wheel from source, tests it, and publishes all of them or nothing.',
    ...commands('git tag v0.1.0', 'git push origin v0.1.0'),
    `The source is ${describeSource(spec)}: what a tag releases is what \`.projenrc.ts\` declares at that tag.`,
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
      spec.platforms.map((facts) => [
        facts.title,
        spec.wheels.map((wheel) => `\`${wheel.distribution}\` (\`${facts.platformTag}\`)`).join(', '),
      ]),
    ),
    '## What went into it',
    '',
    'A release compiles from source: it never reads the compiler cache of another run. Its jobs are those that a pull request goes through,',
    'so a wheel whose tests fail is never uploaded, and a platform whose wheels are missing holds back the release as a whole.',
  );
}
