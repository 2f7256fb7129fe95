/** The steps that push the toolchain image, sign it, and name it. */
import { attests, attestsNot, both, stepsIf } from './attest';
import { RETENTION, upload, runProgram } from './common';
import { imageOptions, tryImage } from './image';
import type { Value, WorkflowStep } from './model';
import { ACTIONS } from '../declaration/pins';
import { FILES } from '../plan/files';
import type { Plan, PlannedBuild } from '../plan/plan';

/** What the name of the artifact begins with that records an image's digest; `ci/provenance.py` looks for it. */
export const RECORD = 'toolchain-image-';

/** What signs an image, as far as it is signed. */
export const SIGNS = { 'id-token': 'write', attestations: 'write', 'artifact-metadata': 'write' } as const;

/** The digest of what was pushed. */
export const DIGEST = '${{ steps.push.outputs.digest }}';

/** The image of one processor has no tag: only all of them together have. */
export const BY_DIGEST = ({ image }: Plan): { readonly [input: string]: Value } => ({
  outputs: `type=image,name=${image.name},push-by-digest=true,name-canonical=true,push=true`,
});

/** The tag that says of which commit an image is. */
function commitTag({ image }: Plan, { variant }: PlannedBuild): string {
  return `${image.name}:\${{ github.sha }}${variant ? `-${variant}` : ''}`;
}

/** Pushed by its commit first, then tried as the registry gives it. */
export function push(plan: Plan, build: PlannedBuild, where: { readonly [input: string]: Value }): WorkflowStep {
  const byDigest = 'outputs' in where;
  return {
    name: byDigest ? 'Push the image' : 'Push the image under its commit',
    id: 'push',
    uses: ACTIONS.dockerBuildPush,
    with: {
      ...imageOptions(build),
      ...(byDigest ? where : { push: true, tags: commitTag(plan, build) }),
      // What the next build takes its unchanged layers from, in the image itself.
      'cache-to': 'type=inline',
      provenance: 'mode=max',
      sbom: `generator=${plan.pins.sbomScanner}`,
    },
  };
}

export function tryPushed(plan: Plan, build: PlannedBuild): WorkflowStep {
  return tryImage(plan, 'Try what the registry gives', `${plan.image.name}@${DIGEST}`, build);
}

/** One image of those for each processor: who pulls it gets the one for theirs. */
export function putTogether(plan: Plan, build: PlannedBuild, pushed: readonly string[]): WorkflowStep {
  const variables = pushed.map((id, index) => [
    `IMAGE_${index + 1}`,
    `${plan.image.name}@\${{ needs.${id}.outputs.digest }}`,
  ]);
  return {
    name: 'Put them together under its commit',
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
export function published(plan: Plan): WorkflowStep[] {
  const { name } = plan.image;
  const pushed = `${name}@${DIGEST}`;
  return [
    ...stepsIf(attests(plan), {
      name: 'Attest where the image comes from',
      uses: ACTIONS.attest,
      with: { 'subject-name': name, 'subject-digest': DIGEST, 'push-to-registry': true },
    }),
    ...stepsIf(both(`github.ref == 'refs/heads/${plan.defaultBranch}'`, attestsNot(plan)), ...recordDigest(pushed)),
    {
      // As it is: a copy wrapped in an index of its own would have another digest than the attested one.
      name: 'Give it the tag of its environment',
      shell: 'bash',
      env: {
        TAGGED: `${name}:\${{ steps.environment.outputs.tag }}`,
        PUSHED: pushed,
        DEFAULT_BRANCH: `\${{ github.ref == 'refs/heads/${plan.defaultBranch}' }}`,
      },
      run: [
        "# Another branch takes the place of no image: releases use the default branch's.",
        'if [[ $DEFAULT_BRANCH == true ]] || ! docker buildx imagetools inspect "$TAGGED" >/dev/null 2>&1; then',
        '  docker buildx imagetools create --prefer-index=false --tag "$TAGGED" "$PUSHED"',
        'fi',
        '',
      ].join('\n'),
    },
    {
      name: 'Say what was published, and who can pull it',
      env: { PUSHED: pushed },
      run: `${runProgram(plan)} ci published --image "$PUSHED" --repository "$GITHUB_REPOSITORY"\n`,
    },
  ];
}

/**
 * Records the digest as the output of this run: the proof of where an image comes from, where none is attested. The name
 * of the artifact is what is asked for; only this run can have uploaded it.
 */
function recordDigest(pushed: string): WorkflowStep[] {
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
    upload('Upload the record', '${{ steps.record.outputs.name }}', `${folder}/`, RETENTION.proof, { overwrite: true }),
  ];
}
