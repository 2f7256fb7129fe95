/** One wheel with every default filled in. */
import type { PlannedCheck, PlannedWheel } from './plan';
import type { DeclaredWheel } from './resolve-variant';
import { valueOn } from './values';
import type { System } from '../declaration/platform';
import type { WheelCheck } from '../declaration/wheel';

/** A `.lib` can be what extensions link a DLL with; a `.a` is of no use in a wheel. */
const FORBIDDEN = ['**/*.a'];

/** Seconds after which a check counts as failed. */
const CHECK_TIMEOUT = 120;

/** Resolves a wheel for the systems that it is built on. */
export function resolveWheel(wheel: DeclaredWheel, systems: readonly System[]): PlannedWheel {
  const { requires = {}, compileVersion } = wheel;
  const environment: Record<string, string> = compileVersion ? { SETUPTOOLS_SCM_PRETEND_VERSION: compileVersion } : {};
  return {
    distribution: wheel.distribution,
    builtAs: wheel.builtAs ?? wheel.distribution,
    projectDir: wheel.projectDir ?? '.',
    settings: valueOn(systems, (system) => configSettings(wheel, system), []),
    environment: valueOn(systems, () => environment, {}),
    versioned: !wheel.keepVersion,
    reuse: wheel.reuse ?? false,
    requires: { add: requires.add ?? [], pin: requires.pin ?? [], drop: requires.drop ?? [] },
    excludes: valueOn(systems, (system) => wheel.excludes?.[system] ?? [], []),
    systemLibraries: valueOn(systems, (system) => wheel.systemLibraries?.[system] ?? [], []),
    aliases: (wheel.aliases ?? []).map(({ alias, of }) => ({ alias, of })),
    forbidden: valueOn(systems, () => wheel.forbidden ?? FORBIDDEN, []),
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
function configSettings({ settings = {}, cmake = {} }: DeclaredWheel, system: System): string[] {
  const definitions = { CMAKE_BUILD_WITH_INSTALL_RPATH: 'ON', ...cmake.all, ...cmake[system] };
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
    system: (check.only as System | undefined) ?? null,
    timeout: check.timeout ?? CHECK_TIMEOUT,
    expect: check.expect ?? null,
    modules: imports ?? [],
    exclude: check.except ?? [],
    args: command ?? [],
    code: python ?? [],
  };
}
