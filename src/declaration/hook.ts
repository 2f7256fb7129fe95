import { must } from './error';
import { System, systemSchema } from './platform';
import { choice, distributionName, listOf, objectOf, text, value, z } from './schema/values';
import { normalizedName } from './wheel';

/** The steps of building and of testing, by the names that `--from-step` takes too. Here, and nowhere else. */
export enum HookStep {
  /** Build: the tools are checked. */
  TOOLS = 'tools',
  /** Build, on Windows: the compiler's environment is entered. */
  COMPILER = 'compiler',
  /** Build, on Windows, with Vulkan: its SDK is found or installed. */
  VULKAN_SDK = 'vulkan-sdk',
  /** Build, with a preflight: the toolchain is tried on a small library. */
  PREFLIGHT = 'preflight',
  /** Build: the source is fetched and verified. */
  SOURCE = 'source',
  /** Build, with an overlay: files are laid over the source. */
  OVERLAY = 'overlay',
  /** Build: the environment of all wheels' builds is prepared. */
  ENVIRONMENT = 'environment',
  /** Build, for each wheel: its backend builds it. */
  BUILD = 'build',
  /** Build, for each wheel with aliases: the code of two libraries is shipped once. */
  SHARE = 'share',
  /** Build, for each wheel: its metadata is put right. */
  METADATA = 'metadata',
  /** Build, for each wheel: it is repaired. */
  REPAIR = 'repair',
  /** Build: the wheels are inspected. */
  INSPECT = 'inspect',
  /** Build: the record is written. */
  RECORD = 'record',
  /** Build: what is finished is delivered. */
  DELIVER = 'deliver',
  /** Test: the wheels are compared with their record. */
  WHEELS = 'wheels',
  /** Test: a fresh environment is made. */
  TEST_ENVIRONMENT = 'test-environment',
  /** Test: what the checks need is installed. */
  REQUIREMENTS = 'requirements',
  /** Test: the wheels are installed. */
  INSTALL = 'install',
  /** Test: the checks are run. */
  CHECKS = 'checks',
}

/** The steps that each wheel has for itself. */
export const WHEEL_STEPS: readonly HookStep[] = [HookStep.BUILD, HookStep.SHARE, HookStep.METADATA, HookStep.REPAIR];

/** The steps of a test. */
export const TEST_STEPS: readonly HookStep[] = [
  HookStep.WHEELS,
  HookStep.TEST_ENVIRONMENT,
  HookStep.REQUIREMENTS,
  HookStep.INSTALL,
  HookStep.CHECKS,
];

/** On which side of its step a hook runs. */
export enum HookTiming {
  /** Before the step. */
  BEFORE = 'before',
  /** After the step, where it succeeded. */
  AFTER = 'after',
}

/** A command that runs before or after a step; where it fails, the step fails. */
export interface Hook {
  /** What logs call it, such as `patch the version`. */
  readonly name: string;

  /** The step. */
  readonly step: HookStep;

  /** On which side of it. */
  readonly when: HookTiming;

  /**
   * The program and its arguments, as they are: no shell reads them. It runs in the checkout's root, so that
   * `tools/patch.py` is a file of the checkout wherever the caller is.
   */
  readonly command: string[];

  /**
   * Of a step that each wheel has for itself: the only wheel, by its distribution.
   *
   * @default - every wheel
   */
  readonly wheel?: string;

  /**
   * The only system that it runs on.
   *
   * @default - both
   */
  readonly system?: System;
}

/** @internal */
export const hookSchema = objectOf<Hook>()({
  name: text("a hook's name"),
  step: choice(HookStep),
  when: choice(HookTiming),
  command: listOf(value('an argument'), 'a program and its arguments'),
  wheel: z.optional(distributionName),
  system: z.optional(systemSchema),
});

/** What a schema cannot say. @internal */
export function validateHooks(hooks: readonly Hook[], distributions: readonly string[]): void {
  const known = distributions.map(normalizedName);
  for (const { name, step, command, wheel } of hooks) {
    const at = `hooks[${name}]`;
    must(command[0].trim() !== '', `${at}.command`, command, 'a program and its arguments');
    if (wheel === undefined) continue;
    must(known.includes(normalizedName(wheel)), `${at}.wheel`, wheel, `a wheel of this pipeline: ${known.join(', ')}`);
    must(
      WHEEL_STEPS.includes(step),
      `${at}.wheel`,
      wheel,
      `left out: of the steps, only ${WHEEL_STEPS.join(', ')} are a wheel's own`,
    );
  }
}
