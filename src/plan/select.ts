/** Questions to a plan. */
import type { Plan, PlannedBuild, PlannedPlatform } from './plan';
import type { System } from '../declaration/platform';

/** The builds for a system. */
export function buildsOn(plan: Plan, system: System): readonly PlannedBuild[] {
  return plan.builds.filter((build) => build.systems.includes(system));
}

/** The platforms of one system, in the order in which they were declared. */
export function platformsOn(build: PlannedBuild, system: System): readonly PlannedPlatform[] {
  return build.platforms.filter((platform) => platform.system === system);
}

/** Whether a wheel is kept between builds. */
export function reusesWheels(build: PlannedBuild): boolean {
  return build.wheels.some((wheel) => wheel.reuse);
}

/** Whether something is there on a system. */
export function isOn(system: System, each: { readonly system: System | null }): boolean {
  return each.system === null || each.system === system;
}

/** The end of a command that is for a build: the option that chooses a variant's, or nothing. */
export function chosen({ variant }: PlannedBuild): string {
  return variant === null ? '' : ` --variant ${variant}`;
}
