/** Small workflows that do what a project's own do, without their work; the stand-ins for GitHub are tried on them. */
import type { StepsJob, WorkflowDefinition, WorkflowStep } from '../../../src/constructs/workflows/model';
import { ACTIONS } from '../../../src/declaration/pins';

/** A stand-in for the program in the sample repositories: it prints its arguments. */
export const STAND_IN = 'scripts/stand-in.py';

const CHECKOUT: WorkflowStep = { name: 'Check out', uses: ACTIONS.checkout, with: { 'persist-credentials': false } };
const LOGIN = { username: '${{ github.actor }}', password: '${{ github.token }}' };

function job(name: string, steps: readonly WorkflowStep[], rest: Partial<StepsJob> = {}): StepsJob {
  return { name, permissions: {}, runsOn: 'ubuntu-24.04', timeoutMinutes: 5, steps, ...rest };
}

/** Called with a version, as the build of a platform is, and run for a pull request. */
const PART: WorkflowDefinition = {
  name: 'part',
  on: {
    pull_request: {},
    workflow_dispatch: { inputs: { cache: { type: 'boolean', default: true } } },
    workflow_call: {
      inputs: { version: { type: 'string', default: '' }, cache: { type: 'boolean', default: true } },
    },
  },
  jobs: {
    linux: job(
      'Linux',
      [
        CHECKOUT,
        {
          name: 'Restore',
          id: 'cache',
          if: "inputs.cache || github.event_name == 'pull_request'",
          uses: ACTIONS.cacheRestore,
          with: { path: 'build/cache', key: 'k/${{ github.run_id }}', 'restore-keys': 'k/' },
        },
        {
          name: 'Build',
          env: { VERSION: '${{ inputs.version }}', MATCHED: '${{ steps.cache.outputs.cache-matched-key }}' },
          run: [
            'test -w "$HOME"',
            'mkdir -p dist/linux/sub build/cache',
            'echo "user $(id -u), $(git describe --always --dirty), matched <$MATCHED>"',
            'printf "%s" "${VERSION:-none}" >dist/linux/sub/version.txt',
            'cp committed.txt dist/linux',
            'echo compiled >build/cache/object',
            '',
          ].join('\n'),
        },
        { name: 'Test', run: 'test "$FAIL" != linux\n' },
        { name: 'Save', uses: ACTIONS.cacheSave, with: { path: 'build/cache', key: 'k/${{ github.run_id }}' } },
        {
          name: 'Upload',
          uses: ACTIONS.uploadArtifact,
          with: { name: 'part-linux', path: 'dist/linux/', 'if-no-files-found': 'error' },
        },
      ],
      { container: { image: '${{ vars.IMAGE }}', credentials: LOGIN, options: '--user 1001' } },
    ),
    windows: job(
      'Windows',
      [
        CHECKOUT,
        {
          name: 'Set up the environment',
          uses: ACTIONS.setupMicromamba,
          with: { 'environment-file': 'committed.txt', 'environment-name': 'env' },
        },
        { name: 'Build', shell: 'pwsh', run: 'micromamba run --name env pwsh -File scripts/build.ps1\n' },
        { name: 'Test', shell: 'pwsh', run: 'micromamba run --name env pwsh -File scripts/test.ps1\n' },
        {
          name: 'Compare',
          shell: 'pwsh',
          run: `micromamba run --name env python ${STAND_IN} compare-records one two\n`,
        },
        {
          name: 'Upload',
          uses: ACTIONS.uploadArtifact,
          with: { name: 'part-windows', path: 'dist/windows-amd64/*.whl\ndist/windows-amd64/*.json' },
        },
      ],
      { runsOn: 'windows-2022' },
    ),
  },
};

/** A plan, the part, and what is made of it. */
const WHOLE: WorkflowDefinition = {
  name: 'whole',
  on: { push: { tags: ['v*'] } },
  jobs: {
    plan: job(
      'Plan',
      [
        CHECKOUT,
        {
          name: 'Set up Python',
          run: 'python3 -m venv --without-pip "$RUNNER_TEMP/runtime"\necho "$RUNNER_TEMP/runtime/bin" >>"$GITHUB_PATH"\n',
        },
        { name: 'Use it', run: `python3 ${STAND_IN} release plan\n` },
        {
          name: 'Read the version',
          id: 'version',
          env: { TAG: '${{ github.ref_name }}' },
          run: 'test "$(git describe --exact-match --tags)" = "$TAG"\necho "version=${TAG#v}" >>"$GITHUB_OUTPUT"\n',
        },
      ],
      { outputs: { version: '${{ steps.version.outputs.version }}' } },
    ),
    part: {
      name: 'Part',
      needs: ['plan'],
      permissions: {},
      calls: '.github/workflows/part.yml',
      with: { version: '${{ needs.plan.outputs.version }}', cache: false },
    },
    publish: job(
      'Publish',
      [
        {
          name: 'Download',
          uses: ACTIONS.downloadArtifact,
          with: { pattern: 'part-*', path: 'in', 'merge-multiple': true },
        },
        { name: 'Attest', uses: ACTIONS.attest, with: { 'subject-path': 'in/*.whl' } },
        {
          name: 'Hand on',
          uses: ACTIONS.uploadArtifact,
          with: { name: 'published', path: 'in' },
        },
      ],
      { needs: ['plan', 'part'] },
    ),
  },
};

const UPLOAD: WorkflowStep = {
  name: 'Upload',
  uses: ACTIONS.uploadArtifact,
  with: { name: 'one', path: 'committed.txt' },
};

const TWICE: WorkflowDefinition = {
  name: 'twice',
  on: { workflow_dispatch: { inputs: { again: { type: 'boolean', default: true } } } },
  jobs: { twice: job('Twice', [CHECKOUT, UPLOAD, { ...UPLOAD, name: 'Upload again', if: 'inputs.again' }]) },
};

/** An image, built and pushed. */
const IMAGE: WorkflowDefinition = {
  name: 'image',
  on: { workflow_dispatch: {} },
  jobs: {
    image: job('Image', [
      CHECKOUT,
      { name: 'Set up Buildx', uses: ACTIONS.dockerSetupBuildx },
      { name: 'Log in', uses: ACTIONS.dockerLogin, with: { registry: 'ghcr.io', ...LOGIN } },
      {
        name: 'Build and push',
        id: 'push',
        uses: ACTIONS.dockerBuildPush,
        with: {
          context: '.',
          file: 'Dockerfile',
          'build-args': 'REVISION=${{ github.sha }}',
          push: true,
          tags: 'ghcr.io/e2e-stand-ins/image:latest\nghcr.io/e2e-stand-ins/image:${{ github.sha }}\n',
        },
      },
      {
        name: 'Attest',
        uses: ACTIONS.attest,
        with: {
          'subject-name': 'ghcr.io/e2e-stand-ins/image',
          'subject-digest': '${{ steps.push.outputs.digest }}',
          'push-to-registry': true,
        },
      },
    ]),
  },
};

/** All of them. */
export const SAMPLES = [PART, WHOLE, TWICE, IMAGE];
