/** Data of the image's part of `docs/ci-pipeline.md`: how it is published, and which one a run uses. */
import type { View } from './page';
import { WorkflowName } from '../declaration/pipeline';
import { attests, attestsNot } from '../github/attest';
import { RETENTION } from '../github/common';
import { RECORD } from '../github/publish-image';
import type { Plan } from '../plan/plan';
import { buildsOn } from '../plan/select';

/** The image, its variants, and the proofs of origin that a run accepts. */
export function image(plan: Plan): View {
  const { name } = plan.image;
  const [main] = plan.builds;
  const has = (workflow: WorkflowName): boolean => plan.workflows.includes(workflow);
  const rows = buildsOn(plan, 'linux')
    .filter(({ variant }) => variant)
    .map(({ variant, image: reference, dockerfile, conda }) => ({
      variant,
      reference,
      dockerfile,
      environment: conda.file,
    }));
  return {
    name,
    isOnGitHub: name.startsWith('ghcr.io/'),
    dockerfile: main.dockerfile,
    environment: main.conda.file,
    variants: rows.length > 0 && { rows },
    chosen: has(WorkflowName.DOCKER) && has(WorkflowName.LINUX),
    proofs: {
      attested: attests(plan) !== null,
      recorded: attestsNot(plan) !== null && { artifact: `${RECORD}sha256-<digest>`, days: RETENTION.proof },
      byVisibility: plan.release.attest === 'public',
    },
    declared: !has(WorkflowName.DOCKER) &&
      has(WorkflowName.LINUX) && {
        images: buildsOn(plan, 'linux').map((build) => ({
          build: build.name,
          reference: `${name}@${build.imageDigest}`,
        })),
      },
  };
}
