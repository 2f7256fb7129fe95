/** Data of `docs/releases.md`: publishing, installing and verifying a release. */
import { attestation } from './image';
import { Described, page } from './page';
import { FILES } from '../../plan/files';

/** Renders the page. */
export function releasesPage(described: Described): string {
  const { plan } = described.context;
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
