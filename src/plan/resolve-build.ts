/** One build with every default filled in: its platforms, its toolchain, its wheels. */
import { dockerfileOf, environmentFileOf, lockFileOf, pythonPackagesFileOf, testRequirementsFileOf } from './files';
import type { CondaSpec, PlannedBuild, PlannedPlatform, PlannedPythonPackage, PlannedTool } from './plan';
import { buildSteps, resolveHooks } from './resolve-steps';
import type { DeclaredBuild, DeclaredWheel } from './resolve-variant';
import { resolveWheel } from './resolve-wheel';
import { valueOn } from '../declaration/by-system';
import type { DiskFigures } from '../declaration/disk';
import { must } from '../declaration/error';
import type { VulkanSdkPin } from '../declaration/pin-options';
import { VULKAN_SDK, vulkanSdkUrl } from '../declaration/pins';
import type { WheelPipelineOptions } from '../declaration/pipeline';
import { Platform, platformFacts, platformTag, SystemName, systemsOf } from '../declaration/platform';
import type { Preflight } from '../declaration/preflight';
import { pinned, pythonPackageOptions } from '../declaration/python-package';
import {
  allPackages,
  allPythonPackages,
  allTools,
  baseImageOf,
  glibcOf,
  pinnedVersion,
} from '../declaration/toolchain';
import { packageOptions, toolOptions } from '../declaration/toolchain-rules';

/** What is for some systems only. */
interface Marked {
  readonly system?: SystemName;
}

/** Resolves a build; the image is the name without tag that all of a pipeline's images have. */
export function resolveBuild(declared: DeclaredBuild, imageName: string, options: WheelPipelineOptions): PlannedBuild {
  const { name, variant, wheels, toolchain } = declared;
  const systems = systemsOf(declared.platforms);
  wheels.forEach((wheel) => checkTested(wheel, systems));
  const conda = resolveConda(declared, systems);
  const pythonPackages = resolvePythonPackages(declared, systems);
  const imageTag = ['latest', variant?.name].filter(Boolean).join('-');
  const sdk = toolchain.vulkan && systems.includes('windows') ? vulkanSdk(options.pins?.vulkanSdk) : null;
  const build = {
    name,
    variant: variant?.name ?? null,
    image: `${imageName}:${imageTag}`,
    imageTag,
    imageDigest: (variant ? variant.imageDigest : options.image?.digest) ?? null,
    systems,
    platforms: declared.platforms.map((platform) => resolvePlatform(platform, declared, options)),
    tools: resolveTools(declared, systems),
    pythonPackages,
    pythonPackagesFile: pythonPackages.length > 0 ? pythonPackagesFileOf(variant?.name) : null,
    testRequirementsFile: testRequirementsFileOf(needsMore(variant) ? variant?.name : undefined),
    unusedLibraries: toolchain.unusedLibraries ?? [],
    rust: conda.packages.some((each) => each.name === 'rust'),
    vulkan: toolchain.vulkan ?? false,
    vulkanSdk: sdk,
    preflight: options.preflight ? resolvePreflight(options.preflight, systems, sdk) : null,
    environment: valueOn(
      systems,
      (system) => ({ ...options.environment, ...options[system]?.environment, ...variant?.environment }),
      {},
    ),
    wheels: wheels.map((wheel) => resolveWheel(wheel, systems)),
    dockerfile: dockerfileOf(variant?.name),
    imageFiles: imageFiles(declared, pythonPackages),
    conda,
    diskGigabytes: resolveDisk(variant ? variant.diskGigabytes : options.diskGigabytes, systems),
    deviceOptions: variant?.deviceOptions ?? null,
    runnerByVariable: variant?.deviceOptions !== undefined && variant.runsOn === undefined,
  };
  return {
    ...build,
    steps: valueOn<string[]>(systems, (system) => buildSteps(build, system, options.source), []),
    hooks: resolveHooks(options.hooks ?? [], build, options.source),
  };
}

function resolveDisk(figures: DiskFigures = {}, systems: readonly SystemName[]): PlannedBuild['diskGigabytes'] {
  const build = valueOn<number | null>(systems, (system) => figures[system] ?? null, null);
  return { image: systems.includes('linux') ? (figures.image ?? null) : null, ...build };
}

