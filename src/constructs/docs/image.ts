/** Data on the toolchain image: its publication, and the image of a run. */
import type { View } from './page';
import type { Plan } from '../../plan/plan';
import { buildsOn } from '../../plan/select';
import { RETENTION } from '../workflows/steps/artifacts';
import { RECORD } from '../workflows/steps/publish-image';

/** Return the repositories that attest, as sections of a template. */
export function attestation({ release: { attest } }: Plan): View {
  return { some: attest !== 'never', publicOnly: attest === 'public', always: attest === 'always' };
}

/** Return the name, files and address of the image. */
export function image({ image: { name }, builds: [main], repository }: Plan): View {
  const [, , ...path] = name.split('/');
  return {
    name,
    isOnGitHub: name.startsWith('ghcr.io/'),
    settings: `https://github.com/${repository}/pkgs/container/${path.join('%2F')}`,
    dockerfile: main.dockerfile,
    environment: main.conda.file,
  };
}

/** Return the images of the variants; `false` if there are none. */
export function variantImages(plan: Plan): View | false {
  const rows = buildsOn(plan, 'linux')
    .filter(({ variant }) => variant)
    .map((build) => ({
      variant: build.variant,
      reference: build.image,
      dockerfile: build.dockerfile,
      environment: build.conda.file,
    }));
  return rows.length > 0 && { rows };
}

/** Return the kinds of provenance of an image that `docker.yml` publishes. */
export function imageProofs({ release: { attest } }: Plan): View {
  return { recorded: attest !== 'always', record: `${RECORD}sha256-<digest>`, recordDays: RETENTION.proof };
}

/** Return the images that are declared by digest, if no workflow publishes one. */
export function declaredImages(plan: Plan): View {
  return {
    rows: buildsOn(plan, 'linux').map(({ name, imageDigest }) => ({
      name,
      reference: `${plan.image.name}@${imageDigest}`,
    })),
  };
}
