/** One wheel with every default filled in. */
import type { PlannedCheck, PlannedWheel } from './plan';
import type { DeclaredWheel } from './resolve-variant';
import { valueOn } from './values';
import type { WheelCheck } from '../declaration/check';
import { FORBIDDEN } from '../declaration/merge';
import type { SystemName } from '../declaration/platform';
import { aliasesOn } from '../declaration/wheel';

/**
 * Libraries that every CPython brings and that one process should have once. delvewheel leaves them out by itself where
 * a wheel's tag names CPython, and py3-none-win_amd64 does not. It bundles msvcp140.dll, which Python does not bring.
 */
const PYTHONS_OWN = { linux: [], windows: ['vcruntime140.dll', 'vcruntime140_1.dll'] };

/**
 * Where debug information is asked for, it goes into the object files (/Z7): one file for all of them (/Zi) can't be
 * kept in a compiler cache. The policy makes CMake heed that for projects of earlier versions too.
 */
const EMBEDDED_DEBUG_INFORMATION = {
  CMAKE_POLICY_DEFAULT_CMP0141: 'NEW',
  CMAKE_MSVC_DEBUG_INFORMATION_FORMAT: '$<$<CONFIG:Debug,RelWithDebInfo>:Embedded>',
};

/** Seconds after which a check counts as failed. */
const CHECK_TIMEOUT = 120;

/** Resolves a wheel for the systems that it is built on. */
export function resolveWheel(wheel: DeclaredWheel, systems: readonly SystemName[]): PlannedWheel {
  const { requires = {}, compileVersion } = wheel;
  const environment: Record<string, string> = {
    ...(compileVersion && { SETUPTOOLS_SCM_PRETEND_VERSION: compileVersion }),
    ...wheel.environment,
  };
  return {
    distribution: wheel.distribution,
    builtAs: wheel.builtAs ?? wheel.distribution,
    projectDir: wheel.projectDir ?? '.',
    settings: valueOn(systems, (system) => configSettings(wheel, system), []),
    environment: valueOn(systems, () => environment, {}),
    versioned: !wheel.keepVersion,
    reuse: wheel.reuse ?? false,
    requires: { add: requires.add ?? [], pin: requires.pin ?? [], drop: requires.drop ?? [] },
    excludes: valueOn(systems, (system) => [...(wheel.excludes?.[system] ?? []), ...PYTHONS_OWN[system]], []),
    systemLibraries: valueOn(systems, (system) => wheel.systemLibraries?.[system] ?? [], []),
    libraryFolders: wheel.libraryFolders ?? [],
    programFolders: wheel.programFolders ?? [],
    aliases: valueOn(systems, (system) => aliasesOn(wheel, system), []),
    forbidden: valueOn(systems, () => [...(wheel.forbidden ?? FORBIDDEN)], []),
    maxBytes: valueOn<number | null>(systems, (system) => wheel.maxBytes?.[system] ?? null, null),
    checks: wheel.checks.map(resolveCheck),
    testRequirements: wheel.testRequirements ?? [],
  };
}

/**
 * What the build backend is told, each as `key=value`.
 *
 * An rpath that is rewritten at installation would leave the build folder's length in the library.
 */
function configSettings({ settings = {}, cmake = {} }: DeclaredWheel, system: SystemName): string[] {
  const definitions = {
    CMAKE_BUILD_WITH_INSTALL_RPATH: 'ON',
    ...(system === 'windows' && EMBEDDED_DEBUG_INFORMATION),
    ...cmake.all,
    ...cmake[system],
  };
  return [
    ...Object.entries(settings).map(([key, value]) => `${key}=${value}`),
    ...Object.entries(definitions).map(([key, value]) => `cmake.define.${key}=${value}`),
  ];
}

function resolveCheck(check: WheelCheck): PlannedCheck {
  const { imports, command, python } = check;
  return {
    name: check.name,
    kind: imports ? 'imports' : command ? 'command' : 'python',
    system: check.only ?? null,
    timeout: check.timeout ?? CHECK_TIMEOUT,
    expect: check.expect ?? null,
    modules: imports ?? [],
    exclude: check.except ?? [],
    args: command ?? [],
    python: python ?? [],
  };
}