function resolvePreflight(
  declared: Preflight,
  systems: SystemName[],
  sdk: PlannedBuild['vulkanSdk'],
): NonNullable<PlannedBuild['preflight']> {
  const wheel = resolveWheel(declared.wheel, systems);
  const build = { systems, wheels: [wheel], vulkanSdk: sdk, preflight: null };
  return {
    folder: declared.folder,
    wheel,
    steps: valueOn<string[]>(systems, (system) => buildSteps(build, system, {}), []),
    system: declared.system ?? null,
  };
}

/** Throws a `SpecError` at a wheel that no check of its own tests on one of the systems. */
function checkTested({ distribution, checks }: DeclaredWheel, systems: readonly SystemName[]): void {
  for (const system of systems) {
    must(
      checks.some((check) => check.system === undefined || check.system === system),
      `wheels[${distribution}].checks`,
      checks.map((check) => (check.system ? `${check.name} (system: ${check.system})` : check.name)).join(', '),
      `at least one check on ${system}: an untested wheel is not released`,
    );
  }
}

/** Whether a variant's checks need what those of the build without one do not. */
function needsMore(variant: DeclaredBuild['variant']): boolean {
  return variant?.wheels?.some(({ testRequirements }) => testRequirements !== undefined) ?? false;
}

/** The Dockerfile first; each Linux platform may have a lock file. */
function imageFiles({ variant, platforms }: DeclaredBuild, pythonPackages: readonly PlannedPythonPackage[]): string[] {
  const linux = platforms.map(platformFacts).filter(({ system }) => system === 'linux');
  if (linux.length === 0) return [];
  const locks = linux.map(({ condaSubdir }) => lockFileOf(condaSubdir, variant?.name));
  const added = pythonPackages.length > 0 ? [pythonPackagesFileOf(variant?.name)] : [];
  return [dockerfileOf(variant?.name), environmentFileOf(variant?.name), ...added, ...locks];
}

function vulkanSdk({ version, sha256 }: VulkanSdkPin = VULKAN_SDK): VulkanSdkPin & { url: string } {
  return { version, url: vulkanSdkUrl(version), sha256 };
}

function resolvePlatform(
  platform: Platform,
  { variant, toolchain }: DeclaredBuild,
  options: WheelPipelineOptions,
): PlannedPlatform {
  const facts = platformFacts(platform);
  const chosen = platform === Platform.LINUX_AARCH64 ? options.linux?.aarch64RunsOn : options[facts.system]?.runsOn;
  return {
    id: [platform, variant?.name].filter(Boolean).join('-'),
    system: facts.system,
    machine: facts.machine,
    platformTag: platformTag(platform, glibcOf(toolchain, platform) ?? ''),
    title: [facts.title, variant?.name].filter(Boolean).join(', '),
    runner: facts.runner,
    runsOn: variant?.runsOn ?? chosen ?? null,
    condaSubdir: facts.condaSubdir,
    baseImage: baseImageOf(toolchain, platform) ?? null,
    lock: lockFileOf(facts.condaSubdir, variant?.name),
  };
}

function resolveTools({ toolchain }: DeclaredBuild, systems: readonly SystemName[]): PlannedTool[] {
  return allTools(toolchain)
    .filter((tool) => isWanted(tool, systems))
    .map((tool) => toolOptions.resolve(tool));
}

function resolvePythonPackages({ toolchain }: DeclaredBuild, systems: readonly SystemName[]): PlannedPythonPackage[] {
  return allPythonPackages(toolchain)
    .filter((each) => isWanted(each, systems))
    .map((each) => {
      const package_ = pinned(each);
      return { ...pythonPackageOptions.resolve(package_), version: package_.version, sha256: [...package_.sha256] };
    });
}

function resolveConda({ name, variant, toolchain }: DeclaredBuild, systems: readonly SystemName[]): CondaSpec {
  return {
    name: `${name}-toolchain`,
    file: environmentFileOf(variant?.name),
    channels: toolchain.channels ?? ['conda-forge'],
    packages: allPackages(toolchain)
      .filter((each) => isWanted(each, systems))
      .map((each) => ({ ...packageOptions.resolve(each), version: each.version ?? pinnedVersion(each.name)! })),
  };
}

/** What is for another system than those goes. */
function isWanted({ system }: Marked, systems: readonly SystemName[]): boolean {
  return system === undefined || systems.includes(system);
}
