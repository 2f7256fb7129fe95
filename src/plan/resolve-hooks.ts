/** The commands before and after steps: each with the step as the program calls it. */
import type { PlannedBuild } from './plan';
import type { DeclaredBuild } from './resolve-variant';
import { must } from '../declaration/error';
import { Hook, Step, WHEEL_STEPS } from '../declaration/hook';
import { System, SystemName } from '../declaration/platform';
import type { Source } from '../declaration/source';
import { aliasesOn, normalizedName } from '../declaration/wheel';

/** A build's hooks; a step that each wheel has for itself is one hook for each of them. */
export function resolveHooks(
  hooks: readonly Hook[],
  { wheels }: DeclaredBuild,
  systems: readonly SystemName[],
): PlannedBuild['hooks'] {
  return hooks
    .filter(({ only }) => only === undefined || systems.includes(only))
    .flatMap(({ name, step, when, command, wheel, only }) => {
      const of = wheels
        .filter(({ distribution, builtAs = distribution }) =>
          wheel === undefined ? true : normalizedName(builtAs) === normalizedName(wheel),
        )
        .filter((each) => step !== Step.SHARE || systems.some((system) => aliasesOn(each, system).length > 0))
        .map(({ distribution }) => `${step}:${distribution}`);
      const steps = WHEEL_STEPS.includes(step) ? of : [step];
      return steps.map((id) => ({ step: id, when, name, command, system: only ?? null }));
    });
}

/** Throws a `SpecError` at a hook whose step never comes: it would be ignored without a word. */
export function checkHooks(hooks: readonly Hook[], builds: readonly PlannedBuild[], { overlay = {} }: Source): void {
  const all = builds.flatMap((build) => build.systems);
  for (const { name, step, only } of hooks) {
    const systems = all.filter((system) => only === undefined || system === only);
    must(systems.length > 0, `hooks[${name}].only`, only, 'a system that the platforms are of');
    const needs = NEEDS[step];
    if (!needs) continue;
    const hasOverlay = Object.keys(overlay).length > 0;
    const comes = builds.some((build) => systems.some((system) => needs.met(build, system, hasOverlay)));
    must(comes, `hooks[${name}].step`, step, `a step that comes: it is there ${needs.where}`);
  }
}

/** When there is a step that only some pipelines have. */
interface Need {
  readonly where: string;
  met(build: PlannedBuild, system: SystemName, hasOverlay: boolean): boolean;
}

const NEEDS: Partial<Record<Step, Need>> = {
  [Step.COMPILER]: { where: 'on windows alone', met: (_, system) => system === System.WINDOWS },
  [Step.VULKAN_SDK]: {
    where: 'on windows alone, with toolchain.vulkan',
    met: ({ vulkanSdk }, system) => system === System.WINDOWS && vulkanSdk !== null,
  },
  [Step.PREFLIGHT]: {
    where: 'with a preflight, on the system that it is for',
    met: ({ preflight }, system) => preflight !== null && [null, system].includes(preflight.system),
  },
  [Step.OVERLAY]: { where: 'with source.overlay', met: (_build, _system, hasOverlay) => hasOverlay },
  [Step.SHARE]: {
    where: 'for a wheel with aliases, on the system that their endings are of',
    met: ({ wheels }, system) => wheels.some(({ aliases }) => aliases[system].length > 0),
  },
};
