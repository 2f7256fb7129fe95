/** Pins take the place of what the declaration left open, or of the very version that they replace. */
import { must } from './error';
import type { PinOptions } from './pin-options';
import type { WheelPipelineOptions } from './pipeline';
import { isPinned } from './python-package';
import { allPackages, allPythonPackages, CondaPackage, pinnedVersion, Toolchain } from './toolchain';
import { normalizedName } from './wheel';

/** A declaration with its pins in it. What it says itself stays as it is. */
export function withPins(options: WheelPipelineOptions): WheelPipelineOptions {
  const { pins = {}, source, toolchain = {}, wheels, variants } = options;
  checkPackages(options);
  return {
    ...options,
    source: {
      ...source,
      ...(source.git && { git: { ...source.git, ...newerCommit(pins, source.git.commit) } }),
    },
    toolchain: {
      ...toolchain,
      baseImage: toolchain.baseImage ?? pins.baseImage,
      aarch64BaseImage: toolchain.aarch64BaseImage ?? pins.aarch64BaseImage,
      packages: [...pinned(pins, toolchain.packages ?? []), ...pinned(pins, defaultPackages(toolchain))],
      pythonPackages: allPythonPackages(toolchain).map((each) => ({
        ...each,
        ...(each.version === undefined && pins.pythonPackages?.[normalizedName(each.name)]),
      })),
    },
    wheels: wheels.map((wheel) => withRequirements(pins, wheel)),
    ...(variants && {
      variants: variants.map((variant) => ({
        ...variant,
        ...(variant.packages && { packages: pinned(pins, variant.packages) }),
        wheels: variant.wheels.map((wheel) => withRequirements(pins, wheel)),
      })),
    }),
  };
}

/** The Conda packages without a version of their own, which this library's table or a pin gives one. */
export function openPackages({ toolchain = {}, variants = [] }: WheelPipelineOptions): CondaPackage[] {
  return [...allPackages(toolchain), ...variants.flatMap((variant) => variant.packages ?? [])].filter(
    ({ name, version }) => version === undefined && pinnedVersion(name) !== undefined,
  );
}

/** The packages from the Python package index that this library's table or a pin gives a version, by their normal names. */
export function openPythonPackages({ toolchain = {} }: WheelPipelineOptions): string[] {
  return allPythonPackages(toolchain)
    .filter(({ name, version }) => version === undefined && isPinned(name))
    .map(({ name }) => normalizedName(name));
}

/** All test requirements, as they are declared. */
export function declaredRequirements({ wheels, variants = [] }: WheelPipelineOptions): string[] {
  const all = [...wheels, ...variants.flatMap((variant) => variant.wheels)];
  return [...new Set(all.flatMap((wheel) => wheel.testRequirements ?? []))];
}

/** A requirement without its marker, as a pin names it. */
export function requirementKey(requirement: string): string {
  return requirement.split(';')[0].replaceAll(' ', '');
}

function checkPackages(options: WheelPipelineOptions): void {
  const open = openPackages(options).map(({ name }) => name);
  for (const name of Object.keys(options.pins?.packages ?? {})) {
    must(open.includes(name), 'pins.packages', name, 'a package of the toolchain that has no version of its own');
  }
  for (const name of Object.keys(options.pins?.pythonPackages ?? {})) {
    const fits = openPythonPackages(options).includes(name);
    must(fits, 'pins.pythonPackages', name, 'a Python package of the toolchain that has no version of its own');
  }
}

function newerCommit({ source }: PinOptions, declared: string): { commit?: string; tag?: string } {
  return source?.replaces === declared ? { commit: source.commit, tag: source.tag } : {};
}

function pinned({ packages = {} }: PinOptions, declared: readonly CondaPackage[]): CondaPackage[] {
  return declared.map((each) => (each.version === undefined ? { ...each, version: packages[each.name] } : each));
}

/** Those that a toolchain has without naming them. */
function defaultPackages(toolchain: Toolchain): CondaPackage[] {
  const named = (toolchain.packages ?? []).map(({ name }) => name);
  return allPackages(toolchain).filter(({ name }) => !named.includes(name));
}

function withRequirements<T extends { readonly testRequirements?: string[] }>(pins: PinOptions, wheel: T): T {
  const { testRequirements: newer = {} } = pins;
  if (!wheel.testRequirements) return wheel;
  const testRequirements = wheel.testRequirements.map((requirement) => {
    const version = newer[requirementKey(requirement)];
    return version === undefined ? requirement : requirement.replace(/==\s*[^\s;]+/, `==${version}`);
  });
  return { ...wheel, testRequirements };
}
