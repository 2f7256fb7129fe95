/** What several workflows share: names, triggers and steps. */
import type { Value, WorkflowStep } from './model';
import { ACTIONS } from '../declaration/pins';
import { COMPILER_CACHE, FILES, outputFolder, PROGRAM, WHEEL_CACHE } from '../plan/files';
import { VARIABLES } from '../plan/inputs';
import type { Plan, PlannedBuild, PlannedPlatform } from '../plan/plan';
import { reusesWheels } from '../plan/select';

/** The repository variable by which a fork or a private mirror names another toolchain image, without tag. */
export const IMAGE_VARIABLE = 'TOOLCHAIN_IMAGE';

/** An expression: the toolchain image's name, without tag. */
export function imageName({ image }: Plan): string {
  return `vars.${IMAGE_VARIABLE} || '${image.name}'`;
}

/** Logs in to the toolchain image's registry, as the run itself: what it may do there, its permissions say. */
export function logIn({ image }: Plan): WorkflowStep {
  return {
    name: 'Log in to the registry',
    uses: ACTIONS.dockerLogin,
    with: {
      registry: image.name.split('/')[0],
      username: '${{ github.actor }}',
      password: '${{ github.token }}',
    },
  };
}

/** The inputs of a called build workflow. */
export const CALL_INPUTS = { image: 'image', ref: 'ref', version: 'version', cache: 'cache' } as const;

/** A name where only letters, digits, dashes and underscores are allowed, such as a job's id. */
export function identifier(name: string): string {
  return name.replace(/[^A-Za-z0-9_-]/g, '_');
}

/** A name as that of a variable: upper-case letters, digits and underscores. */
export function variableName(name: string): string {
  return identifier(name).replace(/-/g, '_').toUpperCase();
}

/** The input by which a called workflow is given a build's toolchain image, and the output that a release gives it as. */
export function imageInput({ variant }: PlannedBuild): string {
  return variant ? `${CALL_INPUTS.image}-${identifier(variant)}` : CALL_INPUTS.image;
}

/** An expression: the runner for a platform. A variant that needs a device names it by a repository variable. */
export function runnerOf(build: PlannedBuild, { runner }: PlannedPlatform): string {
  return build.deviceOptions === null ? runner : `\${{ vars.${runnerVariable(build)} || '${runner}' }}`;
}

/** The repository variable that names the runner with a variant's device, such as `RUNNER_CUDA_12_8`. */
export function runnerVariable({ variant }: PlannedBuild): string {
  return `RUNNER_${variableName(variant!)}`;
}

/** The artifact that holds a platform's wheels, their record and their test report. */
export function wheelsArtifact({ id }: PlannedPlatform): string {
  return `wheels-${id}`;
}

/** A checkout that leaves no token behind: of what the run is about, or of the commit that an expression names. */
export function checkout(ref?: string): WorkflowStep {
  return {
    name: 'Check out',
    uses: ACTIONS.checkout,
    with: { ...(ref && { ref: `\${{ ${ref} }}` }), 'persist-credentials': false },
  };
}

/**
 * Installs what the program needs on a runner, for the steps after it. The runner's own Python belongs to its
 * distribution: what is added goes into an environment.
 */
export function installRuntime(): WorkflowStep {
  return {
    name: "Install what the pipeline's program needs",
    run: [
      'python3 -m venv "$RUNNER_TEMP/runtime"',
      `"$RUNNER_TEMP/runtime/bin/pip" install --quiet --retries 5 --require-hashes --requirement ${FILES.runtimeRequirements}`,
      'echo "$RUNNER_TEMP/runtime/bin" >>"$GITHUB_PATH"',
      '',
    ].join('\n'),
  };
}

/** The triggers of a workflow that builds wheels: by hand, for a pull request, or called by the release. */
export function buildTriggers(images: readonly PlannedBuild[]): { readonly [event: string]: Value } {
  const inputs: { readonly [name: string]: Value } = {
    ...Object.fromEntries(
      images.map((each) => [
        imageInput(each),
        {
          description: `Toolchain image${each.variant ? ` of ${each.variant}` : ''}, by tag or digest`,
          type: 'string',
          default: '',
        },
      ]),
    ),
    [CALL_INPUTS.ref]: {
      description: 'The commit or tag whose declaration is built; what the run is about without it',
      type: 'string',
      default: '',
    },
    [CALL_INPUTS.version]: {
      description: "The wheels' version, PEP 440; a development version without it",
      type: 'string',
      default: '',
    },
    [CALL_INPUTS.cache]: {
      description: 'Whether to use the compiler cache of earlier runs',
      type: 'boolean',
      default: true,
    },
  };
  return { workflow_dispatch: { inputs }, pull_request: {}, workflow_call: { inputs } };
}

/** A new push to a pull request stops the run for the one before; other runs go to their end. */
export function concurrency(workflow: string): { readonly group: string; readonly 'cancel-in-progress': string } {
  return {
    group: `${workflow}-\${{ github.event_name }}-\${{ github.ref }}`,
    'cancel-in-progress': "${{ github.event_name == 'pull_request' }}",
  };
}

/** Environment variables of the steps that build and test. */
export function buildEnvironment(image?: string): { readonly [name: string]: Value } {
  return {
    [VARIABLES.version]: `\${{ inputs.${CALL_INPUTS.version} }}`,
    ...(image === undefined ? {} : { [VARIABLES.toolchainImage]: image }),
  };
}

/** Where the compiler cache lies in a checkout. */
const CACHE_FOLDER = `${FILES.build}/${COMPILER_CACHE}`;

