/** The steps of a build, in order and with their conditions, and the hooks before and after them. */
import type { PlannedBuild } from './plan';
import { must } from '../declaration/error';
import { Hook, HookStep, TEST_STEPS, WHEEL_STEPS } from '../declaration/hook';
import type { SystemName } from '../declaration/platform';
import type { Source } from '../declaration/source';
import { aliasesOn, normalizedName } from '../declaration/wheel';

/** The parts of a build that decide which steps it has. */
type Parts = Pick<PlannedBuild, 'systems' | 'wheels' | 'vulkanSdk' | 'preflight'>;

/** A condition of a step that only some builds have. */
interface Condition {
  /** The end of the sentence "the step exists …". */
  readonly text: string;
  holds(build: Parts, system: SystemName, source: Source): boolean;
}

const CONDITIONS: Partial<Record<HookStep, Condition>> = {
  [HookStep.COMPILER]: { text: 'on windows', holds: (_, system) => system === 'windows' },
  [HookStep.VULKAN_SDK]: {
    text: 'on windows, with toolchain.vulkan',
    holds: ({ vulkanSdk }, system) => system === 'windows' && vulkanSdk !== null,
  },
  [HookStep.PREFLIGHT]: {
    text: 'with a preflight, on its system',
    holds: ({ preflight }, system) => preflight !== null && [null, system].includes(preflight.system),
  },
  [HookStep.OVERLAY]: {
    text: 'with source.overlay',
    holds: (_build, _system, { overlay = {} }) => Object.keys(overlay).length > 0,
  },
  [HookStep.SHARE]: {
    text: 'for a wheel with aliases, on the system of their file extension',
    holds: ({ wheels }, system) => wheels.some((wheel) => aliasesOn(wheel, system).length > 0),
  },
};

/** The ids of a build's steps on a system, in their order: `repair:tvm` is the step of one wheel. */
export function buildSteps(build: Parts, system: SystemName, source: Source): string[] {
  const exists = (step: HookStep, wheels = build.wheels): boolean =>
    CONDITIONS[step]?.holds({ ...build, wheels }, system, source) ?? true;
  const steps = Object.values(HookStep).filter((step) => !TEST_STEPS.includes(step));
  const first = steps.indexOf(WHEEL_STEPS[0]);
  const ofWheels = build.wheels.flatMap((wheel) =>
    WHEEL_STEPS.filter((step) => exists(step, [wheel])).map((step) => `${step}:${wheel.distribution}`),
  );
  const once = (step: HookStep): boolean => exists(step);
  return [...steps.slice(0, first).filter(once), ...ofWheels, ...steps.slice(first + WHEEL_STEPS.length).filter(once)];
}

/** A build's hooks; a step that each wheel has for itself gives one hook per wheel. */
export function resolveHooks(hooks: readonly Hook[], build: Parts, source: Source): PlannedBuild['hooks'] {
  return hooks.flatMap(({ name, step, when, command, wheel, system = null }) =>
    stepsOf({ step, wheel, system: system ?? undefined }, build, source).map((id) => ({
      step: id,
      when,
      name,
      command: [...command],
      system,
    })),
  );
}

/** The ids of the steps that a hook is for. */
function stepsOf(
  { step, wheel, system }: Pick<Hook, 'step' | 'wheel' | 'system'>,
  build: Parts,
  source: Source,
): string[] {
  const systems = build.systems.filter((each) => system === undefined || each === system);
  if (TEST_STEPS.includes(step)) return systems.length > 0 ? [step] : [];
  const ids = new Set(systems.flatMap((each) => buildSteps(build, each, source)));
  const wheels = build.wheels.filter(
    ({ builtAs }) => wheel === undefined || normalizedName(builtAs) === normalizedName(wheel),
  );
  const wanted = WHEEL_STEPS.includes(step) ? wheels.map(({ distribution }) => `${step}:${distribution}`) : [step];
  return wanted.filter((id) => ids.has(id));
}

/** Throws a `SpecError` at a hook of a step that no build has: it would be ignored. */
export function checkHooks(hooks: readonly Hook[], builds: readonly Parts[], source: Source): void {
  const systems = new Set(builds.flatMap((build) => build.systems));
  for (const { name, step, system } of hooks) {
    const isBuiltOn = system === undefined || systems.has(system);
    must(isBuiltOn, `hooks[${name}].system`, system, 'a system that the platforms are of');
    const exists = builds.some((build) => stepsOf({ step, system }, build, source).length > 0);
    must(exists, `hooks[${name}].step`, step, `a step that exists: it does ${CONDITIONS[step]?.text}`);
  }
}
