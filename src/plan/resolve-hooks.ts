/** The commands before and after steps: each with the step as the program calls it. */
import type { PlannedBuild } from './plan';
import type { DeclaredBuild } from './resolve-variant';
import { must } from '../declaration/error';
import { Hook, Step, WHEEL_STEPS } from '../declaration/hook';
import { System, SystemName } from '../declaration/platform';
import { normalizedName } from '../declaration/wheel';

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
        .filter(({ aliases = [] }) => step !== Step.SHARE || aliases.length > 0)
        .map(({ distribution }) => `${step}:${distribution}`);
      const steps = WHEEL_STEPS.includes(step) ? of : [step];
      return steps.map((id) => ({ step: id, when, name, command, system: only ?? null }));
    });
}

/** Throws a `SpecError` at a hook whose step never comes: it would be ignored without a word. */
export function checkHooks(hooks: readonly Hook[], builds: readonly PlannedBuild[]): void {
  const all = builds.flatMap((build) => build.systems);
  for (const { name, step, only } of hooks) {
    const systems = all.filter((system) => only === undefined || system === only);
    must(systems.length > 0, `hooks[${name}].only`, only, 'a system that the platforms are of');
    const needs = NEEDS[step];
    if (!needs) continue;
    const [system, what] = needs;
    const comes = systems.includes(system) && builds.some((build) => HAS[step]?.(build) ?? true);
    must(comes, `hooks[${name}].step`, step, `a step that comes: it is there on ${system} alone${what}`);
  }
}

/** The steps that only some pipelines have: the system, and what more is needed. */
const NEEDS: Partial<Record<Step, [SystemName, string]>> = {
  [Step.COMPILER]: [System.WINDOWS, ''],
  [Step.VULKAN_SDK]: [System.WINDOWS, ', with toolchain.vulkan'],
  [Step.SHARE]: [System.LINUX, ', for a wheel with aliases'],
};

const HAS: Partial<Record<Step, (build: PlannedBuild) => boolean>> = {
  [Step.VULKAN_SDK]: ({ vulkanSdk }) => vulkanSdk !== null,
  [Step.SHARE]: ({ wheels }) => wheels.some((wheel) => wheel.aliases.length > 0),
};
