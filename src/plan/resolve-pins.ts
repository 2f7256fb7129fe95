/** Every version that `upgrade.yml` may raise, as it is in effect: what `pins.json` has, or this library's table. */
import type { Plan } from './plan';
import { declaredRequirements, openPackages, openPythonPackages, requirementKey } from '../declaration/apply-pins';
import { must, nearest } from '../declaration/error';
import {
  ACTIONS,
  imageReference,
  IMAGES,
  MICROMAMBA_EXE,
  PROGRAMS,
  PYTHON_PACKAGES,
  VULKAN_SDK,
} from '../declaration/pins';
import type { WheelPipelineOptions } from '../declaration/pipeline';
import { Platform } from '../declaration/platform';
import { allPackages, pinnedVersion } from '../declaration/toolchain';
import { normalizedName } from '../declaration/wheel';

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
    micromambaExe: windows ? (pins.micromambaExe ?? { ...MICROMAMBA_EXE }) : null,
    buildkit: pins.buildkit ?? imageReference(IMAGES.buildkit),
    dockerfileFrontend: pins.dockerfileFrontend ?? imageReference(IMAGES.dockerfileFrontend),
    sbomScanner: pins.sbomScanner ?? imageReference(IMAGES.sbomScanner),
    baseImage: base(Platform.LINUX_X86_64, toolchain.baseImage, pins.baseImage, 'x86_64'),
    aarch64BaseImage: base(Platform.LINUX_AARCH64, toolchain.aarch64BaseImage, pins.aarch64BaseImage, 'aarch64'),
    vulkanSdk: toolchain.vulkan && windows ? (pins.vulkanSdk ?? { ...VULKAN_SDK }) : null,
    packages: Object.fromEntries(
      openPackages(declared).map(({ name }) => [name, pins.packages?.[name] ?? pinnedVersion(name)!]),
    ),
    pythonPackages: Object.fromEntries(
      openPythonPackages(declared).map((name) => {
        const { version, sha256 } = pins.pythonPackages?.[name] ?? PYTHON_PACKAGES[name];
        return [name, { version, sha256 }];
      }),
    ),
    testRequirements: Object.fromEntries(
      declaredRequirements(declared)
        .map(requirementKey)
        .map((key) => [key, pins.testRequirements?.[key] ?? key.split('==')[1]]),
    ),
    zizmor: pins.zizmor ?? { ...PROGRAMS.zizmor },
    uv: pins.uv ?? { ...PROGRAMS.uv },
    source: source.git ? resolveSource(source.git, pins.source) : null,
  };
}

/** Throws where what is to stay as it is, is nothing that could be raised. */
export function checkHold(hold: readonly string[], pins: Plan['pins'], declared: WheelPipelineOptions): void {
  const { actions, pythonPackages, testRequirements, micromamba, buildkit, dockerfileFrontend } = pins;
  const { sbomScanner, baseImage, aarch64BaseImage } = pins;
  const images = { micromamba, buildkit, dockerfileFrontend, sbomScanner, baseImage, aarch64BaseImage };
  const known = [
    'source',
    'vulkan-sdk',
    ...Object.keys(PROGRAMS),
    ...Object.keys({ ...PYTHON_PACKAGES, ...pythonPackages }),
    ...allPackages(declared.toolchain ?? {}).map(({ name }) => name),
    ...(declared.variants ?? []).flatMap(({ packages = [] }) => packages.map(({ name }) => name)),
    ...Object.keys(testRequirements).map((key) => normalizedName(key.split('==')[0])),
    ...Object.keys(actions).flatMap((action) => [action, action.split('/').slice(0, 2).join('/')]),
    ...Object.entries(images).flatMap(([key, reference]) => [key, ...pathsOf(reference ?? '')]),
  ];
  for (const name of hold) {
    must(known.includes(name), 'upkeep.hold', name, `what could be raised; the nearest is ${nearest(name, known)}`);
  }
}

/** An image without its registry, and its last part alone. */
function pathsOf(reference: string): string[] {
  const path = reference
    .replace(/[:@].*/, '')
    .split('/')
    .slice(1);
  return [path.join('/'), path.at(-1) ?? ''];
}

function resolveSource(
  { commit, tag }: NonNullable<WheelPipelineOptions['source']['git']>,
  pin: NonNullable<WheelPipelineOptions['pins']>['source'],
): Plan['pins']['source'] {
  if (pin?.replaces !== commit) return { replaces: commit, commit, tag: tag ?? null };
  return { replaces: commit, commit: pin.commit, tag: pin.tag ?? null };
}
