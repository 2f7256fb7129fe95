/** One wheel with every default filled in. */
import type { PlannedWheel } from './plan';
import type { DeclaredWheel } from './resolve-variant';
import { valueOn } from '../declaration/by-system';
import type { SystemName } from '../declaration/platform';
import { wheelOptions } from '../declaration/wheel-rules';

/**
 * Where debug information is asked for, it goes into the object files (/Z7): one file for all of them (/Zi) can't be
 * kept in a compiler cache. The policy makes CMake heed that for projects of earlier versions too.
 */
const EMBEDDED_DEBUG_INFORMATION = {
  CMAKE_POLICY_DEFAULT_CMP0141: 'NEW',
  CMAKE_MSVC_DEBUG_INFORMATION_FORMAT: '$<$<CONFIG:Debug,RelWithDebInfo>:Embedded>',
};

/** Resolves a wheel for the systems that it is built on. */
export function resolveWheel(wheel: DeclaredWheel, systems: readonly SystemName[]): PlannedWheel {
  const { compileVersion } = wheel;
  return {
    ...wheelOptions.resolve(wheel, systems),
    builtAs: wheel.builtAs ?? wheel.distribution,
    settings: valueOn(systems, (system) => configSettings(wheel, system), []),
    environment: {
      ...(compileVersion && { SETUPTOOLS_SCM_PRETEND_VERSION: compileVersion }),
      ...wheel.environment,
    },
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
