/** One build with every default filled in: its platforms, its toolchain, its wheels. */
import { dockerfileOf, environmentFileOf, lockFileOf } from './files';
import type { CondaSpec, PlannedBuild, PlannedPlatform, PlannedTool } from './plan';
import type { DeclaredBuild } from './resolve-variant';
import { resolveWheel } from './resolve-wheel';
import { valueOn } from './values';
import { imageReference, IMAGES, VULKAN_SDK } from '../declaration/pins';
import { Platform, platformFacts, System, systemsOf } from '../declaration/platform';
import { allPackages, allTools, pinnedVersion } from '../declaration/toolchain';

/** What is for some systems only. */
interface Marked {
  readonly only?: string;
}

/** Resolves a build; the image is the name without tag that all of a pipeline's images have. */
export function resolveBuild(
  declared: DeclaredBuild,
  imageName: string,
  environment: { readonly [name: string]: string },
): PlannedBuild {
  const { name, variant, wheels, toolchain } = declared;
  const systems = systemsOf(declared.platforms);
  const conda = resolveConda(declared, systems);
  const imageTag = ['latest', variant?.name].filter(Boolean).join('-');
  return {
    name,
    variant: variant?.name ?? null,
    image: `${imageName}:${imageTag}`,
    imageTag,
    systems,
    platforms: declared.platforms.map((platform) => resolvePlatform(platform, declared)),
    tools: resolveTools(declared, systems),
    rust: conda.packages.some((each) => each.name === 'rust'),
    vulkan: toolchain.vulkan ?? false,
    vulkanSdk: toolchain.vulkan && systems.includes('windows') ? VULKAN_SDK : null,
    environment: valueOn(systems, () => ({ ...environment }), {}),
    wheels: wheels.map((wheel) => resolveWheel(wheel, systems)),
    hooks: [],
    dockerfile: dockerfileOf(variant?.name),
    conda,
    deviceOptions: variant?.deviceOptions ?? null,
    tried: variant?.tried ?? null,
  };
}

function resolvePlatform(platform: Platform, { variant, toolchain }: DeclaredBuild): PlannedPlatform {
  const facts = platformFacts(platform);
  const declared = platform === Platform.LINUX_X86_64 ? toolchain.baseImage : undefined;
  return {
    id: [platform, variant?.name].filter(Boolean).join('-'),
    system: facts.system,
    machine: facts.machine,
    platformTag: facts.platformTag,
    title: [facts.title, variant?.name].filter(Boolean).join(', '),
    runner: facts.runner,
    condaSubdir: facts.condaSubdir,
    baseImage: facts.system === 'linux' ? (declared ?? imageReference(IMAGES.base[facts.machine])) : null,
    lock: lockFileOf(facts.condaSubdir, variant?.name),
  };
}

function resolveTools({ toolchain }: DeclaredBuild, systems: readonly System[]): PlannedTool[] {
  return allTools(toolchain)
    .filter((tool) => isWanted(tool, systems))
    .map((tool) => ({
      command: tool.command,
      minimum: tool.minimum ?? null,
      optional: tool.optional ?? false,
      system: systemOf(tool),
    }));
}

function resolveConda({ name, variant, toolchain }: DeclaredBuild, systems: readonly System[]): CondaSpec {
  return {
    name: `${name}-toolchain`,
    file: environmentFileOf(variant?.name),
    channels: toolchain.channels ?? ['conda-forge'],
    packages: allPackages(toolchain)
      .filter((each) => isWanted(each, systems))
      .map((each) => ({
        name: each.name,
        version: each.version ?? pinnedVersion(each.name)!,
        system: systemOf(each),
        pypi: each.pypi ?? null,
      })),
  };
}

function systemOf({ only }: Marked): System | null {
  return (only as System | undefined) ?? null;
}

/** What is for another system than those goes. */
function isWanted({ only }: Marked, systems: readonly System[]): boolean {
  return only === undefined || systems.some((system) => system === only);
}
