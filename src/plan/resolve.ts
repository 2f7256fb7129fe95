/** The one place where a declaration gets its defaults: declaration → plan. */
import { PACKED_PROGRAM } from './files';
import { Plan, PLAN_SCHEMA, PlannedBuild, PlannedSource } from './plan';
import { resolveBuild } from './resolve-build';
import { checkImageName, onGitHub, resolveImage } from './resolve-image';
import { checkHold, resolvePins } from './resolve-pins';
import { checkHooks } from './resolve-steps';
import { DeclaredBuild, variantBuild } from './resolve-variant';
import { INPUTS } from '../contract/tables';
import { withPins } from '../declaration/apply-pins';
import { must, RequiredError } from '../declaration/error';
import { MINUTES } from '../declaration/minutes';
import { possibleWorkflows, WheelPipelineOptions, WorkflowName } from '../declaration/pipeline';
import { parsePipeline, validatePipeline } from '../declaration/pipeline-rules';
import { Platform, SYSTEMS } from '../declaration/platform';
import type { Source } from '../declaration/source';
import { allPackages, pinnedVersion, Toolchain } from '../declaration/toolchain';
import { versionOfTag } from '../declaration/version';
import type { WheelChanges } from '../declaration/wheel';

/** Twice a week, at no hour that everybody else takes: GitHub forgets caches that nobody read for a week. */
const SCHEDULE = ['17 3 * * 1,4'];

/** Once a week, at an hour of its own. */
const UPKEEP_SCHEDULE = ['29 4 * * 1'];

const LIMITS: Plan['limits'] = {
  attempts: 4,
  pause: 5,
  command: 120,
  download: 1800,
  build: 6 * 3600, // as long as a job of GitHub's
  upload: 1800,
  check: 120,
  keptWheels: 3,
};

/** Where a pipeline lies in its repository. */
export type Place = Plan['place'];

/**
 * Validates a declaration and fills in every default. Throws a `SpecError` at the first value that is wrong.
 *
 * @param given the declaration
 * @param place where the pipeline lies, where that is not its repository's root
 */
export function resolvePlan(given: WheelPipelineOptions, place?: Place): Plan {
  const declared = parsePipeline(given);
  const options = withPins(declared);
  const platforms = options.platforms ?? [Platform.LINUX_X86_64, Platform.WINDOWS_AMD64];
  const { folder, id } = place ?? { folder: options.prefix ?? '', id: options.prefix ?? '' };
  const name = options.name ?? [options.repository.split('/')[1], id].filter(Boolean).join('-');
  validatePipeline({ ...options, name, platforms });
  const runs = resolveRuns(options);
  const image = resolveImage(options, id, runs.defaultBranch);
  const main: DeclaredBuild = { name, platforms, wheels: options.wheels, toolchain: options.toolchain ?? {} };
  const variants = [main, ...(options.variants ?? []).map((variant) => variantBuild(main, variant))];
  const builds = variants.map((build) => resolveBuild(build, image.name, options));
  checkEnvironment(options);
  checkHooks(options.hooks ?? [], builds, options.source);
  const pins = resolvePins(declared, platforms);
  checkHold(options.upkeep?.hold ?? [], pins, declared);
  must(
    onGitHub(image.name) || !options.workflows?.includes(WorkflowName.CLEANUP),
    'workflows',
    WorkflowName.CLEANUP,
    "left out: a job can remove images of GitHub's own registry (ghcr.io) only",
  );
  const possible = possibleWorkflows(platforms).filter((each) => each !== WorkflowName.CLEANUP || onGitHub(image.name));
  const workflows = possible.filter((workflow) => options.workflows?.includes(workflow) ?? true);
  checkDigests(builds, workflows);
  if (builds.some(({ systems }) => systems.includes('linux'))) {
    checkImageName(image.name, options.repository, workflows.includes(WorkflowName.DOCKER));
  }
  return {
    schema: PLAN_SCHEMA,
    name,
    repository: options.repository,
    python: pythonVersion(options.toolchain ?? {}),
    source: resolveSource(options.source),
    program: {
      path: options.program?.sources ?? PACKED_PROGRAM,
      requirements: options.program?.requirements ?? null,
    },
    limits: LIMITS,
    builds,
    image,
    workflows,
    ...runs,
    pins,
    place: { folder, id },
  };
}

/** The series of Python that the environment has; the lowest where it leaves that open. */
function pythonVersion(toolchain: Toolchain): string {
  const declared = allPackages(toolchain).find(({ name }) => name === 'python')?.version ?? pinnedVersion('python')!;
  return /3\.\d+/.exec(declared)?.[0] ?? '3.12';
}

