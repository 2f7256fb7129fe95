/** Data of `docs/releases.md`: publishing, installing and verifying a release. */
import { Described, Page, page } from './page';
import { attests } from '../github/attest';

/** Declares the page; undefined without the release workflow. */
export function releasesPage(described: Described): Page | undefined {
  const { plan, workflows } = described;
  if (!workflows.some(({ name }) => name === 'release')) return undefined;
  const [main, ...variants] = plan.builds;
  const { environment, ...release } = plan.release;
  const versioned = main.wheels.filter((wheel) => wheel.versioned);
  return page('releases', described, {
    ...release,
    attest: attests(plan) !== null,
    publicOnly: release.attest === 'public',
    environment: environment ?? false,
    firstPlatform: main.platforms[0].id,
    install: versioned.map(({ distribution }) => `${distribution}==0.1.0`).join(' '),
    variants: variants.length > 0,
    output: plan.files.output,
    platforms: plan.builds.flatMap(({ platforms, wheels }) =>
      platforms.map(({ title, platformTag }) => ({
        title,
        wheels: wheels.map(({ distribution }) => `\`${distribution}\` (\`${platformTag}\`)`).join(', '),
      })),
    ),
  });
}
