/** Data on the toolchain image: how it is published, and which one a run uses. */
import type { View } from './page';
import { RETENTION } from '../github/common';
import { RECORD } from '../github/publish-image';
import type { Plan } from '../plan/plan';
import { buildsOn } from '../plan/select';

/** The repositories that attest, as sections of a template. */
export function attestation({ release: { attest } }: Plan): View {
  return { some: attest !== 'never', publicOnly: attest === 'public', always: attest === 'always' };
}

/** Name, files and address of the image. */
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

/** Images of the variants; `false` without any. */
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

/** Proofs of an image's origin, where `docker.yml` publishes it. */
export function imageProofs({ release: { attest } }: Plan): View {
  return { recorded: attest !== 'always', record: `${RECORD}sha256-<digest>`, recordDays: RETENTION.proof };
}

/** Images that the declaration names by digest, where no workflow publishes one. */
export function declaredImages(plan: Plan): View {
  return {
    rows: buildsOn(plan, 'linux').map(({ name, imageDigest }) => ({
      name,
      reference: `${plan.image.name}@${imageDigest}`,
    })),
  };
}