/** When and where the workflows run, and how a tag becomes a release. */
function resolveRuns(
  options: WheelPipelineOptions,
): Pick<Plan, 'defaultBranch' | 'schedule' | 'release' | 'timeoutMinutes' | 'jobs' | 'filters' | 'upkeep'> {
  const { triggers = {}, release = {}, docker = {}, upkeep = {} } = options;
  return {
    defaultBranch: triggers.defaultBranch ?? 'main',
    schedule: triggers.schedule ?? SCHEDULE,
    release: {
      environment: (release.useEnvironment ?? true) ? (release.environment ?? 'release') : null,
      onDefaultBranch: release.onDefaultBranch ?? true,
      attest: release.attest === undefined ? 'public' : release.attest ? 'always' : 'never',
      sbom: release.sbom ?? true,
    },
    timeoutMinutes: {
      linux: options.linux?.timeoutMinutes ?? MINUTES.wheels,
      windows: options.windows?.timeoutMinutes ?? MINUTES.wheels,
    },
    jobs: {
      docker: { runsOn: docker.runsOn ?? null, timeoutMinutes: docker.timeoutMinutes ?? null },
      release: { runsOn: release.runsOn ?? null },
    },
    filters: {
      pushBranches: triggers.pushBranches ?? [],
      pullRequestBranches: triggers.pullRequestBranches ?? [],
      ignoredPaths: triggers.ignoredPaths ?? [],
    },
    upkeep: {
      schedule: upkeep.schedule ?? UPKEEP_SCHEDULE,
      cooldownDays: upkeep.cooldownDays ?? 7,
      // Another Python is another wheel.
      hold: upkeep.hold ?? ['python'],
      keepImagesDays: upkeep.keepImagesDays ?? 90,
    },
  };
}

/** Require a verifiable image: docker.yml publishes it, or its digest is declared. */
function checkDigests(builds: readonly PlannedBuild[], workflows: readonly WorkflowName[]): void {
  const published = workflows.includes(WorkflowName.DOCKER);
  for (const { variant, imageDigest } of builds.filter(({ systems }) => systems.includes('linux'))) {
    const option = variant === null ? 'image.digest' : `variants[${variant}].imageDigest`;
    must(!published || imageDigest === null, option, imageDigest, 'unset: docker.yml publishes the image');
    if (!published && imageDigest === null && workflows.includes(WorkflowName.LINUX)) {
      throw new RequiredError(
        option,
        'set it to "sha256:<64 digits>", or add docker to workflows to publish the image',
      );
    }
  }
}

/** What a caller can set, the declaration cannot: it would say one thing to everybody and do another. */
function checkEnvironment(options: WheelPipelineOptions): void {
  const taken = new Set(['PATH', 'HOME', ...INPUTS.map(({ variable }) => variable)]);
  const given: Array<[string, object | undefined]> = [
    ['environment', options.environment],
    ...SYSTEMS.map((system) => [`${system}.environment`, options[system]?.environment] as [string, object | undefined]),
    ...(options.variants ?? []).map(
      (each) => [`variants[${each.name}].environment`, each.environment] as [string, object],
    ),
    ...wheelEnvironments('wheels', options.wheels),
    ...(options.variants ?? []).flatMap((each) => wheelEnvironments(`variants[${each.name}].wheels`, each.wheels)),
    ['preflight.wheel.environment', options.preflight?.wheel.environment],
  ];
  for (const [option, variables = {}] of given) {
    const wrong = Object.keys(variables).find((name) => taken.has(name));
    must(wrong === undefined, option, wrong, 'a variable of your own: this one belongs to whoever calls the scripts');
  }
}

function wheelEnvironments(at: string, wheels: readonly WheelChanges[]): Array<[string, object | undefined]> {
  return wheels.map((wheel) => [`${at}[${wheel.distribution}].environment`, wheel.environment]);
}

function resolveSource({ git, sdist, folder, overlay = {} }: Source): PlannedSource {
  const submodules = git?.submodules ?? [];
  return {
    git: git
      ? {
          repository: git.repository,
          commit: git.commit,
          tag: git.tag ?? null,
          submodules: submodules.map((path) => ({ path, parent: parentOf(path, submodules) })),
        }
      : null,
    sdist: sdist ? { distribution: sdist.distribution, version: sdist.version, sha256: sdist.sha256 } : null,
    folder: folder ?? null,
    overlay: Object.keys(overlay).sort(),
    // The upstream release that the source stands on; a source distribution's version is known exactly.
    baseVersion: sdist?.version ?? ((git?.tag && versionOfTag(git.tag)) || '0.0.0'),
  };
}

/** The submodule that another one lies in. */
function parentOf(path: string, submodules: readonly string[]): string | null {
  return submodules.filter((other) => path.startsWith(`${other}/`)).sort((a, b) => b.length - a.length)[0] ?? null;
}
