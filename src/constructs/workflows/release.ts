/** `release.yml`: a tag rebuilds every wheel from source and publishes them as one release. */
import { attests, both, linuxPermissions, optionIfAttested, stepsIf, VISIBILITY } from './attest';
import { WorkflowContext } from './context';
import { TOKEN } from './expressions';
import { CALL_INPUTS, imageInput, sumsOutput } from './inputs';
import { AT_HOME, homeJob } from './jobs/home';
import type { CallJob, StepsJob, WorkflowDefinition, WorkflowStep } from './model';
import { SYSTEM_TITLES, variableName } from './names';
import { download, RETENTION, upload } from './steps/artifacts';
import { checkout } from './steps/checkout';
import { installRuntime, runProgram } from './steps/program';
import { logIn } from './steps/registry';
import { notesStep, PLANNED, platforms, sameCommit, verify, wheelSteps, withImages } from './steps/release';
import { MINUTES } from '../../declaration/minutes';
import type { SystemName } from '../../declaration/platform';
import { FILES } from '../../plan/files';
import type { Plan } from '../../plan/plan';

/** The inputs of a run by hand. */
const INPUTS = { tag: 'tag', dryRun: 'dry-run' } as const;

/** The tag: the one that the run is on, or, for a dry run, any. */
const TAG = `inputs.${INPUTS.tag} || github.ref_name`;

/** Whether this run publishes. */
const PUBLISHES = `!inputs.${INPUTS.dryRun}`;

/** What the jobs after the build have checked of the wheels, so that none can change between them. */
const SUMS_DIGEST = 'sums-digest';

/** What GitHub signed, as it is handed on. */
const SIGNATURE = { artifact: 'signature', folder: 'signature', file: 'signature/wheels.sigstore.json' } as const;

/** Declares the workflow. */
export function releaseWorkflow(context: WorkflowContext): WorkflowDefinition {
  const { plan } = context;
  return {
    name: context.name('release'),
    on: {
      push: { tags: ['v*'] },
      workflow_dispatch: {
        inputs: {
          [INPUTS.tag]: {
            description: 'Tag of a dry run, such as v0.1.0; by default, the tag of the run',
            type: 'string',
            default: '',
          },
          [INPUTS.dryRun]: { description: 'Do everything but attest and publish', type: 'boolean', default: true },
        },
      },
    },
    // One at a time for a tag, and never stopped: a release is published whole or not at all. A dry run waits for none,
    // and takes the place of none that waits.
    concurrency: {
      group: `${context.name('release')}-\${{ inputs.${INPUTS.dryRun} && github.run_id || ${TAG} }}`,
      'cancel-in-progress': false,
    },
    jobs: {
      home: homeJob(context, context.releaseRunner),
      plan: planJob(context),
      ...Object.fromEntries(plan.builds[0].systems.map((system) => [system, callJob(context, system)])),
      verify: verifyJob(context),
      ...(attests(plan) === null ? {} : { attest: attestJob(context) }),
      publish: publishJob(context),
    },
  };
}

/** The tag becomes a version and a commit, and the image of that commit a digest, once for all jobs. */
function planJob(context: WorkflowContext): StepsJob {
  const { plan } = context;
  const images = withImages(plan);
  const outputs = ['tag', 'commit', 'version', 'prerelease'].map((name) => [name, `\${{ steps.tag.outputs.${name} }}`]);
  const imageOutputs = images.map((each) => [imageInput(each), `\${{ steps.images.outputs.${imageInput(each)} }}`]);
  return {
    name: 'Plan',
    needs: ['home'],
    if: AT_HOME,
    permissions: images.length > 0 ? linuxPermissions(plan) : { contents: 'read' },
    runsOn: context.releaseRunner,
    workingDirectory: context.workingDirectory,
    timeoutMinutes: MINUTES.plan,
    outputs: Object.fromEntries([...outputs, ...imageOutputs]) as Record<string, string>,
    steps: [
      checkout(context),
      ...installRuntime(plan),
      {
        name: 'Resolve the tag and verify that this run may release it',
        id: 'tag',
        shell: 'bash',
        env: { GH_TOKEN: TOKEN, TAG: `\${{ ${TAG} }}`, PUBLISHES: `\${{ ${PUBLISHES} }}` },
        run: [
          'options=()',
          'if [[ $PUBLISHES == true ]]; then options+=(--publish); fi',
          `${runProgram(plan)} release plan --tag "$TAG" --repository "$GITHUB_REPOSITORY" --ref "$GITHUB_REF" --sha "$GITHUB_SHA" "\${options[@]}"`,
          '',
        ].join('\n'),
      },
      ...(images.length > 0 ? imageSteps(context) : []),
    ],
  };
}

function imageSteps(context: WorkflowContext): WorkflowStep[] {
  const { plan } = context;
  return [
    { ...checkout(context, 'steps.tag.outputs.commit'), name: "Check out the tag's commit", source: undefined },
    ...logIn(context),
    {
      name: 'Find the toolchain image and verify its origin',
      id: 'images',
      env: { GH_TOKEN: TOKEN, VISIBILITY },
      run: `${runProgram(plan)} ci images --released --repository "$GITHUB_REPOSITORY" --visibility "$VISIBILITY"\n`,
    },
  ];
}

