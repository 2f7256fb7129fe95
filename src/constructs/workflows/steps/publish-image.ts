/** The steps that push the toolchain image, sign it, and name it. */
import { RETENTION, upload } from './artifacts';
import { imageOptions, tryImage } from './image';
import { runProgram } from './program';
import { FILES } from '../../../plan/files';
import type { Plan, PlannedBuild } from '../../../plan/plan';
import { attests, attestsNot, both, stepsIf } from '../attest';
import type { WorkflowContext } from '../context';
import { declaredIn, Value, WorkflowStep } from '../model';

const SOURCE = 'steps/publish-image.ts';

/** The name prefix of the artifact that records an image's digest; `ci/provenance.py` searches for it. */
export const RECORD = 'toolchain-image-';

/** The permissions to attest an image. */
export const SIGNS = { 'id-token': 'write', attestations: 'write', 'artifact-metadata': 'write' } as const;

/** The digest of the pushed image. */
export const DIGEST = '${{ steps.push.outputs.digest }}';

/** Options to push the image of one platform without a tag; only the multi-platform image has tags. */
export const BY_DIGEST = ({ image }: Plan): { readonly [input: string]: Value } => ({
  outputs: `type=image,name=${image.name},push-by-digest=true,name-canonical=true,push=true`,
});

/** Return the tag with the commit of an image. */
function commitTag({ image }: Plan, { variant }: PlannedBuild): string {
  return `${image.name}:\${{ github.sha }}${variant ? `-${variant}` : ''}`;
}

/** Pushed by its commit first, then tried as the registry gives it. */
export function push(
  context: WorkflowContext,
  build: PlannedBuild,
  where: { readonly [input: string]: Value },
): WorkflowStep {
  const { plan, actions } = context;
  const byDigest = 'outputs' in where;
  return {
    name: byDigest ? 'Push the image' : 'Push the image with its commit tag',
    source: SOURCE,
    id: 'push',
    uses: actions.dockerBuildPush,
    with: {
      ...imageOptions(context, build),
      ...(byDigest ? where : { push: true, tags: commitTag(plan, build) }),
      // The cache of the next build, stored in the image itself.
      'cache-to': 'type=inline',
      provenance: 'mode=max',
      sbom: `generator=${plan.pins.sbomScanner}`,
    },
  };
}

export function tryPushed(plan: Plan, build: PlannedBuild): WorkflowStep {
  return {
    ...tryImage(plan, 'Smoke-test the pushed image', `${plan.image.name}@${DIGEST}`, build),
    source: SOURCE,
  };
}

/** Return the step that combines the platforms' images into one; clients pull the image of their platform. */
export function putTogether(plan: Plan, build: PlannedBuild, pushed: readonly string[]): WorkflowStep {
  const variables = pushed.map((id, index) => [
    `IMAGE_${index + 1}`,
    `${plan.image.name}@\${{ needs.${id}.outputs.digest }}`,
  ]);
  return {
    name: 'Create the multi-platform image',
    source: SOURCE,
    id: 'push',
    shell: 'bash',
    env: { TAG: commitTag(plan, build), ...Object.fromEntries(variables) },
    run: [
      `docker buildx imagetools create --tag "$TAG" ${variables.map(([name]) => `"$${name}"`).join(' ')}`,
      'digest=$(docker buildx imagetools inspect "$TAG" --format \'{{.Manifest.Digest}}\')',
      'echo "digest=$digest" | tee -a "$GITHUB_OUTPUT"',
      '',
    ].join('\n'),
  };
}

/** Signed first; only then does an image get the tag of what it is made from, by which jobs find it. */
export function published(context: WorkflowContext): WorkflowStep[] {
  const { plan, actions } = context;
  const { name } = plan.image;
  const pushed = `${name}@${DIGEST}`;
  return declaredIn(SOURCE, [
    ...stepsIf(attests(plan), {
      name: 'Attest the image',
      uses: actions.attest,
      with: { 'subject-name': name, 'subject-digest': DIGEST, 'push-to-registry': true },
    }),
    ...stepsIf(
      both(`github.ref == 'refs/heads/${plan.defaultBranch}'`, attestsNot(plan)),
      ...recordDigest(context, pushed),
    ),
    {
      // As it is: a copy wrapped in an index of its own would have another digest than the attested one.
      name: 'Tag the image with its environment tag',
      shell: 'bash',
      env: {
        TAGGED: `${name}:\${{ steps.environment.outputs.tag }}`,
        PUSHED: pushed,
        DEFAULT_BRANCH: `\${{ github.ref == 'refs/heads/${plan.defaultBranch}' }}`,
      },
      run: [
        '# Only the default branch replaces a tagged image, as releases use it.',
        'if [[ $DEFAULT_BRANCH == true ]] || ! docker buildx imagetools inspect "$TAGGED" >/dev/null 2>&1; then',
        '  docker buildx imagetools create --prefer-index=false --tag "$TAGGED" "$PUSHED"',
        'fi',
        '',
      ].join('\n'),
    },
    {
      name: 'Report the image and who can pull it',
      env: { PUSHED: pushed },
      run: `${runProgram(plan)} ci published --image "$PUSHED" --repository "$GITHUB_REPOSITORY"\n`,
    },
  ]);
}

/**
 * Record the digest in the name of an artifact, which only this run can upload. It proves the provenance of an image that
 * is not attested.
 */
function recordDigest(context: WorkflowContext, pushed: string): WorkflowStep[] {
  const folder = `${FILES.build}/image`;
  return [
    {
      name: 'Record the digest',
      id: 'record',
      shell: 'bash',
      env: { IMAGE: pushed },
      run: [
        `mkdir -p ${folder}`,
        `printf '{"image": "%s"}\\n' "$IMAGE" >${folder}/image.json`,
        'digest=${IMAGE##*@}',
        `echo "name=${RECORD}\${digest/:/-}" >>"$GITHUB_OUTPUT"`,
        '',
      ].join('\n'),
    },
    upload(context, 'Upload the digest record', '${{ steps.record.outputs.name }}', `${folder}/`, RETENTION.proof, {
      overwrite: true,
    }),
  ];
}
