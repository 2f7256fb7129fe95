/** Every version that `upgrade.yml` may raise, as it is in effect: what `pins.json` has, or this library's table. */
import type { Plan } from './plan';
import { declaredRequirements, openPackages, requirementKey } from '../declaration/apply-pins';
import { ACTIONS, imageReference, IMAGES, RUNTIME, VULKAN_SDK } from '../declaration/pins';
import type { WheelPipelineOptions } from '../declaration/pipeline';
import { Platform } from '../declaration/platform';
import { pinnedVersion } from '../declaration/toolchain';

/** Where pins are read that are not in `.projenrc.ts`. */
export const PINS_FILE = 'pins.json';

/** What is declared, before the pins are in it. */
export function resolvePins(declared: WheelPipelineOptions, platforms: readonly Platform[]): Plan['pins'] {
  const { pins = {}, toolchain = {}, source } = declared;
  const pinned = Object.values(ACTIONS).map((pin) => [pin.action, `${pin.commit} # ${pin.version}`]);
  const base = (platform: Platform, own: string | undefined, pin: string | undefined, machine: string) =>
    platforms.includes(platform) && own === undefined ? (pin ?? imageReference(IMAGES.base[machine])) : null;
  const windows = platforms.includes(Platform.WINDOWS_AMD64);
  return {
    file: declared.pinsFile ?? PINS_FILE,
    channels: toolchain.channels ?? ['conda-forge'],
    actions: { ...Object.fromEntries(pinned), ...pins.actions },
    micromamba: pins.micromamba ?? imageReference(IMAGES.micromamba),
    buildkit: pins.buildkit ?? imageReference(IMAGES.buildkit),
    sbomScanner: pins.sbomScanner ?? imageReference(IMAGES.sbomScanner),
    baseImage: base(Platform.LINUX_X86_64, toolchain.baseImage, pins.baseImage, 'x86_64'),
    aarch64BaseImage: base(Platform.LINUX_AARCH64, toolchain.aarch64BaseImage, pins.aarch64BaseImage, 'aarch64'),
    vulkanSdk: toolchain.vulkan && windows ? (pins.vulkanSdk ?? { ...VULKAN_SDK }) : null,
    packages: Object.fromEntries(
      openPackages(declared).map(({ name }) => [name, pins.packages?.[name] ?? pinnedVersion(name)!]),
    ),
    testRequirements: Object.fromEntries(
      declaredRequirements(declared)
        .map(requirementKey)
        .map((key) => [key, pins.testRequirements?.[key] ?? key.split('==')[1]]),
    ),
    runtime: { ...(pins.runtime ?? RUNTIME) },
    source: source.git ? resolveSource(source.git, pins.source) : null,
  };
}

function resolveSource(
  { commit, tag }: NonNullable<WheelPipelineOptions['source']['git']>,
  pin: NonNullable<WheelPipelineOptions['pins']>['source'],
): Plan['pins']['source'] {
  if (pin?.replaces !== commit) return { replaces: commit, commit, tag: tag ?? null };
  return { replaces: commit, commit: pin.commit, tag: pin.tag ?? null };
}