/** The very workflow that pull requests go through, at the tag's version and without anything of another run. */
function callJob(context: WorkflowContext, system: SystemName): CallJob {
  const { plan } = context;
  const onLinux = system === 'linux';
  return {
    name: SYSTEM_TITLES[system],
    needs: ['plan'],
    permissions: onLinux ? linuxPermissions(plan) : { contents: 'read' },
    calls: context.file(system),
    cacheMode: 'none',
    with: {
      ...(onLinux && Object.fromEntries(withImages(plan).map((each) => [imageInput(each), PLANNED(imageInput(each))]))),
      [CALL_INPUTS.ref]: PLANNED('commit'),
      [CALL_INPUTS.version]: PLANNED('version'),
      [CALL_INPUTS.fresh]: true,
    },
  };
}

/** Every declared platform and wheel is there, tested, as it was built, and agrees with the tag, or nothing goes on. */
function verifyJob(context: WorkflowContext): StepsJob {
  const { plan } = context;
  return {
    name: 'Verify',
    needs: ['plan', ...plan.builds[0].systems],
    permissions: { contents: 'read' },
    runsOn: context.releaseRunner,
    workingDirectory: context.workingDirectory,
    timeoutMinutes: MINUTES.verify,
    outputs: { [SUMS_DIGEST]: `\${{ steps.verify.outputs.${SUMS_DIGEST} }}` },
    steps: [
      ...wheelSteps(context),
      sameCommit(plan),
      {
        name: 'Verify the wheels of every platform',
        id: 'verify',
        env: {
          VERSION: PLANNED('version'),
          ...Object.fromEntries(
            platforms(plan).map((platform) => [
              variableName(sumsOutput(platform)),
              `\${{ needs.${platform.system}.outputs.${sumsOutput(platform)} }}`,
            ]),
          ),
        },
        run: `${verify(plan)}${platforms(plan)
          .map((platform) => ` --expect-sums "${platform.id}=$${variableName(sumsOutput(platform))}"`)
          .join('')}\n`,
      },
      notesStep(plan),
      { name: 'Add the release notes to the summary', run: 'cat notes.md >>"$GITHUB_STEP_SUMMARY"\n' },
    ],
  };
}

/** Signs where the wheels come from; it compiles nothing and has no right to write to the repository. */
function attestJob(context: WorkflowContext): StepsJob {
  const { plan, actions } = context;
  return {
    name: 'Attest',
    needs: ['plan', 'verify'],
    if: both(PUBLISHES, attests(plan))!,
    permissions: { contents: 'read', 'id-token': 'write', attestations: 'write' },
    runsOn: context.releaseRunner,
    workingDirectory: context.workingDirectory,
    timeoutMinutes: MINUTES.verify,
    steps: [
      ...wheelSteps(context),
      sameCommit(plan),
      {
        name: 'Verify that the wheels have not changed',
        env: { VERSION: PLANNED('version'), SUMS_DIGEST: `\${{ needs.verify.outputs.${SUMS_DIGEST} }}` },
        run: `${verify(plan)} --expect-digest "$SUMS_DIGEST" --sums SHA256SUMS\n`,
      },
      {
        name: 'Attest the wheels',
        id: 'attest',
        uses: actions.attest,
        with: { 'subject-checksums': context.path('SHA256SUMS') },
      },
      {
        name: 'Collect the signature',
        env: { BUNDLE: '${{ steps.attest.outputs.bundle-path }}' },
        run: `mkdir -p ${SIGNATURE.folder}\ncp "$BUNDLE" ${SIGNATURE.file}\n`,
      },
      upload(context, 'Upload the signature', SIGNATURE.artifact, `${SIGNATURE.folder}/`, RETENTION.released),
    ],
  };
}

/** Return the condition of publishing. It waits for the attest job only if there is one, unlike in a private repository. */
function publishes(plan: Plan): string {
  const condition = attests(plan);
  if (!condition) return PUBLISHES;
  return [
    '!cancelled()',
    PUBLISHES,
    "needs.verify.result == 'success'",
    `needs.attest.result == (${condition} && 'success' || 'skipped')`,
  ].join(' && ');
}

/** A draft first, and visible only once what was uploaded has been downloaded again and is the same. */
function publishJob(context: WorkflowContext): StepsJob {
  const { plan } = context;
  const { environment } = plan.release;
  const signature = optionIfAttested(plan, `--signature ${SIGNATURE.file}`);
  return {
    name: 'Publish',
    needs: ['plan', 'verify', ...(attests(plan) === null ? [] : ['attest'])],
    if: publishes(plan),
    permissions: { contents: 'write' },
    runsOn: context.releaseRunner,
    workingDirectory: context.workingDirectory,
    timeoutMinutes: MINUTES.publish,
    ...(environment === null ? {} : { environment }),
    steps: [
      ...wheelSteps(context),
      ...stepsIf(attests(plan), download(context, 'Download the signature', SIGNATURE.artifact, SIGNATURE.folder)),
      notesStep(plan),
      {
        name: 'Publish the release',
        shell: 'bash',
        env: {
          GH_TOKEN: TOKEN,
          TAG: PLANNED('tag'),
          COMMIT: PLANNED('commit'),
          VERSION: PLANNED('version'),
          PRERELEASE: PLANNED('prerelease'),
          SUMS_DIGEST: `\${{ needs.verify.outputs.${SUMS_DIGEST} }}`,
          ...signature.env,
        },
        run: [
          'options=()',
          ...signature.lines,
          'if [[ $PRERELEASE == true ]]; then options+=(--prerelease); fi',
          `${runProgram(plan)} release publish ${FILES.output} --tag "$TAG" --tag-commit "$COMMIT" --version "$VERSION" \\`,
          '  --repository "$GITHUB_REPOSITORY" --notes notes.md --require-tests --expect-digest "$SUMS_DIGEST" \\',
          '  "${options[@]}"',
          '',
        ].join('\n'),
      },
    ],
  };
}
