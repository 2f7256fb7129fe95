/** What a build backend is told of a wheel. */
import type { System } from '../declaration/platform';
import type { Wheel } from '../declaration/wheel';

/**
 * A wheel's settings (PEP 517's `config_settings`), each as `key=value`.
 *
 * An rpath that is rewritten at installation would leave the build folder's length in the library.
 */
export function configSettings(wheel: Wheel, system?: System): string[] {
  const definitions = {
    CMAKE_BUILD_WITH_INSTALL_RPATH: 'ON',
    ...wheel.cmake?.all,
    ...(system && wheel.cmake?.[system]),
  };
  return [
    ...Object.entries(wheel.settings ?? {}).map(([key, value]) => `${key}=${value}`),
    ...Object.entries(definitions).map(([key, value]) => `cmake.define.${key}=${value}`),
  ];
}
