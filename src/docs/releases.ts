/** Data of `docs/releases.md`: publishing, installing and verifying a release. */
import { attestation } from './image';
import { Described, Page, page } from './page';
import { FILES } from '../plan/files';

/** Declare the page; undefined without the release workflow. */
export function releasesPage(described: Described): Page | undefined {
  const { plan, workflows } = described;
  if (!workflows.some(({ name }) => name === 'release')) return undefined;
  const [main, ...variants] = plan.builds;
  const { environment, sbom, onDefaultBranch } = plan.release;
  const versioned = main.wheels.filter((wheel) => !wheel.useSourceVersion);
  return page('releases', described, {
    environment: environment ?? false,
    sbom,
    onDefaultBranch,
    attest: attestation(plan),
    firstPlatform: main.platforms[0].id,
    install: versioned.map(({ distribution }) => `${distribution}==0.1.0`).join(' '),
    variants: variants.length > 0,
    output: FILES.output,
    platforms: plan.builds.flatMap(({ platforms, wheels }) =>
      platforms.map(({ title, platformTag }) => ({
        title,
        wheels: wheels.map(({ distribution }) => `\`${distribution}\` (\`${platformTag}\`)`).join(', '),
      })),
    ),
  });
}
