/** Questions to a plan. */
import type { Plan, PlannedBuild, PlannedPlatform } from './plan';
import type { SystemName } from '../declaration/platform';

/** The builds for a system. */
export function buildsOn(plan: Plan, system: SystemName): readonly PlannedBuild[] {
  return plan.builds.filter((build) => build.systems.includes(system));
}

/** The platforms of one system, in the order in which they were declared. */
export function platformsOn(build: PlannedBuild, system: SystemName): readonly PlannedPlatform[] {
  return build.platforms.filter((platform) => platform.system === system);
}

/** The wheels that are kept between builds, by distribution. */
export function reusedWheels(build: PlannedBuild): string[] {
  return build.wheels.filter((wheel) => wheel.reuse).map((wheel) => wheel.distribution);
}

/** Whether a wheel is kept between builds. */
export function reusesWheels(build: PlannedBuild): boolean {
  return reusedWheels(build).length > 0;
}

/** Whether something is there on a system. */
export function isOn(system: SystemName, each: { readonly system: SystemName | null }): boolean {
  return each.system === null || each.system === system;
}

/** The end of a command that is for a build: the option that chooses a variant's, or nothing. */
export function chosen({ variant }: PlannedBuild): string {
  return variant === null ? '' : ` --variant ${variant}`;
}