/** Whether a run may use what an earlier one left: a release says that it may not. */
const MAY_READ_CACHES = `inputs.${CALL_INPUTS.cache} || github.event_name == 'pull_request'`;

/** Lays down the compiler cache of an earlier run, unless the caller wants everything compiled anew. */
export function restoreCache(platform: PlannedPlatform): WorkflowStep {
  return {
    name: 'Restore the compiler cache',
    id: 'cache',
    if: MAY_READ_CACHES,
    uses: ACTIONS.cacheRestore,
    with: {
      path: CACHE_FOLDER,
      key: `${cacheKey(platform)}-\${{ github.run_id }}`,
      'restore-keys': `${cacheKey(platform)}-`,
    },
  };
}

/** Keeps the compiler cache, from the default branch only: what a pull request compiled must not reach other runs. */
export function saveCache(platform: PlannedPlatform): WorkflowStep {
  return {
    name: 'Save the compiler cache',
    if: ON_DEFAULT_BRANCH,
    uses: ACTIONS.cacheSave,
    with: { path: CACHE_FOLDER, key: `${cacheKey(platform)}-\${{ github.run_id }}` },
  };
}

function cacheKey(platform: PlannedPlatform): string {
  return `${COMPILER_CACHE}-${platform.id}`;
}

/** The id of the step that builds, whose output says whether it kept a wheel that no earlier run has. */
export const BUILD_STEP = 'build';

const KEPT_WHEELS = {
  path: `${FILES.build}/${WHEEL_CACHE}`,
  key: (platform: PlannedPlatform): string => `kept-wheels-${platform.id}-`,
};

/** Lays down the wheels that an earlier run kept; the build compares what they were made of, and their hashes. */
export function restoreWheels(build: PlannedBuild, platform: PlannedPlatform): WorkflowStep[] {
  if (!reusesWheels(build)) return [];
  const key = KEPT_WHEELS.key(platform);
  return [
    {
      name: 'Restore the kept wheels',
      if: MAY_READ_CACHES,
      uses: ACTIONS.cacheRestore,
      with: { path: KEPT_WHEELS.path, key: `${key}\${{ github.run_id }}`, 'restore-keys': key },
    },
  ];
}

/** Keeps a wheel that was built anew, as soon as it is there: tests that fail later say nothing of how it was made. */
export function saveWheels(build: PlannedBuild, platform: PlannedPlatform): WorkflowStep[] {
  if (!reusesWheels(build)) return [];
  return [
    {
      name: 'Save the kept wheels',
      if: `${ON_DEFAULT_BRANCH} && steps.${BUILD_STEP}.outputs.kept-wheels == 'true'`,
      uses: ACTIONS.cacheSave,
      with: { path: KEPT_WHEELS.path, key: `${KEPT_WHEELS.key(platform)}\${{ github.run_id }}` },
    },
  ];
}

/** The record of the default branch's build of a commit, which a release of that commit compares itself with. */
const REFERENCE = `${FILES.build}/reference/build-record.json`;

/** Whether the run is a build of the default branch, whose caches other runs may read. */
const ON_DEFAULT_BRANCH = `inputs.${CALL_INPUTS.cache} && github.ref_name == github.event.repository.default_branch`;

/** Keeps the record of this build for releases of the same commit. */
export function keepRecord(platform: PlannedPlatform): WorkflowStep[] {
  return [
    {
      name: 'Set the record aside',
      if: ON_DEFAULT_BRANCH,
      shell: 'bash',
      run: `mkdir -p ${FILES.build}/reference\ncp ${outputFolder(platform)}/build-record.json ${REFERENCE}\n`,
    },
    {
      name: 'Keep the record for a release of this commit',
      if: ON_DEFAULT_BRANCH,
      uses: ACTIONS.cacheSave,
      with: { path: REFERENCE, key: referenceKey(platform) },
    },
  ];
}

/** A build without cache tells whether it reproduces the default branch's of the same commit: a report, no gate. */
export function compareWithRecord(platform: PlannedPlatform, python: string, shell?: string): WorkflowStep[] {
  const condition = `!inputs.${CALL_INPUTS.cache} && github.event_name != 'pull_request'`;
  return [
    {
      name: "Find the record of the default branch's build",
      if: condition,
      uses: ACTIONS.cacheRestore,
      with: { path: REFERENCE, key: referenceKey(platform) },
    },
    {
      name: 'Tell whether this build reproduces it',
      if: condition,
      shell,
      run: `${python} ${PROGRAM} compare-records ${REFERENCE} ${outputFolder(platform)}/build-record.json\n`,
    },
  ];
}

function referenceKey(platform: PlannedPlatform): string {
  return `record-${platform.id}-\${{ github.sha }}`;
}

/** Keeps what explains a failure: the logs, and the report of the checks. */
export function uploadLogs(platform: PlannedPlatform): WorkflowStep {
  return {
    name: 'Keep the logs of a failure',
    if: 'failure()',
    uses: ACTIONS.uploadArtifact,
    with: {
      name: `logs-${platform.id}`,
      path: `${FILES.build}/logs/\n${FILES.build}/test-report/\n`,
      'if-no-files-found': 'ignore',
    },
  };
}

/** Hands the tested wheels on. */
export function uploadWheels(platform: PlannedPlatform): WorkflowStep {
  return {
    name: 'Upload the tested wheels',
    uses: ACTIONS.uploadArtifact,
    with: { name: wheelsArtifact(platform), path: `${outputFolder(platform)}/`, 'if-no-files-found': 'error' },
  };
}
